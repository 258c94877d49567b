// SplitExport.swift -- the train and test matrices of a split as a file: for NumPy, or rows of text.

public import Base
import Formats
import Splits
public import TrajectoryModel
public import TrajectoryStore

/// Writes the train and test matrices of a split, with ids, labels and the names of the columns.
///
/// An `.npz` file holds `X_train`, `y_train`, `train_ids` and their like of the test side; `columns`, the name of each column;
/// `statistics` and `epochs`, where the columns come from; and `view`, the view as JSON. Where each run gives an epoch of its
/// own, `train_epochs` and `test_epochs` say which. NumPy loads it without pickle. A
/// file of text has a row for each example, or for each value, that begins with its side, id and label.
///
/// ```swift
/// let report = try SplitExport("fig2a", split: "0").write(from: store, to: "split0.npz")
/// print(report.trainExamples, report.columns.count)
/// ```
public struct SplitExport: Sendable, Hashable {
  /// How the sides are written.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// Arrays for NumPy.
    case npz
    /// A row for each example: `side`, `example_id`, the label, then a column for each feature.
    case csv
    /// A row for each value: `side`, `example_id`, the label, `epoch`, `statistic`, `value`.
    case csvLong = "csv-long"
    /// The same as `csv`, as an object on each line.
    case jsonl
  }

  /// The name of the split set.
  public var splitSet: String
  /// Which of its splits: a name such as `architecture=alexnet`, or a number from 0.
  public var split: String
  /// The statistics; `admissible` ones are finite in every example of the split.
  public var statistics: StatisticSelection
  /// How trajectories are looked at; a z-score is that of the train side.
  public var view: TrajectoryView
  /// What to do with examples that lack what is asked for.
  public var missing: MissingPolicy
  /// Whether the features of an example lie side by side, or the examples of a feature.
  public var layout: MatrixLayout
  /// The type of the values, or nil for the widest one stored.
  public var elementType: ElementType?
  /// The commit whose metadata are the labels; nil for that of which the split set was made.
  public var commit: Int64?
  /// Columns of metadata that rows of text have beside the label, in any case.
  public var fields: [String]

  /// Makes a request.
  public init(
    _ splitSet: String, split: String, statistics: StatisticSelection = .admissible, view: TrajectoryView = .whole,
    missing: MissingPolicy = .refuse, layout: MatrixLayout = .rowMajor, elementType: ElementType? = nil,
    asOf commit: Int64? = nil, fields: [String] = []
  ) {
    self.splitSet = splitSet
    self.split = split
    self.statistics = statistics
    self.view = view
    self.missing = missing
    self.layout = layout
    self.elementType = elementType
    self.commit = commit
    self.fields = fields
  }

  /// Writes the file, which appears under its name when it is whole.
  ///
  /// - Throws: ``EngramError`` with code `notFound` for a split, statistic or epoch that is not there, `diskFull` and `io`
  ///   as the system says, `cancelled`.
  public func write(
    from store: TrajectoryStore, to path: String, as format: Format = .npz, work: WorkContext = WorkContext()
  ) throws(EngramError) -> SplitExportReport {
    let set = try store.splitSet(splitSet)
    let chosen = try set.split(split)
    let snapshot = try store.snapshot(asOf: commit ?? set.commit)
    let selection = try snapshot.select(
      chosen.train.union(chosen.test), statistics: statistics, view: view, missing: missing)
    let columns = selection.columns
    let sides = [
      ("train", chosen.train.intersection(selection.examples)), ("test", chosen.test.intersection(selection.examples)),
    ]
    let elementType = elementType ?? snapshot.widestElementType(of: selection.examples)
    var train = Matrix(elementType: elementType, layout: layout)
    var test = Matrix(elementType: elementType, layout: layout)
    try snapshot.materialize(train: sides[0].1, into: &train, test: sides[1].1, into: &test, columns, work: work)

    let narrowed = NarrowedValues()
    if !columns.view.isStandardized {
      try narrowed.look(at: train, of: sides[0].1, columns, in: snapshot, work)
      try narrowed.look(at: test, of: sides[1].1, columns, in: snapshot, work)
    }
    let label = set.specification.label
    if format == .npz {
      let chosen = try sides.map { (side) throws(EngramError) in try snapshot.chosenEpochs(of: side.1, columns) }
      try Self.writeArrays(
        path, sides.map(\.1), train, test, columns, try Self.arrays(of: sides, label, in: snapshot), chosen, work)
    } else {
      let file = try OutputFile(creating: path)
      do throws(EngramError) {
        let names = try fieldNames(beside: label, in: snapshot)
        let rows = SplitRows(
          format: format, label: label, fields: names, columns: columns, isSingle: elementType == .float32)
        try file.write(rows.header())
        try rows.write(sides[0].1, as: "train", train, from: snapshot, work) { (bytes) throws(EngramError) in
          try file.write(bytes)
        }
        try rows.write(sides[1].1, as: "test", test, from: snapshot, work) { (bytes) throws(EngramError) in
          try file.write(bytes)
        }
        try file.finish()
      } catch {
        file.abandon()
        throw error
      }
    }
    let flat = try Self.flatColumns(train, columns, work)
    let named = [set.remark(onKey: split), narrowed.remark].compactMap(\.self)
    return SplitExportReport(
      file: path, trainExamples: train.rows, testExamples: test.rows, columns: columns, elementType: elementType,
      remarks: selection.remarks + named + Self.lostColumns(train, columns) + flat)
  }

  /// What to say of columns that a z-score leaves near 0, for their deviation is less than the least that it divides by.
  private static func flatColumns(
    _ train: borrowing Matrix, _ columns: FeatureColumns, _ work: WorkContext
  ) throws(EngramError) -> [String] {
    guard columns.view.isStandardized, train.rows > 0 else { return [] }
    /// Other columns have a deviation of 1, but for rounding.
    let leastDeviation = 0.99
    let deviations = try Standardization(of: train.elements, from: columns.positionCount, work: work).scales
    var flat: [Int] = []
    for (place, deviation) in deviations.enumerated() where deviation < leastDeviation {
      let column = columns.positionCount + place
      var row = 1
      while row < train.rows, train[row, column] == train[0, column] { row += 1 }
      // What never changes is 0 whatever it is divided by.
      if row < train.rows { flat.append(column) }
    }
    guard let first = flat.first else { return [] }
    return [
      "\(flat.count) of \(columns.count - columns.positionCount) z-scored columns, such as \(columns.names[first]), are divided by "
        + "\(Standardization.leastScale), for their deviation is less, and are near 0"
    ]
  }

  /// What to say of columns that a z-score makes NaN throughout, as one value of the train side that is not finite does.
  private static func lostColumns(_ train: borrowing Matrix, _ columns: FeatureColumns) -> [String] {
    guard columns.view.isStandardized, train.rows > 0 else { return [] }
    var lost: [Int] = []
    for column in columns.positionCount..<columns.count {
      var row = 0
      while row < train.rows, train[row, column].isNaN { row += 1 }
      if row == train.rows { lost.append(column) }
    }
    if lost.isEmpty { return [] }
    let shown = 3
    let names = columns.names
    let more = lost.count > shown ? " and \(lost.count - shown) more" : ""
    return [
      "\(lost.count) of \(columns.count - columns.positionCount) z-scored columns are NaN throughout, as the train side has values "
        + "there that are not finite: \(QuotedList.text(lost.prefix(shown).map { names[$0] }))\(more)"
    ]
  }

  /// The columns of metadata that were asked for, as they are called in the store, without those that come anyway.
  private func fieldNames(beside label: String, in snapshot: Snapshot) throws(EngramError) -> [String] {
    let known = try snapshot.exampleColumns()
    var names: [String] = []
    for name in fields {
      guard let column = known.first(where: { $0.lowercased() == name.lowercased() }) else {
        throw EngramError(
          .usage, "there is no column '\(name)' of metadata", file: snapshot.store.path,
          expected: "one of \(known.joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: known).map { "did you mean '\($0)'?" })
      }
      if column != "example_id", column.lowercased() != label.lowercased(), !names.contains(column) {
        names.append(column)
      }
    }
    return names
  }

  /// The labels of each side.
  private static func arrays(
    of sides: [(String, ExampleSet)], _ label: String, in snapshot: Snapshot
  ) throws(EngramError) -> [[String]] {
    try sides.map { (side) throws(EngramError) in
      let labels = try snapshot.labels(of: label, for: side.1)
      return labels.codes.map { labels.classes[Int($0)].description }
    }
  }

  private static func writeArrays(
    _ path: String, _ sides: [ExampleSet], _ train: borrowing Matrix, _ test: borrowing Matrix,
    _ columns: FeatureColumns, _ labels: [[String]], _ chosen: [[Double?]?], _ work: WorkContext
  ) throws(EngramError) {
    let file = try NpzWriter(creating: path)
    do throws(EngramError) {
      for (side, (examples, texts)) in zip(["train", "test"], zip(sides, labels)) {
        try file.add("y_\(side)", texts: texts)
        try file.add("\(side)_ids", integers: examples.ids)
      }
      try Self.add(train, as: "X_train", to: file)
      try Self.add(test, as: "X_test", to: file)
      try file.add("columns", texts: columns.names)
      try file.add("statistics", texts: columns.statistics)
      try file.add("epochs", reals: columns.epochsRead)
      for (side, epochs) in zip(["train", "test"], chosen) {
        if let epochs { try file.add("\(side)_epochs", reals: epochs.map { $0 ?? .nan }) }
      }
      try file.add("view", texts: [try columns.view.json.text()])
      try work.checkCancelled("the export was stopped", file: path)
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  private static func add(_ matrix: borrowing Matrix, as name: String, to file: NpzWriter) throws(EngramError) {
    let header = NpyHeader(
      type: NumPyType(matrix.elementType), shape: [matrix.rows, matrix.columns],
      isFortranOrder: matrix.layout == .columnMajor)
    try file.add(name, header, matrix.bytes)
  }
}

/// What an export of a split wrote.
public struct SplitExportReport: Sendable, Hashable {
  /// The file.
  public let file: String
  /// The rows of `X_train`.
  public let trainExamples: Int
  /// The rows of `X_test`.
  public let testExamples: Int
  /// The columns of both.
  public let columns: FeatureColumns
  /// The type of the values.
  public let elementType: ElementType
  /// What of the examples was dropped, and which columns a z-score made NaN, in sentences without a full stop.
  public let remarks: [String]
}
