// ReferenceNetwork.swift -- the network once more, slowly and in double precision, straight from its definition.

import Classifiers
import Glibc
import TrajectoryModel

/// The loss of a network by its definition.
struct ReferenceNetwork {
  let columns: FeatureLayout
  let shape: Conv1DShape
  let pooling: Conv1DNetwork.Pooling

  /// The mean cross-entropy of some rows.
  func loss(_ parameters: [Double], _ features: borrowing Matrix, rows: [Int32], labels: [Int32]) -> Double {
    var sum = 0.0
    for row in rows {
      let scores = scores(parameters, features, Int(row))
      let largest = scores.max() ?? 0
      sum += log(scores.reduce(0) { $0 + exp($1 - largest) }) + largest - scores[Int(labels[Int(row)])]
    }
    return sum / Double(rows.count)
  }

  /// The scores of the classes before the softmax.
  func scores(_ parameters: [Double], _ features: borrowing Matrix, _ row: Int) -> [Double] {
    var hidden: [Double] = []
    for filter in 0..<shape.filterCount {
      var answers: [Double] = []
      for place in 0..<shape.placeCount {
        var sum = parameters[shape.filterBiases.lowerBound + filter]
        for sample in 0..<shape.kernelSize {
          for channel in 0..<shape.channelCount {
            let at = (filter * shape.kernelSize + sample) * shape.channelCount + channel
            sum += parameters[at] * value(features, row, channel, place * shape.stride + sample)
          }
        }
        answers.append(max(0, sum))
      }
      switch pooling {
      case .none: hidden += answers
      case .max: hidden.append(answers.max() ?? 0)
      case .mean: hidden.append(answers.reduce(0, +) / Double(answers.count))
      }
    }
    return (0..<shape.classCount).map { code in
      let weights = parameters[shape.denseWeights].dropFirst(code * hidden.count).prefix(hidden.count)
      return zip(weights, hidden).reduce(parameters[shape.denseBiases.lowerBound + code]) { $0 + $1.0 * $1.1 }
    }
  }

  private func value(_ features: borrowing Matrix, _ row: Int, _ channel: Int, _ sample: Int) -> Double {
    channel < columns.positionCount
      ? features[row, channel]
      : features[row, columns.positionCount + (channel - columns.positionCount) * columns.sampleCount + sample]
  }
}
