// Claim+Trajectories.swift -- claims about figures 4a, 4b, S5 to S8 and 5.

import Base
import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

extension Claim {
  /// Accuracies by period and count of the samples.
  private static func sampled(
    _ numbers: PaperNumbers, _ kind: ClassifierKind, _ measure: StatisticSelection
  ) -> [(start: RandomStart, accuracy: Double)] {
    numbers.figures.plan.cells.compactMap { cell in
      guard cell.experiment == "samples", cell.kind == kind, cell.statistics == measure,
        let start = cell.view.randomStart, let accuracy = numbers.figures.accuracy(cell)
      else { return nil }
      return (start, accuracy.mean)
    }
  }

  static func samples(_ numbers: PaperNumbers) -> [Claim] {
    var (right, all) = (0, 0)
    for measure in PaperNumbers.measures {
      let points = sampled(numbers, .randomForest, measure)
      for one in points {
        for other in points where other.start.count == one.start.count && other.start.period > one.start.period {
          all += 1
          if other.accuracy > one.accuracy { right += 1 }
        }
      }
    }
    let longer: (Bool, String)? = all == 0 ? nil : (right * 10 >= all * 8, "better in \(right) of \(all) comparisons")
    func dense(_ measure: StatisticSelection, _ kind: ClassifierKind) -> [(count: Int, accuracy: Double)] {
      let points = sampled(numbers, kind, measure)
      let period = points.map(\.start.period).min()
      return points.filter { $0.start.period == period }.map { ($0.start.count, $0.accuracy) }.sorted { $0.0 < $1.0 }
    }
    func few(_ kind: ClassifierKind) -> (Bool, String)? {
      let firsts = PaperNumbers.singles.compactMap { measure in
        dense(measure, kind).first.map { (measure: measure, mean: $0.accuracy) }
      }
      guard firsts.count == PaperNumbers.singles.count else { return nil }
      let best = firsts.max { $0.mean < $1.mean }
      return (best?.measure == .family(.weight), "two dense samples: \(PaperNumbers.text(firsts))")
    }
    let (weights, activations) = (dense(.family(.weight), .randomForest), dense(.family(.activation), .randomForest))
    var catching: (Bool, String)?
    if let first = weights.first, let last = weights.last, let one = activations.first, let end = activations.last,
      weights.count == activations.count, weights.count > 1
    {
      let (before, after) = (first.accuracy - one.accuracy, last.accuracy - end.accuracy)
      catching = (
        after < before,
        "weights are ahead by \(PaperNumbers.number(before)) with \(first.count) samples, by \(PaperNumbers.number(after)) with \(last.count)"
      )
    }
    return [
      Claim(
        "4a", "With equally many samples a longer period is better.",
        if: "at least 80 % of comparisons of equal counts favour the longer period", longer),
      Claim(
        "4a", "Weights are the most robust single measure.", if: "with two dense samples their accuracy is the highest",
        few(.randomForest)),
      Claim("4a", "Activations catch up with more samples.", if: "they are less far behind with all samples", catching),
      Claim("S5", "The SVM has the same order.", if: "with two dense samples weights are the highest", few(.linearSVM)),
      Claim("S5", "The SVM is lower.", if: "its mean over all views is lower", lower(numbers)),
    ]
  }

  private static func lower(_ numbers: PaperNumbers) -> (Bool, String)? {
    let means = [ClassifierKind.randomForest, .linearSVM].map { kind in
      PaperNumbers.measures.flatMap { sampled(numbers, kind, $0).map(\.accuracy) }
    }
    guard !means[0].isEmpty, means[0].count == means[1].count else { return nil }
    let (forest, machine) = (NumberWords.mean(means[0]), NumberWords.mean(means[1]))
    return (machine < forest, "SVM \(PaperNumbers.number(machine)), forest \(PaperNumbers.number(forest))")
  }

  /// Every pair of portions with the accuracy of its own.
  private static func crossed(
    _ numbers: PaperNumbers, _ kind: ClassifierKind
  ) -> [(trained: Portion, tested: Portion, accuracy: Accuracy, same: Double)] {
    numbers.figures.plan.cells.compactMap { cell in
      guard cell.experiment == "thirds", cell.kind == kind, let trained = cell.view.portion,
        let tested = cell.testView?.portion, let accuracy = numbers.figures.accuracy(cell),
        let base = numbers.figures.plan.cells.first(where: {
          $0.experiment == "thirds" && $0.kind == kind && $0.statistics == cell.statistics && $0.view == cell.view
            && $0.testView == nil
        }), let same = numbers.figures.accuracy(base)
      else { return nil }
      return (trained, tested, accuracy, same.mean)
    }
  }

