// FigureSketch+Facets.swift -- the cells of an experiment by classifier, view and group, which no line, bar or matrix mixes.

import Base
import Classifiers
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore

/// The cells of one classifier, one view and one group: what stands in one panel, or in one group of bars.
struct Facet {
  /// What learns.
  let kind: ClassifierKind
  /// How trajectories are looked at, in a word; nil where the experiment looks at them in one way.
  let view: String?
  /// The group for which the experiment is done, in words; nil where it is done once, or the figure itself draws the groups.
  let group: String?
  /// Its cells, in the order of the study.
  let cells: [StudyCell]

  /// The view where there are several, and the group, as they stand behind a name.
  var parts: String { [view, group].compactMap { $0 }.map { ", \($0)" }.joined() }

  /// The classifier, the view where there are several, and the group.
  var name: String { kind.paperName + parts }
}

extension FigureSketch {
  /// Parts cells of an experiment by classifier, view and group, in the order of the study.
  ///
  /// - Parameters:
  ///   - cells: The cells of one experiment.
  ///   - drawsSamples: Whether the figure itself says which samples of the epochs each cell has, so that they tell no view apart.
  ///   - drawsGroups: Whether the figure itself says of which group each cell is.
  /// - Returns: The cells of each classifier, view and group.
  func facets(_ cells: [StudyCell], drawsSamples: Bool = false, drawsGroups: Bool = false) -> [Facet] {
    func view(_ cell: StudyCell) -> String { Self.viewText(of: cell, drawsSamples: drawsSamples) }
    func group(_ cell: StudyCell) -> [MetadataValue] { drawsGroups ? [] : cell.group }
    let hasSeveral = Set(cells.map(view)).count > 1
    var facets: [Facet] = []
    for kind in cells.map(\.kind).uniqued() {
      let own = cells.filter { $0.kind == kind }
      for text in own.map(view).uniqued() {
        let seen = own.filter { view($0) == text }
        for key in seen.map(group).uniqued() {
          facets.append(
            Facet(
              kind: kind, view: hasSeveral ? text : nil, group: Self.groupText(key),
              cells: seen.filter { group($0) == key }))
        }
      }
    }
    return facets
  }

  /// The group for which an experiment is done, in words; nil where it is done once.
  static func groupText(_ group: [MetadataValue]) -> String? {
    group.isEmpty ? nil : group.map(HoldoutSplits.word(for:)).joined(separator: ", ")
  }

  /// The first columns: the experiment, and the group where any experiment of the figure is done for each of some.
  var experimentColumns: [String] {
    let isGrouped = figure.experiments.contains { experiment in
      source.cells(experiment, of: figure).contains { !$0.group.isEmpty }
    }
    return isGrouped ? ["experiment", "group"] : ["experiment"]
  }

  /// The columns that say what a row is of: those of the experiment, the classifier, the statistics, and the view where there
  /// are several.
  func rowColumns(drawsSamples: Bool = false) -> [String] {
    experimentColumns + ["classifier", "statistics"] + viewColumn(drawsSamples: drawsSamples)
  }

  /// The cells under ``rowColumns(drawsSamples:)``.
  func rowCells(_ cell: StudyCell, drawsSamples: Bool = false) -> [JSONValue] {
    let learned: [JSONValue] = [.string(cell.kind.rawValue), .string(cell.statistics.text)]
    return experimentCells(cell) + learned + viewCell(cell, drawsSamples: drawsSamples)
  }

  /// The cells under ``experimentColumns``.
  func experimentCells(_ cell: StudyCell) -> [JSONValue] {
    let experiment = JSONValue.string(cell.experiment)
    guard numbers.columns.contains("group") else { return [experiment] }
    return [experiment, Self.groupText(cell.group).map(JSONValue.string) ?? .null]
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
