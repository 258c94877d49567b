// NpyHeader.swift -- the header of an .npy file: element type, order and shape.
//   offset  size  field        rule                       (NumPy's format description, "npy format")
//        0     6  magic        93 4e 55 4d 50 59, "\x93NUMPY"
//        6     2  version      major 1, 2 or 3; minor 0
//        8   2|4  headerLength little-endian; 2 bytes in version 1, 4 after
//       10|12  …  dictionary   Python literal of 'descr', 'fortran_order', 'shape'; spaces; "\n"; Latin-1, UTF-8 in version 3
// The payload follows, at a multiple of 64 bytes in files of today's NumPy.
// Example: {'descr': '<f4', 'fortran_order': False, 'shape': (448, 21, 42), }

package import Base

/// What the header of an .npy file says.
package struct NpyHeader: Sendable, Hashable {
  /// The type of an element.
  package let type: NumPyType
  /// The extent of each dimension.
  package let shape: [Int]
  /// Whether the first index varies fastest.
  package let isFortranOrder: Bool
  /// The names of the fields of a structured array of one type, which are its last axis; else none.
  package private(set) var fieldNames: [String] = []

  /// Headers of honest files take a few hundred bytes.
  package static let longest = 1 << 20
  /// NumPy's own limit on dimensions is 64.
  package static let mostDimensions = 64

  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Makes a header from parts that the caller has checked.
  package init(type: NumPyType, shape: [Int], isFortranOrder: Bool = false) {
    self.type = type
    self.shape = shape
    self.isFortranOrder = isFortranOrder
  }

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// Bytes of the payload.
  package var payloadByteCount: Int { count * type.byteCount }

  /// Reads the array that a source holds: header and payload, and nothing after it.
  ///
  /// - Parameters:
  ///   - source: The whole file or member.
  ///   - name: The name that the array gets.
  /// - Returns: The array, whose payload has not been read.
  /// - Throws: ``EngramError`` with code `truncated` when the source is shorter than it says, `unsupported` for element
  ///   types that are not dense numbers or text and for versions above 3, `corrupt` for the rest.
  package static func array(in source: any ByteSource, name: String) throws(EngramError) -> NumPyArray {
    let (header, start) = try read(from: source)
    let available = source.byteCount - start
    guard available >= header.payloadByteCount else {
      throw EngramError(
        .truncated, "the array ends too early", place: "payload", offset: source.byteCount,
        expected: "\(header.payloadByteCount) bytes", found: "\(available) bytes",
        mend: "copy the file again from its source")
    }
    guard available == header.payloadByteCount else {
      throw EngramError(
        .unsupported, "bytes follow the array", offset: start + header.payloadByteCount,
        expected: "the end of the file", found: "\(available - header.payloadByteCount) more bytes",
        mend: "save each array to a file of its own, or several with numpy.savez")
    }
    return NumPyArray(
      name: name, type: header.type, shape: header.shape, isFortranOrder: header.isFortranOrder,
      payload: SourceSlice(of: source, offset: start, byteCount: available), fieldNames: header.fieldNames)
  }

  /// Reads the header and where the payload starts.
  static func read(from source: any ByteSource) throws(EngramError) -> (header: NpyHeader, payloadOffset: Int) {
    let start = try source.bytes(0..<min(12, source.byteCount))
    guard start.prefix(6).elementsEqual(magic.prefix(start.count)) else {
      throw EngramError(
        .corrupt, "this is not an .npy array", place: "magic", offset: 0, expected: "\\x93NUMPY",
        mend: "save it with numpy.save or numpy.savez")
    }
    func ended(_ needed: Int) -> EngramError {
      EngramError(
        .truncated, "the array ends too early", place: "header", offset: source.byteCount,
        expected: "\(needed) bytes", found: "\(source.byteCount) bytes", mend: "copy the file again from its source")
    }
    guard start.count >= 8 else { throw ended(10) }
    let (major, minor) = (start[6], start[7])
    guard (1...3).contains(major), minor == 0 else {
      throw EngramError(
        .unsupported, "the array is in a version of the .npy format that is not known", place: "version", offset: 6,
        expected: "1.0, 2.0 or 3.0", found: "\(major).\(minor)", mend: "save it again with numpy.save")
    }
    let fixed = major == 1 ? 10 : 12
    guard start.count >= fixed else { throw ended(fixed) }
    let length = start[8..<fixed].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= longest else {
      throw EngramError(
        .limit, "the header is too long", place: "header", offset: 8, expected: "at most \(longest) bytes",
        found: "\(length) bytes")
    }
    guard fixed + length <= source.byteCount else { throw ended(fixed + length) }
    var text = try source.bytes(fixed..<(fixed + length))
    // Before version 3 the text is Latin-1.
    if major < 3, text.contains(where: { $0 >= 0x80 }) {
      text = Array(String(String.UnicodeScalarView(text.map { Unicode.Scalar($0) })).utf8)
    }
    do {
      return (try NpyHeader(literal: PythonLiteral(parsing: text, offset: fixed)), fixed + length)
    } catch {
      var placed = error
      if placed.place == nil { placed.place = "header" }
      throw placed
    }
  }

  /// The header that a dictionary describes.
  private init(literal: PythonLiteral) throws(EngramError) {
    guard case .dictionary(let items) = literal else {
      throw EngramError(.corrupt, "the header is not a dictionary")
    }
    var (descriptor, order, dimensions): (PythonLiteral?, PythonLiteral?, PythonLiteral?)
    for item in items {
      switch item.key {
      case .string("descr") where descriptor == nil: descriptor = item.value
      case .string("fortran_order") where order == nil: order = item.value
      case .string("shape") where dimensions == nil: dimensions = item.value
      default:
        throw EngramError(
          .corrupt, "the header has a key too many", expected: "descr, fortran_order and shape, once each")
      }
    }
    guard let descriptor, case .bool(let isFortranOrder)? = order, case .tuple(let extents)? = dimensions else {
      throw EngramError(
        .corrupt, "the header lacks a part or has one of the wrong kind",
        expected: "descr: text, fortran_order: True or False, shape: a tuple")
    }
    guard extents.count <= Self.mostDimensions else {
      throw EngramError(.limit, "the array has too many dimensions", expected: "at most \(Self.mostDimensions)")
    }
    (self.type, fieldNames) = try Self.type(descriptor)
    var shape: [Int] = []
    var bytes = max(1, type.byteCount)
    for extent in extents {
      guard case .integer(let extent) = extent, extent >= 0 else {
        throw EngramError(.corrupt, "the shape holds what is not a length")
      }
      let (product, overflows) = bytes.multipliedReportingOverflow(by: max(1, extent))
      guard !overflows else {
        throw EngramError(.corrupt, "the array is larger than any file", expected: "fewer than 2^63 bytes")
      }
      bytes = product
      shape.append(extent)
    }
    if !fieldNames.isEmpty {
      guard !isFortranOrder || shape.count < 2, !bytes.multipliedReportingOverflow(by: fieldNames.count).overflow else {
        throw Self.structured(fieldNames, "in Fortran order")
      }
      shape.append(fieldNames.count)
    }
    self.shape = shape
    self.isFortranOrder = fieldNames.isEmpty && isFortranOrder
    guard type.byteCount > 0 || count == 0 else {
      throw EngramError(
        .unsupported, "the array holds texts of length 0", found: "'\(type.descriptor)'",
        mend: "save it as array.astype('U1')")
    }
  }

  /// The type in the `descr` of a header; of a structured array whose fields all have one type, also their names.
  private static func type(_ literal: PythonLiteral) throws(EngramError) -> (NumPyType, [String]) {
    switch literal {
    case .string(let descriptor): return (try NumPyType(descriptor: descriptor), [])
    case .list(let fields):
      var names: [String] = []
      var types: Set<String> = []
      for field in fields {
        guard case .tuple(let parts) = field, case .string(let name)? = parts.first else { continue }
        names.append(name)
        if parts.count == 2, case .string(let descriptor) = parts[1] {
          types.insert(descriptor)
        } else {
          types.insert("")
        }
      }
      guard names.count == fields.count, types.count == 1, let one = types.first,
        let type = try? NumPyType(descriptor: one), type.kind != .bytes, type.kind != .unicode
      else { throw structured(names, "of several types") }
      return (type, names)
    default:
      throw EngramError(.corrupt, "the element type is not text", expected: "a type such as '<f4'")
    }
  }

  private static func structured(_ names: [String], _ how: String) -> EngramError {
    EngramError(
      .unsupported, "the array is structured, with a name for each field, \(how)",
      expected: "fields of one type, which are the statistics",
      found: "the fields \(names.prefix(20).joined(separator: ", "))",
      mend: """
        in Python: numpy.save('x.npy', numpy.stack([a[name] for name in NAMES_OF_STATISTICS], axis=-1)), which is examples x \
        epochs x statistics; other fields go into a table of metadata
        """)
  }

  /// The bytes of the header as today's NumPy writes them: version 1 where it fits, padded to 64 bytes.
  package var bytes: [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type.descriptor)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
    text += "'shape': (\(extents)), }"
    // NumPy leaves room for the growing axis to reach 21 digits, so that files can be appended to in place.
    if let growing = isFortranOrder ? shape.last : shape.first {
      text += String(repeating: " ", count: max(0, 21 - String(growing).utf8.count))
    }
    let isShort = text.utf8.count + 75 <= 65_535
    let fixed = isShort ? 10 : 12
    let length = (fixed + text.utf8.count + 1 + 63) / 64 * 64 - fixed
    text += String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
    let lengthBytes = (0..<(isShort ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return Self.magic + [isShort ? 1 : 2, 0] + lengthBytes + Array(text.utf8)
  }
}
