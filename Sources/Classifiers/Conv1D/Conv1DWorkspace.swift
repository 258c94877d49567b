// Conv1DWorkspace.swift -- what one thread needs to send a few examples through a network and back.

import Base
import CClassifierKernels

/// The scratch memory of one thread, and the passes through a network that use it.
///
/// It takes at most ``exampleLimit`` examples at a time: few enough for everything to stay in a core's cache, and
/// enough for sums over them to be worth starting.
@safe final class Conv1DWorkspace: @unchecked Sendable {
  // Unchecked: one thread at a time uses it.

  /// The most examples of one pass.
  static let exampleLimit = 64

  private let shape: Conv1DShape
  private let tiles: LaneBuffer<Float>
  /// What the filters say, then what is wrong with it; [tile][filter][place][lane].
  private let activations: LaneBuffer<Float>
  /// The same after pooling; [tile][filter][lane].
  private let pooled: LaneBuffer<Float>
  /// Where the largest answers are; as `pooled`.
  private let places: LaneBuffer<Int32>
  /// Probabilities, then what is wrong with them; [tile][class][lane].
  private let scores: LaneBuffer<Float>
  /// What is wrong with the features of one tile; [feature][lane].
  private let featureErrors: LaneBuffer<Float>

  init(_ shape: Conv1DShape) throws(EngramError) {
    self.shape = shape
    let lanes = Self.exampleLimit
    tiles = try LaneBuffer(count: shape.rowCount * lanes)
    activations = try LaneBuffer(count: shape.filterCount * shape.placeCount * lanes)
    pooled = try LaneBuffer(count: shape.filterCount * lanes)
    places = try LaneBuffer(count: shape.filterCount * lanes)
    scores = try LaneBuffer(count: shape.classCount * lanes)
    featureErrors = try LaneBuffer(count: shape.featureCount * Conv1DShape.laneCount)
  }

  /// Finds the probabilities of each class.
  ///
  /// - Parameters:
  ///   - examples: Rows of the input, 1 to ``exampleLimit``.
  ///   - input: The data.
  ///   - parameters: Those of the network.
  ///   - probabilities: Room for examples x classes, example by example.
  @unsafe func predict(
    _ examples: UnsafeBufferPointer<Int32>, of input: Conv1DInput, parameters: UnsafePointer<Float>,
    into probabilities: UnsafeMutablePointer<Float>
  ) {
    unsafe forward(examples, of: input, parameters: parameters)
    for tile in 0..<tileCount(examples.count) {
      // SAFETY: the tile is inside the buffer.
      unsafe engram_lanes_softmax(scores.start + tile * stride(shape.classCount), shape.classCount)
    }
    let lanes = Conv1DShape.laneCount
    for example in 0..<examples.count {
      for code in 0..<shape.classCount {
        let at = (example / lanes * shape.classCount + code) * lanes + example % lanes
        unsafe probabilities[example * shape.classCount + code] = scores.start[at]
      }
    }
  }

  /// Finds the loss and its gradient.
  ///
  /// - Parameters:
  ///   - examples: Rows of the input, 1 to ``exampleLimit``.
  ///   - input: The data.
  ///   - labels: The class of every row of the input.
  ///   - parameters: Those of the network.
  ///   - scale: What each example counts: one over the size of the minibatch.
  ///   - gradient: Room for as many numbers as there are parameters.
  /// - Returns: The sum of the examples' cross-entropies.
  @unsafe func gradient(
    _ examples: UnsafeBufferPointer<Int32>, of input: Conv1DInput, labels: LaneBuffer<Int32>,
    parameters: UnsafePointer<Float>, scale: Float, into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    unsafe forward(examples, of: input, parameters: parameters)
    let tileCount = tileCount(examples.count)
    let loss = unsafe compareScores(examples, labels: labels, scale: scale)
    let features = shape.pooling == .none ? activations : pooled
    // SAFETY: here and below, buffers have room for `exampleLimit` examples, and ranges of the shape lie in the
    // parameters.
    unsafe engram_lanes_gradient(
      shape.dense, tileCount, features.start, stride(shape.featureCount), scores.start, stride(shape.classCount),
      gradient + shape.denseWeights.lowerBound, gradient + shape.denseBiases.lowerBound)
    for tile in 0..<tileCount {
      unsafe engram_lanes_backward(
        shape.dense, parameters + shape.denseWeights.lowerBound, scores.start + tile * stride(shape.classCount),
        featureErrors.start)
      unsafe maskErrors(of: tile)
    }
    let (weights, biases) = unsafe (
      gradient + shape.kernels.lowerBound, gradient + shape.filterBiases.lowerBound
    )
    if shape.pooling == .max {
      unsafe engram_lanes_gradient_sparse(
        shape.convolution, examples.count, input.numbers.start, input.rowCount, examples.baseAddress, pooled.start,
        places.start, weights, biases)
    } else {
      unsafe engram_lanes_gradient(
        shape.convolution, tileCount, tiles.start, stride(shape.rowCount), activations.start,
        stride(shape.filterCount * shape.placeCount), weights, biases)
    }
    return loss
  }

