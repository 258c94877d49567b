// RunIDs.swift -- whether a column `run_id` of a table numbers the runs of a store, or holds the ids of a tracker.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// What a column `run_id` of a table about runs holds.
///
/// Trackers number their runs, too. Where a store has these numbers in the field `tracker_run`, a column `run_id` may mean
/// either.
enum RunIDs {
  /// Numbers of the runs of the store; or values that are neither, or the same runs either way.
  case ofStore
  /// Values of the field of a tracker's runs, and not all of them numbers of runs.
  case ofTracker(MetadataField)
  /// Values that are both, of other runs.
  case ofEither(MetadataField)

  /// Compares a column with the runs of a store.
  ///
  /// - Parameters:
  ///   - cells: The column.
  ///   - columns: The names of the columns beside it: a table with a column `tracker_run` tells the two apart.
  ///   - snapshot: The store.
  /// - Throws: What reading the catalog throws.
  init(_ cells: [TextTable.Cell], beside columns: [String], in snapshot: Snapshot) throws(EngramError) {
    let tracker = ColumnNames.trackerRun
    guard !columns.contains(where: { $0.lowercased() == tracker }),
      let field = try snapshot.fields().first(where: { $0.name.lowercased() == tracker })
    else {
      self = .ofStore
      return
    }
    // Hidden runs have their numbers and ids still.
    let tables = [try snapshot.runs(fields: [field.name]), try snapshot.hiddenRuns(fields: [field.name])]
    let numbers = Set(tables.flatMap(\.ids).map { MetadataValue.integer($0) })
    var runsOf: [MetadataValue: [MetadataValue]] = [:]
    for runs in tables {
      for (id, row) in zip(runs.ids, runs.rows) { runsOf[row[0], default: []].append(.integer(id)) }
    }
    var (areNumbers, areSame) = (true, true)
    for cell in cells {
      let number = cell.value(as: .integer)
      if number == .null { continue }
      guard let value = cell.value(as: field.type), let known = runsOf[value] else {
        self = .ofStore
        return
      }
      if let number, numbers.contains(number) {
        areSame = areSame && known == [number]
      } else {
        areNumbers = false
      }
    }
    self = areNumbers ? (areSame ? .ofStore : .ofEither(field)) : .ofTracker(field)
  }

  /// What is said where runs are found by the ids of a tracker.
  static func note(_ field: MetadataField) -> String {
    "the column 'run_id' holds values of the field \(field.name), by which runs are found"
  }
}
