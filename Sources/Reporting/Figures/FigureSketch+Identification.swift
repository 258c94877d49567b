// FigureSketch+Identification.swift -- how far identification is true, group by group, and learning curves.

import Base
import Classifiers
import Drawing
import Glibc
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore

extension FigureSketch {
  /// For each group that is presented as unknown: what was correct, what was claimed, what sets hold, what is called novel.
  mutating func drawIdentification() {
    numbers = NumberTable(
      experimentColumns + [
        "unknown", "statistics", "runs", "accuracy", "low_95", "high_95", "mean_confidence", "set_coverage",
        "mean_set_size", "novel_examples", "novel_runs", "agreement", "warned", "near_chance", "chance",
        "calibrated_by", "taken_for",
      ])
    var verdicts: [(warned: Bool, isNear: Bool)] = []
    var least: (name: String, coverage: Double)?
    var (unlearned, unlearnedWarned) = (0, 0)
    for experiment in figure.experiments {
      for cell in source.cells(experiment, of: figure) {
        guard let result = source.results[cell] else { continue }
        var groups: [BarChart.Group] = []
        var chances: [Double] = []
        for split in result.splits {
          guard let score = split.identification else { continue }
          let name = shortName(ofGroup: split.name, by: source.columns(ofGroups: cell))
          let chance = 1 / Double(max(1, score.classes.count))
          chances.append(chance)
          groups.append(group(of: score, name, cell, chance))
          guard let coverage = score.coverage else {
            unlearned += 1
            unlearnedWarned += score.isWarnedOf ? 1 : 0
            continue
          }
          verdicts.append((score.isWarnedOf, score.isNearChance))
          if least.map({ coverage < $0.coverage }) ?? true { least = (name, coverage) }
        }
        if groups.isEmpty { continue }
        let lines = Set(chances).count == 1 ? [Reference(chances[0], label: "chance", isChance: true)] : []
        panels.append(
          Panel(
            source.title(of: experiment) + (Self.groupText(cell.group).map { ", \($0)" } ?? ""),
            .bars(BarChart(groups, axis: ValueAxis("share", from: 0, to: 1), references: lines))))
      }
    }
    key = [
      KeyEntry("runs identified correctly", .violet), KeyEntry("mean confidence", .slate),
      KeyEntry("90 % sets that hold the true class", .green), KeyEntry("examples called novel", .orange),
      KeyEntry("chance", .slate, .dots),
    ]
    notes.append(
      "runs identified correctly with the 95 % interval of Wilson over runs; ! marks groups that a warning names")
    if unlearned > 0 {
      notes.append(
        "a warning says of \(unlearnedWarned) of \(unlearned) groups whose class nobody learned that they are new, doubtful or told apart less surely than others"
      )
    }
    if let least {
      notes.append(
        "90 % sets hold the true class of \(NumberText.fixed(100 * least.coverage, 0)) % of the runs of \(least.name), the worst group"
      )
      let near = verdicts.filter(\.isNear), far = verdicts.filter { !$0.isNear }
      notes.append(
        "the warning names \(near.count(where: \.warned)) of \(near.count) groups that were identified no better than by guessing, and "
          + "\(far.count(where: \.warned)) of the other \(far.count)")
    }
  }

  /// The bars and the numbers of one group.
  private mutating func group(
    of score: IdentificationScore, _ name: String, _ cell: StudyCell, _ chance: Double
  ) -> BarChart.Group {
    let interval = score.accuracy.map { Self.wilson($0, of: score.knownRuns) }
    let novel = Double(score.novelExamples) / Double(max(1, score.examples))
    let taken = zip(score.classes, score.runsTakenFor).filter { $0.1 > 0 }.map { "\($0) \($1)" }
    let row: [JSONValue] = [
      .string(name), .string(cell.statistics.text), .count(score.runs), .number(score.accuracy),
      .number(interval?.lowerBound), .number(interval?.upperBound), .number(score.meanConfidence),
      .number(score.coverage), .number(score.meanSetSize), .number(novel),
      .number(Double(score.novelRuns) / Double(max(1, score.runs))), .number(score.agreement),
      .string(score.isWarnedOf ? "yes" : "no"),
      score.accuracy == nil ? .null : .string(score.isNearChance ? "yes" : "no"), .number(chance),
      .string(score.calibratedBy), .string(taken.joined(separator: ", ")),
    ]
    numbers.append(experimentCells(cell) + row)
    var bars: [BarChart.Bar] = []
    if let accuracy = score.accuracy {
      bars.append(BarChart.Bar("runs identified correctly", accuracy, interval: interval, .violet))
    }
    bars.append(BarChart.Bar("mean confidence", score.meanConfidence, .slate))
    if let coverage = score.coverage {
      bars.append(BarChart.Bar("90 % sets that hold the true class", coverage, .green))
    }
    bars.append(BarChart.Bar("examples called novel", novel, .orange))
    return BarChart.Group(score.isWarnedOf ? "\(name) !" : name, bars)
  }

