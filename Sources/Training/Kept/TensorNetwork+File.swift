// TensorNetwork+File.swift -- the tensors of a network as a file of NumPy's.
//
// An array a tensor, named OPERATION/TENSOR: `conv1/kernel`, `conv1/feedback`, `batch_norm_4/moving_mean`. Layers have their published
// names, other operations their kind and number. Layouts are those of TensorFlow: kernels of convolutions are height x width x
// inputs x outputs, dense kernels inputs x outputs, dense feedback kernels outputs x inputs. What an optimiser remembers is not kept.

import Base
import Formats
import TrajectoryModel

extension TensorNetwork {
  /// A tensor as it is kept.
  private struct KeptTensor {
    let operation: Int
    let tensor: Tensor
    let name: String
    let shape: [Int]
  }

  private static let names: [(Tensor, String)] = [
    (.kernel, "kernel"), (.bias, "bias"), (.gamma, "gamma"), (.beta, "beta"), (.movingMean, "moving_mean"),
    (.movingVariance, "moving_variance"), (.feedback, "feedback"),
  ]

  /// The tensors that say what a network makes of a stimulus, and its feedback, in order.
  private var keptTensors: [KeptTensor] {
    let layers = Dictionary(
      description.layers.map { ($0.operation, $0.layer.name) }, uniquingKeysWith: { first, _ in first })
    var kept: [KeptTensor] = []
    for (index, operation) in description.operations.enumerated() {
      for (tensor, name) in Self.names {
        let count = count(tensor, of: index)
        guard count > 0 else { continue }
        let owner = layers[index] ?? "\(operation.kindName)_\(index)"
        let shape = operation.shape(of: tensor, count: count)
        kept.append(KeptTensor(operation: index, tensor: tensor, name: "\(owner)/\(name)", shape: shape))
      }
    }
    return kept
  }

  /// Writes the tensors to a file, durably.
  func write(to path: String) throws(EngramError) {
    let writer = try NpzWriter(creating: path)
    do throws(EngramError) {
      for kept in keptTensors {
        let header = NpyHeader(type: .float32, shape: kept.shape)
        let values = try get(kept.tensor, of: kept.operation).map { Float($0) }
        // SAFETY: a Float has no padding, so all its bytes are initialised.
        try writer.add(kept.name, header, unsafe values.span.bytes)
      }
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Sets the tensors from a file.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `corrupt`, `invalidData` when it is of another network.
  func read(from path: String) throws(EngramError) {
    let file = try NpzFile(opening: path)
    for kept in keptTensors {
      let array = try file.array(kept.name)
      guard array.type == .float32, array.shape == kept.shape, !array.isFortranOrder else {
        throw EngramError(
          .invalidData, "the kept tensor is of another network", file: path, place: "array \(kept.name)",
          expected: "float32 \(kept.shape)", found: "\(array.shape)")
      }
      let bytes = try array.payload.bytes(0..<array.payload.byteCount)
      var values: [Double] = []
      values.reserveCapacity(bytes.count / 4)
      for place in stride(from: 0, to: bytes.count, by: 4) {
        let bits =
          UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
          | UInt32(bytes[place + 3]) << 24
        values.append(Double(Float(bitPattern: bits)))
      }
      try set(kept.tensor, of: kept.operation, to: values)
    }
  }
}

extension NetworkOperation {
  /// What it is called where it is no layer.
  fileprivate var kindName: String {
    switch kind {
    case .convolution: "convolution"
    case .dense: "dense"
    case .batchNorm: "batch_norm"
    case .relu: "relu"
    default: "operation"
    }
  }

  /// The extents of one of its tensors.
  fileprivate func shape(of tensor: TensorNetwork.Tensor, count: Int) -> [Int] {
    switch (kind, tensor) {
    case (.convolution(let size, _, _, _), .kernel), (.convolution(let size, _, _, _), .feedback):
      [size, size, inputShape.channels, shape.channels]
    case (.dense, .kernel): [inputShape.count, shape.channels]
    case (.dense, .feedback): [shape.channels, inputShape.count]
    case (.relu, .feedback): [count / max(1, shape.count), shape.count]
    default: [count]
    }
  }
}
