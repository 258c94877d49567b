// NetworkSize.swift -- how large a network is made, and what its weights start from.

/// How large a network is made; the published size unless something is set.
package struct NetworkSize: Sendable, Hashable {
  /// The published numbers of channels and units are multiplied by this, and rounded, to at least 1.
  package var width = 1.0
  /// The size and stride of the first kernel, where they are not the published ones.
  package var stemSize: Int?
  package var stemStride: Int?
  /// Hidden layers start from Glorot's uniform distribution times this; nil: from what is published.
  package var gain: Double?
  /// What the moving averages of batch normalisation keep at each step; nil for what is published.
  ///
  /// A short training needs less than version 2 of ResNets has.
  package var normDecay: Double?
  /// The share of the units of AlexNets' fc6 and fc7 that are dropped at each step, from 0 to below 1; nil for the published half.
  ///
  /// Two views of an image lose other units, which a small network cannot afford.
  package var dropout: Double?

  /// The published size.
  package init() {}

  /// A published number of channels or units at this width.
  func channels(_ published: Int) -> Int { max(1, Int((Double(published) * width).rounded())) }

  /// What a hidden layer starts from.
  func start(_ published: StartingNumbers) -> StartingNumbers { gain.map { .glorotUniform(gain: $0) } ?? published }
}
