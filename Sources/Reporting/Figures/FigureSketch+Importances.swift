// FigureSketch+Importances.swift -- figure 3: how important each statistic is, by two measures.

import Base
import Drawing
import Studies
import TrajectoryModel
import TrajectoryStore

/// The importance of a statistic over all measurements of all splits.
struct PooledImportance: Sendable, Hashable {
  let statistic: String
  let mean: Double
  /// The standard error of the mean; nil of one measurement.
  let error: Double?

  /// Pools the means and deviations of splits.
  ///
  /// - Parameters:
  ///   - parts: Importances of the splits, of the same statistics.
  ///   - bySplit: Whether each split counts as one measurement, rather than each tree.
  /// - Returns: The mean of each statistic, in their order.
  static func pool(_ parts: [StatisticImportances], bySplit: Bool) -> [PooledImportance] {
    guard let first = parts.first else { return [] }
    let same = parts.filter { $0.statistics == first.statistics }
    return first.statistics.indices.map { place in
      let means = same.map { $0.means[place] }
      let counts = same.map { bySplit ? 1 : Double($0.count) }
      let total = counts.reduce(0, +)
      let mean = zip(means, counts).reduce(0) { $0 + $1.0 * $1.1 } / max(1, total)
      var squares = zip(means, counts).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
      if !bySplit {
        squares += same.reduce(0) { $0 + Double(max(0, $1.count - 1)) * $1.deviations[place] * $1.deviations[place] }
      }
      let error = total > 1 ? (squares / (total - 1) / total).squareRoot() : nil
      return PooledImportance(statistic: first.statistics[place], mean: mean, error: error)
    }
  }
}

extension FigureSketch {
  /// Gini importances summed over the samples of a statistic, and what is lost when a statistic is dealt out anew.
  mutating func drawImportances() {
    numbers = NumberTable(
      experimentColumns + ["importance", "statistic", "measure"] + viewColumn() + [
        "mean", "standard_error", "measurements",
      ])
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.testView == nil }
      for (facet, cell) in facets(cells).flatMap({ facet in facet.cells.map { (facet, $0) } }) {
        guard let result = source.results[cell] else { continue }
        let gini = result.splits.compactMap(\.statisticImportances)
        add(
          PooledImportance.pool(gini, bySplit: false), cell, "gini", gini.reduce(0) { $0 + $1.count },
          title: "\(prefix(experiment))Gini importance\(facet.parts): summed over epochs, mean over trees and splits",
          axis: "importance")
        let lost = result.splits.compactMap(\.permutationImportances)
        add(
          PooledImportance.pool(lost, bySplit: true), cell, "permutation", lost.count,
          title:
            "\(prefix(experiment))Permutation importance\(facet.parts): accuracy lost when a statistic's whole trajectory is dealt out anew",
          axis: "lost accuracy")
      }
    }
    key = [
      KeyEntry("layer position", .slate), KeyEntry("weights", .blue), KeyEntry("activations", .orange),
      KeyEntry("activity changes", .green),
    ]
    notes.append(
      "error bars are one standard error: of Gini importance over trees and splits, of permutation importance over splits"
    )
    notes.append(
      "Gini importance favours columns of many values; permutation importance is low where other statistics say the same"
    )
  }

  private mutating func add(
    _ importances: [PooledImportance], _ cell: StudyCell, _ name: String, _ count: Int, title: String, axis: String
  ) {
    if importances.isEmpty { return }
    func family(_ statistic: String) -> String {
      if statistic.hasPrefix("position_") || statistic == "layer_position" { return "layer position" }
      guard let family = StatisticFamily(ofStatistic: statistic) else { return "other" }
      return StatisticSelection.family(family).measureName
    }
    var groups: [BarChart.Group] = []
    for measure in importances.map({ family($0.statistic) }).uniqued() {
      let own = importances.filter { family($0.statistic) == measure }
      let ink =
        own.first.flatMap { StatisticFamily(ofStatistic: $0.statistic)?.ink } ?? (measure == "other" ? .violet : .slate)
      groups.append(
        BarChart.Group(
          measure,
          own.map { one in
            numbers.append(
              experimentCells(cell) + [.string(name), .string(one.statistic), .string(measure)] + viewCell(cell) + [
                .number(one.mean), .number(one.error), .count(count),
              ])
            return BarChart.Bar(shortName(ofStatistic: one.statistic), one.mean, error: one.error, ink)
          }))
    }
    panels.append(Panel(title, .bars(BarChart(groups, axis: ValueAxis(axis), namesBars: true))))
  }
}
