// TensorNetwork+Start.swift -- where the weights of a network start.

package import Base

/// What weights are drawn from.
package enum ModelSeed: Sendable, Hashable {
  /// Every tensor begins the same stream anew, as TensorFlow's initialisers do that share one seed: a forward kernel and the
  /// feedback kernel of its shape start equal.
  case shared(UInt32)
  /// Every tensor has a stream of its own, derived from one number.
  case own(UInt64)

  /// The stream of a tensor.
  func stream(_ operation: Int, _ tensor: Int) -> RandomState {
    switch self {
    case .shared(let seed): return RandomState(seed: seed)
    case .own(let number):
      var mixer = Draws(seed: number, stream: UInt64(operation * 8 + tensor))
      return RandomState(seed: UInt32(truncatingIfNeeded: mixer.next()))
    }
  }
}

extension TensorNetwork {
  /// Draws all weights and feedback numbers anew.
  package func start(from seed: ModelSeed) throws(EngramError) {
    for (index, operation) in description.operations.enumerated() {
      if let start = operation.start {
        let tensor: Tensor = count(.gamma, of: index) > 0 ? .gamma : .kernel
        var random = seed.stream(index, 0)
        try set(tensor, of: index, to: start.draw(count(tensor, of: index), fans: operation.fans, from: &random))
      }
      if let start = operation.biasStart {
        let tensor: Tensor = count(.beta, of: index) > 0 ? .beta : .bias
        var random = seed.stream(index, 1)
        try set(tensor, of: index, to: start.draw(count(tensor, of: index), fans: operation.fans, from: &random))
      }
      let feedback = count(.feedback, of: index)
      guard feedback > 0 else { continue }
      var random = seed.stream(index, 2)
      // A feedback kernel has the distribution of its forward kernel; a matrix from the output has its own fans.
      let outputs = description.operations[description.operations.count - 1].shape.channels
      let start = operation.start ?? .normal(deviation: 1 / Double(outputs).squareRoot())
      try set(.feedback, of: index, to: start.draw(feedback, fans: operation.fans, from: &random))
    }
  }

  /// Makes every number NaN: the network of a run whose loss was no number.
  package func fillWithNaN() throws(EngramError) {
    for index in description.operations.indices {
      for tensor in Tensor.allCases {
        let count = count(tensor, of: index)
        if count > 0 { try set(tensor, of: index, to: Array(repeating: .nan, count: count)) }
      }
    }
  }
}
