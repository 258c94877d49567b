// Conv1DShape.swift -- the sizes of a network, and where its parameters lie.

import Base
import CClassifierKernels

/// The sizes of a network, and where each group of its parameters lies in the one array of all of them.
///
/// The parameters are: the kernels as [filter][sample][channel], their biases, the dense weights as
/// [class][feature], their biases. A feature is a filter, or without pooling [filter][place].
package struct Conv1DShape: Sendable, Hashable {
  package let channelCount: Int
  package let sampleCount: Int
  package let kernelSize: Int
  package let stride: Int
  package let filterCount: Int
  package let classCount: Int
  /// What is done over the places; with one place all poolings are the same, and the largest is the cheapest.
  package let pooling: Conv1DNetwork.Pooling

  package init(
    channelCount: Int, sampleCount: Int, kernelSize: Int, stride: Int, filterCount: Int,
    pooling: Conv1DNetwork.Pooling, classCount: Int
  ) {
    precondition(kernelSize <= sampleCount && stride > 0, "at least one window fits")
    self.channelCount = channelCount
    self.sampleCount = sampleCount
    self.kernelSize = kernelSize
    self.stride = stride
    self.filterCount = filterCount
    self.classCount = classCount
    self.pooling = (sampleCount - kernelSize) / stride == 0 ? .max : pooling
  }

  /// Windows of a trajectory.
  package var placeCount: Int { (sampleCount - kernelSize) / stride + 1 }
  /// Numbers of a window.
  package var windowCount: Int { kernelSize * channelCount }
  /// Numbers that the dense layer sees.
  package var featureCount: Int { pooling == .none ? filterCount * placeCount : filterCount }

  /// Where the kernels lie.
  package var kernels: Range<Int> { 0..<(filterCount * windowCount) }
  /// Where the biases of the filters lie.
  package var filterBiases: Range<Int> { kernels.upperBound..<(kernels.upperBound + filterCount) }
  /// Where the dense weights lie.
  package var denseWeights: Range<Int> {
    filterBiases.upperBound..<(filterBiases.upperBound + classCount * featureCount)
  }
  /// Where the dense biases lie.
  package var denseBiases: Range<Int> { denseWeights.upperBound..<(denseWeights.upperBound + classCount) }
  /// The number of parameters.
  package var parameterCount: Int { denseBiases.upperBound }

  /// Numbers of a row of the input, rounded up to whole vectors of the processor.
  var rowCount: Int { Self.rounded(sampleCount * channelCount) }

  /// A number of floats, rounded up to whole vectors.
  static func rounded(_ count: Int) -> Int { (count + Self.laneCount - 1) / Self.laneCount * Self.laneCount }

  /// Examples that are computed side by side.
  static let laneCount = Int(ENGRAM_LANES)

  /// The convolution as the kernels want it.
  var convolution: engram_layer {
    engram_layer(
      input_count: windowCount, output_count: filterCount, position_count: placeCount, step: stride * channelCount)
  }

  /// The dense layer as the kernels want it.
  var dense: engram_layer {
    engram_layer(input_count: featureCount, output_count: classCount, position_count: 1, step: 0)
  }

  /// Parameters as learning starts with them: Glorot's uniform rule for weights, zeros for biases.
  ///
  /// A weight is uniform between -a and a with a = sqrt(6 / (inputs + outputs)), where a convolution counts its inputs
  /// and outputs once for each sample of the kernel (Glorot and Bengio 2010).
  func initialParameters(_ random: inout RandomState) -> [Float] {
    func fill(_ range: Range<Int>, inputs: Int, outputs: Int, _ parameters: inout [Float]) {
      let limit = (6 / Float(inputs + outputs)).squareRoot()
      for i in range { parameters[i] = limit * (Float(random.nextUInt32() >> 8) * 0x1p-23 - 1) }
    }
    var parameters = [Float](repeating: 0, count: parameterCount)
    fill(kernels, inputs: windowCount, outputs: kernelSize * filterCount, &parameters)
    fill(denseWeights, inputs: featureCount, outputs: classCount, &parameters)
    return parameters
  }
}
