// FigureSketch+Lines.swift -- figures 4a, S5 and S6: lines of accuracy.

import Base
import Classifiers
import Drawing
import Studies
import TrajectoryStore

extension FigureSketch {
  /// Accuracy by the share of a trajectory that is seen, a panel for each distance of samples, a line for each measure.
  mutating func drawSamples() {
    numbers = NumberTable(
      rowColumns(drawsSamples: true) + ["epochs_apart", "samples", "percent"] + Self.accuracyColumns)
    var measures: [StatisticSelection] = []
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.view.randomStart != nil }
      let periods = cells.compactMap { $0.view.randomStart?.period }.uniqued().sorted()
      // As many samples as the whole trajectory has, at the smallest distance.
      let whole = Double(cells.compactMap { $0.view.randomStart?.count }.max() ?? 1)
      let parts = facets(cells, drawsSamples: true)
      for (facet, (place, period)) in parts.flatMap({ facet in periods.enumerated().map { (facet, $0) } }) {
        var (series, all): ([LineChart.Series], [Accuracy]) = ([], [])
        for measure in facet.cells.map(\.statistics).uniqued() {
          var points: [LineChart.Point] = []
          for cell in facet.cells where cell.statistics == measure && cell.view.randomStart?.period == period {
            guard let start = cell.view.randomStart, let accuracy = source.accuracy(cell) else { continue }
            let percent = 100 * Double(start.count) / whole
            points.append(LineChart.Point(percent, accuracy.mean, error: accuracy.error))
            all.append(accuracy)
            numbers.append(
              rowCells(cell, drawsSamples: true) + [.real(period), .count(start.count), .number(percent)]
                + Self.cells(accuracy))
          }
          if points.isEmpty { continue }
          measures.append(measure)
          series.append(LineChart.Series(measure.measureName, points.sorted { $0.x < $1.x }, measure.ink))
        }
        if series.isEmpty { continue }
        let names = ["Dense", "Intermediate", "Sparse"]
        let name = place < names.count ? names[place] : "Period \(place + 1)"
        panels.append(
          Panel(
            "\(prefix(experiment))\(name) (\(NumberText.short(period)) epochs apart)"
              + (parts.count > 1 ? ", \(facet.name)" : ""),
            .lines(
              LineChart(
                series, x: ValueAxis("samples seen, % of \(Int(whole))", from: 0, to: 100),
                y: ValueAxis("test accuracy", from: 0, to: 1), references: chance(all)))))
      }
    }
    columns = 3
    keyOfMeasures(measures.uniqued(), .line)
    keyOfReferences(nil)
    noteErrors(onMarks: true)
  }

  /// Accuracy by portion, a panel for each number of portions, classifier, view and group, a line for each measure.
  mutating func drawPortions() {
    numbers = NumberTable(
      rowColumns(drawsSamples: true) + ["portion", "of"] + Self.accuracyColumns)
    var measures: [StatisticSelection] = []
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.testView == nil && $0.view.portion != nil }
      // The paper has the SVM on the left.
      let parts = facets(cells, drawsSamples: true).sorted { $0.kind == .linearSVM && $1.kind != .linearSVM }
      func counts(_ cells: [StudyCell]) -> [Int] { cells.compactMap { $0.view.portion?.count }.uniqued() }
      let hasSeveral = counts(cells).count > 1
      for (facet, count) in parts.flatMap({ facet in counts(facet.cells).map { (facet, $0) } }) {
        var (series, all): ([LineChart.Series], [Accuracy]) = ([], [])
        for measure in facet.cells.map(\.statistics).uniqued() {
          var points: [LineChart.Point] = []
          for cell in facet.cells where cell.statistics == measure {
            guard let portion = cell.view.portion, portion.count == count, let accuracy = source.accuracy(cell)
            else { continue }
            points.append(LineChart.Point(Double(portion.index + 1), accuracy.mean, error: accuracy.error))
            all.append(accuracy)
            numbers.append(
              rowCells(cell, drawsSamples: true) + [.count(portion.index + 1), .count(portion.count)]
                + Self.cells(accuracy))
          }
          if points.isEmpty { continue }
          measures.append(measure)
          series.append(LineChart.Series(measure.measureName, points, measure.ink))
        }
        if series.isEmpty { continue }
        let ticks = (1...max(1, count)).map { number in
          ValueAxis.Tick(Double(number), portionTick(number - 1, of: count))
        }
        panels.append(
          Panel(
            "\(source.title(of: experiment)), \(facet.name)" + (hasSeveral ? ", \(count) portions" : ""),
            .lines(
              LineChart(
                series, x: ValueAxis("portion of training", from: 0.6, to: Double(count) + 0.4, ticks: ticks),
                y: ValueAxis("test accuracy", from: 0, to: 1), references: chance(all)))))
      }
    }
    columns = 2
    keyOfMeasures(measures.uniqued(), .line)
    keyOfReferences(nil)
    noteErrors(onMarks: true)
  }

  private func portionTick(_ index: Int, of count: Int) -> String {
    count == 3 ? portionName(Portion(index: index, count: count)) : String(index + 1)
  }
}
