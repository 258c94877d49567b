// FeatureRequest.swift -- which columns classifiers are to see, before it is known what the examples have.

public import Base
public import TrajectoryModel
public import TrajectoryStore

/// Which columns classifiers are to see of examples.
public struct FeatureRequest: Sendable, Hashable {
  /// Which statistics; classifiers take finite values only, as 24 of the 45 published statistics are throughout.
  ///
  /// The published measure `all` is `admissible` here; ``StatisticSelection/all`` is refused where any is not finite.
  public var statistics: StatisticSelection
  /// How trajectories are looked at.
  public var view: TrajectoryView
  /// What to do with examples recorded without what is asked for; `fill` is refused, for it makes NaN.
  public var missing: MissingPolicy

  /// Makes a request; by default the admissible statistics of whole trajectories.
  public init(
    statistics: StatisticSelection = .admissible, view: TrajectoryView = .whole, missing: MissingPolicy = .refuse
  ) {
    self.statistics = statistics
    self.view = view
    self.missing = missing
  }

  /// Finds out which columns the request means for some examples.
  ///
  /// - Parameters:
  ///   - examples: All the examples that are to have the same columns: those to learn from and those to be predicted.
  ///   - snapshot: Where they are.
  /// - Returns: The columns, and the examples without those that were dropped.
  /// - Throws: ``EngramError`` as ``Snapshot/select(_:statistics:view:missing:)``; also code `invalidData` when a
  ///   statistic asked for by name, or by `all`, is not finite at an epoch that the view reads: which, and where.
  public func select(_ examples: ExampleSet, in snapshot: Snapshot) throws(EngramError) -> FeatureSelection {
    guard missing != .fill else {
      throw EngramError(
        .usage, "classifiers cannot learn from NaN", expected: "examples without a value refused or dropped",
        found: "missing values filled with NaN", mend: "say \(set: .missing, to: "drop")")
    }
    let selection = try snapshot.select(examples, statistics: statistics, view: view, missing: missing)
    switch statistics {
    case .all, .names: try Self.requireFinite(selection, in: snapshot)
    case .admissible, .family: break
    }
    return selection
  }

  /// Refuses statistics that are not finite where the view reads them.
  ///
  /// Zone maps rule nearly all out; only suspects are read.
  private static func requireFinite(_ selection: FeatureSelection, in snapshot: Snapshot) throws(EngramError) {
    let finite = Set(try snapshot.finiteStatistics(of: selection.examples))
    let suspects = selection.columns.statistics.filter { !finite.contains($0) }
    if suspects.isEmpty { return }
    let axis =
      selection.columns.view.choice == nil
      ? FeatureColumns(statistics: suspects, epochs: selection.columns.epochsRead)
      : try FeatureColumns(
        statistics: suspects, epochs: selection.columns.epochs,
        view: TrajectoryView(epochs: selection.columns.view.epochs, samples: selection.columns.view.samples))
    var values = Matrix(elementType: .float64)
    for part in selection.examples.parts(of: partSize) {
      try snapshot.materialize(part, axis, into: &values)
      for (row, example) in part.ids.enumerated() {
        for column in 0..<values.columns where !values[row, column].isFinite {
          let statistic = suspects[column / axis.samplesPerStatistic]
          throw EngramError(
            .invalidData, "statistic '\(statistic)' is not finite in a selected example", file: snapshot.store.path,
            place: "example \(example)\(try place(of: example, in: snapshot)), column \(axis.names[column])",
            expected: "finite values only", found: "\(values[row, column])",
            mend:
              "leave '\(statistic)' out, or that example; \(set: .statistics, to: "admissible") takes what is finite throughout"
          )
        }
      }
    }
  }

  /// Examples read at a time while a value that is not finite is looked for.
  private static let partSize = 1_024

  /// Which run and layer an example is of.
  private static func place(of example: Int64, in snapshot: Snapshot) throws(EngramError) -> String {
    var text = ""
    try snapshot.metadata(of: ExampleSet(example..<(example + 1)), columns: ["run_id", "layer_name"]) {
      (_, values) throws(EngramError) in text = " (run \(values[0]), layer \(values[1]))"
    }
    return text
  }
}
