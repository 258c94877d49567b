// ModelFile.swift -- the bytes of a saved model.
//   offset  size  field            rule                     (little-endian; XXH3-64 with seed 0)
//        0     8  magic            "ENGRMMDL"
//        8     4  version          1
//       12     4  headerByteCount  at most 2^24
//       16     H  header           JSON: kind, sectionByteCounts, and what the kind of model puts there
//        .     .  sections         one after the other, as long as sectionByteCounts says
//        .     8  checksum         XXH3-64 of everything before it

public import Base

/// A saved model: a JSON header and sections of numbers, behind a checksum.
///
/// The kinds of model say what their header and sections are; this type keeps them whole, and refuses damaged ones.
public struct ModelFile: Sendable, Hashable {
  private static let magic = Array("ENGRMMDL".utf8)
  private static let version: UInt32 = 1
  private static let fixedByteCount = 16
  private static let checksumByteCount = 8
  /// Room for the names of a million columns.
  private static let headerByteCountLimit = 1 << 24
  private static let ownKeys = ["kind", "sectionByteCounts"]

  /// The kind of model, ``Classifier/kind``.
  public let kind: String
  /// What is not an array: parameters, sizes, and what the caller adds, such as the names of classes.
  public var header: JSONObject
  /// The arrays, in an order that the kind of model fixes.
  public var sections: [[UInt8]]

  /// Makes the contents of a model file.
  public init(kind: String, header: JSONObject, sections: [[UInt8]] = []) {
    self.kind = kind
    self.header = header
    self.sections = sections
  }

  /// Adds an array as the next section.
  package mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) {
    // SAFETY: a number has no padding; its bytes are read, on a little-endian machine.
    unsafe numbers.withUnsafeBytes { sections.append(unsafe Array($0)) }
  }

  /// A section as an array of numbers.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when there is no such section or its length is not `count` numbers.
  package func numbers<Number: BitwiseCopyable>(
    _ section: Int, count: Int, as _: Number.Type
  ) throws(EngramError) -> [Number] {
    let (byteCount, tooMany) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard sections.indices.contains(section), !tooMany, count >= 0, sections[section].count == byteCount else {
      throw EngramError(
        .corrupt, "a section of the model has the wrong length", place: "section \(section)",
        expected: "\(count) numbers of \(MemoryLayout<Number>.stride) bytes",
        found: sections.indices.contains(section) ? "\(sections[section].count) bytes" : "no such section",
        mend: "train the model again")
    }
    return unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      // SAFETY: the buffer has room for `count` numbers, every bit pattern of which is one.
      unsafe sections[section].withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      }
      initialized = count
    }
  }

  /// The file.
  ///
  /// - Throws: ``EngramError`` with code `limit` when the header is too long, `invalidData` when it holds NaN.
  public func bytes() throws(EngramError) -> [UInt8] {
    var full = header
    full["kind"] = .string(kind)
    full["sectionByteCounts"] = .array(sections.map { .integer(Int64($0.count)) })
    let text = Array(try JSONValue.object(full).text().utf8)
    guard text.count <= Self.headerByteCountLimit else {
      throw EngramError(.limit, "the header of the model is too long", found: "\(text.count) bytes")
    }
    var bytes = Self.magic
    bytes.reserveCapacity(
      Self.fixedByteCount + text.count + sections.reduce(0) { $0 + $1.count } + Self.checksumByteCount)
    func append(_ number: UInt64, byteCount: Int) {
      for byte in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
    }
    append(UInt64(Self.version), byteCount: 4)
    append(UInt64(text.count), byteCount: 4)
    bytes.append(contentsOf: text)
    for section in sections { bytes.append(contentsOf: section) }
    append(Self.checksum(bytes[...]), byteCount: Self.checksumByteCount)
    return bytes
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - file: What to name in errors.
  /// - Throws: ``EngramError`` with code `truncated`, `corrupt` or `unsupported`; nothing is trusted before its
  ///   checksum was compared.
  public init(parsing bytes: [UInt8], file: String? = nil) throws(EngramError) {
    func fault(_ code: EngramError.Code, _ message: String, _ offset: Int, _ expected: String, _ found: String)
      -> EngramError
    {
      EngramError(
        code, message, file: file, place: "model file", offset: offset, expected: expected, found: found,
        mend: code == .unsupported ? "upgrade the program" : "train the model again")
    }
    guard bytes.starts(with: Self.magic.prefix(bytes.count)) else {
      throw fault(.corrupt, "this is not a model file", 0, "ENGRMMDL", "other bytes")
    }
    let smallest = Self.fixedByteCount + Self.checksumByteCount
    guard bytes.count >= smallest else {
      throw fault(.truncated, "the model file ends too early", bytes.count, "\(smallest) bytes", "\(bytes.count)")
    }
    func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
      bytes[offset..<(offset + Number.bitWidth / 8)].reversed().reduce(0) { $0 << 8 | Number($1) }
    }
    let version = number(8, UInt32.self)
    guard version == Self.version else {
      throw fault(.unsupported, "the model file has another version", 8, "\(Self.version)", "\(version)")
    }
    let headerByteCount = Int(number(12, UInt32.self))
    let sectionStart = Self.fixedByteCount + headerByteCount
    let end = bytes.count - Self.checksumByteCount
    guard headerByteCount <= Self.headerByteCountLimit, sectionStart <= end else {
      throw fault(.truncated, "the model file ends in its header", end, "\(headerByteCount) bytes", "\(end - 16)")
    }
    let found = number(end, UInt64.self)
    let expected = Self.checksum(bytes[..<end])
    guard XXH3.agrees(expected, with: found) else {
      throw fault(
        .corrupt, "the model file is damaged or cut", end, "checksum \(String(expected, radix: 16))",
        String(found, radix: 16))
    }
    let header = try JSONValue(parsing: Array(bytes[Self.fixedByteCount..<sectionStart]), file: file).asObject()
    kind = try header.string("kind")
    var start = sectionStart
    var sections: [[UInt8]] = []
    for byteCount in try header.integers("sectionByteCounts") {
      guard byteCount >= 0, byteCount <= Int64(end - start) else {
        throw fault(.corrupt, "a section does not fit into the file", start, "\(byteCount) bytes", "\(end - start)")
      }
      sections.append(Array(bytes[start..<(start + Int(byteCount))]))
      start += Int(byteCount)
    }
    guard start == end else {
      throw fault(.corrupt, "bytes follow the last section", start, "\(end)", "\(start)")
    }
    self.sections = sections
    self.header = header
    for key in Self.ownKeys { self.header[key] = nil }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    // SAFETY: a UInt8 has no padding, so all its bytes are initialised.
    XXH3.hash64(unsafe bytes.span.bytes)
  }
}
