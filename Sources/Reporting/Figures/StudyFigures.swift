// StudyFigures.swift -- the figures of a study, as far as their results are in the store.

package import Base
import Classifiers
import Drawing
import Splits
package import Studies
import TrajectoryModel
package import TrajectoryStore

/// The figures of a study on a store.
package struct StudyFigures: Sendable {
  /// The study on the store.
  package let plan: StudyPlan
  /// The results that are there.
  let results: [StudyCell: Classification]
  /// The intervals of means over splits, and of single splits by their numbers, where predictions were kept and are drawn.
  private let intervals: [IntervalKey: RunInterval]

  /// Whose interval: that of all splits of a cell, or of one.
  private struct IntervalKey: Hashable {
    let cell: StudyCell
    let ordinal: Int?
  }

  /// Reads the results of some figures.
  ///
  /// - Parameters:
  ///   - plan: The study on the store.
  ///   - figures: Which figures; nil for all.
  ///   - store: The store.
  ///   - work: Who may stop it.
  /// - Throws: What reading results throws, and code `cancelled`.
  package init(
    _ plan: StudyPlan, figures: [StudyFigure]? = nil, in store: TrajectoryStore, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    self.plan = plan
    var cells: Set<StudyCell> = []
    for figure in figures ?? plan.study.figures { cells.formUnion(plan.cells(of: figure)) }
    results = try store.results(of: plan.cells.filter(cells.contains), in: plan)
    var intervals: [IntervalKey: RunInterval] = [:]
    for figure in figures ?? plan.study.figures where [.accuracy, .holdouts].contains(figure.drawing) {
      for cell in plan.cells(of: figure) where figure.experiments.contains(cell.experiment) {
        guard let result = results[cell], let set = plan.sets[cell.plan.splitSet] else { continue }
        let snapshot = try store.snapshot(asOf: set.commit)
        let parts: [Int?] = figure.drawing == .holdouts ? result.splits.map(\.ordinal) : [nil]
        for part in parts {
          let key = IntervalKey(cell: cell, ordinal: part)
          if intervals[key] != nil { continue }
          let splits = part.map { ordinal in result.splits.filter { $0.ordinal == ordinal } } ?? result.splits
          intervals[key] = try RunInterval(of: splits, in: snapshot, work: work)
        }
      }
    }
    self.intervals = intervals
  }

  /// Whether any result is there of an experiment that the study has to itself.
  package var hasOwnResults: Bool {
    results.keys.contains { plan.study.experiment($0.experiment)?.owner == nil }
  }

  /// The number of splits that have results.
  var splitCount: Int { results.values.reduce(0) { $0 + $1.splits.count } }

  /// Draws a figure.
  package func draw(_ figure: StudyFigure) -> DrawnFigure {
    if let reason = plan.whyImpossible(figure) {
      return DrawnFigure(figure: figure, state: .impossible(reason), drawn: nil)
    }
    let state = state(of: figure)
    if state == .empty { return DrawnFigure(figure: figure, state: state, drawn: nil) }
    let sketch = FigureSketch(source: self, figure: figure).drawn()
    guard !sketch.numbers.rows.isEmpty else {
      return DrawnFigure(figure: figure, state: .impossible(Self.whyEmpty(figure)), drawn: nil)
    }
    var picture = Picture(
      title: "Figure \(figure.name): \(figure.title)",
      description: description(of: figure, sketch.numbers), panels: sketch.panels, columns: sketch.columns,
      key: sketch.key, notes: sketch.notes)
    if case .partial(let done, let all) = state {
      picture.notes.append("\(done) of \(all) splits of its classifications are done")
    }
    if let name = figure.reference, referenceSource(of: figure) == nil {
      let isThere = results.keys.contains { $0.experiment == name }
      let what = isThere ? "is of the same group, classifier and statistics" : "is in the store"
      picture.notes.append("without the red line: no result of \(title(of: name)) \(what)")
    }
    for name in figure.experiments {
      if let reason = plan.impossible[name] { picture.notes.append("without \(title(of: name)): \(reason)") }
      // What is so of several experiments is said once.
      picture.notes += (plan.remarks[name] ?? []).filter { !picture.notes.contains($0) }
    }
    return DrawnFigure(figure: figure, state: state, drawn: NumberedPicture(picture, sketch.numbers))
  }

  /// Why a figure has nothing to show of results that are there.
  private static func whyEmpty(_ figure: StudyFigure) -> String {
    switch figure.drawing {
    case .confusion: "the splits of its results have different classes, so they have no joint confusion"
    case .importances: "none of its classifiers gives importances, as random forests do"
    default: "its results have nothing that the drawing '\(figure.drawing.rawValue)' shows"
    }
  }

  private func state(of figure: StudyFigure) -> DrawnFigure.State {
    // What is learned once counts once, however many tests it has: as tasks of the study are counted.
    var learned: [ClassificationPlan: [StudyCell]] = [:]
    for cell in plan.cells(of: figure) where figure.experiments.contains(cell.experiment) {
      learned[cell.plan.learning, default: []].append(cell)
    }
    var (done, all) = (0, 0)
    for (learning, cells) in learned {
      all += plan.sets[learning.splitSet]?.splits.count ?? 0
      var finished: Set<Int>?
      for cell in cells {
        let own = Set(results[cell]?.splits.map(\.ordinal) ?? [])
        finished = finished?.intersection(own) ?? own
      }
      done += finished?.count ?? 0
    }
    return done == 0 ? .empty : done < all ? .partial(done: done, of: all) : .complete
  }

  /// What is to be seen, for screen readers: the first numbers in words, and where the others are.
  private func description(of figure: StudyFigure, _ numbers: NumberTable) -> String {
    /// Numbers that are read out; a table says the others better.
    let read = 12
    let place = numbers.columns.firstIndex { ["accuracy", "mean", "share_of_actual"].contains($0) } ?? 0
    let rows = numbers.rows.prefix(read).map { row -> String in
      let names = row.prefix(place).compactMap(NumberTable.plain).joined(separator: " ")
      guard case .real(let value) = row[place] else { return names }
      return "\(names) \(NumberText.short(value))"
    }
    let more = numbers.rows.count - rows.count
    return "\(figure.title). \(numbers.columns[place]): \(rows.joined(separator: "; "))"
      + (more > 0 ? "; and \(more) more, in the table beside the picture." : ".")
  }

  // MARK: What sketches ask

  /// What the red line of a figure comes from, in words: the figure of the study that shows it; nil where nothing has one.
  func referenceSource(of figure: StudyFigure) -> String? {
    let isDrawn = figure.experiments.contains { experiment in
      cells(experiment, of: figure).contains { reference(of: figure, like: $0) != nil }
    }
    guard let name = figure.reference, isDrawn else { return nil }
    let other = plan.study.figures.first {
      $0.name != figure.name && $0.drawing == .accuracy && $0.experiments.contains(name)
    }
    return other.map { "figure \($0.name)" } ?? title(of: name)
  }

  /// The figure of a study that shows the same portions of the experiments of another.
  func portionFigure(of figure: StudyFigure) -> String? {
    plan.study.figures.first { other in
      other.drawing == .portions && figure.experiments.allSatisfy(other.experiments.contains)
    }?.name
  }

  /// What is to be said of an experiment.
  func title(of experiment: String) -> String { plan.study.experiment(experiment)?.title ?? experiment }

  /// The cells of an experiment that a figure shows, in order.
  func cells(_ experiment: String, of figure: StudyFigure) -> [StudyCell] {
    plan.cells(of: figure).filter { $0.experiment == experiment }
  }

  /// How well a cell did; nil while nothing of it is computed.
  func accuracy(_ cell: StudyCell) -> Accuracy? { results[cell].flatMap { Accuracy($0.splits) } }

  /// The interval of the mean of a cell, or of one of its splits, by bootstrap over runs; nil where no predictions were kept.
  func interval(_ cell: StudyCell, ordinal: Int? = nil) -> RunInterval? {
    intervals[IntervalKey(cell: cell, ordinal: ordinal)]
  }

  /// The columns by whose values the splits of a cell hold groups out; empty for other splits.
  func columns(ofGroups cell: StudyCell) -> [String] {
    switch plan.sets[cell.plan.splitSet]?.specification.kind {
    case .holdout(let splits): splits.by
    case .leaveOneGroupOut(let splits): splits.by
    default: []
    }
  }

  /// The name of a split without the number of its repeat, which stands at the end where its set has several of each.
  func nameWithoutRepeat(of split: SplitResult, in cell: StudyCell) -> String {
    let repeats =
      switch plan.sets[cell.plan.splitSet]?.specification.kind {
      case .pairs(let splits): splits.balanced.repeats
      case .holdout(let splits): splits.balanced?.repeats ?? 1
      default: 1
      }
    guard repeats > 1, let end = split.name.lastIndex(of: "/") else { return split.name }
    return String(split.name[..<end])
  }

  /// The accuracy of the reference of a figure, by the same classifier on the same statistics; of the same view where there is one.
  ///
  /// Where the reference is done for each of some groups, it is that of the same group, and there is none for any other.
  func reference(of figure: StudyFigure, like cell: StudyCell) -> Accuracy? {
    guard let name = figure.reference else { return nil }
    // Equal values of other columns make no equal groups.
    let hasSameColumns = plan.study.experiment(name)?.each == plan.study.experiment(cell.experiment)?.each
    func isOfGroup(_ other: StudyCell) -> Bool {
      other.group.isEmpty || (hasSameColumns && other.group == cell.group)
    }
    let others = plan.cells.filter {
      $0.experiment == name && $0.statistics == cell.statistics && $0.kind == cell.kind && $0.testView == nil
        && isOfGroup($0)
    }
    return (others.first { $0.view == cell.view } ?? others.first).flatMap(accuracy)
  }
}

extension Sequence {
  /// The first element with each key, in order.
  func uniqued<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
    var seen: Set<Key> = []
    return filter { seen.insert(key($0)).inserted }
  }
}

extension Sequence where Element: Hashable {
  /// The elements, each once, in the order of their first appearance.
  func uniqued() -> [Element] { uniqued { $0 } }
}
