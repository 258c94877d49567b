// SeriesShape.swift -- what the columns of a table of trajectories are: fields of runs, the epoch, statistics.

import Base
import Formats
import TrajectoryModel

/// How a table holds trajectories.
public enum SeriesFormat: String, Sendable, Hashable, CaseIterable {
  /// Told by the names of the columns.
  case auto
  /// A row for each epoch, a column for each statistic.
  case wide
  /// A row for each value: the columns `statistic` and `value`.
  case long
  /// MLflow's metric history: `run_id, key, value, step, timestamp`.
  case mlflow
  /// What Weights & Biases exports: a history of `_step, _timestamp` and a column for each statistic, or a chart of `Step` and
  /// columns `RUN - STATISTIC`.
  case wandb
  /// A run of TensorBoard: `Wall time, Step, Value`.
  case tensorboard
  /// Metrics of Aim: `idx, step, value, epoch, time, run, …, metric, context.KEY`.
  case aim
}

/// What the columns of a table of trajectories are.
struct SeriesShape {
  /// Where values stand.
  enum Values {
    /// A column for each statistic.
    case wide([Int])
    /// A column of values, and one that names the statistic; nil where there is one statistic only.
    case long(TrackerColumns.Long)
    /// Columns `STATISTIC@EPOCH`, as a selection of a store has them.
    case spread([(column: Int, statistic: Int, epoch: Double)])
  }

  /// The columns that are metadata, the layer among them.
  let fields: [Int]
  /// The column of the epochs; nil where columns name them.
  let epoch: Int?
  /// Whether rows without an epoch stand for nothing, as a store writes them of runs that lack what was asked for.
  let hasRowsOfNothing: Bool
  let values: Values
  /// The statistics; filled while reading in the long form.
  let statistics: [String]
  let notes: [String]

  /// Names that are no statistics whatever stands in their columns.
  private static let metadataNames =
    Set(MetadataField.standard.map(\.name) + ConditionColumns.names + LayerColumns.aliases)
    .union([
      LayerColumns.name, LayerColumns.position, "example_id", "run_id", "run", "seed", "fold", "trial", "replicate",
      "subject",
      "session", "animal",
    ])

  /// Tells the columns.
  ///
  /// - Parameters:
  ///   - header: The names of the columns, as they are mapped.
  ///   - wanted: The statistics that the user names, or nil.
  ///   - fieldsOfRuns: Names in lower case of fields that tell runs apart or that the store has, which are no statistics.
  ///   - format: What the user says.
  ///   - looks: What each column holds.
  ///   - sourceHeader: The names of the columns in the file.
  ///   - file: The file, for errors.
  /// - Throws: ``EngramError`` with code `invalidData` without epochs or statistics, `notFound` for a statistic that is named
  ///   and not there, `usage` for a table of another format than is said.
  init(
    _ header: [String], statistics wanted: [String]?, fieldsOfRuns: Set<String>, format: SeriesFormat,
    looks: [ColumnLook], sourceHeader: [String], file: String
  ) throws(EngramError) {
    let isOwn = OwnExport(sourceHeader) != nil
    if isOwn, format == .auto, wanted == nil, let own = try OwnColumns(header, file: file) {
      (fields, epoch, values, statistics, notes) = (own.fields, own.epoch, own.values, own.statistics, own.notes)
      hasRowsOfNothing = true
      return
    }
    // A column that begins late, as `epoch` of a tracker that has steps does, is no column of epochs.
    let tracker = TrackerColumns(header) { looks[$0].firstRow.map { $0 <= SeriesReader.lookedAt } ?? false }
    try Self.check(format, header, tracker, wanted, file)
    let isWide = format == .wide || format == .wandb
    var (ignored, notes) = Self.ignored(header, looks)
    (ignored, notes) = (ignored.union(tracker.ignored), tracker.notes + notes)
    func free(_ taken: Set<Int>) -> [Int] { header.indices.filter { !taken.contains($0) && !ignored.contains($0) } }
    if let long = tracker.long, !isWide {
      guard let epoch = tracker.epoch else { throw Self.noEpochs(header, file) }
      values = .long(long)
      fields = free(Set([epoch] + long.columns))
      (self.epoch, self.notes, hasRowsOfNothing) = (epoch, notes, isOwn)
      self.statistics = long.name == nil ? [wanted?.first ?? "value"] : []
      return
    }
    let spread = Self.spread(header)
    if tracker.epoch == nil, !spread.columns.isEmpty {
      let (columns, chosen) = try Self.chosen(wanted, of: spread, file, &notes)
      (values, statistics) = (.spread(columns), chosen)
      fields = free(Set(spread.columns.map(\.column)))
      if !isOwn { notes += Self.spreadNotes(spread.columns, beside: fields, header, fieldsOfRuns, looks) }
      (epoch, self.notes, hasRowsOfNothing) = (nil, notes, isOwn)
      return
    }
    guard let epoch = tracker.epoch else { throw Self.noEpochs(header, file) }
    let usual = Self.columns(header, epoch, ignored, fieldsOfRuns, start: format == .wandb ? -1 : epoch, looks)
    let columns = try wanted.map { (names) throws(EngramError) in try Self.columns(names, header, file) } ?? usual
    guard !columns.isEmpty else { throw Self.noStatistics(header, after: epoch, looks, file) }
    let others = usual.filter { !columns.contains($0) }
    if !others.isEmpty {
      let shown = others.prefix(5).map { header[$0] }.joined(separator: ", ")
      let more = others.count > 5 ? " and \(others.count - 5) more" : ""
      notes.append("columns of numbers that are not among the statistics that were named are left out: \(shown)\(more)")
      ignored.formUnion(others)
    }
    let names = columns.map { header[$0] }
    let chosen = SelectedColumns.withoutChoice(names, isOwn: isOwn)
    if let chosen { notes.append(chosen.note) }
    hasRowsOfNothing = chosen != nil
    (values, self.statistics) = (.wide(columns), chosen?.names ?? names)
    fields = free(Set(columns + [epoch]))
    let late = fields.filter { $0 > epoch }.map { header[$0] }
    if !late.isEmpty, wanted == nil {
      notes.append("no statistics, though they come after the epoch: \(late.joined(separator: ", "))")
    }
    (self.epoch, self.notes) = (epoch, notes)
  }

