// PickleMachine+Scalars.swift -- opcodes that carry a number or a string.

import Base

extension PickleMachine {
  /// Longer lines of numbers and names are refused: the longest that Python writes for 64 bits is 25 bytes.
  private static let longestLine = 400

  /// Eats a short line.
  mutating func lineBytes() throws(EngramError) -> ArraySlice<UInt8> {
    guard let line = try input.line(limit: Self.longestLine) else {
      throw failure(.limit, "a number or name is too long", expected: "at most \(Self.longestLine) bytes in a line")
    }
    return line
  }

  /// Eats a short line of ASCII text.
  mutating func line() throws(EngramError) -> String {
    let bytes = try lineBytes()
    guard bytes.allSatisfy({ (32...126).contains($0) }) else {
      throw corrupt("a name is not ASCII text", found: PickleText.quoted(bytes))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Eats a line that is the number of a remembered value.
  mutating func decimal() throws(EngramError) -> Int {
    let bytes = try lineBytes()
    guard let number = Self.integer(bytes), number >= 0 else {
      throw corrupt("the number of a remembered value is malformed", found: PickleText.quoted(bytes))
    }
    return Int(number)
  }

  /// A decimal number with an optional sign, or nil when it is malformed or beyond 64 bits.
  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let isNegative = bytes.first == 0x2D
    let digits = isNegative ? bytes.dropFirst() : bytes
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.subtractingReportingOverflow(Int64(digit - 0x30))
      if overflow || carried { return nil }
      value = sum
    }
    return isNegative ? value : (value == .min ? nil : -value)
  }

  /// INT, which is also how protocols 0 and 1 write booleans, and LONG.
  mutating func textInteger(_ opcode: PickleOpcode) throws(EngramError) -> PickleCell {
    var bytes = try lineBytes()
    if opcode == .int && bytes.elementsEqual([0x30, 0x30]) { return .boolean(false) }
    if opcode == .int && bytes.elementsEqual([0x30, 0x31]) { return .boolean(true) }
    if opcode == .long && bytes.last == 0x4C { bytes = bytes.dropLast() }
    if let value = Self.integer(bytes) { return .integer(value) }
    let digits = bytes.first == 0x2D ? bytes.dropFirst() : bytes
    if !digits.isEmpty && digits.allSatisfy({ (0x30...0x39).contains($0) }) { throw tooWide(PickleText.quoted(bytes)) }
    throw corrupt("an integer is malformed", found: PickleText.quoted(bytes))
  }

  /// LONG1 and LONG4: two's complement, least significant byte first.
  mutating func binaryInteger(_ count: Int) throws(EngramError) -> PickleCell {
    guard count <= 8 else {
      guard count <= input.remaining else { throw input.ended(count) }
      throw tooWide("\(count) bytes")
    }
    guard count > 0 else { return .integer(0) }
    let shift = UInt64(64 - 8 * count)
    return .integer(Int64(bitPattern: try input.unsigned(count) << shift) >> Int64(shift))
  }

  private func tooWide(_ found: String) -> EngramError {
    failure(.unsupported, "an integer has more than 64 bits", expected: "-2^63 to 2^63 - 1", found: found)
  }

  /// FLOAT: the number as Python prints it.
  mutating func textReal() throws(EngramError) -> PickleCell {
    let bytes = try lineBytes()
    let text = String(decoding: bytes, as: UTF8.self)
    let isPlain = bytes.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    guard isPlain || ["nan", "-nan", "inf", "-inf"].contains(text), let value = Double(text) else {
      throw corrupt("a float is malformed", found: PickleText.quoted(bytes))
    }
    return .real(value)
  }

  // MARK: Strings

  /// What the content of a string opcode is.
  private enum Meaning {
    case string, text, bytes
  }

  mutating func string(_ opcode: PickleOpcode) throws(EngramError) -> PickleCell {
    switch opcode {
    case .string: return try representation()
    case .unicode: return try unicodeLine()
    case .shortBinString: return try counted(1, .string)
    case .binString: return try counted(4, .string, isSigned: true)
    case .shortBinUnicode: return try counted(1, .text)
    case .binUnicode: return try counted(4, .text)
    case .binUnicode8: return try counted(8, .text)
    case .shortBinBytes: return try counted(1, .bytes)
    case .binBytes: return try counted(4, .bytes)
    default: return try counted(8, .bytes)
    }
  }

