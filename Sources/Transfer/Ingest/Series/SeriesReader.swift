// SeriesReader.swift -- a table of trajectories, read once, row by row, into scratch rows of one epoch each.

import Base
import Formats
import TrajectoryModel

/// Reads a table of trajectories.
struct SeriesReader {
  /// Rows that are looked at to tell what a column holds; a column without a value there is looked at as far as its first one.
  static let lookedAt = 100

  let file: String
  let rules: TableRules
  let shape: SeriesShape
  let header: [String]
  private(set) var isJSON = false
  /// Whether a store wrote the table.
  let isOwn: Bool
  /// What a user should know of a chart of W&B; empty for other tables.
  private(set) var chartNotes: [String] = []

  /// The statistics in the order of the columns of ``rows``.
  private(set) var statistics: [String]
  /// A row for each epoch of each example.
  let rows: ScratchRows
  /// The example and the epoch of each row.
  private(set) var exampleOfRow: [Int32] = []
  private(set) var epochOfRow: [Double] = []
  /// The metadata of each example, in the order of the shape's fields.
  private(set) var examples: [[TextTable.Cell]] = []
  /// The number of the first row of each example.
  private(set) var firstRows: [Int] = []
  /// Rows that stand for nothing: a store writes them of runs that lack the epoch that was asked for.
  private(set) var rowsOfNothing = 0
  /// Values that are not quite those of the table.
  let inexact = InexactNumbers()
  /// Values that came twice, the same.
  private(set) var repeated = 0
  /// What a user should know of the statistics that rows of the long form name.
  private(set) var notes: [String] = []
  /// Statistics that rows of the long form name, and that are not read.
  private var leftOut: Set<String> = []
  /// Examples whose metadata are another spelling of those of an earlier one, to which their values belong.
  var respelled = 0

  private var exampleOfKey: [[UInt8]: Int32] = [:]
  /// The row of each example and epoch, from the first time on that epochs of an example do not ascend.
  private var rowOfPlace: [Place: Int32]?
  /// The last epoch of each example.
  private var highestEpochs: [Double] = []
  private var lastKey: [UInt8] = [], key: [UInt8] = []
  private var lastExample: Int32 = -1

  private struct Place: Hashable {
    let example: Int32
    let epoch: Double
  }

  /// Reads a whole table.
  ///
  /// - Throws: ``EngramError`` with row and column: code `invalidData` for what is no number and for a value that comes twice
  ///   and differs; what reading and the scratch file throw.
  init(
    _ request: IngestRequest, runFields: [String]?, mappedElsewhere: Set<String> = [], work: WorkContext
  ) throws(EngramError) {
    var given = request.rules
    given.missing = given.missingSpellings
    (file, rules) = (request.source, given)
    let delimiter = request.rules.delimiter?.byte
    let wanted = try request.statistics.map { (text) throws(EngramError) in
      try Self.names(text, request.source)
    }
    var first = try SeriesRows(
      opening: file, delimiter: delimiter, chartsBy: [.auto, .wandb].contains(request.format) ? request.map : nil,
      work: work)
    if case .chart(let chart) = first {
      // Whoever names columns of a chart reads them as columns.
      if (wanted ?? []).contains(where: chart.source.header.contains) {
        first = chart.source
      } else {
        chartNotes = chart.notes
      }
    }
    header = try Self.mapped(
      first.header, request.map.filter { !mappedElsewhere.contains($0.value) || first.header.contains($0.value) }, file)
    let looks = try Self.looks(at: first, header, rules, work)
    guard first.row > 0 else {
      throw EngramError(.invalidData, "the table has no rows", file: file, expected: "at least one row of values")
    }
    shape = try SeriesShape(
      header, statistics: wanted,
      fieldsOfRuns: request.storedFields.union((runFields ?? []).map { $0.lowercased() }),
      format: chartNotes.isEmpty ? request.format : .auto,
      looks: looks, sourceHeader: first.header, file: file)
    isOwn = OwnExport(first.header) != nil
    isJSON = first.isJSON
    statistics = shape.statistics
    if case .long(let long) = shape.values, long.name != nil {
      let names = try Self.names(
        long, header, of: try SeriesRows(again: first, path: file, delimiter: delimiter), work)
      statistics = try SeriesShape.chosen(wanted, of: names, file, &notes)
      leftOut = Set(names).subtracting(statistics)
    }
    guard !statistics.isEmpty else {
      throw EngramError(.invalidData, "the table has no rows", file: file, expected: "at least one row of values")
    }
    rows = try ScratchRows(width: statistics.count)
    try read(try SeriesRows(again: first, path: file, delimiter: delimiter), work)
    rowOfPlace = nil
    exampleOfKey = [:]
    highestEpochs = []
    if isOwn, isJSON {
      let texts = shape.fields.map { rules.type(of: header[$0], or: header[$0]) == .text }
      examples = OwnExport.withInfinities(examples, texts: texts, &notes)
    }
    guard !examples.isEmpty else {
      throw EngramError(.invalidData, "the table has no rows", file: file, expected: "at least one row of values")
    }
  }

