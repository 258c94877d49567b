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
  private static func train(
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

  private static func observation(_ folder: String, _ conditions: [MeasurementCondition] = [.perfect]) throws
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
