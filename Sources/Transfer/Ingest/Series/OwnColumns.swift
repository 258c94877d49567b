// OwnColumns.swift -- the columns of a selection that a store wrote, told by where they stand.

import Base

/// The columns of a table that a store wrote.
///
/// They are told by where they stand, for the fields of a store may be called anything, such as `epoch` or `value`: metadata
/// come first, then `epoch, statistic, value`, or columns `STATISTIC@EPOCH`, or an epoch and columns `STATISTIC@CHOICE`.
struct OwnColumns {
  let fields: [Int]
  let epoch: Int?
  let values: SeriesShape.Values
  /// The statistics; filled while reading in the long form.
  let statistics: [String]
  let notes: [String]

  /// Tells the columns of a table that a store wrote; nil where it was changed since.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for samples that have no epoch.
  init?(_ header: [String], file: String) throws(EngramError) {
    guard !header.contains(where: TrackerColumns.isIndex) else { return nil }
    let last = header.count - RowColumn.allCases.count
    if zip(RowColumn.allCases, header[last...]).allSatisfy({ $0.isName($1) }) {
      (fields, epoch, statistics, notes) = (Array(0..<last), last, [], [])
      values = .long(TrackerColumns.Long(name: last + 1, value: last + 2))
      return
    }
    let columns = header.indices.filter { header[$0].contains("@") }
    guard let first = columns.first else { return nil }
    let positions = SelectedColumns.positions(header)
    let others = Set(columns + positions)
    let free = header.indices.filter { !others.contains($0) }
    let said = positions.isEmpty ? [] : [SelectedColumns.positionsNote]
    let before = min(positions.first ?? first, first) - 1
    if before >= 0, RowColumn.epoch.isName(header[before]),
      let chosen = SelectedColumns.withoutChoice(columns.map { header[$0] }, isOwn: true)
    {
      (fields, epoch, values) = (free.filter { $0 != before }, before, .wide(columns))
      (statistics, notes) = (chosen.names, said + [chosen.note])
      return
    }
    if let sample = SelectedColumns.sample(in: header) {
      throw SelectedColumns.noEpochs(sample, place: "header", file: file)
    }
    let spread = SeriesShape.spread(header)
    guard spread.columns.count == columns.count else { return nil }
    (fields, epoch, values, statistics, notes) = (free, nil, .spread(spread.columns), spread.statistics, said)
  }
}
