// ElementType.swift -- the two kinds of number that a trajectory is made of.

/// The type of a recorded value; the raw value stands in files.
public enum ElementType: UInt8, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32, 4 bytes.
  case float32 = 1
  /// IEEE 754 binary64, 8 bytes.
  case float64 = 2

  /// Bytes of one value.
  public var byteCount: Int { self == .float32 ? 4 : 8 }

  /// The name used on the command line, in JSON and by NumPy.
  public var name: String { self == .float32 ? "float32" : "float64" }

  /// The type of that name, or nil.
  public init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }
}
