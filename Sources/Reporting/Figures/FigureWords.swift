// FigureWords.swift -- what statistics, classifiers and splits are called in figures, and their colours.

import Base
import Classifiers
import Drawing
import Studies
import TrajectoryModel
import TrajectoryStore

extension StatisticSelection {
  /// What the paper calls it.
  var measureName: String {
    switch self {
    case .all, .admissible: "all statistics"
    case .family(.weight): "weights"
    case .family(.activation): "activations"
    case .family(.layerwise): "activity changes"
    case .names: text
    }
  }

  /// Its colour; red is for references.
  var ink: Ink {
    switch self {
    case .all, .admissible: .slate
    case .family(let family): family.ink
    case .names: .violet
    }
  }
}

extension StatisticFamily {
  var ink: Ink {
    switch self {
    case .weight: .blue
    case .activation: .orange
    case .layerwise: .green
    }
  }
}

extension ClassifierKind {
  /// What the paper calls it.
  var paperName: String {
    switch self {
    case .randomForest: "Random forest"
    case .linearSVM: "SVM"
    case .conv1D: "Conv1D MLP"
    }
  }
}

/// Words for the portions of training.
func portionName(_ portion: Portion) -> String {
  if portion.count == 3 { return ["early", "middle", "late"][min(2, max(0, portion.index))] }
  return "\(portion.index + 1) of \(portion.count)"
}

extension TrajectoryView {
  /// The portion that it shows; nil for another view.
  var portion: Portion? {
    if case .portion(let portion) = samples { portion } else { nil }
  }

  /// The random start that it draws; nil for another view.
  var randomStart: RandomStart? {
    if case .randomStart(let start) = samples { start } else { nil }
  }
}

/// A published name of a statistic in the words of the paper's figure 3: `Abs median`, `Sq Q3`.
func shortName(ofStatistic name: String) -> String {
  if name.hasPrefix("position_") { return String(name.dropFirst("position_".count)) }
  if name == "layer_position" { return "layer position" }
  guard let statistic = Statistic(name: name) else { return name }
  let function =
    switch statistic.function {
    case .magnitude: "Abs "
    case .raw: ""
    case .square: "Sq "
    }
  let summary =
    switch statistic.summary {
    case .none: "change"
    case .thirdQuartile: "Q3"
    case .variance: "variance"
    case .some(let other): other.rawValue
    }
  let text = function + summary
  return text.prefix(1).uppercased() + text.dropFirst()
}

/// The names of the columns of a held-out group in brackets, where its short name has several values; else nothing.
func fieldNames(ofGroup name: String) -> String {
  let fields = name.split(separator: ",").compactMap { part in
    part.firstIndex(of: "=").map { String(part[..<$0]) }
  }
  return fields.count > 1 ? " (\(fields.joined(separator: ", ")))" : ""
}

/// The name of a held-out group without the names of its columns: `alexnet`, `128, NULL`.
func shortName(ofGroup name: String) -> String {
  let parts = name.split(separator: ",", omittingEmptySubsequences: false).map { part in
    part.split(separator: "=", maxSplits: 1).last.map(String.init) ?? String(part)
  }
  return parts.joined(separator: ", ")
}
