// StepReferenceTests.swift -- networks and rules beside PyTorch's frozen answers: fixtures/training/steps.json.

import Base
import Glibc
import TestSupport
import Testing
import Training
import TrajectoryModel

@Suite struct StepReferenceTests {
  /// PyTorch's frozen answers.
  static let all = (try? Fixtures.json("training/steps.json").asArray()) ?? []
  static let batch = 6

  @Test func `has its fixture`() { #expect(Self.all.count >= 35) }

  @Test(arguments: all.indices)
  func `computes and learns as PyTorch does`(index: Int) throws {
    let frozen = try Self.all[index].asObject()
    let (given, answer) = (try frozen.object("case"), try frozen.object("answer"))
    let network = try Self.network(given)
    let name = "\(try given.string("architecture")) \(try given.string("head")) \(try given.string("rule"))"
    let batch = try Self.images(given)
    let losses = try answer.reals("losses")
    let regularizers = try answer.reals("regularizers")
    for step in 0..<(try given.integer("steps")) {
      let outcome = try network.step(batch, rate: try given.real("rate"), seed: UInt64(1000 + step))
      Self.expect(outcome.loss, losses[Int(step)], "\(name): loss of step \(step)")
      if try given.string("rule") == "information" {
        Self.expect(outcome.regularizer, regularizers[Int(step)], "\(name): regulariser of step \(step)")
      }
    }
    for member in try answer.object("tensors").members {
      let words = member.key.split(separator: " ")
      let operation = try #require(Int(words[0]))
      let tensor: TensorNetwork.Tensor =
        switch words[1] {
        case "kernel": .kernel
        case "bias": .bias
        case "gamma": .gamma
        case "beta": .beta
        default: .feedback
        }
      Self.expect(
        Self.probe(try network.get(tensor, of: operation)), try member.value.asReals(), "\(name): \(member.key)")
    }
    for member in try answer.object("moving").members {
      let operation = try #require(Int(member.key))
      let both = try network.get(.movingMean, of: operation) + network.get(.movingVariance, of: operation)
      Self.expect(Self.probe(both), try member.value.asReals(), "\(name): moving averages of \(member.key)")
    }
    try network.look(at: batch.images)
    let last = network.description.operations.count - 1
    let stimuli = batch.images.count / network.description.image.count
    let output = try network.doubleActivations(of: last, stimuli: stimuli)
    Self.expect(Self.probe(output), try answer.reals("output"), "\(name): output")
    for (layer, change) in zip(network.description.layers, try answer.reals("linear_changes"))
    where layer.output == layer.operation {
      let changes = try network.activityChange(of: layer, stimuli: stimuli)
      Self.expect(changes[0], change, "\(name): activity change of \(layer.layer.name)")
    }
  }

  @Test(arguments: all.indices)
  func `computes nearly the same in Float32`(index: Int) throws {
    let frozen = try Self.all[index].asObject()
    let given = try frozen.object("case")
    let network = try Self.network(given, isDouble: false)
    let losses = try frozen.object("answer").reals("losses")
    let loss = try network.step(try Self.images(given), rate: try given.real("rate"), seed: 1000).loss
    #expect(abs(loss - losses[0]) <= 1e-5 * losses[0])
  }

  static func network(_ given: JSONObject, isDouble: Bool = true) throws -> TensorNetwork {
    var size = NetworkSize()
    size.width = try given.real("width")
    size.stemSize = try given.optional("stem_size") { (value) throws(EngramError) in Int(try value.asInteger()) }
    size.stemStride = try given.optional("stem_stride") { (value) throws(EngramError) in Int(try value.asInteger()) }
    size.gain = try given.optional("gain") { (value) throws(EngramError) in try value.asReal() }
    let image = try given.integers("image").map { Int($0) }
    let description = try TrainingSettings.architecture(given.string("architecture")).network(
      image: FeatureShape(image[0], image[1], image[2]),
      head: try given.string("head") == "contrastive" ? .contrastive(units: 32) : .classes(10), size: size)
    var settings = TensorNetwork.Settings()
    settings.decay = try given.real("decay")
    settings.isDouble = isDouble
    var options: [String: Double] = [:]
    for member in try given.object("options").members { options[member.key] = try member.value.asReal() }
    try TensorLibrary.useThreads(1)
    let network = try TensorNetwork(description, rule: try given.string("rule"), options: options, settings: settings)
    try network.start(from: .own(UInt64(try given.integer("seed"))))
    return network
  }

  static func images(_ given: JSONObject) throws -> ImageBatch {
    let views = try given.string("head") == "contrastive" ? 2 : 1
    let count = try given.integers("image").reduce(batch * views) { $0 * Int($1) }
    var random = RandomState(seed: 77)
    return ImageBatch(
      images: (0..<count).map { _ in Float(random.standardNormal()) }, labels: (0..<batch).map { Int32($0 * 3 % 10) },
      count: batch)
  }

  /// The sum, and the product with cos(i / 10).
  static func probe(_ values: [Double]) -> [Double] {
    [values.reduce(0, +), values.enumerated().reduce(0) { $0 + $1.element * cos(Double($1.offset) / 10) }]
  }

  static func expect(_ value: Double, _ expected: Double, _ what: String) {
    expect([value], [expected], what)
  }

  /// To a part in 10^9 of the larger; Float64 keeps 10^10 of single numbers, of which these are sums.
  static func expect(_ values: [Double], _ expected: [Double], _ what: String) {
    let scale = max(1e-3, expected.map(abs).max() ?? 0)
    for (value, wanted) in zip(values, expected) {
      #expect(abs(value - wanted) <= 1e-9 * scale, "\(what): \(value) for \(wanted)")
    }
  }
}
