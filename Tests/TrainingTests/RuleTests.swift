// RuleTests.swift -- what is true of learning rules whatever the network.

import Base
import Glibc
import TestSupport
import Testing
import Training
import TrajectoryModel

@Suite struct RuleTests {
  /// A small network of an architecture on noise, in Float64.
  static func network(
    _ architecture: Architecture, rule: String, options: [String: Double] = [:], decay: Double = 0,
    clip: Double = 0, isDouble: Bool = true, seed: UInt64 = 3
  ) throws -> TensorNetwork {
    var size = NetworkSize()
    size.width = architecture.family == .knet ? 0.25 : 0.0625
    size.gain = 1.5
    (size.stemSize, size.stemStride) = (3, 1)
    let description = try architecture.network(image: FeatureShape(16, 16, 1), head: .classes(10), size: size)
    var settings = TensorNetwork.Settings()
    settings.isDouble = isDouble
    settings.decay = decay
    settings.clip = clip
    try TensorLibrary.useThreads(1)
    let network = try TensorNetwork(description, rule: rule, options: options, settings: settings)
    try network.start(from: .own(seed))
    return network
  }

  static func batch(_ count: Int = 8, seed: UInt32 = 5) -> ImageBatch {
    var random = RandomState(seed: seed)
    return ImageBatch(
      images: (0..<(count * 256)).map { _ in Float(random.standardNormal()) },
      labels: (0..<count).map { Int32($0 % 10) }, count: count)
  }

  static func kernels(_ network: TensorNetwork) throws -> [[Double]] {
    try network.description.layers.map { try network.get(.kernel, of: $0.operation) }
  }

  /// The transpose of an inputs x outputs kernel; a kernel of a convolution is as it is.
  static func asFeedback(_ kernel: [Double], _ operation: NetworkOperation) -> [Double] {
    guard case .dense = operation.kind else { return kernel }
    let (inputs, outputs) = (operation.inputShape.count, operation.shape.channels)
    return (0..<(inputs * outputs)).map { kernel[($0 % inputs) * outputs + $0 / inputs] }
  }

  @Test(arguments: ["feedback", "information", "symmetric", "activation", "mirror", "kolen-pollack"])
  func `is backpropagation where feedback kernels equal forward ones`(rule: String) throws {
    for architecture in [Architecture.knetlrn, .alexnet, .resnet18v2] {
      let optimizer = try TensorLibrary.rule(rule).optimizer
      let (plain, fed) = (
        try Self.network(architecture, rule: optimizer.rawValue),
        try Self.network(architecture, rule: rule, options: rule == "kolen-pollack" ? ["decay": 0] : [:])
      )
      for layer in fed.description.layers {
        let kernel = try fed.get(.kernel, of: layer.operation)
        try fed.set(
          .feedback, of: layer.operation,
          to: Self.asFeedback(kernel, fed.description.operations[layer.operation]))
      }
      let (first, second) = (
        try plain.step(Self.batch(), rate: 0.01, seed: 1), try fed.step(Self.batch(), rate: 0.01, seed: 1)
      )
      #expect(first.loss == second.loss)
      for (one, other) in zip(try Self.kernels(plain), try Self.kernels(fed)) {
        let scale = one.map(abs).max() ?? 0
        #expect(zip(one, other).allSatisfy { abs($0 - $1) <= 1e-10 * scale }, "\(architecture) \(rule)")
      }
    }
  }

  @Test func `Kolen-Pollack kernels that are equal stay equal where gradients are clipped`() throws {
    let network = try Self.network(.knet, rule: "kolen-pollack", clip: 0.01)
    func pairs() throws -> [([Double], [Double])] {
      try network.description.layers.map { layer in
        let kernel = try network.get(.kernel, of: layer.operation)
        return (
          Self.asFeedback(kernel, network.description.operations[layer.operation]),
          try network.get(.feedback, of: layer.operation)
        )
      }
    }
    for (layer, pair) in zip(network.description.layers, try pairs()) {
      try network.set(.feedback, of: layer.operation, to: pair.0)
    }
    let before = try Self.kernels(network)
    for step in 0..<5 { _ = try network.step(Self.batch(), rate: 0.1, seed: UInt64(step)) }
    #expect(try Self.kernels(network) != before)
    for (kernel, feedback) in try pairs() {
      let scale = kernel.map(abs).max() ?? 0
      #expect(zip(kernel, feedback).allSatisfy { abs($0 - $1) <= 1e-12 * scale })
    }
  }