  /// Refuses a table that has not the columns of the format that a user says, and other than one name for one statistic.
  private static func check(
    _ format: SeriesFormat, _ header: [String], _ tracker: TrackerColumns, _ statistics: [String]?, _ file: String
  ) throws(EngramError) {
    if let statistics, statistics.count != 1, let long = tracker.long, long.name == nil, format != .wide,
      format != .wandb
    {
      throw EngramError(
        .usage, "the table holds one statistic, without its name", file: file, expected: "one name",
        found: statistics.joined(separator: ", "))
    }
    let name = tracker.long.map { long in long.name.map { header[$0].lowercased() } ?? "" }
    let wanted: String? =
      switch format {
      case .auto, .wide, .wandb: nil
      case .long: name == nil ? "statistic, value" : nil
      case .mlflow: name == "key" ? nil : "key, value, step"
      case .tensorboard: name == "" ? nil : "Wall time, Step, Value"
      case .aim: tracker.isAim ? nil : "run, metric, value, step, time"
      }
    guard let wanted else { return }
    throw EngramError(
      .usage, "the table is not of the format \(format.rawValue)", file: file, place: "header",
      expected: "the columns \(wanted)", found: header.joined(separator: ", "),
      mend: "leave the format out: the names of the columns tell how they hold trajectories")
  }

  /// Columns that say nothing: an index, those without a name and a value, and what another column says.
  private static func ignored(_ header: [String], _ looks: [ColumnLook]) -> (columns: Set<Int>, notes: [String]) {
    var (ignored, notes): (Set<Int>, [String]) = ([], [])
    if let first = header.first, TrackerColumns.isIndex(first), looks[0].isNumeric {
      ignored.insert(0)
      notes.append("the first column has no name, as pandas writes its index; it is left out")
    }
    let positions = SelectedColumns.positions(header)
    if !positions.isEmpty {
      ignored.formUnion(positions)
      notes.append(SelectedColumns.positionsNote)
    }
    let nameless = header.indices.dropFirst().filter { header[$0].isEmpty && !looks[$0].hasValue }
    if !nameless.isEmpty {
      ignored.formUnion(nameless)
      notes.append("\(nameless.count) columns without a name have no values; they are left out")
    }
    return (ignored, notes)
  }

  /// The columns of statistics that the user names.
  private static func columns(_ names: [String], _ header: [String], _ file: String) throws(EngramError) -> [Int] {
    try names.map { (name) throws(EngramError) in
      if let index = header.firstIndex(of: name) { return index }
      throw EngramError(
        .notFound, "the table has no column of the statistic '\(name)'", file: file, place: "header",
        expected: "one of \(header.joined(separator: ", "))", found: name,
        mend: closestName(to: name, among: header).map { "did you mean '\($0)'?" })
    }
  }

  /// The columns of statistics by their names and places: published ones anywhere, numbers after the epoch.
  private static func columns(
    _ header: [String], _ epoch: Int, _ ignored: Set<Int>, _ apart: Set<String>, start: Int, _ looks: [ColumnLook]
  ) -> [Int] {
    let published = Set(Statistic.publishedNames)
    return header.indices.filter { index in
      let name = header[index].lowercased()
      if index == epoch || ignored.contains(index) || apart.contains(name) { return false }
      if published.contains(header[index]) { return true }
      return index > start && !Self.metadataNames.contains(name) && looks[index].isNumeric
    }
  }