  static func portions(_ numbers: PaperNumbers) -> [Claim] {
    let forest = crossed(numbers, .randomForest)
    let machine = crossed(numbers, .linearSVM)
    let under = forest.count { $0.accuracy.mean < $0.same }
    let late = forest.filter { $0.trained.index > 0 && $0.tested.index > 0 }.map(\.accuracy.mean)
    let early = forest.filter { $0.trained.index == 0 || $0.tested.index == 0 }.map(\.accuracy.mean)
    let near = machine.count { $0.accuracy.mean <= $0.accuracy.chance + 0.1 }
    var ranges: [String] = []
    var varies = true
    for measure in PaperNumbers.measures {
      let means = numbers.figures.plan.cells.filter {
        $0.experiment == "sevenths" && $0.kind == .randomForest && $0.statistics == measure
      }.compactMap(numbers.figures.accuracy)
      guard let low = means.map(\.mean).min(), let high = means.map(\.mean).max(), means.count > 1 else { continue }
      let error = means.compactMap(\.error).max() ?? 0
      varies = varies && high - low > 2 * error
      ranges.append("\(measure.measureName) \(PaperNumbers.number(low)) to \(PaperNumbers.number(high))")
    }
    return [
      Claim(
        "4b", "Every test on another portion falls below its red line.", if: "all means are lower",
        forest.isEmpty ? nil : (under == forest.count, "\(under) of \(forest.count) are lower")),
      Claim(
        "4b", "Middle and late training correspond somewhat.",
        if: "the mean between them is higher than the mean of tests with early training",
        late.isEmpty || early.isEmpty
          ? nil
          : (
            NumberWords.mean(late) > NumberWords.mean(early),
            "between middle and late \(PaperNumbers.number(NumberWords.mean(late))), with early \(PaperNumbers.number(NumberWords.mean(early)))"
          )),
      Claim(
        "S7", "The SVM is often at or near chance.", if: "at least a third of tests are at most 0.1 above chance",
        machine.isEmpty ? nil : (near * 3 >= machine.count, "\(near) of \(machine.count) are")),
      Claim(
        "S6", "Even the same portion varies over portions.",
        if: "on each measure the forest's sevenths differ by more than two standard errors",
        ranges.isEmpty ? nil : (varies, ranges.joined(separator: "; "))),
    ]
  }

  static func conditions(_ numbers: PaperNumbers) -> [Claim] {
    var claims: [Claim] = []
    for (figure, kind) in [("5", ClassifierKind.randomForest), ("S8", .linearSVM)] {
      let sketch = FigureSketch(
        source: numbers.figures,
        figure: StudyFigure(
          name: figure, title: "", drawing: .conditions, experiments: ["conditions"], classifiers: [kind])
      ).drawn()
      func number(_ cell: JSONValue) -> Double { if case .real(let number) = cell { number } else { .nan } }
      func cells(_ measure: StatisticFamily) -> [(unit: Double, noise: Double, accuracy: Double)] {
        sketch.numbers.rows.filter { $0[2] == .string(measure.rawValue) }
          .map { (number($0[3]), number($0[4]), number($0[6])) }
      }
      let activations = cells(.activation).map(\.accuracy)
      claims.append(
        Claim(
          figure, "Activations stay high over all levels of noise and units.", if: "no cell is below 0.8",
          activations.min().map { ($0 >= 0.8, "the lowest is \(PaperNumbers.number($0))") }))
      var (parts, falls): ([String], Bool) = ([], true)
      for measure in [StatisticFamily.weight, .layerwise] {
        let own = cells(measure)
        guard let noisy = own.map(\.noise).max(), let quiet = own.map(\.noise).min(), noisy > quiet,
          let few = own.map(\.unit).min(), let many = own.map(\.unit).max()
        else { continue }
        let byNoise = [quiet, noisy].map { level in NumberWords.mean(own.filter { $0.noise == level }.map(\.accuracy)) }
        let byUnits = [many, few].map { level in NumberWords.mean(own.filter { $0.unit == level }.map(\.accuracy)) }
        falls = falls && byNoise[1] < byNoise[0] && byUnits[1] < byUnits[0]
        parts.append(
          "\(StatisticSelection.family(measure).measureName): \(PaperNumbers.number(byNoise[0])) to \(PaperNumbers.number(byNoise[1])) with noise, "
            + "\(PaperNumbers.number(byUnits[0])) to \(PaperNumbers.number(byUnits[1])) with fewer units")
      }
      claims.append(
        Claim(
          figure, "Weights and activity changes fall with noise and with fewer units.",
          if: "means at the most noise and at the fewest units are lower",
          parts.isEmpty ? nil : (falls, parts.joined(separator: "; "))))
    }
    return claims
  }
}
