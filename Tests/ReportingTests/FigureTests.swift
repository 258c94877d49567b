// FigureTests.swift -- figures, plots and reports of a store: what they draw, what they say, what they escape.

import Base
import Drawing
import Foundation
import Reporting
import Splits
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct FigureTests {
  /// The bundled trajectories in a store of their own.
  static func withStore<Result>(_ body: (TrajectoryStore) throws -> Result) throws -> Result {
    let folder = TemporaryFolder()
    let path = folder["digits.engram"]
    _ = try IngestRequest(source: Fixtures.path("digits_dataset.pkl")).ingest(into: path)
    return try withExtendedLifetime(folder) { try body(try TrajectoryStore(opening: path)) }
  }

  /// The study of the paper with two splits and tiny forests in place of everything, on a few runs.
  static func smallPaper() throws -> Study {
    let text = try Study.paper().json.text().replacing("\"repeats\":10", with: "\"repeats\":2")
    let tiny = try JSONValue(
      parsing:
        #"{"model": "random-forest", "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 4, "max_depth": 5}}}"#
    )
    var object = try JSONValue(parsing: text).asObject()
    var experiments: [JSONValue] = []
    for experiment in try object.array("experiments") {
      var one = try experiment.asObject()
      one["classifiers"] = .array([tiny])
      var splits = try one.object("splits")
      if splits["where"] == nil { splits["where"] = "task = 'digits10' OR task = 'simclr'" }
      one["splits"] = .object(splits)
      experiments.append(.object(one))
    }
    object["experiments"] = .array(experiments)
    return try Study(json: .object(object))
  }

  @Test func `claims without results stand in full, with their criteria`() throws {
    try Self.withStore { store in
      let figures = try StudyFigures(try StudyPlan(try Self.smallPaper(), grid: .coarse, on: store), in: store)
      let claims = Claim.paper(figures).filter { $0.figures == "3" }
      #expect(claims.count == 4 && claims.allSatisfy { $0.verdict == .cannotBeTested })
      #expect(Set(claims.map(\.criterion)).count == 4, "\(claims.map(\.criterion))")
    }
  }

  @Test func `every figure of the paper that a store can give is drawn, and the others say what they need`() throws {
    try Self.withStore { store in
      let study = try Self.smallPaper()
      let wanted = ["2a", "2b", "2c", "3", "4b", "S2b", "S3", "5", "S2a"]
      let figures = try wanted.map { try study.figure($0) }
      let plan = try StudyPlan(study, grid: .coarse, on: store)
      // A part says how many tasks are done, however many tests a task has, and what has no error bar.
      let portions = try study.figure("4b")
      let tasks = try plan.tasks(for: [portions], in: store)
      #expect(try store.run(Array(tasks.prefix(3)), of: plan).failures.isEmpty)
      let part = try StudyFigures(try StudyPlan(study, grid: .coarse, on: store), in: store).draw(portions)
      #expect(part.state == .partial(done: 3, of: tasks.count))
      #expect(part.drawn?.picture.notes.contains { $0.contains("1 to 2 of them; what has one split has no") } == true)
      let outcome = try store.run(try plan.tasks(for: figures, in: store), of: plan, workers: 2)
      #expect(outcome.failures.isEmpty, "\(outcome.failures.map(\.error))")
      let drawn = try StudyFigures(try StudyPlan(study, grid: .coarse, on: store), in: store)
      for figure in figures {
        let one = drawn.draw(figure)
        if ["5", "S2a"].contains(figure.name) {
          guard case .impossible(let reason) = one.state else {
            Issue.record("\(figure.name) is drawn: \(one.state)")
            continue
          }
          #expect(reason.contains("needs"))
          continue
        }
        #expect(one.state == .complete, "\(figure.name)")
        let picture = try #require(one.drawn)
        #expect(Markup.fault(in: picture.picture.svg()) == nil, "\(figure.name)")
        #expect(!picture.numbers.rows.isEmpty && !picture.numbers.csv.isEmpty)
        #expect(!picture.picture.terminalText(width: 80, isColoured: false).isEmpty)
      }
      // The red line of 2b is the accuracy of 2a.
      let reference = try #require(drawn.draw(try study.figure("2b")).drawn?.numbers)
      let whole = try #require(drawn.draw(try study.figure("2a")).drawn?.numbers)
      let place = try #require(reference.columns.firstIndex(of: "reference"))
      let accuracy = try #require(whole.columns.firstIndex(of: "accuracy"))
      #expect(reference.rows[0][place] == whole.rows[0][accuracy])
      // Gini importances of all statistics and positions sum to 1.
      let importances = try #require(drawn.draw(try study.figure("3")).drawn?.numbers)
      let sum = importances.rows.filter { $0[1] == "gini" }.reduce(0.0) { $0 + ((try? $1[4].asReal()) ?? 0) }
      #expect(abs(sum - 1) < 1e-4)
      try Self.checkReport(drawn, store)
    }
  }

  private static func checkReport(_ figures: StudyFigures, _ store: TrajectoryStore) throws {
    let report = StudyReport(figures, of: store, commands: ["make it <again>", "and again"], version: "1")
    let page = try report.html()
    #expect(Markup.fault(in: page) == nil)
    #expect(try report.html() == page)
    #expect(page.utf8.count < 5 << 20)
    #expect(page.contains("<pre>make it &lt;again&gt;\nand again</pre>"), "each command on a line of its own")
    #expect(!page.contains("http-equiv=\"refresh\""))
    #expect(!page.contains("src=\"http") && !page.contains("href=\"http"))
    for word in ["holds", "cannot be tested here", "Not possible here", "SHA-256"] {
      #expect(page.contains(word), "\(word)")
    }
    #expect(
      !page.contains(store.path.split(separator: "/").dropLast().joined(separator: "/")), "no path of this machine")
  }

  @Test func `a plot has the means of every class, and the numbers behind them`() throws {
    try Self.withStore { store in
      let snapshot = try store.snapshot()
      let request = PlotRequest(
        statistics: ["weightabs_median", "actraw_norm"], where: "task = 'digits10'", colour: "learning_rule",
        facet: "layer_position", isMean: true)
      let drawn = try snapshot.plot(request)
      #expect(drawn.picture.panels.count == 6 && drawn.picture.key.count == 4)
      #expect(drawn.numbers.rows.count == 6 * 4 * 21)
      #expect(Markup.fault(in: drawn.picture.svg()) == nil)
      // One number, taken another way.
      let row = try #require(
        drawn.numbers.rows.first { $0[0] == "weightabs_median" && $0[1] == "early" && $0[2] == "adam" && $0[3] == 50.0 }
      )
      let members = try snapshot.examples(
        where: "task = 'digits10' AND layer_position = 'early' AND learning_rule = 'adam'")
      var values = Matrix()
      try snapshot.materialize(members, FeatureColumns(statistics: ["weightabs_median"], epochs: [50]), into: &values)
      let mean = (0..<values.rows).reduce(0.0) { $0 + values[$1, 0] } / Double(values.rows)
      #expect(abs(try row[4].asReal() - mean) < 1e-12 * abs(mean) + 1e-15)
      #expect(row[6] == .integer(Int64(values.rows)))
    }
  }

  @Test func `trajectories one by one are evenly chosen, and what is left out is said`() throws {
    try Self.withStore { store in
      let snapshot = try store.snapshot()
      let drawn = try snapshot.plot(PlotRequest(statistics: ["weightraw_mean"], colour: "learning_rule", mostLines: 40))
      guard case .lines(let chart)? = drawn.picture.panels.first?.content else {
        Issue.record("no lines")
        return
      }
      #expect(chart.series.count == 40)
      #expect(drawn.picture.notes.contains { $0.contains("40 of 1632") })
      let error = #expect(throws: EngramError.self) {
        try snapshot.plot(PlotRequest(statistics: ["weightraw_mean"], facet: "run_id"))
      }
      #expect(error?.code == .usage)
    }
  }

  @Test func `all trajectories are drawn where there is room, however many a colour has`() throws {
    try Self.withStore { store in
      let snapshot = try store.snapshot()
      let count = try snapshot.examples(where: "task = 'digits10'").count
      for (most, drawn) in [(count, count), (100, 100)] {
        let plot = try snapshot.plot(
          PlotRequest(
            statistics: ["weightabs_median"], where: "task = 'digits10'", colour: "architecture", mostLines: most))
        guard case .lines(let chart)? = plot.picture.panels.first?.content else {
          Issue.record("no lines")
          continue
        }
        #expect(chart.series.count == drawn)
      }
      let logarithmic = try snapshot.plot(PlotRequest(statistics: ["weightraw_mean"], scale: .log))
      #expect(logarithmic.picture.notes.contains { $0.contains("values that are not above zero and have no place") })
    }
  }

  @Test func `means of values that cancel are those of the others`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["wide.engram"])
    let values = [1e30, 1, 3, -1e30, 1e-19, .nan]
    _ = try store.append(
      values.enumerated().map { number, value in
        Recording(
          metadata: ["learning_rule": .text("adam"), "replicate": .integer(Int64(number))],
          layers: [Layer(name: "one", position: nil)], values: .float64([value]))
      }, epochs: [0], statistics: ["m"])
    let plot = try store.snapshot().plot(PlotRequest(statistics: ["m"], colour: "learning_rule", isMean: true))
    #expect(plot.numbers.rows.first?[3] == .real(0.8))
    #expect(plot.picture.notes.contains { $0.contains("not finite and stand in no mean: 1") })
    #expect(plot.picture.svg().contains("<circle"), "one epoch is a point")
  }

  @Test func `bands that have no place on a logarithmic axis are counted`() throws {
    // The mean of the first epoch is 4.5 ± 5.5, that of the second 5.5 ± 4.5.
    let toy = try ToyStore(
      [-1, 10].map { (first: Float) in
        Recording(
          metadata: ["learning_rule": .text("adam"), "replicate": .integer(Int64(first))],
          layers: [Layer(name: "one", position: nil)], values: .float32([first, first.magnitude]))
      }, epochs: [0, 5], statistics: ["m"])
    let request = PlotRequest(statistics: ["m"], isMean: true, scale: .log)
    let notes = try toy.store.snapshot().plot(request).picture.notes
    #expect(notes.contains { $0.hasPrefix("m: bands that reach zero") && $0.hasSuffix("axis: 1") }, "\(notes)")
  }

  @Test(arguments: [[100_000_001, 100_000_003], [1e39, 3e39], [1e-50, 3e-50]])
  func `means are of float64 values as they are`(values: [Double]) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["wide.engram"])
    let layers = [Layer(name: "one", position: nil), Layer(name: "two", position: nil)]
    _ = try store.append(
      [Recording(metadata: [:], layers: layers, values: .float64(values))], epochs: [0], statistics: ["m"])
    let plot = try store.snapshot().plot(PlotRequest(statistics: ["m"], colour: "learning_rule", isMean: true))
    let mean = try #require(plot.numbers.rows.first?[3])
    #expect(try abs(mean.asReal() / ((values[0] + values[1]) / 2) - 1) < 1e-12)
  }

  /// Runs of some rules at some sites, one layer and one statistic each, whose values tell the rules apart.
  private static func sites(_ sites: [MetadataValue], rules: [String] = ["adam", "sgd"]) throws -> ToyStore {
    var recordings: [Recording] = []
    for run in 0..<8 {
      for (number, site) in sites.enumerated() {
        for (rule, name) in rules.enumerated() {
          recordings.append(
            ToyStore.run(
              [
                "site": site, "lab": .text("l=\(number)"), "learning_rule": .text(name),
                "model_seed": .integer(Int64(run)),
              ], layers: 1, value: Float(rule) + Float(run) / 100))
        }
      }
    }
    return try ToyStore(recordings)
  }

  /// A study of one experiment and its only figure.
  private static func study(_ drawing: String, _ experiment: String) throws -> Study {
    let forest =
      #"{"model": "random-forest", "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 4}}}"#
    return try Study(
      json: JSONValue(
        parsing: """
          {"version": 1, "name": "s", "experiments": [{"name": "e", "statistics": ["all"], "classifiers": [\(forest)], \(experiment)}],
           "figures": [{"name": "f", "draw": "\(drawing)", "experiments": ["e"]}]}
          """))
  }

  /// The figure of a study, everything done.
  private static func figure(_ study: Study, on store: TrajectoryStore) throws -> (plan: StudyPlan, NumberedPicture) {
    let plan = try StudyPlan(study, grid: .coarse, on: store)
    let outcome = try store.run(try plan.tasks(for: study.figures, in: store), of: plan)
    #expect(outcome.failures.isEmpty, "\(outcome.failures.map(\.error))")
    let again = try StudyPlan(study, grid: .coarse, on: store)
    #expect(try again.tasks(for: study.figures, in: store).allSatisfy(\.isDone))
    return (again, try #require(try StudyFigures(again, in: store).draw(try study.figure("f")).drawn))
  }

  private static func column(_ name: String, of drawn: NumberedPicture) throws -> [JSONValue] {
    let place = try #require(drawn.numbers.columns.firstIndex(of: name), "\(drawn.numbers.columns)")
    return drawn.numbers.rows.map { $0[place] }
  }

  @Test func `groups whose values a name cannot hold have splits, numbers and bars of their own`() throws {
    let sites: [MetadataValue] = ["a b", "a_b", "c", "\u{f6}", "\u{fc}"].map(MetadataValue.text)
    let toy = try Self.sites(sites)
    let study = try Self.study(
      "accuracy", #""splits": {"kind": "balanced", "repeats": 2, "test_fraction": 0.25}, "each": ["site"]"#)
    let (plan, drawn) = try Self.figure(study, on: toy.store)
    let snapshot = try toy.store.snapshot()
    for cell in plan.cells {
      let set = try #require(plan.sets[cell.plan.splitSet])
      let own = try snapshot.groups(by: ["site"]).first { $0.key == cell.group }?.examples
      let all = set.splits.reduce(ExampleSet()) { $0.union($1.train).union($1.test) }
      #expect(all == own, "\(cell.group)")
    }
    let names = plan.cells.map(\.plan.splitSet)
    #expect(Set(names).count == 5)
    // The first of each name, and what is alone with it, have it as ever.
    #expect([names[0], names[2], names[3]] == ["s.e.a_b", "s.e.c", "s.e._"])
    #expect(names[1].hasPrefix("s.e.a_b-") && names[4].hasPrefix("s.e._-"))
    #expect(try Self.column("group", of: drawn) == sites.map { .string($0.description) })
    guard case .bars(let chart)? = drawn.picture.panels.first?.content else {
      Issue.record("no bars")
      return
    }
    #expect(chart.groups.map(\.label) == sites.map { "Random forest, \($0)" })
    // A group that comes later and would be the first of its name leaves the others what they have.
    _ = try toy.store.append(
      (0..<16).map {
        ToyStore.run(
          ["site": .text("a!b"), "learning_rule": .text(["adam", "sgd"][$0 % 2]), "model_seed": .integer(Int64($0))],
          layers: 1)
      }, epochs: [0], statistics: ["weightabs_mean"])
    let later = try StudyPlan(study, grid: .coarse, on: toy.store)
    let kept = later.cells.filter { $0.group != [.text("a!b")] }.map(\.plan.splitSet)
    #expect(kept == names && later.conflicts.isEmpty && Set(later.cells.map(\.plan.splitSet)).count == 6)
  }

  @Test func `groups that are held out are called by their values, whatever these hold`() throws {
    for (columns, names) in [
      (#"["site"]"#, ["b", "lab=x,lab=y", "lr=0.1,wd=1"]),
      (#"["lab", "site"]"#, ["l=0, lr=0.1,wd=1", "l=1, lab=x,lab=y", "l=2, b"]),
    ] {
      let study = try Self.study("holdouts", #""splits": {"kind": "holdout", "by": \#(columns)}"#)
      let toy = try Self.sites(["lr=0.1,wd=1", "lab=x,lab=y", "b"].map(MetadataValue.text))
      let (_, drawn) = try Self.figure(study, on: toy.store)
      #expect(try Self.column("held_out", of: drawn) == names.map { .string($0) })
      let intervals = try Self.column("low_95", of: drawn)
      let isDrawn = intervals.contains { $0 != .null }
      #expect(drawn.picture.notes.contains { $0.contains("bootstrap") } == isDrawn, "\(drawn.picture.notes)")
    }
  }

  @Test(arguments: [1, 2])
  func `pairs of classes with slashes in their names are told apart`(repeats: Int) throws {
    let toy = try Self.sites([.null], rules: ["adam", "sgd", "sgd/1", "sgd/m"])
    let study = try Self.study(
      "pairs", #""splits": {"kind": "pairs", "repeats": \#(repeats), "test_fraction": 0.25}"#)
    let (_, drawn) = try Self.figure(study, on: toy.store)
    #expect(
      try Self.column("pair", of: drawn)
        == ["adam+sgd", "adam+sgd/1", "adam+sgd/m", "sgd+sgd/1", "sgd+sgd/m", "sgd/1+sgd/m"])
    #expect(try Self.column("splits", of: drawn).allSatisfy { $0 == .count(repeats) })
  }

  @Test func `no value and the text NULL have panels and colours of their own names`() throws {
    let toy = try Self.sites([.null, .text("NULL"), .text("x")])
    let drawn = try toy.store.snapshot().plot(
      PlotRequest(statistics: ["weightabs_mean"], colour: "site", facet: "site", isMean: true))
    #expect(drawn.picture.panels.map(\.title) == ["NULL", "'NULL'", "x"])
    #expect(drawn.picture.key.map(\.label) == ["NULL", "'NULL'", "x"])
    #expect(Set(try Self.column("site", of: drawn)).count == 3)
  }

  @Test func `a field named like markup is only text`() throws {
    let folder = TemporaryFolder()
    let path = folder["toy.engram"]
    let store = try TrajectoryStore.create(at: path)
    let hostile = "<script>alert(1)</script>"
    _ = try store.append(
      [
        Recording(
          metadata: ["learning_rule": .text(hostile), "architecture": .text("\"><img src=x onerror=alert(1)>")],
          layers: [Layer(name: hostile, position: .early)], values: .float32([1, 2, 3]))
      ], epochs: [0, 1, 2], statistics: [hostile])
    let study = try Study.paper()
    let figures = try StudyFigures(try StudyPlan(study, grid: .coarse, on: store), in: store)
    let page = try StudyReport(figures, of: store, commands: [], version: "1").html()
    #expect(Markup.fault(in: page) == nil)
    #expect(!page.contains("<script>alert") && !page.contains("<img"))
    let drawn = try store.snapshot().plot(PlotRequest(statistics: [hostile], colour: "learning_rule", isMean: true))
    #expect(!drawn.picture.svg().contains("<script"))
  }
}