  /// What each column holds, by the first rows, or by its first value where that comes later.
  private static func looks(
    at rows: SeriesRows, _ header: [String], _ rules: TableRules, _ work: WorkContext
  ) throws(EngramError) -> [ColumnLook] {
    var looks = [ColumnLook](repeating: ColumnLook(), count: header.count)
    var open = Array(header.indices)
    while rows.row < lookedAt || !open.isEmpty, try rows.next() {
      try tell(rows, work)
      if rows.row > lookedAt { open.removeAll { looks[$0].hasValue } }
      for column in open {
        let cell = try rows.cell(column)
        looks[column].add(cell, rules.number(in: cell), row: rows.row)
      }
    }
    return looks
  }

  private static func mapped(
    _ theirs: [String], _ map: [String: String], _ file: String
  ) throws(EngramError) -> [String] {
    let header = try ColumnNames.mapped(theirs, map, file: file)
    var seen: Set<String> = []
    if let twice = header.first(where: { !$0.isEmpty && !seen.insert($0).inserted }) {
      let hasNameless = header.dropFirst().contains("")
      throw EngramError(
        .invalidData, "the name of a column comes twice", file: file, place: "header", found: "\"\(twice)\"",
        mend: hasNameless
          ? "join several rows of names to one; in pandas: table.columns = ['_'.join(name) for name in table.columns]"
          : "rename one of the two")
    }
    return header
  }

