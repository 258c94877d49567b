// NumPyType+Descriptor.swift -- the spelling of element types, such as '<f4', '|b1' or '<U11'.

package import Base
package import TrajectoryModel

extension NumPyType {
  /// Little-endian binary32, `<f4`.
  package static let float32 = NumPyType(kind: .float, byteCount: 4, isBigEndian: false)
  /// Little-endian binary64, `<f8`.
  package static let float64 = NumPyType(kind: .float, byteCount: 8, isBigEndian: false)
  /// Little-endian whole numbers of 64 bits, `<i8`.
  package static let int64 = NumPyType(kind: .integer, byteCount: 8, isBigEndian: false)

  /// The little-endian type of recorded values.
  package init(_ elementType: ElementType) {
    self = elementType == .float32 ? .float32 : .float64
  }

  /// The longest element of text; a limit on memory, not of the format.
  package static let longestElement = 1 << 20

  /// The type that a descriptor names.
  ///
  /// The byte order may be left out (native) as NumPy allows. `descriptor` is at most the whole text of the header.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` for types that are not dense numbers or text, by name, with what
  ///   to do instead; `corrupt` for what is no type at all.
  package init(descriptor: String) throws(EngramError) {
    var letters = Array(descriptor.unicodeScalars)
    var order: Unicode.Scalar = "="
    if let first = letters.first, "<>|=".unicodeScalars.contains(first) { order = letters.removeFirst() }
    guard let letter = letters.first else { throw Self.unknown(descriptor) }
    if letters == ["?"] { letters = ["b", "1"] }
    if letter == "O" { throw Self.refusal(of: descriptor, letter) }
    let digits = String(String.UnicodeScalarView(letters.dropFirst()))
    if letter == "M" || letter == "m" { throw Self.refusal(of: descriptor, letter) }
    guard digits.utf8.count <= 9, digits.utf8.allSatisfy({ (48...57).contains($0) }), let size = Int(digits) else {
      throw Self.unknown(descriptor)
    }
    let isBigEndian = order == ">"
    let scalar = letters.first.flatMap { Kind(rawValue: Character($0)) }
    switch (scalar, size) {
    case (.float, 2), (.float, 4), (.float, 8), (.integer, 1), (.integer, 2), (.integer, 4), (.integer, 8),
      (.unsigned, 1), (.unsigned, 2), (.unsigned, 4), (.unsigned, 8), (.boolean, 1):
      self.init(kind: scalar ?? .float, byteCount: size, isBigEndian: isBigEndian && size > 1)
    case (.bytes, 0...Self.longestElement): self.init(kind: .bytes, byteCount: size, isBigEndian: false)
    case (.unicode, 0...Self.longestElement / 4):
      self.init(kind: .unicode, byteCount: 4 * size, isBigEndian: isBigEndian)
    case (.bytes, _), (.unicode, _):
      throw EngramError(
        .limit, "the texts of an array are too long", expected: "at most \(Self.longestElement) bytes each",
        found: "'\(descriptor)'", mend: "give the array a shorter text type, such as array.astype('U64')")
    default: throw Self.refusal(of: descriptor, letter)
    }
  }

  /// The descriptor as NumPy spells it.
  package var descriptor: String {
    let size = kind == .unicode ? byteCount / 4 : byteCount
    let order = byteCount == 1 || kind == .bytes ? "|" : isBigEndian ? ">" : "<"
    return "\(order)\(kind.rawValue)\(size)"
  }

  /// NumPy's name of the type, such as `float32`, `>f4` or `U11`.
  package var name: String {
    switch kind {
    case .float: isBigEndian ? ">f\(byteCount)" : "float\(8 * byteCount)"
    case .integer: isBigEndian ? ">i\(byteCount)" : "int\(8 * byteCount)"
    case .unsigned: isBigEndian ? ">u\(byteCount)" : "uint\(8 * byteCount)"
    case .boolean: "bool"
    case .bytes: "S\(byteCount)"
    case .unicode: "\(isBigEndian ? ">" : "")U\(byteCount / 4)"
    }
  }

  /// The refusal of a type that NumPy knows and Engram does not read.
  private static func refusal(of descriptor: String, _ letter: Unicode.Scalar) -> EngramError {
    let (what, mend): (String, Mend?) =
      switch letter {
      case "O":
        (
          "Python objects, which only a pickle can hold",
          """
          convert before saving: array.astype(str) for text, array.astype('float64') for numbers; trajectories of different \
          lengths go into a table with a row for each epoch, which is read as it is: pandas.concat([pandas.DataFrame(x, \
          columns=STATISTICS).assign(run=i).rename_axis('epoch').reset_index() for i, x in enumerate(array)])\
          [['run', 'epoch', *STATISTICS]].to_csv('trajectories.csv', index=False)
          """
        )
      case "V": ("structured or void elements", "save each field as an array of its own")
      case "M", "m": ("dates or times", "save them as text or numbers: array.astype(str)")
      case "c": ("complex numbers", "save the real and the imaginary part as arrays of their own")
      case "f": ("floats of that width", "save as array.astype('float64')")
      default: ("elements of a type that is not read here", nil)
      }
    if mend == nil { return unknown(descriptor) }
    return EngramError(
      .unsupported, "the array holds \(what)", expected: "float, integer, boolean or text elements",
      found: "'\(shortened(descriptor))'", mend: mend)
  }

  /// The error for what is no type at all.
  private static func unknown(_ descriptor: String) -> EngramError {
    EngramError(
      .corrupt, "the array has no known element type", expected: "a type such as '<f4' or '<U11'",
      found: "'\(shortened(descriptor))'")
  }

  /// At most 60 characters of a text that may be long.
  private static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }
}
