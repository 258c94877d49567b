// Architecture.swift -- the ten published architectures by their names.

package import Base

/// The published architectures.
package enum Architecture: String, Sendable, Hashable, CaseIterable {
  case resnet18, resnet18v2, resnet34, resnet34v2, alexnet, alexnetlrn, knet, knetlrn, knetc4, knetc4lrn

  /// Which recipe is for it.
  package enum Family: Sendable, Hashable { case resnet, alexnet, knet }

  /// Which recipe is for it.
  package var family: Family {
    switch self {
    case .resnet18, .resnet18v2, .resnet34, .resnet34v2: .resnet
    case .alexnet, .alexnetlrn: .alexnet
    case .knet, .knetlrn, .knetc4, .knetc4lrn: .knet
    }
  }

  /// Whether it is a ResNet of the second version.
  package var isSecondResNet: Bool { self == .resnet18v2 || self == .resnet34v2 }

  /// The network for some images and a head.
  ///
  /// - Throws: ``EngramError`` with code `usage` when the images are too small for it.
  package func network(
    image: FeatureShape, head: NetworkHead, size: NetworkSize = NetworkSize()
  ) throws(EngramError) -> NetworkDescription {
    var builder = NetworkBuilder(image: image)
    switch self {
    case .resnet18: ResNet(blocks: [2, 2, 2, 2], isSecond: false).write(to: &builder, head, size)
    case .resnet18v2: ResNet(blocks: [2, 2, 2, 2], isSecond: true).write(to: &builder, head, size)
    case .resnet34: ResNet(blocks: [3, 4, 6, 3], isSecond: false).write(to: &builder, head, size)
    case .resnet34v2: ResNet(blocks: [3, 4, 6, 3], isSecond: true).write(to: &builder, head, size)
    case .alexnet: AlexNet(hasResponseNorm: false).write(to: &builder, head, size)
    case .alexnetlrn: AlexNet(hasResponseNorm: true).write(to: &builder, head, size)
    case .knet: KNet(convolutions: 3, hasResponseNorm: false).write(to: &builder, head, size)
    case .knetlrn: KNet(convolutions: 3, hasResponseNorm: true).write(to: &builder, head, size)
    case .knetc4: KNet(convolutions: 4, hasResponseNorm: false).write(to: &builder, head, size)
    case .knetc4lrn: KNet(convolutions: 4, hasResponseNorm: true).write(to: &builder, head, size)
    }
    return try builder.network(head: head)
  }
}

extension NetworkBuilder {
  /// SimCLR's head on the features so far: `D` to `D`, batch norm, ReLU, `D` to 128, batch norm without offset.
  mutating func contrastiveHead(units: Int) {
    let features = shape(of: last).count
    dense("head_contrastive/nl_0", outputs: features, start: .normal(deviation: 0.01))
    batchNorm(decay: 0.9)
    relu()
    dense("head_contrastive/nl_1", outputs: units, start: .normal(deviation: 0.01))
    batchNorm(decay: 0.9, hasOffset: false)
  }
}
