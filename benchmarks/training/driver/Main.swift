// Main.swift -- a process that takes steps of learning and times them, for benchmarks/training.
//   training-bench ARCHITECTURE RULE WIDTH STEM_STRIDE SIZE CHANNELS CLASSES BATCH STEPS THREADS [cpu|cuda]
// Images are normal deviates of a fixed seed, the same at every step. The answer is one JSON line: seconds of each step after the
// first three, the loss of the last, and the version of libtorch.

import Base
import Glibc
import Training

@main
enum Main {
  static func main() {
    do throws(EngramError) {
      print(try run(Array(CommandLine.arguments.dropFirst())).text(.line, nonFinite: .named))
    } catch {
      // The caller sees this instead of an answer.
      let answer: JSONValue = ["error": .string(error.description)]
      print((try? answer.text(.line, nonFinite: .named)) ?? "")
      exit(1)
    }
  }

  private static func run(_ words: [String]) throws(EngramError) -> JSONValue {
    let numbers = words.dropFirst(3).prefix(7).compactMap { Int($0) }
    guard words.count >= 10, let width = Double(words[2]), numbers.count == 7 else {
      throw EngramError(
        .usage,
        "usage: training-bench ARCHITECTURE RULE WIDTH STEM_STRIDE SIZE CHANNELS CLASSES BATCH STEPS THREADS [cuda]")
    }
    let (stride, size, channels, classes) = (numbers[0], numbers[1], numbers[2], numbers[3])
    let (batch, steps, threads) = (numbers[4], numbers[5], numbers[6])
    var shape = NetworkSize()
    shape.width = width
    if stride > 0 { (shape.stemSize, shape.stemStride) = (3, stride) }
    let description = try TrainingSettings.architecture(words[0]).network(
      image: FeatureShape(size, size, channels), head: .classes(classes), size: shape)
    var settings = TensorNetwork.Settings()
    settings.decay = 1e-4
    settings.onGPU = words.last == "cuda"
    try TensorLibrary.useThreads(threads)
    let network = try TensorNetwork(description, rule: words[1], settings: settings)
    try network.start(from: .own(1))
    var random = RandomState(seed: 1)
    let images = (0..<(batch * description.image.count)).map { _ in Float(random.standardNormal()) }
    let stimuli = ImageBatch(images: images, labels: (0..<batch).map { Int32($0 % classes) }, count: batch)
    var seconds: [Double] = []
    var loss = 0.0
    for step in 0..<(steps + 3) {
      let start = MonotonicClock.seconds
      loss = try network.step(stimuli, rate: 0.01, seed: UInt64(step)).loss
      if step >= 3 { seconds.append(MonotonicClock.seconds - start) }
    }
    return [
      "seconds": .array(seconds.map { .real($0) }), "loss": .real(loss),
      "parameters": .count(description.parameterCount),
      "libtorch": .string(try TensorLibrary.version()),
    ]
  }
}
