// GroupFigureTests.swift -- figures of experiments that are done for each of some groups mix none of them.

import Base
import Drawing
import Reporting
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct GroupFigureTests {
  private static let forest = """
    "each": ["architecture"], "statistics": ["weightabs_mean"], "classifiers": [\(tiny)]
    """

  private static let tiny = """
    {"model": "random-forest", "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 4}}}
    """

  private static let study = """
    {"version": 1, "name": "grouped", "experiments": [
      {"name": "whole", "splits": {"kind": "balanced", "repeats": 2}, \(forest)},
      {"name": "means", "splits": {"kind": "balanced", "repeats": 2}, "views": ["mean"], \(forest)},
      {"name": "once", "splits": {"kind": "balanced", "repeats": 2}, "statistics": ["weightabs_mean"],
       "classifiers": [\(tiny)]},
      {"name": "pairs", "splits": {"kind": "pairs", "repeats": 1, "test_fraction": 0.25}, \(forest)},
      {"name": "held", "splits": {"kind": "holdout", "by": ["model_seed"]}, \(forest)},
      {"name": "drawn", "splits": {"kind": "holdout", "by": ["architecture"], "balanced": {"repeats": 2, "train_fraction": 0.5}},
       "statistics": ["weightabs_mean"], "classifiers": [\(tiny)]},
      {"name": "parts", "splits": {"kind": "balanced", "repeats": 1}, "views": ["portions:3", "portions:2"], \(forest)},
      {"name": "starts", "splits": {"kind": "balanced", "repeats": 1}, "views": ["random-starts"], \(forest)}],
     "figures": [
      {"name": "w", "draw": "accuracy", "experiments": ["whole"]},
      {"name": "a", "draw": "accuracy", "experiments": ["means"], "reference": "whole"},
      {"name": "n", "draw": "accuracy", "experiments": ["once"], "reference": "whole"},
      {"name": "p", "draw": "pairs", "experiments": ["pairs"]},
      {"name": "f", "draw": "confusion", "experiments": ["whole"]},
      {"name": "i", "draw": "importances", "experiments": ["whole"]},
      {"name": "h", "draw": "holdouts", "experiments": ["held"]},
      {"name": "d", "draw": "holdouts", "experiments": ["drawn"]},
      {"name": "c", "draw": "confusion", "experiments": ["pairs"]},
      {"name": "t", "draw": "portions", "experiments": ["parts"]},
      {"name": "s", "draw": "samples", "experiments": ["starts"]}]}
    """

  /// Runs of three rules, which the trajectories tell apart in one architecture, and in the other do not.
  private static func store() throws -> ToyStore {
    var random = SeededGenerator(seed: 5)
    var recordings: [Recording] = []
    for seed in 0..<4 {
      for architecture in ["alexnet", "knet"] {
        for (rule, name) in ["adam", "feedback", "sgdm"].enumerated() {
          let values = (0..<12).map { _ -> Float in
            let noise = Float(random.next() % 1_000) / 1_000
            return architecture == "knet" ? Float(rule) + noise / 10 : noise
          }
          recordings.append(
            Recording(
              metadata: [
                "architecture": .text(architecture), "learning_rule": .text(name), "model_seed": .integer(Int64(seed)),
              ],
              layers: [Layer(name: "conv1", position: .early), Layer(name: "fc2", position: .deep)],
              values: .float32(values)))
        }
      }
    }
    return try ToyStore(recordings, epochs: [0, 2, 4, 6, 8, 10], statistics: ["weightabs_mean"])
  }

  /// The figures of the study, everything done.
  private static func figures() throws -> [String: NumberedPicture] {
    let (toy, study) = (try store(), try Study(json: JSONValue(parsing: study)))
    let plan = try StudyPlan(study, grid: .coarse, on: toy.store)
    let outcome = try toy.store.run(try plan.tasks(for: study.figures, in: toy.store), of: plan)
    try #require(outcome.failures.isEmpty && plan.impossible.isEmpty, "\(plan.impossible) \(outcome.failures)")
    let drawn = try StudyFigures(try StudyPlan(study, grid: .coarse, on: toy.store), in: toy.store)
    var figures: [String: NumberedPicture] = [:]
    for figure in study.figures { figures[figure.name] = drawn.draw(figure).drawn }
    return figures
  }

  private static func column(_ name: String, of drawn: NumberedPicture?) throws -> [JSONValue] {
    let numbers = try #require(drawn).numbers
    let place = try #require(numbers.columns.firstIndex(of: name), "\(numbers.columns)")
    return numbers.rows.map { $0[place] }
  }

  @Test func `no panel and no row of numbers mixes groups, and no line numbers of portions`() throws {
    let figures = try Self.figures()
    // Names stand before the first number.
    for (name, count) in ["a": 4, "p": 5, "f": 6, "i": 5, "h": 5, "t": 6, "s": 6] {
      let drawn = try #require(figures[name], "figure \(name)")
      #expect(try Set(Self.column("group", of: drawn)) == ["alexnet", "knet"], "figure \(name)")
      let rows = drawn.numbers.rows.map { Array($0.prefix(count)) }
      #expect(Set(rows).count == rows.count, "figure \(name): \(drawn.numbers.columns)")
      let titles = drawn.picture.panels.map(\.title)
      #expect(Set(titles).count == titles.count, "figure \(name): \(titles)")
    }
    #expect(figures["p"]?.picture.panels.map(\.title) == ["Random forest, alexnet", "Random forest, knet"])
    #expect(figures["f"]?.picture.panels.map(\.title) == ["Random forest, alexnet", "Random forest, knet"])
    #expect(figures["i"]?.picture.panels.count == 2)
    // Dense, intermediate and sparse samples of each.
    #expect(figures["s"]?.picture.panels.count == 6)
    let portions = try #require(figures["t"]).picture.panels
    #expect(portions.count == 4)
    for panel in portions {
      guard case .lines(let chart) = panel.content else {
        Issue.record("there are no lines")
        continue
      }
      let count = panel.title.hasSuffix(", 3 portions") ? 3 : 2
      #expect(chart.series.map { $0.points.map(\.x) } == [(1...count).map { Double($0) }], "\(panel.title)")
    }
  }

  @Test func `the red line is of the same group, and there is none where groups differ`() throws {
    let figures = try Self.figures()
    let whole = try Self.column("accuracy", of: figures["w"])
    #expect(try Self.column("group", of: figures["w"]) == ["alexnet", "knet"] && whole[0] != whole[1], "\(whole)")
    #expect(try Self.column("reference", of: figures["a"]) == whole)
    #expect(try Self.column("reference", of: figures["n"]) == [.null])
    let band = "the band of the red line is one standard error"
    #expect(try #require(figures["a"]).picture.notes.contains(band))
    let notes = try #require(figures["n"]).picture.notes
    #expect(!notes.contains(band))
    #expect(
      notes.contains("without the red line: no result of whole is of the same group, classifier and statistics"),
      "\(notes)")
  }

  @Test func `draws of one held-out group are one bar, and what a drawing cannot show is said`() throws {
    let (toy, study) = (try Self.store(), try Study(json: JSONValue(parsing: Self.study)))
    let figures = try ["d", "c"].map { (name) throws(EngramError) in try study.figure(name) }
    let plan = try StudyPlan(study, grid: .coarse, on: toy.store)
    let outcome = try toy.store.run(try plan.tasks(for: figures, in: toy.store), of: plan)
    try #require(outcome.failures.isEmpty, "\(outcome.failures)")
    let drawn = try StudyFigures(try StudyPlan(study, grid: .coarse, on: toy.store), figures: figures, in: toy.store)
    let held = drawn.draw(figures[0]).drawn
    #expect(try Self.column("held_out", of: held) == ["alexnet", "knet"])
    #expect(try Self.column("splits", of: held) == [2, 2])
    #expect(held?.picture.notes.contains { $0.hasPrefix("error bars are one standard error") } ?? false)
    #expect(!(held?.picture.notes.contains { $0.hasPrefix("one fit") } ?? true), "\(held?.picture.notes ?? [])")
    #expect(
      drawn.draw(figures[1]).state
        == .impossible("the splits of its results have different classes, so they have no joint confusion"))
  }
}