  @Test(arguments: ["sign-uniform", "sign-fixed", "sign-random"])
  func `measures activity changes through the kernel that gradients go down by`(rule: String) throws {
    let network = try Self.network(.knet, rule: rule)
    let layer = try #require(network.description.layers.last)
    let operation = network.description.operations[layer.operation]
    func change() throws -> Double {
      try network.look(at: Self.batch(2).images)
      return try network.activityChange(of: layer, stimuli: 2, byFeedback: true)[0]
    }
    let first = try change()
    let kernel = Self.asFeedback(try network.get(.kernel, of: layer.operation), operation)
    let feedback = try network.get(.feedback, of: layer.operation)
    let uniform = (feedback.reduce(0) { $0 + $1 * $1 } / Double(feedback.count)).squareRoot()
    func expected(_ magnitude: (Double) -> Double) -> Double {
      zip(kernel, feedback).reduce(0) { $0 + ($1.0 > 0 ? 1 : -1) * magnitude($1.1) } / Double(operation.shape.channels)
    }
    let ofFeedback = feedback.reduce(0, +) / Double(operation.shape.channels)
    #expect(abs(first - ofFeedback) > 1e-6)
    switch rule {
    case "sign-uniform": #expect(abs(first - expected { _ in uniform }) < 1e-12)
    case "sign-fixed": #expect(abs(first - expected { abs($0) }) < 1e-12)
    default:
      // Magnitudes are drawn for a measurement as for any other one, whatever was drawn to learn.
      _ = try network.step(Self.batch(), rate: 0, seed: 9)
      #expect(try change() == first)
    }
  }

  @Test func `one value for each channel leaves the moving variance as it is`() throws {
    let network = try Self.network(.resnet18, rule: "sgdm")
    for step in 0..<3 { _ = try network.step(Self.batch(1), rate: 0.001, seed: UInt64(step)) }
    var (kept, moved) = (0, 0)
    for (index, operation) in network.description.operations.enumerated() {
      let variances = try network.get(.movingVariance, of: index)
      if variances.isEmpty { continue }
      let isOne = operation.shape.height * operation.shape.width == 1
      #expect(variances.allSatisfy { $0.isFinite && ($0 == 1) == isOne }, "operation \(index)")
      if isOne { kept += 1 } else { moved += 1 }
    }
    #expect(kept > 0 && moved > 0)
    try network.look(at: Self.batch(2).images)
    let output = try network.doubleActivations(of: network.description.operations.count - 1, stimuli: 2)
    #expect(output.allSatisfy { $0.isFinite })
  }

  @Test(arguments: ["feedback", "direct-feedback", "sign-fixed", "sign-uniform", "sign-random"])
  func `leaves fixed feedback as it is, bit for bit`(rule: String) throws {
    let network = try Self.network(.knet, rule: rule, decay: 0.1, isDouble: false)
    let operations = network.description.operations.indices.filter { network.count(.feedback, of: $0) > 0 }
    #expect(!operations.isEmpty)
    let before = try operations.map { try network.get(.feedback, of: $0).map(\.bitPattern) }
    let kernels = try Self.kernels(network)
    for step in 0..<5 { _ = try network.step(Self.batch(), rate: 0.01, seed: UInt64(step)) }
    #expect(try operations.map { try network.get(.feedback, of: $0).map(\.bitPattern) } == before)
    #expect(try Self.kernels(network) != kernels)
  }

  /// One dense layer of two inputs, for answers that were computed by hand.
  static func twoByTwo(_ options: [String: Double]) throws -> TensorNetwork {
    let operation = NetworkOperation(
      kind: .dense, input: -1, inputShape: FeatureShape(1, 1, 2), shape: FeatureShape(1, 1, 2),
      start: .constant(0), biasStart: nil)
    let layer = NetworkDescription.MeasuredLayer(layer: Layer(name: "dense", position: nil), operation: 0, output: 0)
    var settings = TensorNetwork.Settings()
    settings.isDouble = true
    try TensorLibrary.useThreads(1)
    let network = try TensorNetwork(
      NetworkDescription(image: FeatureShape(1, 1, 2), operations: [operation], layers: [layer], head: .classes(2)),
      rule: "information", options: options, settings: settings)
    try network.set(.kernel, of: 0, to: [1, 0, 2, -1])
    try network.set(.feedback, of: 0, to: [0.5, 1, 0, 0.25])
    return network
  }

  static let twoStimuli = ImageBatch(images: [1, 2, 3, -1], labels: [0, 1], count: 2)
  static let defaults = [
    "alpha": 0.002, "beta": 0.001, "gamma": 0.001, "centre": 0, "bias": 1, "watch": 1, "feedback_rate": 0,
  ]

