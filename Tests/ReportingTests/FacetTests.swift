// FacetTests.swift -- figures of several classifiers or views mix none of them, and say what stale splits and learning curves rest on.

import Base
import Drawing
import Reporting
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct FacetTests {
  private static let both = """
    [{"model": "random-forest", "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 4}}},
     {"model": "linear-svm", "grid": {"version": 1, "classifier": "linear-svm", "parameters": {"C": 1}}}]
    """

  private static let study = """
    {"version": 1, "name": "parts", "experiments": [
      {"name": "conditions", "splits": {"kind": "balanced", "repeats": 1, "test_per_class": 1, "train_per_class": 1},
       "each": ["model_seed", "architecture"], "statistics": ["weightabs_mean"], "classifiers": \(both)},
      {"name": "starts", "splits": {"kind": "balanced", "repeats": 2}, "views": ["random-starts"],
       "statistics": ["weightabs_mean"], "classifiers": \(both)},
      {"name": "views", "splits": {"kind": "balanced", "repeats": 2}, "views": ["whole", "mean", "epochs:0"],
       "statistics": ["weightabs_mean"], "classifiers": \(both)},
      {"name": "curve", "splits": {"kind": "group-shuffle", "by": ["model_seed"], "repeats": 1, "test_fraction": 0.5},
       "train_fractions": [0.25, 0.5], "statistics": ["weightabs_mean"], "views": ["whole", "mean"], "classifiers": \(both)}],
     "figures": [
      {"name": "c", "draw": "conditions", "experiments": ["conditions"]},
      {"name": "s", "draw": "samples", "experiments": ["starts"]},
      {"name": "v", "draw": "accuracy", "experiments": ["views"]},
      {"name": "f", "draw": "confusion", "experiments": ["views"]},
      {"name": "l", "draw": "learning-curve", "experiments": ["curve"]}]}
    """

  private static func done() throws -> (toy: ToyStore, study: Study) {
    let (toy, study) = (try ToyStore.learningRules(), try Study(json: JSONValue(parsing: study)))
    let plan = try StudyPlan(study, grid: .coarse, on: toy.store)
    let outcome = try toy.store.run(try plan.tasks(for: study.figures, in: toy.store), of: plan)
    try #require(outcome.failures.isEmpty && plan.impossible.isEmpty, "\(plan.impossible) \(outcome.failures)")
    return (toy, study)
  }

  @Test func `no line, bar or matrix mixes classifiers or views, and no row of numbers is like another`() throws {
    let (toy, study) = try Self.done()
    let figures = try StudyFigures(try StudyPlan(study, grid: .coarse, on: toy.store), in: toy.store)
    func draw(_ name: String) throws -> NumberedPicture {
      try #require(figures.draw(try study.figure(name)).drawn, "figure \(name)")
    }
    // Names stand before the first number.
    let keys = ["c": 5, "s": 6, "v": 4, "f": 6, "l": 5]
    for (name, count) in keys {
      let numbers = try draw(name).numbers
      let rows = numbers.rows.map { Array($0.prefix(count)) }
      #expect(Set(rows).count == rows.count, "figure \(name): \(numbers.columns)")
      #expect(Set(numbers.rows.map { $0[1] }) == ["random-forest", "linear-svm"], "figure \(name)")
      #expect(numbers.columns.contains("view") == ["v", "f", "l"].contains(name), "figure \(name)")
    }
    let conditions = try draw("c")
    #expect(conditions.picture.panels.count == 2 && conditions.numbers.rows.count == 16)
    let seeds = try #require(conditions.numbers.columns.firstIndex(of: "observation_seeds"))
    #expect(conditions.numbers.rows.allSatisfy { $0[seeds] == 1 })
    for name in ["s", "l"] {
      for panel in try draw(name).picture.panels {
        guard case .lines(let chart) = panel.content else {
          Issue.record("figure \(name) has no lines")
          continue
        }
        for series in chart.series {
          #expect(Set(series.points.map(\.x)).count == series.points.count, "figure \(name)")
        }
      }
    }
    #expect(try draw("s").picture.panels.count == 2 && draw("l").picture.panels.count == 4)
    guard case .bars(let chart)? = try draw("v").picture.panels.first?.content else {
      Issue.record("there are no bars")
      return
    }
    #expect(
      chart.groups.map(\.label)
        == ["Random forest", "SVM"].flatMap { kind in ["whole", "mean", "epochs:0"].map { "\(kind), \($0)" } })
  }

  @Test func `a learning curve says what its splits keep apart, and how large its test sides are`() throws {
    let (toy, study) = try Self.done()
    let figures = try StudyFigures(try StudyPlan(study, grid: .coarse, on: toy.store), in: toy.store)
    let notes = try #require(figures.draw(try study.figure("l")).drawn).picture.notes
    #expect(
      notes.contains("no model_seed is on both sides; the test sides are 50 % of the groups throughout"), "\(notes)")
  }

  @Test func `a study says that its stored splits rest on a field that was edited`() throws {
    let (toy, study) = try Self.done()
    #expect(try StudyPlan(study, grid: .coarse, on: toy.store).staleSets.isEmpty)
    _ = try toy.store.edit(where: "model_seed = 3", set: ["learning_rule": .text("sgdm")])
    let plan = try StudyPlan(study, grid: .coarse, on: toy.store)
    #expect(plan.staleSets["parts.starts"] != nil)
    let notes = try #require(
      try StudyFigures(plan, in: toy.store).draw(try study.figure("v")).drawn
    ).picture.notes
    #expect(
      notes.contains { $0.hasPrefix("the split set 'parts.starts' is stale: learning_rule was edited in 2 runs") },
      "\(notes)")
  }
}
