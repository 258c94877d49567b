// CatalogWriter+Axes.swift -- axes of extents, stored once for equal content.

import Base
import SQLite

extension CatalogWriter {
  /// The number of an epoch axis, made when it is new.
  func epochAxis(_ epochs: [Double]) throws(EngramError) -> Int64 {
    if epochAxes == nil {
      let rows = try statement("SELECT epoch_axis_id, epoch FROM epoch_axis ORDER BY epoch_axis_id, ordinal")
      defer { rows.reset() }
      var contents: [Int64: [UInt64]] = [:]
      while try rows.step() { contents[rows.integer(0), default: []].append(rows.real(1).bitPattern) }
      epochAxes = Dictionary(contents.map { ($1, $0) }, uniquingKeysWith: min)
    }
    let content = epochs.map(\.bitPattern)
    if let id = epochAxes?[content] { return id }
    let id = try connection.nextNumber("epoch_axis_id", of: "epoch_axis")
    let row = try statement("INSERT INTO epoch_axis (epoch_axis_id, ordinal, epoch) VALUES (?1, ?2, ?3)")
    for (ordinal, epoch) in epochs.enumerated() {
      try row.bind(1, id)
      try row.bind(2, Int64(ordinal))
      try row.bind(3, epoch)
      try row.run()
    }
    epochAxes?[content] = id
    return id
  }

  /// The number of a statistic axis, made when it is new.
  func statisticAxis(_ names: [String]) throws(EngramError) -> Int64 {
    if statisticAxes == nil {
      let rows = try statement(
        "SELECT statistic_axis_id, statistic FROM statistic_axis ORDER BY statistic_axis_id, ordinal")
      defer { rows.reset() }
      var contents: [Int64: [UInt8]] = [:]
      while try rows.step() { contents[rows.integer(0), default: []] += Array(rows.text(1).utf8) + [0] }
      statisticAxes = Dictionary(contents.map { ($1, $0) }, uniquingKeysWith: min)
    }
    let content: [UInt8] = names.flatMap { name in Array(name.utf8) + [0] }
    if let id = statisticAxes?[content] { return id }
    let id = try connection.nextNumber("statistic_axis_id", of: "statistic_axis")
    let row = try statement(
      "INSERT INTO statistic_axis (statistic_axis_id, ordinal, statistic) VALUES (?1, ?2, ?3)")
    for (ordinal, name) in names.enumerated() {
      try row.bind(1, id)
      try row.bind(2, Int64(ordinal))
      try row.bind(3, name)
      try row.run()
    }
    statisticAxes?[content] = id
    return id
  }
}
