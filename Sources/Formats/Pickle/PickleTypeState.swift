// PickleTypeState.swift -- NumPy element types and arrays as a pickle describes them.

import Base

/// What the elements of an array are.
enum PickleElement {
  /// Elements of a fixed size.
  case fixed(NumPyType)
  /// Python objects.
  case object
  /// Records of named fields.
  case record([PickleField])

  /// Bytes of one element in a payload; 0 for objects.
  var byteCount: Int {
    switch self {
    case .fixed(let type): type.byteCount
    case .object: 0
    case .record(let fields): fields.first?.recordByteCount ?? 0
    }
  }
}

/// A named field of a record.
struct PickleField {
  let name: String
  /// The field's type, or nil for a Python object.
  let type: NumPyType?
  /// Where the field starts in its record.
  let offset: Int
  /// Bytes of the whole record.
  let recordByteCount: Int
}

/// An element type while a pickle is read.
struct PickleTypeState {
  /// What its first argument says; a record's fields come with BUILD.
  enum Stage {
    case scalar(kind: Character, byteCount: Int)
    case record
    case built(PickleElement)
  }

  var stage: Stage

  /// The type once it is known; a type that BUILD has not described is native.
  var element: PickleElement? {
    switch stage {
    case .built(let element): element
    case .record: nil
    case .scalar(let kind, let byteCount): Self.element(kind: kind, byteCount: byteCount, isBigEndian: false)
    }
  }

  /// An element of a kind and size.
  static func element(kind: Character, byteCount: Int, isBigEndian: Bool) -> PickleElement? {
    if kind == "O" { return .object }
    guard let known = NumPyType.Kind(rawValue: kind) else { return nil }
    return .fixed(NumPyType(kind: known, byteCount: byteCount, isBigEndian: isBigEndian && byteCount > 1))
  }
}

/// An array while a pickle is read.
struct PickleArrayState {
  /// What BUILD or `_frombuffer` gave it.
  struct Content {
    let element: PickleElement
    let shape: [Int]
    let isFortranOrder: Bool
    /// The elements as bytes, or nil when they are a list.
    let payload: (any ByteSource)?
    /// The list of elements of an array with objects.
    let list: Int32?
    /// Where in the file it was made, for errors about its contents.
    let offset: Int
  }

  /// Where in the file it was made.
  let offset: Int
  /// Nil until BUILD.
  var content: Content?
}
