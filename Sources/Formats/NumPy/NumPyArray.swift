// NumPyArray.swift -- an array as NumPy describes it, from a pickle, an .npy file or a member of an .npz.

package import Base

/// The element type of a NumPy array of fixed-size elements.
package struct NumPyType: Sendable, Hashable {
  /// What the bytes of an element mean.
  package enum Kind: Character, Sendable {
    case float = "f", integer = "i", unsigned = "u", boolean = "b", bytes = "S", unicode = "U"
  }

  /// What the bytes of an element mean.
  package let kind: Kind
  /// Bytes of one element; for `unicode`, four for each code point.
  package let byteCount: Int
  /// Whether elements are stored most significant byte first.
  package let isBigEndian: Bool

  /// Makes a type from parts that the caller has checked.
  package init(kind: Kind, byteCount: Int, isBigEndian: Bool) {
    self.kind = kind
    self.byteCount = byteCount
    self.isBigEndian = isBigEndian
  }
}

/// A dense array of fixed-size elements whose payload is read when it is needed.
package struct NumPyArray: Sendable {
  /// What it is called in its file, such as `X`.
  package let name: String
  /// The type of an element.
  package let type: NumPyType
  /// The extent of each dimension; their product times `type.byteCount` is `payload.byteCount`.
  package let shape: [Int]
  /// Whether the first index varies fastest (Fortran order).
  package let isFortranOrder: Bool
  /// The bytes of the elements.
  package let payload: any ByteSource
  /// The names of the fields of a structured array of one type, which are its last axis; else none.
  package let fieldNames: [String]

  /// Makes a description from parts that the caller has checked.
  package init(
    name: String, type: NumPyType, shape: [Int], isFortranOrder: Bool, payload: any ByteSource,
    fieldNames: [String] = []
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.isFortranOrder = isFortranOrder
    self.payload = payload
    self.fieldNames = fieldNames
  }
}
