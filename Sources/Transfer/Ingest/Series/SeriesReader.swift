// SeriesReader.swift -- a table of trajectories, read once, row by row, into scratch rows of one epoch each.

import Base
import Formats
import TrajectoryModel

/// Reads a table of trajectories.
struct SeriesReader {
  /// Rows that are looked at to tell what a column holds.
  private static let lookedAt = 100

  let file: String
  let rules: TableRules
  let shape: SeriesShape
  let header: [String]
  private(set) var isJSON = false

  /// The statistics in the order of the columns of ``rows``.
  private(set) var statistics: [String]
  /// A row for each epoch of each example.
  let rows: ScratchRows
  /// The example and the epoch of each row.
  private(set) var exampleOfRow: [Int32] = []
  private(set) var epochOfRow: [Double] = []
  /// The metadata of each example, in the order of the shape's fields.
  private(set) var examples: [[TextTable.Cell]] = []
  /// Values that came twice, the same.
  private(set) var repeated = 0

  private var exampleOfKey: [[UInt8]: Int32] = [:]
  private var rowOfPlace: [Place: Int32] = [:]
  private var lastKey: [UInt8] = [], key: [UInt8] = []
  private var numbers: [Double] = []
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
    (file, rules) = (request.source, request.rules)
    let delimiter = request.rules.delimiter?.byte
    let first = try SeriesRows(opening: file, delimiter: delimiter)
    header = try Self.mapped(
      first.header, request.map.filter { !mappedElsewhere.contains($0.value) || first.header.contains($0.value) }, file)
    var (isNumber, hasValue) = (
      [Bool](repeating: true, count: header.count), [Bool](repeating: false, count: header.count)
    )
    while first.row < Self.lookedAt, try first.next() {
      for column in header.indices where isNumber[column] {
        do throws(EngramError) {
          if try first.number(column, request.rules, file: request.source) != nil { hasValue[column] = true }
        } catch {
          isNumber[column] = false
        }
      }
    }
    let wanted = try request.statistics.map { (text) throws(EngramError) in
      try Self.names(text, request.source)
    }
    shape = try SeriesShape(
      header, statistics: wanted, runFields: runFields, format: request.format,
      hasValue: { hasValue[$0] || !isNumber[$0] }, isNumber: { isNumber[$0] && hasValue[$0] }, file: file)
    isJSON = first.isJSON
    statistics = shape.statistics
    if case .long(let long) = shape.values, long.name != nil {
      statistics = try Self.names(long, header, of: try SeriesRows(opening: file, delimiter: delimiter), work)
    }
    guard !statistics.isEmpty else {
      throw EngramError(.invalidData, "the table has no rows", file: file, expected: "at least one row of values")
    }
    rows = try ScratchRows(width: statistics.count)
    try read(try SeriesRows(opening: file, delimiter: delimiter), work)
    rowOfPlace = [:]
    exampleOfKey = [:]
    guard !examples.isEmpty else {
      throw EngramError(.invalidData, "the table has no rows", file: file, expected: "at least one row of values")
    }
  }

  private static func mapped(
    _ header: [String], _ map: [String: String], _ file: String
  ) throws(EngramError) -> [String] {
    var header = header
    for (ours, theirs) in map.sorted(by: { $0.key < $1.key }) {
      guard let index = header.firstIndex(of: theirs) else {
        throw EngramError(
          .usage, "there is no column '\(theirs)' to map", file: file,
          expected: "one of \(header.joined(separator: ", "))",
          found: theirs, mend: closestName(to: theirs, among: header).map { "did you mean '\(ours)=\($0)'?" })
      }
      header[index] = ours
    }
    var seen: Set<String> = []
    if let twice = header.first(where: { !seen.insert($0).inserted }) {
      throw EngramError(
        .invalidData, "the name of a column comes twice", file: file, place: "header", found: "\"\(twice)\"",
        mend: "rename one of the two")
    }
    return header
  }

  private static func names(_ text: String, _ file: String) throws(EngramError) -> [String] {
    if text == "published" { return Statistic.publishedNames }
    guard let names = QuotedList.names(in: text), !names.contains("") else {
      throw EngramError(
        .usage, "this is no list of statistics", file: file, expected: "NAME,NAME,…", found: "'\(text)'",
        mend: "a name that holds a comma stands in double quotes, doubled inside")
    }
    return names
  }

  private mutating func read(_ source: SeriesRows, _ work: WorkContext) throws(EngramError) {
    let numbers = Dictionary(statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var columnOfName: [[UInt8]: Int] = [:]
    var key: [UInt8] = []
    while try source.next() {
      if source.row % 65_536 == 0 { try work.checkCancelled("the ingest was stopped; the store is as it was before") }
      let example = try example(source)
      switch shape.values {
      case .wide(let columns):
        let epoch = try epoch(source)
        let (row, isNew) = try row(of: example, at: epoch)
        try readWide(columns, into: row, isNew: isNew, source)
      case .long(let long):
        guard let number = try number(of: long, in: source, numbers, &columnOfName, &key),
          let value = try source.number(long.value, rules, file: file)
        else { continue }
        let (row, isNew) = try row(of: example, at: try epoch(source))
        try set(row, number, value, isNew: isNew, source)
      case .spread(let columns):
        for place in columns {
          guard let value = try source.number(place.column, rules, file: file) else { continue }
          let (row, isNew) = try row(of: example, at: place.epoch)
          try set(row, place.statistic, value, isNew: isNew, source)
        }
      }
    }
  }

  /// Reads the values of a row of the wide form.
  private mutating func readWide(
    _ columns: [Int], into row: Int, isNew: Bool, _ source: SeriesRows
  ) throws(EngramError) {
    if numbers.count != columns.count { numbers = [Double](repeating: 0, count: columns.count) }
    var next = 0
    while next < columns.count {
      if isNew, let read = source.quickNumbers(columns[next...], rules, into: &numbers), read > 0 {
        rows.store(numbers, next..<(next + read), inRow: row)
        next += read
        continue
      }
      if let value = try source.number(columns[next], rules, file: file) {
        try set(row, next, value, isNew: isNew, source)
      }
      next += 1
    }
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
    guard let number = numbers[try Self.name(long, header, source)] else {
      throw EngramError(
        .invalidData, "a row does not name its statistic", file: file,
        place: "row \(source.row), column \(header[column])")
    }
    known[key] = number
    return number
  }

  private func epoch(_ source: SeriesRows) throws(EngramError) -> Double {
    guard let column = shape.epoch, let epoch = try source.number(column, rules, file: file), epoch.isFinite else {
      throw EngramError(
        .invalidData, "a row has no epoch", file: file,
        place: "row \(source.row), column \(shape.epoch.map { header[$0] } ?? "epoch")", expected: "a finite number")
    }
    return epoch + 0.0
  }

  private mutating func example(_ source: SeriesRows) throws(EngramError) -> Int32 {
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
    return lastExample
  }

  private mutating func row(of example: Int32, at epoch: Double) throws(EngramError) -> (row: Int, isNew: Bool) {
    // Values of one epoch come one after the other more often than not.
    if let last = exampleOfRow.last, last == example, epochOfRow.last == epoch { return (rows.count - 1, false) }
    let place = Place(example: example, epoch: epoch)
    if let known = rowOfPlace[place] { return (Int(known), false) }
    let row = try rows.addRow()
    guard row < Int32.max else {
      throw EngramError(.limit, "the table has too many rows", file: file, expected: "fewer than 2^31")
    }
    rowOfPlace[place] = Int32(row)
    exampleOfRow.append(example)
    epochOfRow.append(epoch)
    return (row, true)
  }

  private mutating func set(
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
