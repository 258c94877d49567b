// Claim+Separability.swift -- claims about figures 2a, S1, 2c and 3.

import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

extension Claim {
  static func separability(_ numbers: PaperNumbers) -> [Claim] {
    let forest = numbers.means("separability", .randomForest)
    let machine = numbers.means("separability", .linearSVM)
    let network = numbers.means("separability", .conv1D)
    let best: (Bool, String)? = forest.flatMap { forest in
      guard let machine else { return nil }
      let others = [machine] + [network].compactMap { $0 }
      let wins = forest.indices.filter { place in others.allSatisfy { $0[place].mean <= forest[place].mean } }.count
      return (
        wins == forest.count,
        "best on \(wins) of \(forest.count) measures; forest: \(PaperNumbers.text(forest)); SVM: \(PaperNumbers.text(machine))"
          + (network.map { "; MLP: \(PaperNumbers.text($0))" } ?? "")
      )
    }
    let alike: (Bool, String)? = forest.map { forest in
      let (low, high) = (forest.map(\.mean).min() ?? 0, forest.map(\.mean).max() ?? 0)
      return (high - low <= 0.05, "from \(PaperNumbers.number(low)) to \(PaperNumbers.number(high))")
    }
    let never: (Bool, String)? = forest.flatMap { forest in
      network.map { network in
        let beats = forest.indices.filter { network[$0].mean > forest[$0].mean }.count
        return (beats == 0, "beats the forest on \(beats) of \(forest.count) measures")
      }
    }
    let slightly: (Bool, String)? = machine.flatMap { machine in
      network.map { network in
        let beats = machine.indices.filter { network[$0].mean > machine[$0].mean }.count
        return (beats * 2 > machine.count, "beats the SVM on \(beats) of \(machine.count) measures")
      }
    }
    let order: (Bool, String)? = numbers.means("separability", .linearSVM, PaperNumbers.singles).map { means in
      let sorted = means.sorted { $0.mean > $1.mean }
      return (
        sorted.first?.measure != .family(.activation) && sorted.last?.measure == .family(.activation),
        PaperNumbers.text(means)
      )
    }
    return [
      Claim("2a", "The random forest is best on every measure.", if: "its mean is the highest on each measure", best),
      Claim("2a", "The four measures of the forest are alike.", if: "their means lie within 0.05", alike),
      Claim("2a", "The MLP never beats the forest.", if: "its mean is higher on no measure", never),
      Claim("2a", "The MLP beats the SVM in most cases.", if: "its mean is higher on most measures", slightly),
      Claim(
        "2a", "The SVM is best with weights or activity changes and worst with activations.",
        if: "the means of the three single measures have that order", order),
      Claim(
        "S1", "The forest is best for each pair of rules as well.",
        if: "its mean is the highest for at least 90 % of pairs and measures", pairs(numbers)),
    ]
  }

  private static func pairs(_ numbers: PaperNumbers) -> (Bool, String)? {
    var (wins, all) = (0, 0)
    for measure in PaperNumbers.measures {
      guard let forest = numbers.pairs("pairs", .randomForest, measure),
        let machine = numbers.pairs("pairs", .linearSVM, measure)
      else { return nil }
      for (pair, accuracies) in forest {
        all += 1
        if NumberWords.mean(accuracies) >= NumberWords.mean(machine[pair] ?? []) { wins += 1 }
      }
    }
    return all == 0 ? nil : (wins * 10 >= all * 9, "at least as good as the SVM in \(wins) of \(all) cases")
  }

  static func confusions(_ numbers: PaperNumbers) -> [Claim] {
    let errs: (Bool, String)? = numbers.accuracy("separability", .randomForest, .admissible).map {
      ($0.mean >= 0.95, "errs on \(PaperNumbers.number(1 - $0.mean)) of test examples")
    }
    var (parts, isMore, known): ([String], Bool, Int) = ([], true, 0)
    for kind in ClassifierKind.allCases {
      guard let cell = numbers.cell("separability", kind, .admissible), let result = numbers.figures.results[cell],
        let classes = result.classes, let sum = result.test?.sum,
        let adam = classes.firstIndex(of: "adam"), let sgdm = classes.firstIndex(of: "sgdm"),
        let alignment = classes.firstIndex(of: "information"), let feedback = classes.firstIndex(of: "feedback")
      else { continue }
      let splits = Double(result.splits.count)
      let first = Double(sum[adam, sgdm] + sum[sgdm, adam]) / splits
      let second = Double(sum[alignment, feedback] + sum[feedback, alignment]) / splits
      isMore = isMore && first > second
      known += 1
      parts.append(
        "\(kind.paperName) \(NumberWords.accuracy(first)) against \(NumberWords.accuracy(second)) examples of a split")
    }
    return [
      Claim("2c", "The forest hardly errs.", if: "it errs on less than 5 % of test examples", errs),
      Claim(
        "2c", "All classifiers confuse Adam with SGDM more than information alignment with feedback alignment.",
        if: "more examples are confused, either way, by each classifier",
        known == 0 ? nil : (isMore, parts.joined(separator: "; "))),
    ]
  }

  static func importances(_ numbers: PaperNumbers) -> [Claim] {
    // Without results there are no importances, and no claim can be tested.
    let result = numbers.cell("importances", .randomForest, .admissible).flatMap { numbers.figures.results[$0] }
    let pooled = PooledImportance.pool((result?.splits ?? []).compactMap(\.statisticImportances), bySplit: false)
    let sorted = pooled.sorted { $0.mean > $1.mean }
    func family(_ name: String) -> StatisticFamily? { StatisticFamily(ofStatistic: name) }
    func named(_ list: [PooledImportance]) -> String {
      list.prefix(3).map { "\($0.statistic) \(NumberWords.accuracy($0.mean))" }.joined(separator: ", ")
    }
    let activations = sorted.filter { family($0.statistic) == .activation }
    let changes = pooled.filter { ["gradavgabs_id", "gradavgsq_id"].contains($0.statistic) }
    let positions = sorted.filter { $0.statistic.hasPrefix("position_") }
    let equal: (Bool, String)? =
      changes.count == 2
      ? (
        (changes[0].mean - changes[1].mean).magnitude <= 0.2 * max(changes[0].mean, changes[1].mean),
        named(changes)
      ) : nil
    return [
      Claim(
        "3", "The medians of the weights lead.", if: "the most important statistic is a median of the weights",
        sorted.first.map { (family($0.statistic) == .weight && $0.statistic.hasSuffix("_median"), named(sorted)) }),
      Claim(
        "3", "Norms lead among activations.", if: "the most important statistic of activations is a norm",
        activations.first.map { ($0.statistic.hasSuffix("_norm"), named(activations)) }),
      Claim(
        "3", "Magnitude and square of the activity change are about equally important.",
        if: "they differ by at most 20 %",
        equal),
      Claim(
        "3", "The position of the layer comes last.", if: "its three columns are the three least important",
        positions.count == 3
          ? (
            sorted.suffix(3).allSatisfy { $0.statistic.hasPrefix("position_") },
            "\(named(positions)); the least important statistic: \(named(Array(sorted.filter { !$0.statistic.hasPrefix("position_") }.suffix(1))))"
          ) : nil),
    ]
  }
}
