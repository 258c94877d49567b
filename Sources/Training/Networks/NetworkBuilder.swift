// NetworkBuilder.swift -- writes a network down operation by operation, working out shapes and padding.

import Base
import TrajectoryModel

/// Writes a network down, operation by operation; each reads the one before unless it is told otherwise.
///
/// `SAME` padding is TensorFlow's: as many places as ceil(size / stride), zeros half before and the rest after.
struct NetworkBuilder {
  private let image: FeatureShape
  private(set) var operations: [NetworkOperation] = []
  private var measured: [(name: String, operation: Int, output: Int)] = []
  /// The first thing that cannot be built.
  private var fault: String?

  init(image: FeatureShape) { self.image = image }

  /// The number of the last operation; -1 for the images.
  var last: Int { operations.count - 1 }

  /// What an operation makes.
  func shape(of operation: Int) -> FeatureShape { operation < 0 ? image : operations[operation].shape }

  /// How a window lies in its input.
  enum Fit {
    /// No padding.
    case valid
    /// TensorFlow's SAME.
    case same
    /// As ResNets have it: SAME where the stride is 1, else (size - 1) / 2 zeros before and the rest after, as part of the input.
    case fixed
  }

  /// The padding of a window along one axis, and the number of its places.
  private func fit(_ fit: Fit, _ length: Int, _ size: Int, _ stride: Int) -> (before: Int, after: Int, places: Int) {
    let total: Int
    switch fit {
    case .valid: total = 0
    case .fixed where stride > 1: total = size - 1
    case .same, .fixed: total = max(((length + stride - 1) / stride - 1) * stride + size - length, 0)
    }
    return (total / 2, total - total / 2, (length + total - size) / stride + 1)
  }

  private mutating func window(
    _ size: Int, _ stride: Int, _ kind: Fit, on shape: FeatureShape
  ) -> (padding: Padding, height: Int, width: Int) {
    let (vertical, horizontal) = (fit(kind, shape.height, size, stride), fit(kind, shape.width, size, stride))
    if shape.height + vertical.before + vertical.after < size
      || shape.width + horizontal.before + horizontal.after < size
    {
      fault = fault ?? "a window of \(size) x \(size) does not fit an input of \(shape.height) x \(shape.width)"
    }
    return (
      Padding(top: vertical.before, bottom: vertical.after, left: horizontal.before, right: horizontal.after),
      max(1, vertical.places), max(1, horizontal.places)
    )
  }

  @discardableResult
  private mutating func add(
    _ kind: NetworkOperation.Kind, from input: Int?, _ shape: FeatureShape, start: StartingNumbers? = nil,
    biasStart: StartingNumbers? = nil
  ) -> Int {
    let input = input ?? last
    operations.append(
      NetworkOperation(
        kind: kind, input: input, inputShape: self.shape(of: input), shape: shape, start: start, biasStart: biasStart))
    return last
  }

  /// A convolution that is measured under a name.
  @discardableResult
  mutating func convolution(
    _ name: String, _ size: Int, stride: Int = 1, _ kind: Fit = .same, outputs: Int, start: StartingNumbers,
    bias: StartingNumbers? = nil, from input: Int? = nil
  ) -> Int {
    let before = shape(of: input ?? last)
    let window = window(size, stride, kind, on: before)
    var ownsPadding = false
    if case .fixed = kind { ownsPadding = stride > 1 }
    let operation = add(
      .convolution(size: size, stride: stride, padding: window.padding, ownsPadding: ownsPadding), from: input,
      FeatureShape(window.height, window.width, outputs), start: start, biasStart: bias)
    measured.append((name, operation, operation))
    return operation
  }

  /// A dense layer that is measured under a name.
  @discardableResult
  mutating func dense(_ name: String, outputs: Int, start: StartingNumbers, bias: StartingNumbers? = nil) -> Int {
    let operation = add(.dense, from: nil, FeatureShape(1, 1, outputs), start: start, biasStart: bias)
    measured.append((name, operation, operation))
    return operation
  }

  /// A ReLU that belongs to the layer before it: its output is the layer's activation.
  mutating func ownRelu() {
    relu()
    measured[measured.count - 1].output = last
  }

  /// A ReLU.
  @discardableResult
  mutating func relu(from input: Int? = nil) -> Int { add(.relu, from: input, shape(of: input ?? last)) }

  /// Batch normalisation whose scale starts at `gamma`.
  @discardableResult
  mutating func batchNorm(
    decay: Double, gamma: Double = 1, hasOffset: Bool = true, from input: Int? = nil
  ) -> Int {
    add(
      .batchNorm(decay: decay, epsilon: 1e-5), from: input, shape(of: input ?? last), start: .constant(gamma),
      biasStart: hasOffset ? .constant(0) : nil)
  }

  /// The largest of a window, SAME.
  mutating func maxPool(_ size: Int, stride: Int) {
    let window = window(size, stride, .same, on: shape(of: last))
    add(
      .maxPool(size: size, stride: stride, padding: window.padding), from: nil,
      FeatureShape(window.height, window.width, shape(of: last).channels))
  }

  /// The mean of a window, SAME.
  mutating func averagePool(_ size: Int, stride: Int) {
    let window = window(size, stride, .same, on: shape(of: last))
    add(
      .averagePool(size: size, stride: stride, padding: window.padding), from: nil,
      FeatureShape(window.height, window.width, shape(of: last).channels))
  }

  /// Local response normalisation.
  mutating func responseNorm(radius: Int, bias: Double, alpha: Double, beta: Double) {
    add(.responseNorm(radius: radius, bias: bias, alpha: alpha, beta: beta), from: nil, shape(of: last))
  }

  /// The sum of the last output and another.
  @discardableResult
  mutating func add(_ other: Int) -> Int { add(.add(other: other), from: nil, shape(of: last)) }

  /// Dropout.
  mutating func dropout(keep: Double) { add(.dropout(keep: keep), from: nil, shape(of: last)) }

  /// The mean over all places.
  mutating func meanPool() { add(.meanPool, from: nil, FeatureShape(1, 1, shape(of: last).channels)) }

  /// The network, with positions by the published rule: a third of the layers each, those of a contrastive head deep.
  ///
  /// - Throws: ``EngramError`` with code `usage` when a window is larger than what it looks at.
  func network(head: NetworkHead) throws(EngramError) -> NetworkDescription {
    if let fault {
      throw EngramError(
        .usage, "the network does not fit its images", expected: "images that every window fits",
        found: "\(fault), of images of \(image.height) x \(image.width)",
        mend: "ask for larger images, or for a smaller first kernel")
    }
    // A contrastive head stands in the place of the readout, which counts as a layer where positions are given.
    let base = if case .contrastive = head { measured.count - 1 } else { measured.count }
    let positions: [LayerPosition] = [.early, .middle, .deep]
    let layers = measured.enumerated().map { place, layer in
      let group = place < base ? min(place / max(1, base / 3), 2) : 2
      return NetworkDescription.MeasuredLayer(
        layer: Layer(name: layer.name, position: positions[group]), operation: layer.operation, output: layer.output)
    }
    return NetworkDescription(image: image, operations: operations, layers: layers, head: head)
  }
}
