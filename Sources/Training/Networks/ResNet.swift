// ResNet.swift -- ResNet-18 and ResNet-34, of the first and the second version, as the published code has them.
//
// Stem: conv0 7x7/2, 64, [BN, ReLU in version 1], max-pool 3/2. Four groups of blocks of 64, 128, 256 and 512 channels; the first
// block of groups 2 to 4 has stride 2, and the first of every group, group 1 too, a projection conv0 1x1.
//   version 1:  conv1 3x3/s - BN - ReLU - conv2 3x3 - BN (scale starts at 0) - add - ReLU; the projection has a BN
//   version 2:  BN - ReLU - conv1 3x3/s - BN - ReLU - conv2 3x3 - add; the projection reads what the first ReLU gave
// At the end [BN, ReLU in version 2], the mean over all places, the readout. Convolutions have no bias.

/// A ResNet of blocks of two convolutions.
struct ResNet {
  /// Blocks of each group.
  let blocks: [Int]
  /// Whether it is of the second version.
  let isSecond: Bool

  func write(to network: inout NetworkBuilder, _ head: NetworkHead, _ size: NetworkSize) {
    let start = size.start(.varianceScaling(1))
    let decay = size.normDecay ?? (isSecond ? 0.997 : 0.9)
    network.convolution(
      "conv0", size.stemSize ?? 7, stride: size.stemStride ?? 2, .fixed, outputs: size.channels(64), start: start)
    if !isSecond {
      network.batchNorm(decay: decay)
      network.relu()
    }
    network.maxPool(3, stride: 2)
    for (group, count) in blocks.enumerated() {
      let channels = size.channels(64 << group)
      for block in 0..<count {
        let name = "block_\(isSecond ? "layer" : "group")\(group + 1)_\(block)"
        let stride = group > 0 && block == 0 ? 2 : 1
        if isSecond {
          second(&network, name, channels, stride, projects: block == 0, decay, start)
        } else {
          first(&network, name, channels, stride, projects: block == 0, decay, start)
        }
      }
    }
    if isSecond {
      network.batchNorm(decay: decay)
      network.relu()
    }
    network.meanPool()
    switch head {
    case .classes(let count):
      network.dense(
        "dense", outputs: count, start: isSecond ? .glorotUniform(gain: 1) : .normal(deviation: 0.01),
        bias: .constant(0))
    case .contrastive(let units): network.contrastiveHead(units: units)
    }
  }

  private func first(
    _ network: inout NetworkBuilder, _ name: String, _ channels: Int, _ stride: Int, projects: Bool, _ decay: Double,
    _ start: StartingNumbers
  ) {
    let input = network.last
    var shortcut = input
    if projects {
      network.convolution("\(name)/conv0", 1, stride: stride, .fixed, outputs: channels, start: start)
      shortcut = network.batchNorm(decay: decay)
    }
    network.convolution("\(name)/conv1", 3, stride: stride, .fixed, outputs: channels, start: start, from: input)
    network.batchNorm(decay: decay)
    network.relu()
    network.convolution("\(name)/conv2", 3, .fixed, outputs: channels, start: start)
    network.batchNorm(decay: decay, gamma: 0)
    network.add(shortcut)
    network.relu()
  }

  private func second(
    _ network: inout NetworkBuilder, _ name: String, _ channels: Int, _ stride: Int, projects: Bool, _ decay: Double,
    _ start: StartingNumbers
  ) {
    var shortcut = network.last
    network.batchNorm(decay: decay)
    let activated = network.relu()
    if projects {
      shortcut = network.convolution("\(name)/conv0", 1, stride: stride, .fixed, outputs: channels, start: start)
    }
    network.convolution("\(name)/conv1", 3, stride: stride, .fixed, outputs: channels, start: start, from: activated)
    network.batchNorm(decay: decay)
    network.relu()
    network.convolution("\(name)/conv2", 3, .fixed, outputs: channels, start: start)
    network.add(shortcut)
  }
}
