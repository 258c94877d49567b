// Layer.swift -- one measured layer of a network, and where in the network it sits.

/// Where in its network a layer sits (paper Section 3; the one-hot columns of the published `X_cat`).
public enum LayerPosition: String, Sendable, Hashable, CaseIterable {
  case early, middle, deep
}

/// One measured layer of a network: its name and its position.
public struct Layer: Sendable, Hashable {
  /// The name, such as `conv1`; unique within one network.
  public let name: String
  /// The position, or nil where nobody said.
  public let position: LayerPosition?

  /// Makes a layer.
  public init(name: String, position: LayerPosition?) {
    self.name = name
    self.position = position
  }
}
