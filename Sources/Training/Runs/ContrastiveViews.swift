// ContrastiveViews.swift -- the contrastive loss of the validation set, however many of its stimuli are evaluated at a time.

import Base
import Glibc

/// What a network makes of two views each of the validation set, and their contrastive loss.
///
/// Each view is told from the others of its group of ``groupCount`` stimuli, so that loss and top-1 depend on no memory. Where a
/// group is evaluated at a time, the tensor library computes them; else this does, from the outputs (`Losses.cpp`).
struct ContrastiveViews {
  /// Stimuli whose views are told from each other.
  static let groupCount = 256

  private let network: TensorNetwork
  /// The operation whose outputs tell views apart, and how many there are of a view.
  private let last: Int, units: Int
  /// Whether a group is evaluated at a time.
  private let isWhole: Bool
  /// The outputs for the first and for the second views, stimulus by stimulus.
  private var outputs: ([Float], [Float]) = ([], [])
  /// The sum of the losses of all stimuli, and those whose second view was found among the others of the group.
  private(set) var loss = 0.0, correct = 0

  /// Makes a sum over no stimuli.
  ///
  /// - Parameters:
  ///   - network: The network, in Float32.
  ///   - block: Stimuli that are evaluated at a time.
  ///   - count: Stimuli in all.
  init(of network: TensorNetwork, block: Int, count: Int) {
    self.network = network
    last = network.description.operations.count - 1
    units = network.description.operations[last].shape.count
    isWhole = block >= min(Self.groupCount, count)
  }

  /// Evaluates the views of the next stimuli.
  ///
  /// - Throws: ``EngramError`` with code `limit` without memory.
  mutating func add(_ views: ImageBatch) throws(EngramError) {
    if isWhole {
      let outcome = try network.evaluate(views)
      loss += outcome.loss * Double(outcome.count)
      correct += outcome.correct
      return
    }
    try network.look(at: views.images)
    let made = try network.activations(of: last, stimuli: 2 * views.count)
    outputs.0 += made.prefix(made.count / 2)
    outputs.1 += made.suffix(made.count / 2)
    while outputs.0.count >= Self.groupCount * units { finishGroup(Self.groupCount) }
  }

  /// Ends the last group, which may be smaller.
  mutating func finish() {
    if !outputs.0.isEmpty { finishGroup(outputs.0.count / units) }
  }

  private mutating func finishGroup(_ count: Int) {
    let numbers = count * units
    let views = Self.normalised(Array(outputs.0.prefix(numbers) + outputs.1.prefix(numbers)), units)
    outputs.0.removeFirst(numbers)
    outputs.1.removeFirst(numbers)
    for view in 0..<(2 * count) {
      let partner = (view + count) % (2 * count)
      var likeness = (0..<(2 * count)).map { other in
        var sum = 0.0
        for unit in 0..<units { sum += views[view * units + unit] * views[other * units + unit] }
        return sum / network.temperature
      }
      if view < count {
        // As published: the second view is found among all second views.
        let best = (count..<(2 * count)).max { likeness[$0] < likeness[$1] }
        if best == partner { correct += 1 }
      }
      likeness[view] = -.infinity
      let greatest = likeness.max() ?? 0
      let sum = likeness.reduce(0) { $0 + exp($1 - greatest) }
      loss += greatest + log(sum) - likeness[partner]
    }
  }

  /// Outputs of length 1.
  private static func normalised(_ outputs: [Float], _ units: Int) -> [Double] {
    var views = outputs.map { Double($0) }
    for start in stride(from: 0, to: views.count, by: units) {
      let square = views[start..<(start + units)].reduce(0) { $0 + $1 * $1 }
      let length = max(square, 1e-12).squareRoot()
      for place in start..<(start + units) { views[place] /= length }
    }
    return views
  }
}
