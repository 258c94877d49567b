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

/// The name of a held-out group without the names of its columns: `alexnet`, `128, NULL`.
///
/// - Parameters:
///   - name: The name of the split, such as `batch_size=128,dataset_seed=NULL`.
///   - columns: The columns by whose values groups are held out; a name without them stays as it is.
/// - Returns: The values of the columns, with commas between them.
func shortName(ofGroup name: String, by columns: [String]) -> String {
  var (rest, values): (Substring, [Substring]) = (name[...], [])
  for (place, column) in columns.enumerated() {
    guard rest.hasPrefix("\(column)=") else { return name }
    rest = rest.dropFirst(column.count + 1)
    // Values may hold commas and equals signs; where the next one begins, its column says.
    let next = place + 1 < columns.count ? rest.firstRange(of: ",\(columns[place + 1])=") : nil
    values.append(rest[..<(next?.lowerBound ?? rest.endIndex)])
    rest = rest[values[place].endIndex...].dropFirst()
  }
  return columns.isEmpty ? name : values.joined(separator: ", ")
}
