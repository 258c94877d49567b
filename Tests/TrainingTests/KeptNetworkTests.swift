// KeptNetworkTests.swift -- networks that are kept at their checkpoints, and measured again without training.

import Base
import Formats
import Observables
import TestSupport
import Testing
import Training
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite struct KeptNetworkTests {
  static func train(
    _ settings: [TrainingSettings], into path: String, keepingIn folder: String?, work: WorkContext = WorkContext()
  ) throws -> [TrainingReport] {
    let kept = try folder.map { try KeptNetworks(making: $0) }
    let trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: path).store, keepingIn: kept)
    return try PlanRunner(trainer, workers: 1).train(settings, work: work)
  }

  /// The lines of values, without metrics, which belong to the run and not to a measurement.
  private static func values(_ path: String) throws -> [String] {
    try TrainerTests.contents(path).filter { !$0.hasPrefix("metric") }
  }

  static func observation(_ folder: String, _ conditions: [MeasurementCondition] = [.perfect]) throws
    -> CheckpointObservation
  { CheckpointObservation(try KeptNetworks(opening: folder).runs(), conditions: conditions) }

  @Test func `has the bits that training measured, of every kind of run`() throws {
    let folder = TemporaryFolder()
    let runs = TrainerTests.few + [TrainerTests.settings(.alexnet, "direct-feedback")]
    let reports = try Self.train(runs, into: folder["live"], keepingIn: folder["nets"])
    #expect(reports.allSatisfy { $0.keptCheckpoints == 3 && $0.keptBytes > 0 && $0.notes.isEmpty })
    let report = try Self.observation(folder["nets"]).observe(into: folder["again"])
    #expect(report.measured == runs.count && report.notes.isEmpty, "\(report.notes)")
    #expect(try Self.values(folder["again"]) == Self.values(folder["live"]))
    // The store that training wrote has all of it.
    let nothing = try Self.observation(folder["nets"]).observe(into: folder["live"])
    #expect(nothing.present == runs.count && nothing.ingest == nil)
  }

  @Test(arguments: ["sgdm", "oja"])
  func `has the bits of training also of a network that diverged`(rule: String) throws {
    let folder = TemporaryFolder()
    let reports = try Self.train([TrainerTests.diverging(rule)], into: folder["live"], keepingIn: folder["nets"])
    #expect(reports.allSatisfy { $0.divergedAtStep != nil })
    _ = try Self.observation(folder["nets"]).observe(into: folder["again"])
    #expect(try Self.values(folder["again"]) == Self.values(folder["live"]))
  }

  @Test func `a count of units is a share of the weights, and one perfect observation of a layer that has no more`()
    throws
  {
    let folder = TemporaryFolder()
    _ = try Self.train([TrainerTests.settings()], into: folder["live"], keepingIn: folder["nets"])
    let counts = try (0..<3).map { try MeasurementCondition(units: .count(10), seed: $0) }
    let observation = try Self.observation(folder["nets"], counts)
    let report = try observation.observe(into: folder["live"])
    #expect(
      report.notes.contains { $0.hasPrefix("layers with as many units") && $0.hasSuffix(": fc4") }, "\(report.notes)")
    #expect(report.notes.contains { $0.contains("not the mean over rows") }, "\(report.notes)")
    // Three layers under three seeds; the readout of ten units is the perfect one that training measured.
    #expect(report.ingest?.append.examples.count == 9)
    #expect(try observation.observe(into: folder["live"]).ingest == nil)
    _ = try observation.observe(into: folder["other"])
    let other = try TrajectoryStore(opening: folder["other"]).snapshot()
    #expect(other.exampleCount == 10)
    #expect(other.statistics(of: try other.examples(where: "layer_name = 'fc4'")).count == 45)
    // The same share of the units as a fraction has the same weights.
    let units = 10.0 / (16 * 16 * 4)
    let share = try MeasurementCondition(units: .fraction(units), seed: 1)
    _ = try Self.observation(folder["nets"], [share]).observe(into: folder["shares"])
    let shares = try TrajectoryStore(opening: folder["shares"]).snapshot()
    func bits(_ snapshot: Snapshot) throws -> [UInt64] {
      let chosen = try snapshot.select(
        try snapshot.examples(where: "layer_name = 'conv1' AND observation_seed = 1"),
        statistics: .names(["weightraw_norm", "weightsq_var", "actraw_mean"]))
      var matrix = Matrix()
      try snapshot.materialize(chosen.examples, chosen.columns, into: &matrix)
      return (0..<(matrix.rows * matrix.columns)).map {
        matrix[$0 / matrix.columns, $0 % matrix.columns].bitPattern
      }
    }
    #expect(try bits(other).count == 3 * 3)
    #expect(try bits(other) == bits(shares))
  }

  @Test func `says that norms of weights of stored networks stay as they are`() throws {
    let folder = TemporaryFolder()
    _ = try Self.train([TrainerTests.settings()], into: folder["live"], keepingIn: folder["nets"])
    let runs = try KeptNetworks(opening: folder["nets"]).runs()
    let report = try CheckpointObservation(runs, weightNorm: .frobenius).observe(into: folder["live"])
    #expect(
      report.present == 1 && report.notes.count == 1 && report.notes[0].contains("another store"), "\(report.notes)")
    #expect(try CheckpointObservation(runs).observe(into: folder["live"]).notes.isEmpty)
    #expect(try CheckpointObservation(runs, weightNorm: .frobenius).observe(into: folder["new"]).notes.isEmpty)
  }

  @Test func `what a kept run says of itself is written with a checkpoint alone`() throws {
    let folder = TemporaryFolder()
    let settings = TrainerTests.settings()
    _ = try Self.train([settings], into: folder["live"], keepingIn: folder["nets"])
    let file = try KeptNetworks(opening: folder["nets"]).runs()[0].path + "/run.json"
    let before = TestFiles.read(file)
    let store = try TrajectoryStore.openOrCreate(at: folder["live"]).store
    for name in ["nets", "none"] {
      let trainer = Trainer(into: store, threads: 2, keepingIn: try KeptNetworks(making: folder[name]))
      let report = try #require(try PlanRunner(trainer, workers: 1).train([settings], work: WorkContext()).first)
      #expect(report.outcome == .present && report.keptCheckpoints == (name == "nets" ? 3 : 0))
    }
    #expect(TestFiles.read(file) == before)
    #expect(TestFiles.names(in: folder["none"]).isEmpty)
  }

  @Test(arguments: ["direct-feedback", "feedback", "sgdm"])
  func `how large kept networks are is known before`(rule: String) throws {
    let folder = TemporaryFolder()
    let settings = TrainerTests.settings(.resnet18, rule)
    let report = try #require(try Self.train([settings], into: folder["live"], keepingIn: folder["nets"]).first)
    let run = try KeptNetworks(opening: folder["nets"]).runs()[0]
    var bytes = 0
    for epoch in run.epochs {
      let file = try NpzFile(opening: run.file(epoch))
      for name in file.names { bytes += try file.array(name).payload.byteCount }
    }
    #expect(try TrainerTests.runner(folder["other"]).keptByteCount([settings]) == bytes)
    #expect(report.keptBytes > bytes)
  }

  @Test func `networks of equal metadata are said`() throws {
    let folder = TemporaryFolder()
    var (first, second) = (TrainerTests.settings(), TrainerTests.settings())
    (first.recipe, second.recipe) = ("mine", "mine")
    second.rate = 0.02
    _ = try Self.train([first], into: folder["a"], keepingIn: folder["nets"])
    #expect(try Self.observation(folder["nets"]).observe(into: folder["one"]).notes.isEmpty)
    _ = try Self.train([second], into: folder["b"], keepingIn: folder["nets"])
    let report = try Self.observation(folder["nets"]).observe(into: folder["both"])
    #expect(report.notes.contains { $0.hasPrefix("2 of the networks have the metadata of another") }, "\(report.notes)")
  }

  @Test func `adds conditions to the runs of a store, once`() throws {
    let folder = TemporaryFolder()
    _ = try Self.train(TrainerTests.few, into: folder["live"], keepingIn: folder["nets"])
    let noisy = try MeasurementCondition(units: .fraction(0.5), noiseSD: 0.5, seed: 3)
    let observation = try Self.observation(folder["nets"], [.perfect, noisy])
    let report = try observation.observe(into: folder["live"])
    let ingest = try #require(report.ingest)
    #expect(ingest.append.examples.count == 62 && ingest.append.runs == 0)
    // Under a condition an activity change is absent.
    #expect(ingest.preview.parts.map(\.statistics.count) == [42])
    #expect(try observation.observe(into: folder["live"]).ingest == nil)
    // Measured from the start under the same condition, in another store.
    _ = try Self.observation(folder["nets"], [noisy]).observe(into: folder["other"])
    let snapshot = try TrajectoryStore(opening: folder["live"]).snapshot()
    let selection = try snapshot.select(
      try snapshot.examples(where: "noise_sd = 0.5"), statistics: .names(["actraw_mean", "weightsq_var"]))
    var here = Matrix()
    var there = Matrix()
    try snapshot.materialize(selection.examples, selection.columns, into: &here)
    let other = try TrajectoryStore(opening: folder["other"]).snapshot()
    let chosen = try other.select(other.allExamples, statistics: .names(["actraw_mean", "weightsq_var"]))
    try other.materialize(chosen.examples, chosen.columns, into: &there)
    #expect(here.rows == 62 && there.rows == 62)
    #expect((0..<62).allSatisfy { row in (0..<here.columns).allSatisfy { here[row, $0] == there[row, $0] } })
  }

  @Test(arguments: [0, 2, 4]) func `goes on after a cut with every checkpoint kept, to the same files`(run: Int) throws
  {
    let folder = TemporaryFolder()
    let settings = [TrainerTests.few[run]]
    _ = try Self.train(settings, into: folder["whole"], keepingIn: folder["nets"])
    var cuts = 0
    for patience in stride(from: 3, through: 400, by: 7) {
      let work = TrainerTests.work(stoppedAfter: patience)
      do {
        _ = try Self.train(settings, into: folder["cut"], keepingIn: folder["again"], work: work)
        break
      } catch let error as EngramError {
        #expect(error.code == .cancelled)
        cuts += 1
      }
    }
    #expect(cuts > 0)
    let (first, second) = (
      try KeptNetworks(opening: folder["nets"]).runs()[0], try KeptNetworks(opening: folder["again"]).runs()[0]
    )
    #expect(first.epochs == [0, 2, 4] && second.epochs == first.epochs)
    for epoch in first.epochs { #expect(TestFiles.read(first.file(epoch)) == TestFiles.read(second.file(epoch))) }
  }

  @Test func `says what a run that was begun without it lacks, and refuses a damaged file`() throws {
    let folder = TemporaryFolder()
    let settings = [TrainerTests.settings()]
    // Stopped later and later, until there is a state to go on from.
    for patience in stride(from: 10, through: 60, by: 4)
    where !TestFiles.names(in: folder["s/recording"]).contains(where: { $0.hasSuffix(".state") }) {
      let work = TrainerTests.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) {
        try Self.train(settings, into: folder["s"], keepingIn: nil, work: work)
      }
    }
    let report = try #require(try Self.train(settings, into: folder["s"], keepingIn: folder["nets"]).first)
    #expect(report.keptCheckpoints.map { $0 < 3 } == true && report.notes.count == 1, "\(report)")
    let kept = try KeptNetworks(opening: folder["nets"]).runs()[0]
    let observed = try Self.observation(folder["nets"]).observe(into: folder["t"])
    #expect(observed.notes.contains { $0.contains("some of their checkpoints") })
    // A bit that was flipped in the numbers of the last kept checkpoint.
    let file = kept.file(try #require(kept.epochs.last))
    var bytes = TestFiles.read(file)
    bytes[bytes.count / 2] ^= 1
    TestFiles.write(bytes, to: file)
    let error = #expect(throws: EngramError.self) { try Self.observation(folder["nets"]).observe(into: folder["u"]) }
    #expect(
      error.map { [.corrupt, .invalidData, .truncated].contains($0.code) } == true, "\(String(describing: error))")
    #expect(!TrajectoryStore.exists(at: folder["u"]))
    #expect(throws: EngramError.self) { try KeptNetworks(opening: folder["s"]).runs() }
  }
}
