// AlexNet.swift -- AlexNet with and without local response normalisation, as the published code has it.
//
//   conv1  11x11/4 VALID, 96   ReLU  [LRN]  max-pool 3/2
//   conv2  5x5, 256            ReLU  [LRN]  max-pool 3/2
//   conv3  3x3, 384            ReLU
//   conv4  4x4, 384            ReLU                         (four, as published)
//   conv5  3x3, 256            ReLU         max-pool 3/2
//   fc6    4,096               ReLU   dropout
//   fc7    4,096               ReLU   dropout
//   fc8    readout
// SAME but for conv1. Kernels of convolutions start from Glorot's distribution with bias 0, those of dense layers from a
// truncated normal of deviation .01 with biases .1, .1 and 0.

/// AlexNet.
struct AlexNet {
  let hasResponseNorm: Bool

  func write(to network: inout NetworkBuilder, _ head: NetworkHead, _ size: NetworkSize) {
    let convolution = size.start(.glorotUniform(gain: 1))
    let dense = size.start(.truncatedNormal(deviation: 0.01))
    let denseBias = StartingNumbers.constant(size.gain == nil ? 0.1 : 0)
    network.convolution(
      "conv1", size.stemSize ?? 11, stride: size.stemStride ?? 4, .valid, outputs: size.channels(96),
      start: convolution,
      bias: .constant(0))
    network.ownRelu()
    if hasResponseNorm { network.responseNorm(radius: 5, bias: 1, alpha: 1e-4, beta: 0.75) }
    network.maxPool(3, stride: 2)
    network.convolution("conv2", 5, outputs: size.channels(256), start: convolution, bias: .constant(0))
    network.ownRelu()
    if hasResponseNorm { network.responseNorm(radius: 5, bias: 1, alpha: 1e-4, beta: 0.75) }
    network.maxPool(3, stride: 2)
    network.convolution("conv3", 3, outputs: size.channels(384), start: convolution, bias: .constant(0))
    network.ownRelu()
    network.convolution("conv4", 4, outputs: size.channels(384), start: convolution, bias: .constant(0))
    network.ownRelu()
    network.convolution("conv5", 3, outputs: size.channels(256), start: convolution, bias: .constant(0))
    network.ownRelu()
    network.maxPool(3, stride: 2)
    for name in ["fc6", "fc7"] {
      network.dense(name, outputs: size.channels(4096), start: dense, bias: denseBias)
      network.ownRelu()
      let dropped = size.dropout ?? 0.5
      if dropped > 0 { network.dropout(keep: 1 - dropped) }
    }
    switch head {
    case .classes(let count):
      network.dense("fc8", outputs: count, start: .truncatedNormal(deviation: 0.01), bias: .constant(0))
    case .contrastive(let units): network.contrastiveHead(units: units)
    }
  }
}
