// Claim+Holdouts.swift -- claims about figures 2b, S2, S3 and S4.

import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

extension Claim {
  /// What counts as little below a red line.
  private static let little = 0.1

  /// The mean of held-out groups, with how far it is below the reference.
  private static func below(
    _ numbers: PaperNumbers, _ experiment: String, _ kind: ClassifierKind, _ measure: StatisticSelection
  ) -> (mean: Double, gap: Double)? {
    guard let groups = numbers.heldOut(experiment, kind, measure),
      let reference = numbers.accuracy("separability", kind, measure)
    else { return nil }
    let mean = NumberWords.mean(groups.map(\.accuracy))
    return (mean, reference.mean - mean)
  }

  /// Whether all of some hold-outs are little below their red lines.
  private static func keeps(
    _ numbers: PaperNumbers, _ kind: ClassifierKind, _ cases: [(experiment: String, measure: StatisticSelection)]
  ) -> (Bool, String)? {
    var (parts, holds): ([String], Bool) = ([], true)
    for one in cases {
      guard let gap = below(numbers, one.experiment, kind, one.measure) else { return nil }
      holds = holds && gap.gap <= little
      parts.append(
        "\(one.measure.measureName), \(one.experiment): mean \(PaperNumbers.number(gap.mean)), \(PaperNumbers.number(gap.gap.magnitude)) \(gap.gap < 0 ? "above" : "below")"
      )
    }
    return (holds, parts.joined(separator: "; "))
  }

  private static func negated(_ test: (Bool, String)?) -> (Bool, String)? { test.map { (!$0.0, $0.1) } }

  static func holdouts(_ numbers: PaperNumbers) -> [Claim] {
    let (weight, activation, changes): (StatisticSelection, StatisticSelection, StatisticSelection) =
      (.family(.weight), .family(.activation), .family(.layerwise))
    let tasks: (Bool, String)? = numbers.heldOut("tasks", .randomForest, .admissible).flatMap { groups in
      let byName = Dictionary(groups.map { ($0.group, $0.accuracy) }) { first, _ in first }
      // The tasks of the miniature and of the bundled data stand in the place of the paper's.
      func found(_ names: String...) -> Double? { names.lazy.compactMap { byName[$0] }.first }
      guard let imagenet = found("imagenet", "digits40"), let audionet = found("audionet", "digits-noise", "mixture"),
        let simclr = found("simclr", "digits-simclr"), let cifar = found("cifar10", "digits", "digits10")
      else { return nil }
      return (
        min(imagenet, audionet) >= max(simclr, cifar) && simclr <= cifar,
        groups.map { "\($0.group) \(PaperNumbers.number($0.accuracy))" }.joined(separator: ", ")
      )
    }
    return [
      Claim(
        "2b", "Held-out architectures and curricula are little below the red line.",
        if: "their means are at most 0.1 below",
        keeps(numbers, .randomForest, [("architectures", .admissible), ("curricula", .admissible)])),
      Claim(
        "2b", "Of held-out tasks ImageNet and word-speaker-noise are best, SimCLR is lowest and CIFAR-10 low.",
        if: "the accuracies have that order; digits40, digits-noise or mixture, and digits stand in their places", tasks
      ),
      Claim(
        "S3", "Weights or activations alone keep this for architectures and curricula.",
        if: "their means are at most 0.1 below",
        keeps(
          numbers, .randomForest,
          [
            ("architectures", weight), ("curricula", weight), ("architectures", activation), ("curricula", activation),
          ])),
      Claim(
        "S3", "Activity changes alone do not keep it for architectures.", if: "their mean is more than 0.1 below",
        negated(keeps(numbers, .randomForest, [("architectures", changes)]))),
      Claim(
        "S4", "The SVM does not keep it.", if: "a mean over held-out architectures is more than 0.1 below",
        negated(
          keeps(
            numbers, .linearSVM,
            [("architectures", weight), ("architectures", activation), ("architectures", changes)]))),
    ]
  }

  static func controls(_ numbers: PaperNumbers) -> [Claim] {
    let easily: (Bool, String)? = numbers.means("confounded", .randomForest).map { means in
      (means.allSatisfy { $0.mean >= 0.9 }, PaperNumbers.text(means))
    }
    let matched: (Bool, String)? = numbers.means("matched", .randomForest).map { means in
      (means.allSatisfy { $0.mean >= 0.9 }, PaperNumbers.text(means))
    }
    func drops(_ kind: ClassifierKind) -> [(measure: StatisticSelection, mean: Double)]? {
      guard let whole = numbers.means("separability", kind), let mean = numbers.means("means", kind) else { return nil }
      return zip(whole, mean).map { ($0.measure, $0.mean - $1.mean) }
    }
    let machine: (Bool, String)? = drops(.linearSVM).map { drops in
      (drops.allSatisfy { $0.mean > 0 }, "lost: \(PaperNumbers.text(drops))")
    }
    let forest: (Bool, String)? = drops(.randomForest).map { drops in
      let weights = drops.first { $0.measure == .family(.weight) }?.mean ?? 0
      let others = drops.filter { $0.measure == .family(.activation) || $0.measure == .family(.layerwise) }.map(\.mean)
      return (others.allSatisfy { $0 > 0 && weights <= $0 / 2 }, "lost: \(PaperNumbers.text(drops))")
    }
    return [
      Claim(
        "S2a", "Information alignment and SGDM are told apart easily on any measure.",
        if: "the forest is right on at least 90 % on each measure", easily),
      Claim(
        "S2a", "They are told apart where runs are paired by top-1 accuracy as well.",
        if: "the forest is right on at least 90 % on each measure", matched),
      Claim(
        "S2b", "The mean of the trajectory hurts the SVM on every measure.", if: "it loses accuracy on each", machine),
      Claim(
        "S2b", "It hurts the forest too, but far less on weights.",
        if: "weights lose at most half of what activations and activity changes lose", forest),
    ]
  }
}
