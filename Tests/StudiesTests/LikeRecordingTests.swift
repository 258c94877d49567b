// LikeRecordingTests.swift -- identification on runs that were measured as the recordings were.

import Base
import Classifiers
import Formats
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct LikeRecordingTests {
  /// Made-up activations of 8 runs of each of two rules and of two of unknown rule: 3 epochs, 2 layers, 6 stimuli, 40 units.
  private static func request(in folder: TemporaryFolder) throws -> ObserveRequest {
    var random = SeededGenerator(seed: 21)
    var table = "learning_rule,task,model_seed\n"
    var bytes: [UInt8] = []
    for run in 0..<18 {
      let isFirst = run % 2 == 0
      table += run < 16 ? "\(isFirst ? "adam" : "sgdm"),digits,\(run)\n" : ",neural,\(run)\n"
      for _ in 0..<(3 * 2 * 6 * 40) {
        // About normal: what differs is the mean, which noise hides.
        let sum = (0..<4).reduce(0) { sum, _ in sum + Double.random(in: -0.9...0.9, using: &random) }
        bytes.appendLittleEndian(Float(sum + (isFirst ? 0 : 0.4)).bitPattern)
      }
    }
    folder.write(table, to: "runs.csv")
    let writer = try NpyWriter(
      creating: folder["x.npy"], header: NpyHeader(type: .float32, shape: [18, 3, 2, 6, 40]))
    try unsafe writer.write(bytes.span.bytes)
    try writer.finish()
    var request = ObserveRequest()
    request.activations = [.init(folder["x.npy"])]
    request.axes = "run,epoch,layer,stimulus,unit"
    request.layers = ["a", "b"]
    request.metadata = folder["runs.csv"]
    return request
  }

  private static func identify(_ store: String, like: RecordingCondition?, noise: Double = 4) throws -> Identification {
    try TrajectoryStore(opening: store).snapshot().identify(
      IdentifyRequest(
        examples: "task = 'neural' AND noise_sd = \(noise)", treeCount: 40, likeRecording: like, draws: 0))
  }

  @Test func `what is learned from has the recordings' condition, and the same runs measured perfectly are beside it`()
    throws
  {
    let folder = TemporaryFolder()
    var request = try Self.request(in: folder)
    request.noise = [0, 4]
    request.seeds = [0, 1]
    _ = try request.observe(into: folder["s.engram"])
    let found = try Self.identify(folder["s.engram"], like: .own)
    // 16 runs x 2 layers x 2 seeds, of which no perfect observation.
    #expect(found.training.examples == 64 && found.training.runs == 16)
    let beside = try #require(found.perfectBeside)
    #expect(beside.condition == "unit_fraction = 1.0 AND noise_sd = 4.0" && beside.runs == 16)
    let perfect = try #require(beside.runConfidence?.calibrated)
    #expect(perfect.accuracy == 1)
    #expect(perfect.meanConfidence > found.runConfidence.calibrated.meanConfidence)
    #expect(try Self.identify(folder["s.engram"], like: .filter("noise_sd = 4")).training.examples == 64)
    #expect(try Self.identify(folder["s.engram"], like: nil).perfectBeside == nil)
    // Perfect recordings learn from perfect observations, which cost nothing.
    let clear = try Self.identify(folder["s.engram"], like: .own, noise: 0)
    #expect(clear.training.examples == 32 && clear.perfectBeside?.runConfidence == clear.runConfidence)
  }

  @Test func `a condition that no labelled run was measured under is refused, with what to run`() throws {
    let folder = TemporaryFolder()
    var request = try Self.request(in: folder)
    request.noise = [4]
    _ = try request.observe(into: folder["s.engram"])
    let error = refusal(.notFound) { _ = try Self.identify(folder["s.engram"], like: .filter("noise_sd = 7")) }
    #expect(error?.mend?.description.contains("`ObserveRequest()` with `units` and `noise`") == true)
    // Without perfect observations nobody knows what the condition costs.
    let beside = try Self.identify(folder["s.engram"], like: .own).perfectBeside
    #expect(beside?.runs == 0 && beside?.runConfidence == nil)
    refusal(.usage) { _ = try Self.identify(folder["s.engram"], like: .filter("no_such = 1")) }
  }
}
