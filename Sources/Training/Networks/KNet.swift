// KNet.swift -- KNet4 and KNet5: Krizhevsky's small networks of CIFAR-10, as the published code has them.
//
//   conv1  5x5, 32    max-pool 3/2   [ReLU, LRN]
//   conv2  5x5, 32    ReLU   average-pool 3/2   [LRN]
//   conv3  5x5, 64    ReLU   average-pool 3/2
//  (conv4  5x5, 128   ReLU   average-pool 3/2)        KNet5 alone
//   fc4/5  readout
// Everything SAME, biases 0. The first ReLU belongs to the normalisation: without it conv1 has no nonlinearity but its pool.

/// KNet4 (three convolutions) or KNet5 (four).
struct KNet {
  let convolutions: Int
  let hasResponseNorm: Bool

  func write(to network: inout NetworkBuilder, _ head: NetworkHead, _ size: NetworkSize) {
    let channels = [32, 32, 64, 128].map(size.channels)
    let (stem, stride) = (size.stemSize ?? 5, size.stemStride ?? 1)
    let later = size.start(.normal(deviation: 0.01))
    network.convolution(
      "conv1", stem, stride: stride, outputs: channels[0], start: size.start(.normal(deviation: 1e-4)),
      bias: .constant(0))
    network.maxPool(3, stride: 2)
    if hasResponseNorm {
      network.relu()
      network.responseNorm(radius: 3, bias: 1, alpha: 5e-5, beta: 0.75)
    }
    for number in 2...convolutions {
      network.convolution("conv\(number)", 5, outputs: channels[number - 1], start: later, bias: .constant(0))
      network.ownRelu()
      network.averagePool(3, stride: 2)
      if hasResponseNorm, number == 2 { network.responseNorm(radius: 3, bias: 1, alpha: 5e-5, beta: 0.75) }
    }
    switch head {
    case .classes(let count):
      network.dense("fc\(convolutions + 1)", outputs: count, start: .normal(deviation: 0.01), bias: .constant(0))
    case .contrastive(let units): network.contrastiveHead(units: units)
    }
  }
}
