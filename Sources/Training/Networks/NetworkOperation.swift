// NetworkOperation.swift -- one operation of a network, as data.

/// Height, width and channels of what an operation makes.
package struct FeatureShape: Sendable, Hashable {
  /// Rows.
  package var height: Int
  /// Columns.
  package var width: Int
  /// Channels.
  package var channels: Int

  /// Makes a shape.
  package init(_ height: Int, _ width: Int, _ channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Numbers of one stimulus.
  package var count: Int { height * width * channels }
}

/// Rows and columns of zeros around an input.
package struct Padding: Sendable, Hashable {
  /// Rows before and after.
  package var top = 0, bottom = 0
  /// Columns before and after.
  package var left = 0, right = 0

  /// Makes padding.
  package init(top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0) {
    (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
  }
}

/// One operation of a network, as data.
package struct NetworkOperation: Sendable, Hashable {
  /// What it does.
  package enum Kind: Sendable, Hashable {
    /// A convolution with square kernels; `ownsPadding` where its padding was added before it and belongs to its input.
    case convolution(size: Int, stride: Int, padding: Padding, ownsPadding: Bool)
    /// Every output from every input, in the order height, width, channel.
    case dense
    /// Batch normalisation; the moving averages keep the share `decay` at each step.
    case batchNorm(decay: Double, epsilon: Double)
    /// max(x, 0).
    case relu
    /// The largest of a square window.
    case maxPool(size: Int, stride: Int, padding: Padding)
    /// The mean of the real cells of a square window.
    case averagePool(size: Int, stride: Int, padding: Padding)
    /// Local response normalisation, x / (bias + alpha * sum over 2 radius + 1 channels of x^2)^beta.
    case responseNorm(radius: Int, bias: Double, alpha: Double, beta: Double)
    /// The sum with the output of another operation.
    case add(other: Int)
    /// While learning, keeps each number with a probability and divides it by that.
    case dropout(keep: Double)
    /// The mean over all places.
    case meanPool
  }

  /// What it does.
  package let kind: Kind
  /// The number of the operation whose output it reads; -1 for the images.
  package let input: Int
  /// What it reads and what it makes.
  package let inputShape: FeatureShape, shape: FeatureShape
  /// What its kernel starts from (a layer), or its scale (batch normalisation); nil where it has none.
  package var start: StartingNumbers?
  /// What its bias or offset starts from; nil where it has none.
  package var biasStart: StartingNumbers?

  /// Makes an operation.
  package init(
    kind: Kind, input: Int, inputShape: FeatureShape, shape: FeatureShape, start: StartingNumbers? = nil,
    biasStart: StartingNumbers? = nil
  ) {
    self.kind = kind
    self.input = input
    self.inputShape = inputShape
    self.shape = shape
    self.start = start
    self.biasStart = biasStart
  }

  /// Numbers of the kernel of a layer; 0 of others.
  package var kernelCount: Int {
    switch kind {
    case .convolution(let size, _, _, _): size * size * inputShape.channels * shape.channels
    case .dense: inputShape.count * shape.channels
    default: 0
    }
  }

  /// The extent of the first axis of the kernel, over whose slices norms are taken.
  package var kernelRows: Int {
    if case .convolution(let size, _, _, _) = kind { size } else { inputShape.count }
  }

  /// All numbers of it that learn, feedback apart.
  package var parameterCount: Int {
    let own: Int
    if case .batchNorm = kind { own = shape.channels } else { own = kernelCount }
    return own + (biasStart == nil ? 0 : shape.channels)
  }

  /// The inputs and outputs of a unit, each times the places of a kernel.
  package var fans: (inputs: Int, outputs: Int) {
    if case .convolution(let size, _, _, _) = kind {
      return (size * size * inputShape.channels, size * size * shape.channels)
    }
    return (inputShape.count, shape.channels)
  }
}
