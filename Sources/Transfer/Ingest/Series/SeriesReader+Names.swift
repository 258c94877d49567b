// SeriesReader+Names.swift -- the statistics that rows of the long form name.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension SeriesReader {
  /// The name that a row of the long form has; empty where it has none.
  static func name(
    _ long: TrackerColumns.Long, _ header: [String], _ rows: SeriesRows
  ) throws(EngramError) -> String {
    guard let column = long.name else { return "" }
    let name = try rows.cell(column).plainText
    if name.isEmpty || long.contexts.isEmpty { return name }
    return TrackerColumns.name(
      name,
      contexts: try long.contexts.map { (column) throws(EngramError) in
        (header[column], try rows.cell(column).plainText)
      })
  }

  /// The statistics that rows of the long form name, in the order in which they come.
  static func names(
    _ long: TrackerColumns.Long, _ header: [String], of rows: SeriesRows, _ work: WorkContext
  ) throws(EngramError) -> [String] {
    var names: [String] = []
    var seen: Set<[UInt8]> = []
    var key: [UInt8] = []
    while try rows.next() {
      if rows.row % 65_536 == 0 { try work.checkCancelled("the ingest was stopped; the store is as it was before") }
      key.removeAll(keepingCapacity: true)
      for column in long.columns.dropLast() { rows.appendKey(column, to: &key) }
      guard seen.insert(key).inserted else { continue }
      let name = try name(long, header, rows)
      if !name.isEmpty, !names.contains(name) { names.append(name) }
      guard names.count <= TextTable.mostColumns else {
        throw EngramError(.limit, "there are too many statistics", expected: "at most \(TextTable.mostColumns)")
      }
    }
    // The positions of layers, which a store writes before the values under a view, are metadata too.
    let all = FeatureColumns.positionNames
    let positions = Set(all.allSatisfy(names.contains) ? all : [])
    return names.filter { !positions.contains($0) }
  }

  /// The statistics that a user names.
  static func names(_ text: String, _ file: String) throws(EngramError) -> [String] {
    if text == "published" { return Statistic.publishedNames }
    guard let names = QuotedList.names(in: text), !names.contains("") else {
      throw EngramError(
        .usage, "this is no list of statistics", file: file, expected: "NAME,NAME,…", found: "'\(text)'",
        mend: "a name that holds a comma stands in double quotes, doubled inside")
    }
    var seen: Set<String> = []
    if let twice = names.first(where: { !seen.insert($0).inserted }) {
      throw EngramError(
        .usage, "a statistic is named twice", file: file, expected: "each name once", found: "'\(twice)'")
    }
    return names
  }
}
