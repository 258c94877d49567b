// KeptInStoreTests.swift -- networks that are kept, and the runs that they are in a store.

import Base
import Observables
import TestSupport
import Testing
import Training
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite struct KeptInStoreTests {
  private static func noise(_ seed: UInt32) throws -> MeasurementCondition {
    try MeasurementCondition(units: .fraction(0.5), noiseSD: 0.5, seed: seed)
  }

  private static func observe(
    _ folder: String, _ condition: MeasurementCondition, into path: String, repeats: RepeatPolicy = .ask
  ) throws -> CheckpointObservation.Report {
    try KeptNetworkTests.observation(folder, [condition]).observe(into: path, options: IngestOptions(repeats: repeats))
  }

  @Test func `a network whose run has not ended is left out, and its training goes on`() throws {
    let folder = TemporaryFolder()
    let settings = [TrainerTests.settings()]
    _ = try KeptNetworkTests.train(settings, into: folder["whole"], keepingIn: nil)
    // Stopped later and later, until there is a state to go on from.
    for patience in stride(from: 10, through: 60, by: 4)
    where !TestFiles.names(in: folder["s/recording"]).contains(where: { $0.hasSuffix(".state") }) {
      let work = TrainerTests.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) {
        try KeptNetworkTests.train(settings, into: folder["s"], keepingIn: folder["nets"], work: work)
      }
    }
    for store in ["s", "t"] {
      for condition in [MeasurementCondition.perfect, try Self.noise(0)] {
        let report = try Self.observe(folder["nets"], condition, into: folder[store])
        #expect(report.ingest == nil && report.measured == 0 && report.present == 0)
        #expect(report.notes.contains { $0.hasPrefix("1 of the networks are still being trained") }, "\(report.notes)")
      }
    }
    let trained = try KeptNetworkTests.train(settings, into: folder["s"], keepingIn: folder["nets"])
    #expect(trained.map(\.outcome) == [.resumed])
    #expect(try TrainerTests.contents(folder["s"]) == TrainerTests.contents(folder["whole"]))
    #expect(try Self.observe(folder["nets"], try Self.noise(0), into: folder["s"]).measured == 1)
  }

  @Test func `a run that is stored at other epochs is not present, and an observation at fewer is said`() throws {
    let folder = TemporaryFolder()
    var (short, long) = (TrainerTests.settings(), TrainerTests.settings())
    (short.recipe, long.recipe) = ("mine", "mine")
    short.epochs = 2
    _ = try KeptNetworkTests.train([short], into: folder["s"], keepingIn: folder["short"])
    _ = try KeptNetworkTests.train([long], into: folder["other"], keepingIn: folder["long"])
    let report = try #require(try KeptNetworkTests.train([long], into: folder["s"], keepingIn: nil).first)
    #expect(report.outcome == .failed && report.error?.code == .exists, "\(report)")
    #expect(report.error?.expected == "0, 2, 4" && report.error?.found == "0, 2" && report.error?.mend != nil)
    #expect(try KeptNetworkTests.train([short], into: folder["s"], keepingIn: nil).map(\.outcome) == [.present])
    let condition = try Self.noise(0)
    #expect(try Self.observe(folder["short"], condition, into: folder["s"]).measured == 1)
    let again = try Self.observe(folder["long"], condition, into: folder["s"])
    #expect(again.ingest == nil && again.present == 0)
    #expect(again.notes.contains { $0.contains("at fewer checkpoints than are kept") }, "\(again.notes)")
    #expect(try Self.observe(folder["long"], condition, into: folder["s"], repeats: .update).measured == 1)
    #expect(try Self.observe(folder["long"], condition, into: folder["s"]).present == 1)
  }

  @Test func `observations go to the run whatever was joined to it, and to none that was corrected`() throws {
    let folder = TemporaryFolder()
    _ = try KeptNetworkTests.train([TrainerTests.settings()], into: folder["s"], keepingIn: folder["nets"])
    let store = try TrajectoryStore(opening: folder["s"])
    let run = try #require(try store.snapshot().runs(fields: []).ids.first)
    _ = try store.edit(
      [RunEdit(run: run, values: ["lab": .text("Basel")])], adding: [MetadataField(name: "lab", type: .text)])
    let joined = try Self.observe(folder["nets"], try Self.noise(0), into: folder["s"])
    #expect(joined.measured == 1 && joined.ingest?.append.runs == 0)
    _ = try store.edit([RunEdit(run: run, values: ["learning_rule": .text("momentum")])])
    let corrected = try Self.observe(folder["nets"], try Self.noise(1), into: folder["s"])
    #expect(corrected.ingest == nil && corrected.present == 0)
    #expect(corrected.notes.contains { $0.contains("whose metadata were corrected") }, "\(corrected.notes)")
    #expect(try store.snapshot().runs(fields: []).ids == [run])
    // Nor where the fields have other names.
    _ = try store.edit([RunEdit(run: run, values: ["learning_rule": .text("sgdm")])])
    _ = try store.renameField("recipe", to: "protocol")
    #expect(try Self.observe(folder["nets"], try Self.noise(1), into: folder["s"]).ingest == nil)
  }

  @Test func `a network of a hidden run is left out before anything is measured`() throws {
    let folder = TemporaryFolder()
    _ = try KeptNetworkTests.train(
      [TrainerTests.settings(), TrainerTests.settings(.resnet18)], into: folder["s"], keepingIn: folder["nets"])
    _ = try TrajectoryStore(opening: folder["s"]).hide(where: "architecture = 'knet'")
    let report = try Self.observe(folder["nets"], try Self.noise(0), into: folder["s"])
    #expect(report.measured == 1 && report.present == 0)
    #expect(report.notes.contains { $0.hasPrefix("1 of the networks are of runs that are hidden") }, "\(report.notes)")
  }

  @Test func `a run goes on with its own data alone, and its networks are those of its data`() throws {
    let (folder, other) = (try ImageTaskTests.folder(), try ImageTaskTests.folder())
    let picture = try ColourImageTests.picture(33, 44, [9, 99, 9]).jpeg()
    other.write(picture, to: "train/n01/more.JPEG")
    let settings = ImageTaskTests.settings("imagenet", .knet)
    func train(
      on data: TemporaryFolder, into path: String, keeps: Bool, work: WorkContext = WorkContext()
    ) throws -> TrainingReport {
      let kept = keeps ? try KeptNetworks(making: folder["nets"]) : nil
      let trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: folder[path]).store, keepingIn: kept)
      return try #require(try PlanRunner(trainer, workers: 1, data: data.path).train([settings], work: work).first)
    }
    #expect(try train(on: folder, into: "a", keeps: true).outcome == .trained)
    let runs = try KeptNetworks(opening: folder["nets"]).runs()
    let file = try #require(runs.first).file(4)
    let before = TestFiles.read(file)
    let refused = try train(on: other, into: "b", keeps: true)
    #expect(refused.outcome == .failed && refused.error?.code == .exists, "\(refused)")
    #expect(refused.error?.expected?.hasPrefix("12 + 6 stimuli of 2 classes") == true)
    #expect(refused.error?.found?.hasPrefix("13 + 6 stimuli of 2 classes") == true)
    #expect(TestFiles.read(file) == before)
    refusal(.invalidData) { _ = try CheckpointObservation(runs, data: other.path).observe(into: folder["c"]) }
    #expect(try CheckpointObservation(runs, data: folder.path).observe(into: folder["c"]).measured == 1)
    // Stopped later and later, until there is a state to go on from.
    for patience in 1..<60
    where !TestFiles.names(in: folder["d/recording"]).contains(where: { $0.hasSuffix(".state") }) {
      let work = TrainerTests.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) { try train(on: folder, into: "d", keeps: false, work: work) }
    }
    let begun = try train(on: other, into: "d", keeps: false)
    #expect(begun.outcome == .failed && begun.error?.message == "the run was begun with other data", "\(begun)")
    // One picture that was replaced, as one that was damaged, makes no other data.
    folder.write(picture, to: "train/n01/n01_2.JPEG")
    #expect(try train(on: folder, into: "d", keeps: false).outcome == .resumed)
  }
}
