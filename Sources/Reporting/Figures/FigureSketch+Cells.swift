// FigureSketch+Cells.swift -- figures 2c, 5 and S8: cells.

import Base
import Classifiers
import Drawing
import Studies
import TrajectoryModel
import TrajectoryStore

extension FigureSketch {
  /// A confusion matrix for each classifier, view and group: counts, the mean over splits; rows are what examples are.
  mutating func drawConfusion() {
    /// Of more classes, most pairs are never confused.
    let mostClassesInFull = 20
    var leavesOut = false
    numbers = NumberTable(
      rowColumns() + ["actual", "predicted", "mean_count", "share_of_actual"])
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.testView == nil }
      let hasMeasures = Set(cells.map(\.statistics)).count > 1
      for (facet, cell) in facets(cells).flatMap({ facet in facet.cells.map { (facet, $0) } }) {
        guard let result = source.results[cell], let classes = result.classes, let metrics = result.test else {
          continue
        }
        let sum = metrics.sum
        let splits = Double(result.splits.count)
        // One digit throughout, unless all are whole numbers.
        let digits =
          classes.indices.allSatisfy { row in
            classes.indices.allSatisfy { sum[row, $0] % Int64(max(1, result.splits.count)) == 0 }
          } ? 0 : 1
        var rows: [[CellChart.Cell]] = []
        for actual in classes.indices {
          let total = classes.indices.reduce(0.0) { $0 + Double(sum[actual, $1]) }
          rows.append(
            classes.indices.map { predicted in
              let count = Double(sum[actual, predicted])
              let share = total > 0 ? count / total : .nan
              if count > 0 || classes.count <= mostClassesInFull {
                numbers.append(
                  rowCells(cell) + [
                    .string(classes[actual]), .string(classes[predicted]), .number(count / splits), .number(share),
                  ])
              } else {
                leavesOut = true
              }
              return CellChart.Cell(share, NumberText.fixed(count / splits, digits))
            })
        }
        panels.append(
          Panel(
            prefix(experiment) + facet.name + (hasMeasures ? ", \(cell.statistics.measureName)" : ""),
            .cells(
              CellChart(
                rows: classes, columns: classes, cells: rows, rowTitle: "actual", columnTitle: "predicted", scale: 0...1
              ))))
      }
    }
    columns = 3
    notes.append("test examples of a split, the mean over splits; the darker, the larger the share of the actual class")
    if leavesOut { notes.append("pairs of classes that no test example confuses are left out of the numbers") }
  }

  /// Accuracy by noise and units, a panel for each measure; perfect information is at the upper right.
  mutating func drawConditions() {
    numbers = NumberTable(
      ["experiment", "classifier", "statistics"] + viewColumn() + ["unit_fraction", "noise_sd", "observation_seeds"]
        + Self.accuracyColumns)
    func number(_ value: MetadataValue) -> Double {
      switch value {
      case .integer(let number): Double(number)
      case .real(let number): number
      case .null, .text: 0
      }
    }
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.group.count >= 2 }
      let units = cells.map { number($0.group[0]) }.uniqued().sorted(by: >)
      let noises = cells.map { number($0.group[1]) }.uniqued().sorted(by: >)
      let parts = facets(cells, drawsGroups: true)
      for (facet, measure) in parts.flatMap({ facet in facet.cells.map(\.statistics).uniqued().map { (facet, $0) } }) {
        var chance = 0.5
        var rows: [[CellChart.Cell]] = []
        for unit in units {
          rows.append(
            noises.map { noise in
              let same = facet.cells.filter {
                $0.statistics == measure && number($0.group[0]) == unit && number($0.group[1]) == noise
              }
              let own = same.compactMap(source.accuracy)
              guard let cell = same.first, let accuracy = Accuracy(meansOf: own) else {
                return CellChart.Cell(.nan, "")
              }
              chance = accuracy.chance
              numbers.append(
                [
                  .string(experiment), .string(facet.kind.rawValue), .string(measure.text),
                ] + viewCell(cell) + [.real(unit), .real(noise), .count(own.count)] + Self.cells(accuracy))
              return CellChart.Cell(accuracy.mean, NumberText.fixed(accuracy.mean, 2))
            })
        }
        guard rows.contains(where: { $0.contains { $0.value.isFinite } }) else { continue }
        panels.append(
          Panel(
            prefix(experiment) + measure.measureName + (parts.count > 1 ? ", \(facet.name)" : ""),
            .cells(
              CellChart(
                rows: units.map { NumberText.short($0) }, columns: noises.map { NumberText.short($0) }, cells: rows,
                rowTitle: "fraction of units", columnTitle: "noise (standard deviation)", scale: min(chance, 0.999)...1,
                scaleTitle: "test accuracy"))))
      }
    }
    columns = 3
    notes.append("the lightest colour is chance or less; cells are means over observation seeds and splits")
  }
}