  /// A string with its length before it.
  private mutating func counted(_ width: Int, _ meaning: Meaning, isSigned: Bool = false) throws(EngramError)
    -> PickleCell
  {
    let length = try input.unsigned(width)
    if isSigned && length > UInt64(Int32.max) {
      throw corrupt("the length is negative", found: "\(Int32(truncatingIfNeeded: length))")
    }
    guard length <= UInt64(input.remaining) else { throw input.ended(Int(clamping: length)) }
    let count = Int(length)
    guard count > arena.limits.inlineBytes else {
      let bytes = try input.bytes(count)
      if meaning == .text && String(validating: bytes, as: UTF8.self) == nil {
        throw corrupt("text is not UTF-8", found: PickleText.quoted(bytes))
      }
      return try small(bytes, meaning)
    }
    let start = input.offset
    input.jump(to: start + count)
    try watch.reached(input.offset)
    let slice = PickledSlice(file: input.file, start: start, byteCount: count)
    switch meaning {
    case .string: return try large(.string(slice))
    case .bytes: return try large(.bytes(slice))
    case .text: return try large(.text(.utf8, start: start, count: count))
    }
  }

  private mutating func small(_ bytes: ArraySlice<UInt8>, _ meaning: Meaning) throws(EngramError) -> PickleCell {
    try arena.charge(bytes.count * 2 + PickleStringPool.entryCost)
    let index = arena.strings.intern(bytes)
    switch meaning {
    case .string: return .string(index)
    case .text: return .text(index)
    case .bytes: return .bytes(index)
    }
  }

  mutating func large(_ content: PickleLargeString.Content) throws(EngramError) -> PickleCell {
    try arena.charge(256)
    arena.larges.append(PickleLargeString(content: content, offset: opcodeOffset))
    return .large(Int32(arena.larges.count - 1))
  }

  /// STRING: `repr()` of a Python 2 string in a line.
  private mutating func representation() throws(EngramError) -> PickleCell {
    let limit = arena.limits.inlineBytes
    guard let line = try input.line(limit: min(limit, PickleInput.windowByteCount / 2)) else {
      let quote = try input.byte()
      try requireQuote(quote)
      let start = input.offset
      let escapes = try PickledEscapes.scan(
        input.file, form: .representation, quote: quote, from: start, to: input.file.byteCount, watch: watch)
      try arena.charge(escapes.checkpoints.count * MemoryLayout<PickledEscapes.Checkpoint>.stride)
      input.jump(to: escapes.end + 1)
      guard try input.byte() == 10 else {
        throw corrupt("a string goes on after its closing quote", expected: "a line feed")
      }
      return try large(.string(escapes))
    }
    guard let quote = line.first, line.count >= 2, line.last == quote else {
      throw corrupt("a string needs a quote at both ends", found: PickleText.quoted(line))
    }
    try requireQuote(quote)
    let body = Array(line.dropFirst())
    guard let bytes = PickledEscapes.decoded(body, form: .representation, quote: quote, end: body.count - 1) else {
      throw corrupt(
        "a string is malformed", expected: "the escapes that Python's repr writes", found: PickleText.quoted(line))
    }
    return try small(bytes[...], .string)
  }

  private func requireQuote(_ quote: UInt8) throws(EngramError) {
    guard quote == 0x27 || quote == 0x22 else {
      throw corrupt("a string needs a quote at both ends", found: PickleText.quoted([quote]))
    }
  }

  /// UNICODE: raw-unicode-escape in a line.
  private mutating func unicodeLine() throws(EngramError) -> PickleCell {
    let limit = arena.limits.inlineBytes
    if let line = try input.line(limit: min(limit, PickleInput.windowByteCount / 2)) {
      guard let text = PickleText.rawUnicode(line) else {
        throw corrupt("text is malformed", expected: "raw-unicode-escape", found: PickleText.quoted(line))
      }
      return try small(Array(text.utf8)[...], .text)
    }
    let start = input.offset
    let end = try endOfLine()
    input.jump(to: end + 1)
    return try large(.text(.rawUnicode, start: start, count: end - start))
  }

  /// The file offset of the next line feed.
  private mutating func endOfLine() throws(EngramError) -> Int {
    var position = input.offset
    var window = [UInt8](repeating: 0, count: PickledEscapes.windowByteCount)
    var sinceWatched = 0
    while position < input.file.byteCount {
      let (file, start) = (input.file, position)
      let count = try window.withFirst(window.count) { part throws(EngramError) in
        try file.readUpToEnd(at: start, into: &part)
      }
      if let index = window[..<count].firstIndex(of: 10) { return position + index }
      guard count > 0 else { break }
      position += count
      sinceWatched += count
      if sinceWatched >= 4 << 20 {
        try watch.reached(position)
        sinceWatched = 0
      }
    }
    throw EngramError(
      .truncated, "the pickle ends too early", expected: "a line feed after byte \(input.offset)",
      found: "the end of the file", mend: "copy the file again from its source")
  }
}
