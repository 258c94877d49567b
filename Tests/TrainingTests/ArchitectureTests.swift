// ArchitectureTests.swift -- the published networks as data: parameters, layers, positions.

import Base
import Testing
import TrajectoryModel

import Training

@Suite struct ArchitectureTests {
  static let (imageNet, cochleagram, cifar) = (
    FeatureShape(224, 224, 3), FeatureShape(203, 400, 1), FeatureShape(32, 32, 3)
  )

  /// Name, image, head, all parameters, those of kernels where they are known.
  static let published: [(Architecture, FeatureShape, NetworkHead, Int, Int?)] = [
    (.alexnet, imageNet, .classes(1000), 77_042_024, 77_031_456),
    (.alexnetlrn, imageNet, .classes(1000), 77_042_024, 77_031_456),
    (.resnet18, imageNet, .classes(1000), 11_693_736, 11_683_008),
    (.resnet18v2, FeatureShape(299, 299, 3), .classes(1000), 11_691_816, 11_683_008),
    (.resnet34, imageNet, .classes(1000), 21_801_896, 21_783_744),
    (.resnet34v2, FeatureShape(299, 299, 3), .classes(1000), 21_799_976, 21_783_744),
    (.alexnet, imageNet, .simCLR, 90_254_848, nil), (.alexnetlrn, imageNet, .simCLR, 90_254_848, nil),
    (.resnet18, imageNet, .simCLR, 11_509_568, nil), (.resnet18v2, imageNet, .simCLR, 11_507_648, nil),
    (.resnet34, imageNet, .simCLR, 21_617_728, nil), (.resnet34v2, imageNet, .simCLR, 21_615_808, nil),
    (.alexnet, cochleagram, .classes(794), 120_215_002, nil),
    (.alexnetlrn, cochleagram, .classes(794), 120_215_002, nil),
    (.resnet18, cochleagram, .classes(794), 11_581_786, nil),
    (.resnet18v2, cochleagram, .classes(794), 11_579_866, nil),
    (.resnet34, cochleagram, .classes(794), 21_689_946, nil),
    (.resnet34v2, cochleagram, .classes(794), 21_688_026, nil),
    (.knet, cifar, .classes(10), 89_578, 89_440), (.knetlrn, cifar, .classes(10), 89_578, 89_440),
    (.knetc4, cifar, .classes(10), 289_386, 289_120), (.knetc4lrn, cifar, .classes(10), 289_386, 289_120),
  ]

  @Test(arguments: published.indices)
  func `has as many parameters as published`(index: Int) throws {
    let (architecture, image, head, parameters, kernels) = Self.published[index]
    let network = try architecture.network(image: image, head: head)
    #expect(network.parameterCount == parameters)
    if let kernels { #expect(network.kernelCount == kernels) }
  }

  @Test(arguments: [
    (Architecture.resnet18, NetworkHead.classes(10), [7, 7, 8]), (.resnet18v2, .simCLR, [7, 7, 9]),
    (.resnet34, .classes(10), [12, 12, 14]), (.resnet34v2, .simCLR, [12, 12, 15]), (.alexnet, .classes(10), [2, 2, 4]),
    (.alexnetlrn, .simCLR, [2, 2, 5]), (.knet, .classes(10), [1, 1, 2]), (.knetc4lrn, .classes(10), [1, 1, 3]),
  ])
  func `has layers at published positions`(architecture: Architecture, head: NetworkHead, counts: [Int]) throws {
    let layers = try architecture.network(image: Self.imageNet, head: head).layers.map(\.layer)
    #expect(LayerPosition.allCases.map { position in layers.filter { $0.position == position }.count } == counts)
  }

  @Test(arguments: [(nil, [0.5, 0.5]), (0.25, [0.75, 0.75]), (0, [])] as [(Double?, [Double])])
  func `AlexNets drop half of two layers unless told otherwise`(dropout: Double?, kept: [Double]) throws {
    var size = NetworkSize()
    size.dropout = dropout
    let network = try Architecture.alexnet.network(image: Self.imageNet, head: .simCLR, size: size)
    let found = network.operations.compactMap { operation -> Double? in
      if case .dropout(let keep) = operation.kind { keep } else { nil }
    }
    #expect(found == kept)
    #expect(network.parameterCount == 90_254_848)
  }

  @Test func `names layers as published`() throws {
    func names(_ architecture: Architecture, _ head: NetworkHead) throws -> [String] {
      try architecture.network(image: Self.imageNet, head: head).layers.map(\.layer.name)
    }
    let first = try names(.resnet18, .classes(1000))
    #expect(first.prefix(4) == ["conv0", "block_group1_0/conv0", "block_group1_0/conv1", "block_group1_0/conv2"])
    #expect(first[4] == "block_group1_1/conv1" && first.last == "dense" && first.count == 22)
    #expect(try names(.resnet34v2, .simCLR).suffix(2) == ["head_contrastive/nl_0", "head_contrastive/nl_1"])
    #expect(try names(.resnet34v2, .simCLR)[1] == "block_layer1_0/conv0")
    #expect(
      try names(.alexnet, .classes(10)) == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"])
    #expect(try names(.knet, .classes(10)) == ["conv1", "conv2", "conv3", "fc4"])
    #expect(try names(.knetc4lrn, .classes(10)) == ["conv1", "conv2", "conv3", "conv4", "fc5"])
  }

  @Test func `pads as TensorFlow does`() throws {
    let alexNet = try Architecture.alexnet.network(image: Self.imageNet, head: .classes(1000))
    let sizes = alexNet.operations.filter { operation in
      switch operation.kind {
      case .convolution, .maxPool: true
      default: false
      }
    }.map(\.shape.height)
    #expect(sizes == [54, 27, 27, 14, 14, 14, 14, 7])
    guard case .convolution(4, 1, let padding, false) = alexNet.operations[alexNet.layers[3].operation].kind else {
      Issue.record("conv4 has kernels of 4 x 4")
      return
    }
    #expect(padding == Padding(top: 1, bottom: 2, left: 1, right: 2))
    // Version 2 at 299: 150, 75, 38, 19, 10.
    let resNet = try Architecture.resnet18v2.network(image: FeatureShape(299, 299, 3), head: .classes(1000))
    #expect(Set(resNet.operations.map(\.shape.height)) == [150, 75, 38, 19, 10, 1])
    let pool = try #require(
      Architecture.resnet18.network(image: Self.imageNet, head: .classes(10)).operations.first { operation in
        if case .maxPool = operation.kind { true } else { false }
      })
    #expect(pool.kind == .maxPool(size: 3, stride: 2, padding: Padding(top: 0, bottom: 1, left: 0, right: 1)))
  }

  @Test func `refuses images that a window does not fit`() {
    let error = #expect(throws: EngramError.self) {
      try Architecture.alexnet.network(image: FeatureShape(8, 8, 1), head: .classes(10))
    }
    #expect(error?.code == .usage)
  }
}