  /// The statistics of a table that are read: those that the user names, or all.
  ///
  /// - Parameters:
  ///   - wanted: The names that the user gives, or nil.
  ///   - names: Those of the table.
  ///   - file: The file, for errors.
  ///   - notes: Gets what is left out.
  /// - Returns: The names, in their order.
  /// - Throws: ``EngramError`` with code `notFound` for one that the table has not.
  static func chosen(
    _ wanted: [String]?, of names: [String], _ file: String, _ notes: inout [String]
  ) throws(EngramError) -> [String] {
    guard let wanted else { return names }
    if let unknown = wanted.first(where: { !names.contains($0) }) {
      throw EngramError(
        .notFound, "the table has no values of the statistic '\(unknown)'", file: file,
        expected: "one of \(names.joined(separator: ", "))", found: unknown,
        mend: closestName(to: unknown, among: names).map { "did you mean '\($0)'?" })
    }
    let rest = names.filter { !wanted.contains($0) }
    if !rest.isEmpty {
      let more = rest.count > 5 ? " and \(rest.count - 5) more" : ""
      notes.append(
        "statistics that are not among those that were named are left out: \(rest.prefix(5).joined(separator: ", "))\(more)"
      )
    }
    return wanted
  }

  /// The columns `STATISTIC@EPOCH` that are read, and their statistics.
  private static func chosen(
    _ wanted: [String]?, of all: (columns: [(column: Int, statistic: Int, epoch: Double)], statistics: [String]),
    _ file: String, _ notes: inout [String]
  ) throws(EngramError) -> (columns: [(column: Int, statistic: Int, epoch: Double)], statistics: [String]) {
    let names = try chosen(wanted, of: all.statistics, file, &notes)
    let numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let columns = all.columns.compactMap { column in
      numbers[all.statistics[column.statistic]].map { (column: column.column, statistic: $0, epoch: column.epoch) }
    }
    return (columns, names)
  }

  /// What is said of columns `STATISTIC@EPOCH` that no store need have written, where other columns look as statistics do:
  /// `acc@1` and `acc@5` beside `loss` are no epochs.
  private static func spreadNotes(
    _ columns: [(column: Int, statistic: Int, epoch: Double)], beside fields: [Int], _ header: [String],
    _ fieldsOfRuns: Set<String>, _ looks: [ColumnLook]
  ) -> [String] {
    let apart = metadataNames.union(fieldsOfRuns)
    let likely = fields.first { looks[$0].hasFractions && !apart.contains(header[$0].lowercased()) }
    guard let first = columns.first, let likely else { return [] }
    return [
      """
      columns such as '\(header[first.column])' are read as a statistic at an epoch, and '\(header[likely])' as metadata; if \
      they are statistics of these names, say which column is the epoch
      """
    ]
  }

  private static func noStatistics(
    _ header: [String], after epoch: Int, _ looks: [ColumnLook], _ file: String
  ) -> EngramError {
    let late = header.indices.dropFirst(epoch + 1)
    let shown = late.prefix(3).map { column in
      looks[column].firstOther.map { "\(header[column]) has '\($0.text.prefix(40))' in row \($0.row)" }
        ?? "\(header[column]) has \(looks[column].hasValue ? "numbers, and is no statistic by its name" : "no value")"
    }
    return EngramError(
      .invalidData, "the table has no column of a statistic", file: file, place: "header",
      expected: "columns of numbers after the epoch",
      found: late.isEmpty
        ? "no column after \(header[epoch])"
        : shown.joined(separator: ", ") + (late.count > shown.count ? ", and \(late.count - shown.count) more" : ""),
      mend: "write plain numbers such as 1234.5 and 0.5; or name the columns: \(set: .statistics, to: "NAME,…")")
  }

  private static func noEpochs(_ header: [String], _ file: String) -> EngramError {
    if let sample = SelectedColumns.sample(in: header) {
      return SelectedColumns.noEpochs(sample, place: "header", file: file)
    }
    return EngramError(
      .invalidData, "the table has no column of epochs", file: file, place: "header",
      expected: "one of \(TrackerColumns.epochs.joined(separator: ", "))", found: header.joined(separator: ", "),
      mend: header.first?.hasPrefix("#") ?? false
        ? "remove the lines before the names of the columns, and the mark of a comment before them"
        : """
        say which column it is: \(map: "epoch", to: "NAME"); a table of metadata goes with an array, by \(option: .metadata)
        """)
  }

  /// Columns `STATISTIC@EPOCH`.
  static func spread(
    _ header: [String]
  ) -> (columns: [(column: Int, statistic: Int, epoch: Double)], statistics: [String]) {
    var columns: [(column: Int, statistic: Int, epoch: Double)] = []
    var statistics: [String] = []
    var numbers: [String: Int] = [:]
    for (index, name) in header.enumerated() {
      guard let at = name.lastIndex(of: "@"), let epoch = Double(name[name.index(after: at)...]), epoch.isFinite,
        name[name.index(after: at)...].first != "+"
      else { continue }
      let statistic = String(name[..<at])
      let number = numbers[statistic] ?? statistics.count
      if number == statistics.count {
        numbers[statistic] = number
        statistics.append(statistic)
      }
      columns.append((index, number, epoch))
    }
    return (columns, statistics)
  }
}
