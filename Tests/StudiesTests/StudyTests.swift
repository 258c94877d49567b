// StudyTests.swift -- studies: as JSON, on a store, stopped and gone on with, learned once and tested often.

import Base
import Classifiers
import Foundation
import Splits
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct StudyTests {
  /// A study that is done in a second or two.
  static let text = """
    {"version": 1, "name": "small", "experiments": [
      {"name": "rules", "splits": {"kind": "balanced", "repeats": 2, "test_fraction": 0.25, "where": "task = 'digits10'"},
       "statistics": ["weight"], "classifiers": [{"model": "random-forest", "grid": \(grid)}], "permutations": 1},
      {"name": "thirds", "splits": {"kind": "balanced", "repeats": 2, "test_fraction": 0.25, "where": "task = 'digits10'"},
       "statistics": ["weight"], "views": ["portions:3"], "crossed": true,
       "classifiers": [{"model": "random-forest", "grid": \(grid)}]},
      {"name": "nowhere", "splits": {"kind": "balanced", "where": "task = 'imagenet'"}, "needs": "runs on ImageNet",
       "classifiers": ["random-forest"]}],
     "figures": [
      {"name": "a", "draw": "accuracy", "experiments": ["rules"]},
      {"name": "b", "draw": "cross-portions", "experiments": ["thirds"], "reference": "rules"},
      {"name": "c", "draw": "accuracy", "experiments": ["nowhere"]}]}
    """
  static let grid =
    #"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 8, "max_depth": 6}}"#

  static func study() throws -> Study { try Study(json: JSONValue(parsing: text)) }

  @Test func `the study of the paper holds every figure that is drawn from data, and is read back as it is`() throws {
    let paper = try Study.paper()
    #expect(
      paper.figures.map(\.name) == [
        "2a", "2b", "2c", "3", "4a", "4b", "5", "S1", "S2a", "S2b", "S3", "S4", "S5", "S6", "S7", "S8",
      ])
    #expect(try Study(json: paper.json) == paper)
  }

  @Test(arguments: Study.builtInNames) func `mean trajectories are compared with whole ones on the same splits`(
    name: String
  ) throws {
    let study = try #require(try Study.builtIn(name))
    for figure in study.figures where figure.drawing == .accuracy {
      guard let reference = figure.reference else { continue }
      let splits = try #require(study.experiment(reference)).splits
      for experiment in figure.experiments { #expect(study.experiment(experiment)?.splits == splits, "\(figure.name)") }
    }
  }

  @Test(arguments: [
    (#""version": 1"#, #""version": 2"#, "version"), (#""draw": "accuracy""#, #""draw": "acuracy""#, "accuracy"),
    (#""experiments": ["rules"]"#, #""experiments": ["rulez"]"#, "rules"),
    (#""name": "thirds""#, #""name": "rules""#, "twice"), (#""permutations": 1"#, #""permutations": -1"#, "0 to 1000"),
    (#""portions:3""#, #""portions:x""#, "portions:3"), (#""name": "small""#, #""name": "../x""#, "letters"),
    (#""crossed": true"#, #""crosed": true"#, "crossed"),
  ])
  func `a study that cannot be is refused with what is wrong`(old: String, new: String, said: String) throws {
    let text = Self.text.replacing(old, with: new, maxReplacements: 1)
    let error = #expect(throws: EngramError.self) { try Study(json: JSONValue(parsing: text)) }
    #expect(error.map { "\($0)".contains(said) } ?? false, "\(String(describing: error))")
    #expect(error?.code == (said == "version" ? .unsupported : .usage))
  }

  @Test func `what is learned the same is learned once, and every cell has its results`() throws {
    try BundledStore.with { bundled in
      let store = try TrajectoryStore(opening: bundled.path)
      let study = try Self.study()
      let plan = try StudyPlan(study, grid: .coarse, on: store)
      let tasks = try plan.tasks(for: study.figures, in: store)
      // One task a split for the whole view, one a split for each third.
      #expect(tasks.count == 8)
      #expect(tasks.map(\.cells.count) == [1, 1, 3, 3, 3, 3, 3, 3])
      #expect(plan.whyImpossible(try study.figure("c"))?.contains("runs on ImageNet") == true)

      let first = try store.run(Array(tasks.prefix(3)), of: plan)
      #expect(first.done == 3 && first.failures.isEmpty)
      // A new look, as another process has it: the same tasks by name, three of them done.
      let again = try StudyPlan(study, grid: .coarse, on: store)
      let open = try again.tasks(for: study.figures, in: store)
      #expect(open.map(\.id) == tasks.map(\.id))
      #expect(Set(tasks.map(\.id)).count == tasks.count)
      // A task has the same name whichever figures are asked for, though it has more tests for more of them.
      var alone = study
      alone.experiments[1].isCrossed = false
      let fewer = try StudyPlan(alone, grid: .coarse, on: store)
      let named = try fewer.tasks(for: [try study.figure("a")], in: store)
      #expect(named.map(\.id) == Array(tasks.map(\.id).prefix(2)))
      #expect(open.count { $0.isDone } == 3)
      let rest = try store.run(open, of: again, workers: 2)
      #expect(rest.done == 5 && rest.known == 3)

      let results = try store.results(of: again.cells, in: again)
      #expect(results.count == again.cells.count)
      #expect(results.values.allSatisfy { $0.summary.isComplete })
      // The plan of the permutations learned what the plain plan keeps, and both say so.
      let permuted = try #require(again.cells.first { $0.plan.permutationRepeats == 1 })
      let result = try #require(results[permuted]?.splits.first)
      let importances = try #require(result.statisticImportances)
      #expect(importances.count == 8 && abs(importances.means.reduce(0, +) - 1) < 1e-5)
      #expect(result.permutationImportances?.statistics.first == "layer_position")
      // Another portion is another test: learned on the first third, the other thirds are mostly harder.
      let crossed = again.cells.filter { $0.testView != nil }
      let same = again.cells.filter { $0.experiment == "thirds" && $0.testView == nil }
      func mean(_ cells: [StudyCell]) -> Double {
        let means = cells.compactMap { results[$0]?.test?.meanAccuracy }
        return means.reduce(0, +) / Double(max(1, means.count))
      }
      #expect(crossed.count == 6 && same.count == 3)
      #expect(mean(crossed) < mean(same))
    }
  }

  @Test func `predictions that an experiment asks for are kept by whichever learns first, and their lack is found`()
    throws
  {
    let kept =
      #"{"name": "kept", "splits": {"kind": "balanced", "repeats": 2, "test_fraction": 0.25, "#
      + #""where": "task = 'digits10'"}, "statistics": ["weight"], "predictions": true, "#
      + #""classifiers": [{"model": "random-forest", "grid": \#(Self.grid)}]}, {"name": "nowhere""#
    let figure = #"{"name": "d", "draw": "accuracy", "experiments": ["kept"]}, {"name": "c""#
    let text = Self.text.replacing(#"{"name": "nowhere""#, with: kept).replacing(#"{"name": "c""#, with: figure)
    let study = try Study(json: JSONValue(parsing: text))
    /// What is kept of experiment `kept`, where one study has made figure `a` and the other finds it done.
    func found(_ first: Study) throws -> (predictions: [Bool], bare: [Int64], id: Int64) {
      try BundledStore.with { bundled in
        let store = try TrajectoryStore(opening: bundled.path)
        let alone = try StudyPlan(first, grid: .coarse, experiments: ["rules"], on: store)
        _ = try store.run(try alone.tasks(for: [try first.figure("a")], in: store), of: alone)
        let plan = try StudyPlan(study, grid: .coarse, on: store)
        let tasks = try plan.tasks(for: [try study.figure("d")], in: store)
        #expect(tasks.count == 2 && tasks.allSatisfy { $0.isDone })
        let cell = try #require(plan.cells.first { $0.experiment == "kept" })
        let results = try #require(try store.results(of: [cell], in: plan)[cell])
        let bare = try store.resultsWithoutPredictions(of: tasks, in: plan)
        return (results.splits.map { $0.predictions != nil }, bare, results.summary.id)
      }
    }
    let now = try found(study)
    #expect(now.predictions == [true, true] && now.bare == [])
    // A study without that experiment has no need of them.
    let before = try found(try Self.study())
    #expect(before.predictions == [false, false] && before.bare == [before.id])
  }

  @Test func `a held-out group with the only examples of a class is noted`() throws {
    let kinds = [("x", "adam"), ("x", "sgdm"), ("y", "adam"), ("y", "feedback"), ("z", "adam"), ("z", "adam")]
    let toy = try ToyStore(
      kinds.map { ToyStore.run(["architecture": .text($0.0), "learning_rule": .text($0.1)], layers: 1) })
    let text = """
      {"version": 1, "name": "held", "experiments": [
        {"name": "nets", "splits": {"kind": "holdout", "by": ["architecture"]}, "classifiers": ["random-forest"]}],
       "figures": [{"name": "a", "draw": "holdouts", "experiments": ["nets"]}]}
      """
    let plan = try StudyPlan(try Study(json: JSONValue(parsing: text)), grid: .coarse, on: toy.store)
    let said =
      "split architecture=x: sgdm cannot be learnt, for it is not in train (the like is so of 1 more splits)"
    #expect(plan.remarks["nets"]?.contains(said) == true, "\(plan.remarks) \(plan.impossible)")
  }

  @Test func `the same plan gives the same results whether a study or a person asks`() throws {
    try BundledStore.with { bundled in
      let store = try TrajectoryStore(opening: bundled.path)
      let study = try Self.study()
      let plan = try StudyPlan(study, grid: .coarse, experiments: ["thirds"], on: store)
      let figure = try study.figure("b")
      _ = try store.run(try plan.tasks(for: [figure], in: store), of: plan)
      let cell = try #require(plan.cells.first { $0.testView != nil })
      let before = try store.classifications().count
      let results = try store.classify(cell.plan)
      #expect(results.summary.isComplete)
      #expect(try store.classifications().count == before, "nothing new was made")
    }
  }

  @Test func `random starts are the published ones on the published epochs, and fit others`() throws {
    let study = try Self.study()
    try BundledStore.with { bundled in
      let store = try TrajectoryStore(opening: bundled.path)
      var other = study
      other.experiments[0].views = ["random-starts"]
      let plan = try StudyPlan(other, grid: .coarse, experiments: ["rules"], on: store)
      let starts = plan.cells.compactMap { cell -> RandomStart? in
        if case .randomStart(let start) = cell.view.samples { start } else { nil }
      }
      #expect(starts == RandomStart.published)
    }
  }

  @Test func `a study for a store holds out its fields`() throws {
    try BundledStore.with { bundled in
      let snapshot = try bundled.snapshot()
      let study = try Study.new(named: "mine", label: "learning_rule", for: snapshot)
      #expect(study.experiments.contains { $0.title == "architecture" })
      #expect(study.experiments.contains { $0.title == "task" })
      #expect(try Study(json: study.json) == study)
      #expect(throws: EngramError.self) { try Study.new(named: "mine", label: "no_such_field", for: snapshot) }
    }
  }
}
