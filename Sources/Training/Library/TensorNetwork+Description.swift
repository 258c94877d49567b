// TensorNetwork+Description.swift -- a network as data, as the tensor library takes it.

import CTorch

extension TensorNetwork {
  /// Lends texts as C strings.
  @unsafe static func withCStrings<R>(_ texts: [String], _ body: ([UnsafePointer<CChar>]) -> R) -> R {
    func lend(_ rest: ArraySlice<String>, _ lent: [UnsafePointer<CChar>]) -> R {
      guard let first = rest.first else { return unsafe body(lent) }
      return unsafe first.withCString { pointer in unsafe lend(rest.dropFirst(), lent + [pointer]) }
    }
    return unsafe lend(texts[...], [])
  }

  /// An operation as the tensor library takes it.
  static func plain(_ operation: NetworkOperation) -> engram_operation {
    var plain = engram_operation()
    plain.input = Int32(operation.input)
    plain.inputs = Int32(operation.inputShape.channels)
    plain.outputs = Int32(operation.shape.channels)
    plain.flag = operation.biasStart == nil ? 0 : 1
    func window(_ size: Int, _ stride: Int, _ padding: Padding) {
      (plain.size_h, plain.size_w, plain.stride) = (Int32(size), Int32(size), Int32(stride))
      (plain.top, plain.bottom) = (Int32(padding.top), Int32(padding.bottom))
      (plain.left, plain.right) = (Int32(padding.left), Int32(padding.right))
    }
    switch operation.kind {
    case .convolution(let size, let stride, let padding, let ownsPadding):
      plain.kind = Int32(ENGRAM_CONVOLUTION)
      plain.owns_padding = ownsPadding ? 1 : 0
      window(size, stride, padding)
    case .dense:
      plain.kind = Int32(ENGRAM_DENSE)
      plain.inputs = Int32(operation.inputShape.count)
    case .batchNorm(let decay, let epsilon):
      plain.kind = Int32(ENGRAM_BATCH_NORM)
      (plain.a, plain.b) = (decay, epsilon)
    case .relu: plain.kind = Int32(ENGRAM_RELU)
    case .maxPool(let size, let stride, let padding):
      plain.kind = Int32(ENGRAM_MAX_POOL)
      window(size, stride, padding)
    case .averagePool(let size, let stride, let padding):
      plain.kind = Int32(ENGRAM_AVERAGE_POOL)
      window(size, stride, padding)
    case .responseNorm(let radius, let bias, let alpha, let beta):
      plain.kind = Int32(ENGRAM_RESPONSE_NORM)
      plain.size_h = Int32(radius)
      (plain.a, plain.b, plain.c) = (bias, alpha, beta)
    case .add(let other):
      plain.kind = Int32(ENGRAM_ADD)
      plain.other = Int32(other)
    case .dropout(let keep):
      plain.kind = Int32(ENGRAM_DROPOUT)
      plain.a = keep
    case .meanPool: plain.kind = Int32(ENGRAM_MEAN_POOL)
    }
    return plain
  }
}
