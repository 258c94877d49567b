// FigureSketch+Bars.swift -- figures 2a, 2b, S1 to S4: bars of accuracy.

import Base
import Classifiers
import Drawing
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore

extension FigureSketch {
  /// Bars by classifier and measure, a panel for each experiment; the red line of each bar is the same in the reference.
  mutating func drawAccuracy() {
    numbers = NumberTable(
      rowColumns() + Self.accuracyColumns + Self.intervalColumns + ["reference", "reference_error"])
    var (measures, reds): ([StatisticSelection], [Reference?]) = ([], [])
    var hasIntervals = false
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure).filter { $0.testView == nil }
      var (groups, all): ([BarChart.Group], [Accuracy]) = ([], [])
      for facet in facets(cells) {
        var bars: [BarChart.Bar] = []
        for cell in facet.cells {
          guard let accuracy = source.accuracy(cell) else { continue }
          let reference = source.reference(of: figure, like: cell)
          let red = reference?.reference("whole trajectories")
          reds.append(red)
          bars.append(
            BarChart.Bar(
              cell.statistics.measureName, accuracy.mean, error: accuracy.error, cell.statistics.ink, reference: red))
          let interval = source.interval(cell)
          hasIntervals = hasIntervals || interval != nil
          numbers.append(
            rowCells(cell) + Self.cells(accuracy) + Self.cells(interval) + [
              .number(reference?.mean), .number(reference?.error),
            ])
          measures.append(cell.statistics)
          all.append(accuracy)
        }
        if !bars.isEmpty { groups.append(BarChart.Group(facet.name, bars)) }
      }
      if groups.isEmpty { continue }
      let title = figure.experiments.count > 1 ? source.title(of: experiment) : ""
      panels.append(Panel(title, .bars(BarChart(groups, axis: .accuracy, references: chance(all)))))
    }
    columns = min(2, panels.count)
    keyOfMeasures(measures.uniqued())
    keyOfReferences(source.referenceSource(of: figure).map { "whole trajectories (\($0))" })
    noteErrors()
    noteBands(reds)
    if hasIntervals {
      notes.append("low_95 and high_95 among the numbers: a bootstrap over runs, whose layers are not independent")
    }
  }

  /// The colours of hold-outs in the paper: architectures, curricula, tasks.
  private static let holdoutInks: [Ink] = [.violet, .brown, .pink]

  /// A bar for each group that is held out; the red line is what splits without hold-out give.
  mutating func drawHoldouts() {
    numbers = NumberTable(
      experimentColumns + ["held_out", "classifier", "statistics"] + viewColumn()
        + ["accuracy", "standard_error", "splits", "test_examples", "chance"] + Self.intervalColumns
        + ["reference", "reference_error"])
    var (groups, titles): ([[BarChart.Group]], [String]) = ([], [])
    var all: [Accuracy] = []
    let measures = figure.experiments.flatMap { source.cells($0, of: figure).map(\.statistics) }.uniqued()
    let isParted = figure.experiments.contains { facets(source.cells($0, of: figure)).count > 1 }
    for (number, experiment) in figure.experiments.enumerated() {
      let ink = Self.holdoutInks[number % 3]
      var own: [BarChart.Group] = []
      var fields = ""
      let parts = facets(source.cells(experiment, of: figure))
      for (facet, cell) in parts.flatMap({ facet in facet.cells.map { (facet, $0) } }) {
        guard let result = source.results[cell] else { continue }
        let by = source.columns(ofGroups: cell)
        let reference = source.reference(of: figure, like: cell)
        func heldOut(_ split: SplitResult) -> String { source.nameWithoutRepeat(of: split, in: cell) }
        let bars = result.splits.map(heldOut).uniqued().compactMap { fullName -> BarChart.Bar? in
          let repeats = result.splits.filter { heldOut($0) == fullName }
          guard let accuracy = Accuracy(repeats) else { return nil }
          let interval = repeats.count == 1 ? source.interval(cell, ordinal: repeats[0].ordinal) : nil
          let name = shortName(ofGroup: fullName, by: by)
          let testCount = Int(exactly: accuracy.testCount)
          all.append(accuracy)
          numbers.append(
            experimentCells(cell) + [
              .string(name), .string(cell.kind.rawValue), .string(cell.statistics.text),
            ] + viewCell(cell) + [
              .number(accuracy.mean), .number(accuracy.error), .count(accuracy.splits.count),
              testCount.map { .count($0) } ?? .number(accuracy.testCount),
              .number(accuracy.chance),
            ] + Self.cells(interval) + [.number(reference?.mean), .number(reference?.error)])
          return BarChart.Bar(
            name, accuracy.mean, error: accuracy.error, interval: interval.map { $0.low...$0.high }, ink)
        }
        // A short name of several values does not say of what they are.
        fields = by.count > 1 ? " (\(by.joined(separator: ", ")))" : ""
        let words = (measures.count > 1 ? [cell.statistics.measureName] : []) + (parts.count > 1 ? [facet.name] : [])
        let label = words.isEmpty ? source.title(of: experiment) + fields : words.joined(separator: ", ")
        own.append(BarChart.Group(label, bars, reference: reference?.reference("not held out")))
      }
      if !own.isEmpty {
        groups.append(own)
        titles.append("held-out \(source.title(of: experiment))\(fields)")
        key.append(KeyEntry("held-out \(source.title(of: experiment))", ink))
      }
    }
    arrangeHoldouts(groups, titles, apart: measures.count > 1 || isParted, chance(all))
    keyOfReferences(source.referenceSource(of: figure).map { "mean of \($0), not held out" })
    noteHoldoutErrors(groups.flatMap(\.self))
  }

  /// What the errors of bars of held-out groups are, and the band of their red line, as far as they are drawn.
  private mutating func noteHoldoutErrors(_ groups: [BarChart.Group]) {
    let bars = groups.flatMap(\.bars)
    if bars.contains(where: { $0.error == nil }) {
      let isDrawn = bars.contains { $0.interval != nil }
      let drawn = isDrawn ? "; what is drawn is the 95 % interval of a bootstrap over the runs of the group" : ""
      notes.append("one fit for each held-out group, so bars have no error over splits\(drawn)")
    }
    if bars.contains(where: { $0.error != nil }) { noteErrors() }
    noteBands(groups.map(\.reference))
  }

  /// A panel for each experiment, or all in one where one red line serves them.
  private mutating func arrangeHoldouts(
    _ groups: [[BarChart.Group]], _ titles: [String], apart: Bool, _ chance: [Reference]
  ) {
    if apart {
      panels = zip(titles, groups).map { title, own in
        Panel(title, .bars(BarChart(own, axis: .accuracy, references: chance, namesBars: true)))
      }
      return
    }
    // One measure has one red line, across everything.
    let red = groups.flatMap(\.self).compactMap(\.reference).first
    let bare = groups.flatMap(\.self).map { BarChart.Group($0.label, $0.bars) }
    panels = [
      Panel(
        "", .bars(BarChart(bare, axis: .accuracy, references: [red].compactMap { $0 } + chance, namesBars: true)))
    ]
  }

  /// Bars for each pair of classes, a panel for each classifier, view and group.
  mutating func drawPairs() {
    numbers = NumberTable(
      experimentColumns + ["pair", "classifier", "statistics"] + viewColumn() + Self.accuracyColumns)
    var measures: [StatisticSelection] = []
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure)
      for facet in facets(cells) {
        var bars: [String: [BarChart.Bar]] = [:]
        var (order, all): ([String], [Accuracy]) = ([], [])
        for cell in facet.cells {
          guard let result = source.results[cell] else { continue }
          measures.append(cell.statistics)
          func pair(_ split: SplitResult) -> String { source.nameWithoutRepeat(of: split, in: cell) }
          for name in result.splits.map(pair).uniqued() {
            guard let accuracy = Accuracy(result.splits.filter { pair($0) == name }) else { continue }
            all.append(accuracy)
            order.append(name)
            bars[name, default: []].append(
              BarChart.Bar(cell.statistics.measureName, accuracy.mean, error: accuracy.error, cell.statistics.ink))
            numbers.append(
              experimentCells(cell)
                + [.string(name), .string(cell.kind.rawValue), .string(cell.statistics.text)] + viewCell(cell)
                + Self.cells(accuracy))
          }
        }
        let groups = order.uniqued().map { name in
          BarChart.Group(name.split(separator: "+").joined(separator: ", "), bars[name] ?? [])
        }
        if groups.isEmpty { continue }
        panels.append(
          Panel(
            prefix(experiment) + facet.name, .bars(BarChart(groups, axis: .accuracy, references: chance(all)))))
      }
    }
    keyOfMeasures(measures.uniqued())
    keyOfReferences(nil)
    noteErrors()
  }

  /// Bars for each portion that is learned from and each that is tested on, a panel for each measure.
  mutating func drawCrossPortions() {
    // Red is the colour of what is compared with.
    let inks = Ink.allCases.filter { $0 != .red }
    numbers = NumberTable(
      rowColumns(drawsSamples: true) + ["trained_on", "tested_on"] + Self.accuracyColumns + [
        "same_portion", "same_portion_error",
      ])
    var (tested, reds): ([Portion], [Reference?]) = ([], [])
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure)
      let parts = facets(cells, drawsSamples: true)
      for (facet, measure) in parts.flatMap({ facet in facet.cells.map(\.statistics).uniqued().map { (facet, $0) } }) {
        let own = facet.cells.filter { $0.statistics == measure }
        var (groups, all): ([BarChart.Group], [Accuracy]) = ([], [])
        for base in own where base.testView == nil {
          guard let trained = base.view.portion else { continue }
          let same = source.accuracy(base)
          var bars: [BarChart.Bar] = []
          for cell in own where cell.view == base.view {
            guard let portion = cell.testView?.portion, let accuracy = source.accuracy(cell) else { continue }
            tested.append(portion)
            all.append(accuracy)
            bars.append(
              BarChart.Bar(
                "tested on \(portionName(portion))", accuracy.mean, error: accuracy.error,
                inks[portion.index % inks.count]))
            numbers.append(
              rowCells(cell, drawsSamples: true)
                + [.string(portionName(trained)), .string(portionName(portion))] + Self.cells(accuracy) + [
                  .number(same?.mean), .number(same?.error),
                ])
          }
          if bars.isEmpty { continue }
          let red = same?.reference("tested on the same portion")
          reds.append(red)
          groups.append(BarChart.Group("learned on \(portionName(trained))", bars, reference: red))
        }
        if groups.isEmpty { continue }
        panels.append(
          Panel(
            prefix(experiment) + measure.measureName + (parts.count > 1 ? ", \(facet.name)" : ""),
            .bars(BarChart(groups, axis: .accuracy, references: chance(all)))))
      }
    }
    columns = 2
    key = tested.uniqued().sorted { $0.index < $1.index }.map {
      KeyEntry("tested on \(portionName($0))", inks[$0.index % inks.count])
    }
    keyOfReferences("same portion" + (source.portionFigure(of: figure).map { " (figure \($0))" } ?? ""))
    noteErrors()
    noteBands(reds)
  }
}
