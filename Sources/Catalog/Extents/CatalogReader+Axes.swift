// CatalogReader+Axes.swift -- the axes of extents.

import Base
import SQLite

extension CatalogReader {
  /// The epochs of an axis, finite and ascending; empty when there is no such axis.
  func epochs(ofAxis id: Int64) throws(EngramError) -> [Double] {
    let rows = try statement("SELECT epoch FROM epoch_axis WHERE epoch_axis_id = ?1 ORDER BY ordinal")
    defer { rows.reset() }
    try rows.bind(1, id)
    var epochs: [Double] = []
    while try rows.step() {
      let epoch = rows.real(0)
      guard epoch.isFinite, epochs.last.map({ $0 < epoch }) ?? true else {
        throw corrupt("the epochs of an axis do not ascend", "table epoch_axis, epoch_axis_id \(id)")
      }
      epochs.append(epoch)
    }
    return epochs
  }

  /// The names of the statistics of an axis, each once; empty when there is no such axis.
  func statistics(ofAxis id: Int64) throws(EngramError) -> [String] {
    let rows = try statement("SELECT statistic FROM statistic_axis WHERE statistic_axis_id = ?1 ORDER BY ordinal")
    defer { rows.reset() }
    try rows.bind(1, id)
    var statistics: [String] = []
    while try rows.step() { statistics.append(rows.text(0)) }
    return statistics
  }
}
