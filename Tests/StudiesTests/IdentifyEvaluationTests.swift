// IdentifyEvaluationTests.swift -- how far identification is true, as a study; doubt by measures that disagree; intervals over runs.

import Base
import Classifiers
import Foundation
import Splits
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct IdentifyEvaluationTests {
  /// A study that identifies, takes an experiment of the paper and draws a learning curve.
  static let text = """
    {"version": 1, "name": "small", "experiments": [
      {"name": "tasks", "splits": {"kind": "holdout", "by": ["task"], "where": "batch_size = 128"}, "identify": {"trees": 20}},
      {"name": "rules", "splits": {"kind": "holdout", "by": ["learning_rule"], "where": "task = 'digits10'"}, "identify": {"trees": 20}},
      {"name": "means", "of": "paper"},
      {"name": "curve", "splits": {"kind": "group-shuffle", "by": ["run_id"], "repeats": 2, "where": "task = 'digits10'"},
       "train_fractions": [0.01, 0.25, 0.5], "statistics": ["weight"],
       "classifiers": [{"model": "random-forest", "grid": \(StudyTests.grid)}]}],
     "figures": [
      {"name": "i", "draw": "identification", "experiments": ["tasks", "rules"]},
      {"name": "l", "draw": "learning-curve", "experiments": ["curve"]}, {"name": "m", "draw": "accuracy", "experiments": ["means"]}]}
    """

  static func study() throws -> Study { try Study(json: JSONValue(parsing: text)) }

  @Test(arguments: Study.builtInNames)
  func `every study that is compiled in is read back as it is`(name: String) throws {
    let study = try #require(try Study.builtIn(name))
    #expect(study.name == name)
    #expect(try Study(json: study.json) == study)
    #expect(try Study.builtIn("other") == nil)
  }

  @Test(arguments: [
    (#""of": "paper""#, #""of": "papers""#, "papers"), (#""name": "means", "of""#, #""name": "meens", "of""#, "means"),
    (#"{"trees": 20}"#, #"{"trees": 0}"#, "out of range"),
    (#""identify": {"trees": 20}"#, #""identify": {}, "crossed": true"#, "crossed"),
    ("[0.01, 0.25, 0.5]", "[0.25, 0.25]", "different"), ("[0.01, 0.25, 0.5]", "[1]", "below 1"),
    (
      #""kind": "group-shuffle", "by": ["run_id"], "repeats": 2"#, #""kind": "balanced", "repeats": 2"#, "group-shuffle"
    ),
  ])
  func `an experiment that cannot be is refused with what is wrong`(old: String, new: String, said: String) throws {
    let text = Self.text.replacing(old, with: new, maxReplacements: 1)
    let error = #expect(throws: EngramError.self) { try Study(json: JSONValue(parsing: text)) }
    #expect(error?.code == .usage)
    #expect(error.map { "\($0)".contains(said) } ?? false, "\(String(describing: error))")
  }

  @Test func `groups in turn are identified as unknown ones, and what became of each is kept`() throws {
    try BundledStore.with { bundled in
      let store = try TrajectoryStore(opening: bundled.path)
      let study = try Self.study()
      let plan = try StudyPlan(study, grid: .coarse, on: store)
      // An experiment of the paper is on the paper's splits.
      #expect(plan.cells.filter { $0.experiment == "means" }.allSatisfy { $0.plan.splitSet == "paper.separability" })
      // A hundredth of the runs lacks a class, which is said, and keeps nothing from the other shares.
      #expect(plan.cells.filter { $0.experiment == "curve" }.map(\.group) == [[.real(0.25)], [.real(0.5)]])
      #expect(plan.remarks["curve"]?.contains { $0.contains("1 of 3 shares") } == true)
      #expect(plan.trainingRuns.values.sorted() == [24, 48])
      #expect(plan.impossible.isEmpty, "\(plan.impossible)")
      let figures = [try study.figure("i"), try study.figure("l")]
      let tasks = try plan.tasks(for: figures, in: store)
      let outcome = try store.run(tasks, of: plan)
      #expect(outcome.failures.isEmpty && outcome.done == 4 + 4 + 2 + 2, "\(outcome.failures.map(\.error))")

      let after = try StudyPlan(study, grid: .coarse, on: store)
      let results = try store.results(of: after.cells, in: after)
      let cell = try #require(after.cells.first { $0.experiment == "tasks" })
      let scores = try #require(results[cell]).splits.compactMap(\.identification)
      #expect(scores.count == 4)
      for score in scores {
        #expect(
          ["task", "architecture", "architecture,task"].contains(score.calibratedBy) && score.knownRuns == score.runs
            && score.classes == IdentifyTests.rules)
        #expect(score.agreement != nil && score.runsTakenFor.reduce(0, +) == score.runs)
        #expect(score.isWarnedOf == score.isDoubtful, "\(score.warnings)")
        if score.isDoubtful {
          #expect(score.coverage == 1 && score.meanSetSize == 4 && score.meanConfidence < 0.3)
          #expect(score.warnings.contains("doubtful"))
        }
      }
      // A rule that nobody learned is taken for one of the others, and its accuracy is not known.
      let rules = try #require(after.cells.first { $0.experiment == "rules" })
      for split in try #require(results[rules]).splits {
        let score = try #require(split.identification)
        #expect(score.accuracy == nil && score.classes.count == 3 && split.classes.count == 4)
        #expect(score.isWarnedOf, "\(split.name): \(score.warnings)")
        #expect(split.test.confusion.accuracy == 0)
      }
    }
  }

  @Test func `measures that agree as guesses do are doubted, unless held-out parts show the contrary`() {
    func judge(_ said: [[[Int]]], _ accuracies: [Double]) -> MeasureAgreement {
      MeasureAgreement.judged(said, accuracies: accuracies, measures: ["a", "b", "c"], classCount: 4).unknown
    }
    let runs = 0..<64
    // Pairs of these agree on 16 of 64 runs, as guesses do.
    let apart = [runs.map { $0 % 4 }, runs.map { $0 / 4 % 4 }, runs.map { $0 / 16 % 4 }]
    let alike = [runs.map { $0 % 4 }, runs.map { $0 % 4 }, runs.map { $0 % 4 }]
    #expect(judge([apart], []).isDoubtful && abs(judge([apart], []).value) < 1e-12)
    #expect(judge([alike], []).value == 1 && !judge([alike], []).isDoubtful)
    // One part that disagrees and is right says nothing yet; two do, and two that are wrong do not.
    #expect(judge([apart, apart], [0.9]).isDoubtful)
    #expect(!judge([apart, apart, apart], [0.9, 0.7]).isDoubtful)
    #expect(judge([apart, apart, apart], [0.3, 0.2]).isDoubtful)
    #expect(judge([alike, alike, apart], [0.9, 0.9]).isDoubtful)
    // A part counts where its agreement cannot be told from that of the runs, which few runs of it allow sooner than many.
    func part(of count: Int, alike share: Int) -> [[Int]] {
      let first = (0..<count).map { $0 % 4 }
      return [first, first.map { $0 }, first.enumerated().map { ($0.element + ($0.offset % share == 0 ? 0 : 1)) % 4 }]
    }
    let (few, many) = (part(of: 8, alike: 4), part(of: 400, alike: 4))
    #expect(!judge([few, few, part(of: 8, alike: 8)], [0.9, 0.9]).isDoubtful)
    #expect(judge([many, many, apart], [0.9, 0.9]).isDoubtful)
    // Two parts of which all measures say the same are unlike runs of which few do, unless one part is like them.
    let half = part(of: 400, alike: 2)
    #expect(judge([alike, alike, half], [0.9, 0.9]).isUnlike && !judge([alike, alike, half], [0.9, 0.9]).isDoubtful)
    #expect(!judge([alike, half, half], [0.9, 0.9]).isUnlike && !judge([alike, half], [0.9]).isUnlike)
    #expect(!judge([half, half, alike], [0.9, 0.9]).isUnlike)
    // Of one run little is to be said: agreement of two of three is slight, that of all is not.
    #expect(judge([[[0], [0], [1]]], []).isSlight && !judge([[[2], [2], [2]]], []).isSlight)
  }

  @Test func `an interval over runs is wider than examples alone would have it, and holds the mean`() throws {
    // 20 runs of 10 layers each: a run is right as a whole or not at all.
    let split = (0..<200).map { (run: $0 / 10, isRight: $0 / 10 % 2 == 0) }
    let interval = try #require(try RunInterval([split], runCount: 20))
    // The standard error over runs is 0.11; over examples it would be 0.035.
    #expect((0.2...0.36).contains(interval.low) && (0.64...0.8).contains(interval.high) && interval.runs == 20)
    #expect(try RunInterval([split], runCount: 20) == interval)
    #expect(try RunInterval([[(run: 0, isRight: true)]], runCount: 1) == nil)
    refusal(.cancelled) { _ = try RunInterval([split], runCount: 20, work: WorkContext(isCancelled: { true })) }
  }
}
