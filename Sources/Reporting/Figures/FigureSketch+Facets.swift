// FigureSketch+Facets.swift -- the cells of an experiment by classifier and view, which no line, bar or matrix mixes.

import Base
import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

/// The cells of one classifier and one view: what stands in one panel, or in one group of bars.
struct Facet {
  /// What learns.
  let kind: ClassifierKind
  /// How trajectories are looked at, in a word; nil where the experiment looks at them in one way.
  let view: String?
  /// Its cells, in the order of the study.
  let cells: [StudyCell]

  /// The classifier, and the view where there are several.
  var name: String { kind.paperName + (view.map { ", \($0)" } ?? "") }
}

extension FigureSketch {
  /// Parts cells of an experiment by classifier and view, in the order of the study.
  ///
  /// - Parameters:
  ///   - cells: The cells of one experiment.
  ///   - drawsSamples: Whether the figure itself says which samples of the epochs each cell has, so that they tell no view apart.
  /// - Returns: The cells of each classifier and view.
  func facets(_ cells: [StudyCell], drawsSamples: Bool = false) -> [Facet] {
    func view(_ cell: StudyCell) -> String { Self.viewText(of: cell, drawsSamples: drawsSamples) }
    let hasSeveral = Set(cells.map(view)).count > 1
    return cells.map(\.kind).uniqued().flatMap { kind in
      let own = cells.filter { $0.kind == kind }
      return own.map(view).uniqued().map { text in
        Facet(kind: kind, view: hasSeveral ? text : nil, cells: own.filter { view($0) == text })
      }
    }
  }

  /// The column of views, where any experiment of the figure has several.
  func viewColumn(drawsSamples: Bool = false) -> [String] {
    let hasSeveral = figure.experiments.contains { experiment in
      let views = source.cells(experiment, of: figure).map { Self.viewText(of: $0, drawsSamples: drawsSamples) }
      return Set(views).count > 1
    }
    return hasSeveral ? ["view"] : []
  }

  /// The cell under ``viewColumn(drawsSamples:)``; nothing where there is no such column.
  func viewCell(_ cell: StudyCell, drawsSamples: Bool = false) -> [JSONValue] {
    numbers.columns.contains("view") ? [.string(Self.viewText(of: cell, drawsSamples: drawsSamples))] : []
  }

  /// The view of a cell in a word.
  ///
  /// Positions are in every view of an experiment whose layers have them, so they are not named.
  private static func viewText(of cell: StudyCell, drawsSamples: Bool) -> String {
    var view = cell.view
    view.hasPositions = false
    if drawsSamples { view.samples = .all }
    return view.text
  }
}
