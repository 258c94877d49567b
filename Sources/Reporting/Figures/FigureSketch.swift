// FigureSketch.swift -- what a figure is made of: panels, key, numbers; each drawing has a file of its own.

import Base
import Drawing
import Studies
import TrajectoryStore

/// What a figure is made of, before it has a title.
struct FigureSketch {
  let source: StudyFigures
  let figure: StudyFigure
  var panels: [Panel] = []
  var columns = 1
  var key: [KeyEntry] = []
  var notes: [String] = []
  var numbers = NumberTable([])

  init(source: StudyFigures, figure: StudyFigure) {
    self.source = source
    self.figure = figure
  }

  /// Everything drawn.
  func drawn() -> FigureSketch {
    var sketch = self
    switch figure.drawing {
    case .accuracy: sketch.drawAccuracy()
    case .holdouts: sketch.drawHoldouts()
    case .confusion: sketch.drawConfusion()
    case .importances: sketch.drawImportances()
    case .samples: sketch.drawSamples()
    case .crossPortions: sketch.drawCrossPortions()
    case .portions: sketch.drawPortions()
    case .conditions: sketch.drawConditions()
    case .pairs: sketch.drawPairs()
    case .learningCurve: sketch.drawLearningCurve()
    case .identification: sketch.drawIdentification()
    }
    return sketch
  }

  /// The columns of a table of accuracies, after those that say of what.
  static let accuracyColumns = ["accuracy", "standard_error", "splits", "chance"]

  /// The cells of a table of accuracies.
  static func cells(_ accuracy: Accuracy) -> [JSONValue] {
    [.number(accuracy.mean), .number(accuracy.error), .count(accuracy.splits.count), .number(accuracy.chance)]
  }

  /// The columns of an interval by bootstrap over runs, and its cells.
  static let intervalColumns = ["low_95", "high_95", "runs"]

  static func cells(_ interval: RunInterval?) -> [JSONValue] {
    [.number(interval?.low), .number(interval?.high), interval.map { .count($0.runs) } ?? .null]
  }

  /// What stands before the name of a panel where several experiments are drawn.
  func prefix(_ experiment: String) -> String {
    figure.experiments.count > 1 ? "\(source.title(of: experiment)): " : ""
  }

  /// Chance as a dotted line, where all are of the same number of classes.
  func chance(_ accuracies: [Accuracy]) -> [Reference] {
    guard let chance = accuracies.first?.chance, accuracies.allSatisfy({ $0.chance == chance }) else { return [] }
    return [Reference(chance, label: "chance", isChance: true)]
  }

  /// A box for each measure that is drawn.
  mutating func keyOfMeasures(_ measures: [StatisticSelection], _ mark: KeyEntry.Mark = .box) {
    key += measures.map { KeyEntry($0.measureName, $0.ink, mark) }
  }

  /// What lines across mean.
  mutating func keyOfReferences(_ red: String?, chance: Bool = true) {
    if let red { key.append(KeyEntry(red, .red, .rule)) }
    if chance { key.append(KeyEntry("chance", .slate, .dots)) }
  }

  /// What error bars are: one standard error over splits, of which the numbers say how many there are.
  ///
  /// - Parameter onMarks: Whether they are drawn behind marks, which hide short ones.
  mutating func noteErrors(onMarks: Bool = false) {
    let place = numbers.columns.firstIndex(of: "splits")
    let counts = place.map { place in numbers.rows.compactMap { try? $0[place].asInteger() } } ?? []
    guard let least = counts.min(), let most = counts.max() else { return }
    if most == 1 { return notes.append("there is one split each, so there are no error bars") }
    let over = least < most ? ", \(least) to \(most) of them" : ""
    let without = least == 1 ? "; what has one split has no error bar" : ""
    let behind = onMarks ? "; those shorter than a mark are behind it" : ""
    notes.append("error bars are one standard error of the mean over splits\(over)\(without)\(behind)")
  }

  /// What the bands of red lines are, where any is drawn.
  mutating func noteBands(_ references: [Reference?]) {
    guard references.contains(where: { $0?.error != nil }) else { return }
    notes.append("the band of the red line is one standard error")
  }
}
