// PickleValue.swift -- a value that a pickle holds.

package import Base

/// A value that a pickle holds, free of everything that is Python's own.
///
/// NumPy scalars are plain values. A value that the pickle refers to twice is shared, not copied. Nesting is bounded
/// by ``PickleLimits/depth``.
package indirect enum PickleValue: Sendable {
  case none
  case boolean(Bool)
  case integer(Int64)
  case real(Double)
  /// Text; a string of Python 2 is its UTF-8 where it is that, else Latin-1.
  case text(String)
  /// Bytes of any number.
  case bytes(any ByteSource)
  case list([PickleValue])
  case tuple([PickleValue])
  /// Keys and values in the order of the file; a repeated key means its last value.
  case dictionary([PickleItem])
  /// An array of numbers or of text of a fixed size.
  case array(NumPyArray)
  /// An array of Python objects in C order.
  case objectArray(shape: [Int], [PickleValue])
  /// An array of records.
  case recordArray(PickledRecords)
}

/// A key and its value.
package struct PickleItem: Sendable {
  /// The key.
  package let key: PickleValue
  /// The value.
  package let value: PickleValue
}

/// An array of records as columns.
package struct PickledRecords: Sendable {
  /// The extent of each dimension.
  package let shape: [Int]
  /// The fields in the order of their names in the file; values in C order.
  package let fields: [(name: String, type: String, values: [PickleValue])]
}

extension PickleValue {
  /// The value of a text key of a dictionary, or nil.
  package subscript(key key: String) -> PickleValue? {
    guard case .dictionary(let items) = self else { return nil }
    return items.last { item in
      if case .text(let text) = item.key { text == key } else { false }
    }?.value
  }

  /// What it is, with shape and type where it has them, for messages.
  package var summary: String {
    switch self {
    case .none: "None"
    case .boolean(let flag): flag ? "True" : "False"
    case .integer(let number): "the integer \(number)"
    case .real(let number): "the float \(number)"
    case .text(let text): "the text \(PickleText.quoted(text.utf8))"
    case .bytes(let source): "\(source.byteCount) bytes"
    case .list(let items): "a list of \(items.count)"
    case .tuple(let items): "a tuple of \(items.count)"
    case .dictionary(let items): "a dictionary of \(items.count)"
    case .array(let array): "an array of \(array.type.name) \(Self.shape(array.shape))"
    case .objectArray(let shape, _): "an array of objects \(Self.shape(shape))"
    case .recordArray(let records):
      "records \(Self.shape(records.shape)) of "
        + records.fields.prefix(40).map { "\($0.name) \($0.type)" }.joined(separator: ", ")
    }
  }

  private static func shape(_ shape: [Int]) -> String { "(" + shape.map(String.init).joined(separator: ", ") + ")" }
}
