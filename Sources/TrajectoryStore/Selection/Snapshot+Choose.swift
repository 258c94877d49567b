// Snapshot+Choose.swift -- columns under a view that takes one epoch of each run.

import Base
import Catalog
import TrajectoryModel

extension Snapshot {
  /// Finds out which columns a request means where each run gives an epoch of its own.
  ///
  /// - Parameters:
  ///   - asked: The examples to be read.
  ///   - choice: Which epoch of each run.
  ///   - statistics: Which statistics; `admissible` ones are finite at the epochs that are chosen.
  ///   - view: The view, whose epochs are those from which is chosen.
  ///   - missing: What to do with examples for which no epoch stands.
  /// - Returns: The columns, the examples, and what was chosen, in a remark.
  /// - Throws: As ``select(_:statistics:view:missing:)``.
  func select(
    _ asked: ExampleSet, choosing choice: EpochChoice, _ statistics: StatisticSelection, _ view: TrajectoryView,
    _ missing: MissingPolicy
  ) throws(EngramError) -> FeatureSelection {
    var examples = asked
    if case .names(let names) = statistics { try require(names, of: &examples, missing) }
    let every = extents(holding: examples).everyEpoch
    let axis = try view.epochs.resolve(available: every)
    let chosen = try chosenEpochs(choice, axis: axis, of: examples)
    let lacking = examples.subtracting(chosen.examples)
    if !lacking.isEmpty, missing != .fill {
      guard missing == .drop, lacking.count < examples.count else {
        throw try missingPart(choice.noun, found: choice.text, ofExamples: lacking)
      }
      examples = examples.subtracting(lacking)
    }
    let touched = extents(holding: examples)
    let names: [String]
    switch statistics {
    case .names(let list): names = list
    case .all: names = touched.commonStatistics
    case .admissible, .family:
      let finite = try finiteStatistics(
        touched.commonStatistics, of: examples, try FeatureColumns(statistics: [], epochs: every, view: view))
      if case .family(let family) = statistics {
        names = finite.filter { StatisticFamily(ofStatistic: $0) == family }
      } else {
        names = finite
      }
    }
    if names.isEmpty { throw nothingInCommon(touched) }
    return FeatureSelection(
      examples: examples, columns: try FeatureColumns(statistics: names, epochs: every, view: view),
      remarks: [remark(choice, chosen, of: examples)]
        + remarks(asked: asked, kept: examples, touched, epochs: nil, statistics, missing))
  }

  private func remark(_ choice: EpochChoice, _ chosen: ChosenEpochs, of examples: ExampleSet) -> String {
    let epochs = chosen.epochs
    guard epochs.count > 1, let first = epochs.first, let last = epochs.last else {
      return "\(choice.noun) of each run is \(EpochSelection.text(epochs))"
    }
    return """
      \(choice.text) stands for \(choice.noun) of each run: \(epochs.count) different ones, from \
      \(EpochSelection.text(first)) to \(EpochSelection.text(last))
      """
  }

  /// Those of some statistics that are finite in every one of some examples where columns read them.
  func finiteStatistics(
    _ statistics: [String], of examples: ExampleSet, _ columns: FeatureColumns
  ) throws(EngramError) -> [String] {
    /// Examples that are read at a time.
    let block = 4_096
    let finite = Set(try finiteStatistics(of: examples))
    var suspects = statistics.filter { !finite.contains($0) }
    var condemned: Set<String> = []
    var values = Matrix(elementType: .float64)
    for part in examples.parts(of: block) where !suspects.isEmpty {
      try materialize(part, columns.unscaled(of: suspects), into: &values)
      for row in 0..<values.rows {
        for column in 0..<values.columns where !values[row, column].isFinite { condemned.insert(suspects[column]) }
      }
      suspects.removeAll { condemned.contains($0) }
    }
    return statistics.filter { !condemned.contains($0) }
  }
}