  /// Fills the buffers up to the scores.
  @unsafe private func forward(
    _ examples: UnsafeBufferPointer<Int32>, of input: Conv1DInput, parameters: UnsafePointer<Float>
  ) {
    precondition(examples.count <= Self.exampleLimit && input.rowCount == shape.rowCount, "the examples fit")
    guard let first = examples.baseAddress else { return }
    for tile in 0..<tileCount(examples.count) {
      // SAFETY: the tile is inside every buffer; each function writes what its sizes say.
      let (numbers, answers) = unsafe (
        tiles.start + tile * stride(shape.rowCount),
        activations.start + tile * stride(shape.filterCount * shape.placeCount)
      )
      let (pool, scores) = unsafe (
        pooled.start + tile * stride(shape.filterCount), scores.start + tile * stride(shape.classCount)
      )
      let start = tile * Conv1DShape.laneCount
      unsafe engram_lanes_gather(
        input.numbers.start, input.rowCount, first + start, min(Conv1DShape.laneCount, examples.count - start),
        numbers)
      unsafe engram_lanes_forward(
        shape.convolution, parameters + shape.kernels.lowerBound, parameters + shape.filterBiases.lowerBound, 0,
        numbers, answers)
      switch shape.pooling {
      case .none: break
      case .max:
        unsafe engram_lanes_maximum(
          answers, shape.filterCount, shape.placeCount, pool, places.start + tile * stride(shape.filterCount))
      case .mean: unsafe engram_lanes_mean(answers, shape.filterCount, shape.placeCount, pool)
      }
      unsafe engram_lanes_forward(
        shape.dense, parameters + shape.denseWeights.lowerBound, parameters + shape.denseBiases.lowerBound, -.infinity,
        shape.pooling == .none ? answers : pool, scores)
    }
  }

  /// Turns scores into what is wrong with their probabilities; returns the loss.
  @unsafe private func compareScores(
    _ examples: UnsafeBufferPointer<Int32>, labels: LaneBuffer<Int32>, scale: Float
  ) -> Double {
    var loss = 0.0
    for tile in 0..<tileCount(examples.count) {
      let start = tile * Conv1DShape.laneCount
      let count = min(Conv1DShape.laneCount, examples.count - start)
      // SAFETY: examples are rows of the input, of which each has a label; `own` has room for a tile.
      unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: Conv1DShape.laneCount) { own in
        for lane in 0..<count { unsafe own[lane] = labels.start[Int(examples[start + lane])] }
        loss += unsafe engram_lanes_cross_entropy(
          scores.start + tile * stride(shape.classCount), shape.classCount, own.baseAddress, count, scale)
      }
    }
    return loss
  }

  /// Turns what the filters of a tile say into what is wrong with it, from `featureErrors`.
  @unsafe private func maskErrors(of tile: Int) {
    let answers = unsafe activations.start + tile * stride(shape.filterCount * shape.placeCount)
    // SAFETY: the tile is inside both buffers.
    switch shape.pooling {
    case .none:
      unsafe engram_lanes_mask(
        answers, shape.filterCount, shape.placeCount, featureErrors.start, shape.placeCount, 1)
    case .mean:
      unsafe engram_lanes_mask(
        answers, shape.filterCount, shape.placeCount, featureErrors.start, 1, 1 / Float(shape.placeCount))
    case .max:
      unsafe engram_lanes_mask(
        pooled.start + tile * stride(shape.filterCount), shape.filterCount, 1, featureErrors.start, 1, 1)
    }
  }

  private func tileCount(_ exampleCount: Int) -> Int {
    (exampleCount + Conv1DShape.laneCount - 1) / Conv1DShape.laneCount
  }

  /// Floats of a tile of as many numbers.
  private func stride(_ count: Int) -> Int { count * Conv1DShape.laneCount }
}