  /// The 95 % interval of a share of independent runs (Wilson 1927).
  private static func wilson(_ share: Double, of count: Int) -> ClosedRange<Double> {
    /// The normal quantile of 0.975.
    let z = 1.959964
    let n = Double(max(1, count))
    let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, middle - half)...min(1, middle + half)
  }

  /// Accuracy by the number of runs that are learned from, a panel for each classifier, a line for each measure.
  mutating func drawLearningCurve() {
    numbers = NumberTable(
      ["experiment", "classifier", "statistics"] + viewColumn() + ["share_of_runs", "training_runs"]
        + Self.accuracyColumns)
    var measures: [StatisticSelection] = []
    for experiment in figure.experiments {
      let cells = source.cells(experiment, of: figure)
      for facet in facets(cells, drawsGroups: true) {
        var (series, all): ([LineChart.Series], [Accuracy]) = ([], [])
        for measure in facet.cells.map(\.statistics).uniqued() {
          var points: [LineChart.Point] = []
          for cell in facet.cells where cell.statistics == measure {
            guard let accuracy = source.accuracy(cell), let runs = source.plan.trainingRuns[cell.plan.splitSet],
              case .real(let share)? = cell.group.first
            else { continue }
            points.append(LineChart.Point(runs, accuracy.mean, error: accuracy.error))
            all.append(accuracy)
            numbers.append(
              [
                .string(experiment), .string(cell.kind.rawValue), .string(measure.text),
              ] + viewCell(cell) + [.real(share), .number(runs)] + Self.cells(accuracy))
          }
          if points.isEmpty { continue }
          measures.append(measure)
          series.append(LineChart.Series(measure.measureName, points.sorted { $0.x < $1.x }, measure.ink))
        }
        if series.isEmpty { continue }
        panels.append(
          Panel(
            prefix(experiment) + facet.name,
            .lines(
              LineChart(
                series, x: ValueAxis("runs that are learned from", scale: .log),
                y: ValueAxis("test accuracy", from: 0, to: 1), references: chance(all)))))
      }
    }
    columns = 2
    keyOfMeasures(measures.uniqued(), .line)
    keyOfReferences(nil)
    noteErrors(onMarks: true)
    let sides = figure.experiments.map { (prefix($0), sidesSentence(of: $0)) }
    // What is so of every experiment is said once.
    notes += Set(sides.map(\.1)).count == 1 ? [sides[0].1] : sides.map { $0.0 + $0.1 }
  }

  /// What the splits of a learning curve keep apart, and how large their test sides are.
  private func sidesSentence(of experiment: String) -> String {
    guard case .groupShuffle(let plan)? = source.plan.study.experiment(experiment)?.splits.kind else { return "" }
    let groups = plan.by == ["run_id"] ? ("run", "runs") : (plan.by.joined(separator: ", "), "groups")
    let counted = plan.counting == .groups ? groups.1 : "examples"
    let test =
      switch plan.test {
      case .fraction(0.25): "a quarter of the \(counted) throughout"
      case .fraction(let fraction): "\(NumberText.short(100 * fraction)) % of the \(counted) throughout"
      case .count(let count): "\(count) \(counted) throughout"
      case .rest: "the other \(counted)"
      }
    return "no \(groups.0) is on both sides; the test sides are \(test)"
  }
}
