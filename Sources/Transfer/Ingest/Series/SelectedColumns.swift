// SelectedColumns.swift -- what the columns of a table mean that a store wrote under a view.

import Base
import TrajectoryModel
import TrajectoryStore

/// What the columns of a table mean that a store wrote under a view.
enum SelectedColumns {
  /// The columns that say where a layer sits, where another column says it in words; else none.
  static func positions(_ header: [String]) -> [Int] {
    let places = FeatureColumns.positionNames.compactMap { header.firstIndex(of: $0) }
    return places.count == FeatureColumns.positionNames.count && header.contains(LayerColumns.position) ? places : []
  }

  /// What is said of these columns.
  static let positionsNote = "the columns of positions say what layer_position says; they are left out"

  /// Whether a name is that of a column which says where a layer sits.
  static func isPosition(_ name: String) -> Bool { FeatureColumns.positionNames.contains(name) }

  /// Statistics of which each run has an epoch of its own, and what chose it, such as `last`.
  struct Chosen {
    let names: [String]
    let choice: String

    /// What a user should know.
    var note: String {
      "'@\(choice)' is no part of the names of statistics: it says which epoch of each run stands there"
    }
  }

  /// The statistics of columns such as `m@last`, each of which has an epoch of its own for each run.
  ///
  /// - Parameters:
  ///   - columns: The names of all columns of values.
  ///   - isOwn: Whether a store wrote the table, which then may give the mean of the one epoch.
  /// - Returns: The names without the choice, and the choice; nil unless all columns have the same.
  static func withoutChoice(_ columns: [String], isOwn: Bool) -> Chosen? {
    var names: [String] = []
    var found: Substring?
    for column in columns {
      // A metric may have an @ in its name, and so may a statistic: the first that begins a choice parts them.
      let parts = column.indices.filter { column[$0] == "@" && $0 > column.startIndex }.map { at in
        (name: column[..<at], choice: column[column.index(after: at)...])
      }
      guard
        let part = parts.first(where: { EpochChoice(parsing: String($0.choice)) != nil || isOwn && $0.choice == mean }),
        found == nil || found == part.choice
      else { return nil }
      found = part.choice
      names.append(String(part.name))
    }
    guard let found, Set(names).count == names.count else { return nil }
    return Chosen(names: names, choice: String(found))
  }

  /// The name of the sample that is a mean.
  private static let mean = "mean"

  /// Whether the name of a sample says that it has no epoch: a mean, or a distance from a random start such as `+5`.
  static func isSample(_ name: some StringProtocol) -> Bool {
    name == mean || name.first == "+" && Double(String(name.dropFirst())) != nil
  }

  /// The first column whose sample has no epoch.
  static func sample(in header: [String]) -> String? {
    header.first { name in name.lastIndex(of: "@").map { isSample(name[name.index(after: $0)...]) } ?? false }
  }

  /// The error for samples under a view.
  static func noEpochs(_ found: String, place: String, file: String) -> EngramError {
    EngramError(
      .invalidData, "the values are samples under a view, which have no epochs", file: file, place: place,
      expected: "trajectories at their epochs", found: found, mend: "select them without a mean and a random start")
  }
}
