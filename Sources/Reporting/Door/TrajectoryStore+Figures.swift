// TrajectoryStore+Figures.swift -- studies, figures and reports for those who import Engram.

public import Base
import Classifiers
public import Studies
public import TrajectoryStore

/// What became of the tasks of a study.
public struct StudyReceipt: Sendable {
  /// The tasks that were done now, and those whose results were in the store.
  public let done: Int, known: Int
  /// What kept tasks from being done; the others do not depend on them.
  public let failures: [EngramError]
}

extension TrajectoryStore {
  /// Computes what a study asks for and the store does not hold yet.
  ///
  /// Each result is kept as soon as it is there: work that is stopped, even by a kill, goes on there. What the store lacks makes a
  /// figure impossible, which is no error.
  ///
  /// ```swift
  /// let receipt = try store.make(.paper(), figures: ["2a"])
  /// ```
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - names: Only what these figures need; nil for all.
  ///   - grid: The candidates where the study names none.
  ///   - workers: How many tasks are done at a time, sharing the threads.
  ///   - options: How it is done.
  /// - Returns: What became of the tasks.
  /// - Throws: ``EngramError`` with code `notFound` for an unknown figure; `cancelled`; whatever keeps results from being stored.
  @discardableResult
  public func make(
    _ study: Study, figures names: [String]? = nil, grid: StudyGrid = .coarse, workers: Int = 1,
    options: ClassifyOptions = ClassifyOptions()
  ) throws(EngramError) -> StudyReceipt {
    let figures = try names.map { (names) throws(EngramError) in
      try names.map { (name) throws(EngramError) in try study.figure(name) }
    }
    let plan = try StudyPlan(
      study, grid: grid, experiments: figures.map(StudyFigures.experiments), on: self, work: options.work)
    let outcome = try run(
      try plan.tasks(for: figures ?? study.figures, in: self), of: plan, workers: workers, options: options)
    return StudyReceipt(done: outcome.done, known: outcome.known, failures: outcome.failures.map(\.error))
  }

  /// Draws a figure of a study from the results in the store; nothing is computed.
  ///
  /// - Parameters:
  ///   - name: The figure, such as `2a`.
  ///   - study: The study.
  ///   - grid: The candidates by which the results were made; nil for those of which more results are there.
  ///   - work: Who may stop it.
  /// - Returns: The figure, as far as its results are there.
  /// - Throws: ``EngramError`` with code `notFound` for an unknown figure; what reading the store throws.
  public func figure(
    _ name: String, of study: Study, grid: StudyGrid? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> FigureResult {
    let figure = try study.figure(name)
    return FigureResult(
      try StudyFigures.fullest(study, figures: [figure], grid: grid, in: self, work: work).draw(figure))
  }

  /// Everything about the store and a study on one page of HTML that needs no network.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - grid: As of ``figure(_:of:grid:work:)``.
  ///   - commands: What makes it again, shown at its end.
  ///   - work: Who may stop it.
  /// - Returns: The text of the file; the same store and study give the same bytes.
  /// - Throws: What reading the store throws.
  public func report(
    on study: Study, grid: StudyGrid? = nil, commands: [String] = [], work: WorkContext = WorkContext()
  ) throws(EngramError) -> String {
    let figures = try StudyFigures.fullest(study, grid: grid, in: self, work: work)
    return try StudyReport(figures, of: self, commands: commands, version: engramVersion).html(work: work)
  }
}

extension StudyFigures {
  /// The experiments that figures are drawn of, those of their references included.
  package static func experiments(of figures: [StudyFigure]) -> Set<String> {
    Set(figures.flatMap { $0.experiments + [$0.reference].compactMap { $0 } })
  }

  /// Figures by the candidates of which more results are there, unless a grid is named.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - figures: Which figures; nil for all.
  ///   - grid: The candidates; nil for either.
  ///   - store: The store.
  ///   - work: Who may stop it.
  /// - Returns: The figures with their results.
  /// - Throws: What reading the store throws.
  package static func fullest(
    _ study: Study, figures: [StudyFigure]? = nil, grid: StudyGrid?, in store: TrajectoryStore, work: WorkContext
  ) throws(EngramError) -> StudyFigures {
    var best: StudyFigures?
    for grid in grid.map({ [$0] }) ?? StudyGrid.allCases {
      let plan = try StudyPlan(study, grid: grid, experiments: figures.map(experiments), on: store, work: work)
      let found = try StudyFigures(plan, figures: figures, in: store, work: work)
      if best.map({ $0.splitCount < found.splitCount }) ?? true { best = found }
    }
    guard let best else { preconditionFailure("there is a grid") }
    return best
  }
}
