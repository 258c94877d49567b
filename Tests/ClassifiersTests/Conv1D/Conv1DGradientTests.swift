// Conv1DGradientTests.swift -- every gradient against finite differences of the definition.

import Classifiers
import Testing

@Suite struct Conv1DGradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let kernelSize: Int
    let stride: Int
    let filterCount: Int
    let pooling: Conv1DNetwork.Pooling
    var testDescription: String { "kernel \(kernelSize) stride \(stride) filters \(filterCount) \(pooling.rawValue)" }
  }

  /// Every remainder of the blocks that the kernels work in: places 9, 7, 4, 3, 2, 1; filters 1, 3, 4, 5, 8, 9.
  static let cases = Conv1DNetwork.Pooling.allCases.flatMap { pooling in
    [(1, 1, 5), (3, 1, 4), (6, 1, 3), (2, 3, 9), (4, 4, 1), (9, 1, 8), (3, 2, 5)].map {
      Case(kernelSize: $0.0, stride: $0.1, filterCount: $0.2, pooling: pooling)
    }
  }

  @Test(arguments: cases) func `agrees with finite differences of the definition`(_ each: Case) throws {
    // 93 examples: two parts of the minibatch, the second with a last tile that is not full.
    let data = Trajectories(rows: 93, positions: 3, statistics: 2)
    let network = Conv1DNetwork(
      kernelSize: each.kernelSize, stride: each.stride, filterCount: each.filterCount, pooling: each.pooling,
      batchSize: 93, standardizes: false)
    let shape = Conv1DShape(
      channelCount: 5, sampleCount: 9, kernelSize: each.kernelSize, stride: each.stride,
      filterCount: each.filterCount, pooling: each.pooling, classCount: 3)
    let matrix = try data.matrix()
    let rows = (0..<93).map { Int32($0) }
    let training = try Conv1DTraining(
      network, shape: shape, input: Conv1DInput(matrix, columns: data.columns, rows: rows, scaling: nil),
      labels: data.labels.codes, seed: 4)
    let (gradient, loss) = try training.gradient(of: rows)
    let reference = ReferenceNetwork(columns: data.columns, shape: shape, pooling: each.pooling)
    let parameters = training.currentParameters.map { Double($0) }
    #expect(abs(loss - reference.loss(parameters, matrix, rows: rows, labels: data.labels.codes)) < 1e-5)
    let groups = [
      ("kernels", shape.kernels), ("filter biases", shape.filterBiases), ("dense weights", shape.denseWeights),
      ("dense biases", shape.denseBiases),
    ]
    for (name, range) in groups {
      var largest = 0.0
      var worst = 0.0
      for i in range {
        var moved = parameters
        moved[i] = parameters[i] + 1e-6
        let above = reference.loss(moved, matrix, rows: rows, labels: data.labels.codes)
        moved[i] = parameters[i] - 1e-6
        let below = reference.loss(moved, matrix, rows: rows, labels: data.labels.codes)
        let expected = (above - below) / 2e-6
        largest = max(largest, abs(expected))
        worst = max(worst, abs(expected - Double(gradient[i])))
      }
      #expect(worst < 2e-5 * max(largest, 0.01), "\(name): off by \(worst), largest \(largest)")
      #expect(largest > 0, "\(name) have a gradient")
    }
  }
}