  @Test func `gives the known answer of information alignment`() throws {
    let network = try Self.twoByTwo(Self.defaults)
    let outcome = try network.step(Self.twoStimuli, rate: 0, seed: 0)
    #expect(abs(outcome.regularizer - 0.00971875) < 1e-15)
    let slope = try network.get(.feedbackGradient, of: 0)
    for (value, expected) in zip(slope, [0.006, 0.01675, -0.0055, -0.00225]) { #expect(abs(value - expected) < 1e-15) }
  }

  @Test func `has the fixed point of information alignment where theory has it`() throws {
    let network = try Self.twoByTwo(Self.defaults)
    let fixed = [0.565217391304348, 0.156521739130435, 0.869565217391304, -0.513043478260870]
    try network.set(.feedback, of: 0, to: fixed)
    _ = try network.step(Self.twoStimuli, rate: 0, seed: 0)
    for value in try network.get(.feedbackGradient, of: 0) { #expect(abs(value) < 1e-15) }
    // The forward kernel has its own gradient, so the point is one of the feedback kernel alone.
    let kernel = try network.get(.kernelGradient, of: 0)
    #expect(kernel.contains { abs($0) > 1e-3 })
  }

  @Test(arguments: Architecture.allCases)
  func `starts at the loss of a guess`(architecture: Architecture) throws {
    var size = NetworkSize()
    size.width = architecture.family == .knet ? 1 : 0.125
    (size.stemSize, size.stemStride) = (3, 1)
    let description = try architecture.network(image: FeatureShape(16, 16, 1), head: .classes(1000), size: size)
    try TensorLibrary.useThreads(1)
    let network = try TensorNetwork(description, rule: "sgdm")
    try network.start(from: .own(8))
    let outcome = try network.step(Self.batch(32), rate: 0, seed: 0)
    // Version 2 starts its readout wider, so its guesses differ a little.
    #expect(abs(outcome.loss - log(1000)) < (architecture.family == .resnet ? 0.8 : 0.05), "\(outcome.loss)")
  }

  @Test(arguments: [Architecture.knetlrn, .alexnetlrn, .resnet18, .resnet18v2])
  func `measures activity changes that finite differences confirm`(architecture: Architecture) throws {
    let network = try Self.network(architecture, rule: "feedback")
    let images = Self.batch(3).images
    try network.look(at: images)
    // Of the first layer, whose input is the image: all inputs grow alike.
    let layer = network.description.layers[0]
    let changes = try network.activityChange(of: layer, stimuli: 3)
    let step: Float = 1.0 / 1024
    func summed(_ shift: Float) throws -> [Double] {
      try network.look(at: images.map { $0 + shift })
      let outputs = try network.doubleActivations(of: layer.output, stimuli: 3)
      let units = outputs.count / 3
      return (0..<3).map { outputs[($0 * units)..<(($0 + 1) * units)].reduce(0, +) / Double(units) }
    }
    let (high, low) = (try summed(step), try summed(-step))
    for stimulus in 0..<3 {
      let slope = (high[stimulus] - low[stimulus]) / Double(2 * step)
      // A ReLU may turn within the step, and what float images round adds.
      #expect(abs(slope - changes[stimulus]) < 0.02 * max(0.05, abs(slope)), "\(slope) \(changes[stimulus])")
    }
    let byFeedback = try network.activityChange(of: layer, stimuli: 3, byFeedback: true)
    #expect(byFeedback != changes)
  }

  @Test func `refuses what is not known`() throws {
    #expect(throws: EngramError.self) { try TensorLibrary.rule("sgd") }
    let error = #expect(throws: EngramError.self) {
      try Self.network(.knet, rule: "information", options: ["alfa": 1])
    }
    #expect(error?.code == .usage)
    let network = try Self.network(.knet, rule: "sgdm")
    #expect(throws: EngramError.self) {
      try network.step(ImageBatch(images: [Float](repeating: 0, count: 256), labels: [10], count: 1), rate: 1, seed: 0)
    }
    #expect(throws: EngramError.self) { try network.restore([1, 2, 3]) }
  }

  @Test(arguments: ["sgdm", "adam", "feedback", "information", "mirror", "sign-random", "oja"])
  func `goes on from a state bit for bit`(rule: String) throws {
    let (one, other) = (
      try Self.network(.alexnetlrn, rule: rule, isDouble: false),
      try Self.network(.alexnetlrn, rule: rule, isDouble: false, seed: 4)
    )
    // Oja's rule runs off at rates that others bear.
    let rate = rule == "oja" ? 1e-6 : 0.01
    for step in 0..<3 { _ = try one.step(Self.batch(), rate: rate, seed: UInt64(step)) }
    try other.restore(try one.state())
    for step in 3..<6 {
      let outcomes = (
        try one.step(Self.batch(), rate: rate, seed: UInt64(step)),
        try other.step(Self.batch(), rate: rate, seed: UInt64(step))
      )
      #expect(outcomes.0 == outcomes.1 && outcomes.0.loss.isFinite)
    }
    #expect(try one.state() == other.state())
  }
}