  private mutating func read(_ source: SeriesRows, _ work: WorkContext) throws(EngramError) {
    if case .wide(let columns) = shape.values { return try readWide(columns, source, work) }
    let numbers = Dictionary(statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var columnOfName: [[UInt8]: Int] = [:]
    var key: [UInt8] = []
    while try source.next() {
      try Self.tell(source, work)
      let example = try example(source)
      switch shape.values {
      case .wide: break
      case .long(let long):
        guard let number = try number(of: long, in: source, numbers, &columnOfName, &key),
          let value = try self.value(long.value, in: source),
          let epoch = try epoch(source, of: [long.value])
        else { continue }
        let (row, isNew) = try row(of: example, at: epoch)
        try set(row, number, value, isNew: isNew, source)
      case .spread(let columns):
        for place in columns {
          guard let value = try self.value(place.column, in: source) else { continue }
          let (row, isNew) = try row(of: example, at: place.epoch)
          try set(row, place.statistic, value, isNew: isNew, source)
        }
      }
    }
  }

  /// Says now and then how much has been read, and stops when the caller asked to.
  static func tell(_ source: SeriesRows, _ work: WorkContext) throws(EngramError) {
    guard source.row % 65_536 == 0 else { return }
    try work.checkCancelled("the ingest was stopped; the store is as it was before")
    if let (done, total) = source.progress { work.report("reading", done, of: total, .bytes) }
  }

  /// The column of the statistic that a row of the long form has.
  private func number(
    of long: TrackerColumns.Long, in source: SeriesRows, _ numbers: [String: Int], _ known: inout [[UInt8]: Int],
    _ key: inout [UInt8]
  ) throws(EngramError) -> Int? {
    guard let column = long.name else { return 0 }
    key.removeAll(keepingCapacity: true)
    for column in long.columns.dropLast() { source.appendKey(column, to: &key) }
    if let number = known[key] { return number }
    let name = try Self.name(long, header, source)
    guard let number = numbers[name] else {
      if SelectedColumns.isPosition(name) || leftOut.contains(name) { return nil }
      throw EngramError(
        .invalidData, "a row does not name its statistic", file: file,
        place: "row \(source.row), column \(header[column])")
    }
    known[key] = number
    return number
  }

  mutating func example(_ source: SeriesRows) throws(EngramError) -> Int32 {
    key.removeAll(keepingCapacity: true)
    for column in shape.fields { source.appendKey(column, to: &key) }
    if key == lastKey, lastExample >= 0 { return lastExample }
    swap(&key, &lastKey)
    if let known = exampleOfKey[lastKey] {
      lastExample = known
      return known
    }
    var cells: [TextTable.Cell] = []
    for column in shape.fields { cells.append(try source.cell(column)) }
    lastExample = Int32(examples.count)
    exampleOfKey[lastKey] = lastExample
    examples.append(cells)
    firstRows.append(source.row)
    highestEpochs.append(-.infinity)
    return lastExample
  }

  /// The row of an epoch of an example; one that is not there is added.
  mutating func row(of example: Int32, at epoch: Double) throws(EngramError) -> (row: Int, isNew: Bool) {
    // Values of one epoch come one after the other more often than not, and epochs in their order.
    if let last = exampleOfRow.last, last == example, epochOfRow.last == epoch { return (rows.count - 1, false) }
    let place = Place(example: example, epoch: epoch)
    if epoch > highestEpochs[Int(example)] {
      highestEpochs[Int(example)] = epoch
    } else if let known = rowOfEarlier(place) {
      return (Int(known), false)
    }
    let row = try rows.addRow()
    guard row < Int32.max else {
      throw EngramError(.limit, "the table has too many rows", file: file, expected: "fewer than 2^31")
    }
    rowOfPlace?[place] = Int32(row)
    exampleOfRow.append(example)
    epochOfRow.append(epoch)
    return (row, true)
  }

  private mutating func rowOfEarlier(_ place: Place) -> Int32? {
    if rowOfPlace == nil {
      rowOfPlace = Dictionary(
        exampleOfRow.indices.map { (Place(example: exampleOfRow[$0], epoch: epochOfRow[$0]), Int32($0)) },
        uniquingKeysWith: { first, _ in first })
    }
    return rowOfPlace?[place]
  }

  /// Counts a row that stands for nothing.
  mutating func countRowOfNothing() { rowsOfNothing += 1 }

  /// Counts a value that comes twice, the same.
  mutating func countRepeated() { repeated += 1 }

  mutating func set(
    _ row: Int, _ column: Int, _ value: Double, isNew: Bool, _ source: SeriesRows
  ) throws(EngramError) {
    if !isNew, let earlier = rows[row, column] {
      if earlier.bitPattern == value.bitPattern || earlier.isNaN && value.isNaN {
        repeated += 1
        return
      }
      throw EngramError(
        .invalidData, "a value comes twice and differs", file: file, place: "row \(source.row)",
        expected: "\(earlier), as in an earlier row",
        found: "\(value) for \(statistics[column]) at epoch \(EpochSelection.text(epochOfRow[row]))",
        mend: "keep one of the rows, or add a column that tells the two runs apart")
    }
    rows[row, column] = value
  }
}
