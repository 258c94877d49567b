// ElectrophysiologyTests.swift -- recordings as electrodes give them, from raw numbers to the learning rule that they look like.

import Base
import Formats
import Foundation
import TestSupport
import Testing

/// Made-up recordings of animals that learn by one of two rules, beside networks of which the rule is known.
///
/// 15 sessions x 60 stimuli. Under `feedback` responses rise with learning, under `sgdm` they become sparse. A network has 240 units;
/// an animal's array has 200, with noise of deviation .5, of which some are lost and some stimuli were not shown.
struct ElectrophysiologyTests {
  private static let (sessions, stimuli, networkUnits, animalUnits, noise) = (15, 60, 240, 200, 0.5)

  /// Numbers by a multiplication and a shift, for there are two million of them.
  private struct Numbers {
    var state: UInt64
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / 2_147_483_648
    }
    mutating func nearlyNormal() -> Double { 2 * (next() + next() + next() - 1.5) }
  }

  /// The responses of one run, session by session.
  private static func responses(_ isFeedback: Bool, units: Int, noise: Double, seed: UInt64) -> [Float] {
    var random = Numbers(state: seed &* 0x9e37_79b9_7f4a_7c15)
    let tuning = (0..<(stimuli * units)).map { _ in max(0, 0.4 + random.nearlyNormal()) }
    var all: [Float] = []
    all.reserveCapacity(sessions * tuning.count)
    for session in 0..<sessions {
      let learned = Double(session) / Double(sessions - 1)
      for response in tuning {
        let now = isFeedback ? response * (1 + 0.8 * learned) : max(0, response - 0.9 * learned)
        all.append(Float(now + (noise > 0 ? noise * random.nearlyNormal() : 0)))
      }
    }
    return all
  }

  private static func write(_ runs: [[Float]], units: Int, to path: String) throws {
    let header = NpyHeader(type: .float32, shape: [runs.count, sessions, stimuli, units])
    let writer = try NpyWriter(creating: path, header: header)
    // SAFETY: a Float has no padding, so all its bytes are initialised.
    for run in runs { try unsafe writer.write(run.span.bytes) }
    try writer.finish()
  }

  private static func engram(_ words: [String]) throws -> (output: [String: Any], errors: String) {
    let result = Shell.run(Shell.engram, words + ["--json"])
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return (try #require(json), result.errors)
  }

  /// Networks and animals in one store: the former under the condition of the latter, and perfectly.
  private static func store(in folder: TemporaryFolder) throws -> String {
    let store = folder["lab.engram"]
    var (table, networks): (String, [[Float]]) = ("learning_rule,task,model_seed\n", [])
    for run in 0..<12 {
      table += "\(run % 2 == 0 ? "feedback" : "sgdm"),digits,\(run)\n"
      networks.append(responses(run % 2 == 0, units: networkUnits, noise: 0, seed: UInt64(run + 1)))
    }
    folder.write(table, to: "networks.csv")
    try write(networks, units: networkUnits, to: folder["networks.npy"])
    _ = try engram(
      ["observe", store, "--activations", "it=\(folder["networks.npy"])", "--axes", "run,session,stimulus,neuron"]
        + ["--epochs", "0:28:2", "--metadata", folder["networks.csv"], "--units", "\(animalUnits)"]
        + ["--unit-fraction", "1", "--noise", "0,\(noise)", "--observation-seeds", "0:1"])
    var animals = [0, 1].map { responses($0 == 0, units: animalUnits, noise: noise, seed: UInt64(100 + $0)) }
    for (session, unit) in [(3, 11), (9, 57), (14, 120)] {
      for later in session..<sessions {
        for stimulus in 0..<stimuli { animals[0][(later * stimuli + stimulus) * animalUnits + unit] = .nan }
      }
    }
    for unit in 0..<animalUnits { animals[1][(4 * stimuli + 17) * animalUnits + unit] = .nan }
    folder.write("animal,task,learning_rule\nm1,neural,\nm2,neural,\n", to: "animals.csv")
    try write(animals, units: animalUnits, to: folder["animals.npy"])
    let measured = try engram(
      ["observe", store, "--activations", "it=\(folder["animals.npy"])", "--axes", "run,session,stimulus,neuron"]
        + ["--epochs", "0:28:2", "--metadata", folder["animals.csv"]])
    // What was lost is said, and is not in the statistics.
    #expect(measured.output["examples"] as? Int == 2)
    #expect(measured.errors.contains("0 to 3 of 200 units") && measured.errors.contains("1 showing of a stimulus"))
    return store
  }

  @Test func `animals look like the networks that learn by their rule, measured as they were`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(in: folder)
    let found = try Self.engram([
      "identify", store, "--examples", "task = 'neural'", "--like-recording", "noise_sd = \(Self.noise)", "--trees",
      "60",
    ]).output
    let train = try #require(found["train"] as? [String: Any])
    // 12 networks as they are with so much noise: of 200 units or all, by two seeds.
    #expect(train["runs"] as? Int == 12 && train["examples"] as? Int == 48)
    let columns = try #require(found["columns"] as? [String: Any])
    #expect((columns["epochs"] as? [Double])?.count == Self.sessions)
    #expect((columns["statistics"] as? [String])?.allSatisfy { $0.hasPrefix("act") } == true)
    let runs = try #require(found["runs"] as? [[String: Any]])
    let predicted = runs.map { ($0["fields"] as? [String: Any])?["animal"] as? String ?? "" }
    #expect(runs.map { $0["predicted"] as? String } == predicted.map { $0 == "m1" ? "feedback" : "sgdm" })
    #expect(runs.count == 2 && runs.allSatisfy { ($0["confidence"] as? Double ?? 0) > 0.5 })
    // The same networks measured perfectly stand beside, so that it is known what the condition costs.
    let beside = try #require(found["like_recording"] as? [String: Any])
    #expect(beside["perfect_runs"] as? Int == 12 && !(beside["perfect_runs_confidence"] is NSNull))
  }
}
