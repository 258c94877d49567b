// NetworkDescription.swift -- a network as data: operations in the order of computing, and which are measured.

package import TrajectoryModel

/// A network as data.
package struct NetworkDescription: Sendable, Hashable {
  /// A layer that is measured.
  package struct MeasuredLayer: Sendable, Hashable {
    /// Its published name and its position.
    package let layer: Layer
    /// The operation that has its kernel.
    package let operation: Int
    /// The operation whose output is its activation: its ReLU where that belongs to it.
    package let output: Int

    /// Makes a layer.
    package init(layer: Layer, operation: Int, output: Int) {
      self.layer = layer
      self.operation = operation
      self.output = output
    }
  }

  /// An image.
  package let image: FeatureShape
  /// The operations in the order of computing.
  package let operations: [NetworkOperation]
  /// The layers in published order.
  package let layers: [MeasuredLayer]
  /// What the loss is.
  package let head: NetworkHead

  /// Makes a network.
  package init(image: FeatureShape, operations: [NetworkOperation], layers: [MeasuredLayer], head: NetworkHead) {
    self.image = image
    self.operations = operations
    self.layers = layers
    self.head = head
  }

  /// All numbers that learn, feedback apart.
  package var parameterCount: Int { operations.reduce(0) { $0 + $1.parameterCount } }

  /// Numbers of the kernels.
  package var kernelCount: Int { operations.reduce(0) { $0 + $1.kernelCount } }

  /// Numbers of the feedback of a rule: those of the kernels, or a matrix from the output to each ReLU.
  package func feedbackCount(of rule: LearningRule) -> Int {
    guard rule.hasFeedback else { return 0 }
    guard rule.isDirect, let outputs = operations.last?.shape.channels else { return kernelCount }
    return operations.reduce(0) { sum, operation in
      if case .relu = operation.kind { sum + outputs * operation.shape.count } else { sum }
    }
  }

  /// Channels whose means and variances batch normalisation remembers.
  package var normalisedCount: Int {
    operations.reduce(0) { sum, operation in
      if case .batchNorm = operation.kind { sum + operation.shape.channels } else { sum }
    }
  }

  /// Multiplications and additions of a stimulus, forward, of the layers.
  package var multiplyAdds: Int {
    operations.reduce(0) { sum, operation in
      if case .dense = operation.kind { return sum + operation.kernelCount }
      return sum + operation.kernelCount * operation.shape.height * operation.shape.width
    }
  }

  /// Numbers that a stimulus takes while it is evaluated.
  package var featureCount: Int { operations.reduce(image.count) { $0 + $1.shape.count } }
}

/// What a network ends in.
package enum NetworkHead: Sendable, Hashable {
  /// A readout of so many classes, and softmax cross-entropy.
  case classes(Int)
  /// SimCLR's two layers of the contrastive loss; the second has so many units.
  case contrastive(units: Int)

  /// SimCLR's published head.
  package static let simCLR = NetworkHead.contrastive(units: 128)
}
