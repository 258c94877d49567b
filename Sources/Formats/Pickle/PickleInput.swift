// PickleInput.swift -- a window that moves forward over a file of opcodes.

import Base

/// A window that moves forward over a file of opcodes; only the window is in memory.
struct PickleInput: ~Copyable {
  /// Bytes of the window: large enough to make reading cheap, small enough to stay in the cache.
  static let windowByteCount = 256 << 10

  let file: InputFile
  private var window: [UInt8]
  /// The file offset of the first byte of the window.
  private var base = 0
  /// Bytes of the window that hold file content.
  private var filled = 0
  /// The next byte to eat, as an index into the window.
  private var cursor = 0

  init(_ file: InputFile) {
    self.file = file
    window = [UInt8](repeating: 0, count: Self.windowByteCount)
  }

  /// The file offset of the next byte.
  var offset: Int { base + cursor }
  /// Bytes from here to the end of the file.
  var remaining: Int { file.byteCount - offset }

  /// Makes sure that the next `count` bytes are in the window.
  ///
  /// - Precondition: `count` is at most ``windowByteCount``.
  mutating func need(_ count: Int) throws(EngramError) {
    if filled - cursor >= count { return }
    guard count <= remaining else { throw ended(count) }
    try refill()
    guard filled - cursor >= count else { throw ended(count) }
  }

  /// Moves the window so that it starts at the next byte, and fills it.
  private mutating func refill() throws(EngramError) {
    base += cursor
    cursor = 0
    filled = 0
    let (file, base) = (file, base)
    filled = try window.withFirst(window.count) { part throws(EngramError) in
      try file.readUpToEnd(at: base, into: &part)
    }
  }

  /// The error for a file that ends before `count` more bytes.
  func ended(_ count: Int) -> EngramError {
    EngramError(
      .truncated, "the pickle ends too early", file: file.path, expected: "\(count) bytes from byte \(offset) on",
      found: "\(max(0, remaining)) bytes", mend: "copy the file again from its source")
  }

  /// Eats one byte.
  mutating func byte() throws(EngramError) -> UInt8 {
    if cursor >= filled { try need(1) }
    let byte = window[cursor]
    cursor &+= 1
    return byte
  }

  /// Eats an unsigned little-endian number of at most eight bytes.
  mutating func unsigned(_ count: Int) throws(EngramError) -> UInt64 {
    try need(count)
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(window[cursor + index]) << UInt64(8 * index) }
    cursor += count
    return value
  }

  /// Eats `count` bytes and shows them.
  ///
  /// - Precondition: `count` is at most ``windowByteCount``.
  mutating func bytes(_ count: Int) throws(EngramError) -> ArraySlice<UInt8> {
    try need(count)
    cursor += count
    return window[(cursor - count)..<cursor]
  }

  /// Eats a line and shows it without its line feed, or leaves all as it is and returns nil when it is longer than `limit`.
  ///
  /// - Precondition: `limit` is below ``windowByteCount``.
  mutating func line(limit: Int) throws(EngramError) -> ArraySlice<UInt8>? {
    var length = 0
    while true {
      let end = min(filled, cursor + limit + 1)
      while cursor + length < end {
        if window[cursor + length] == 10 {
          cursor += length + 1
          return window[(cursor - length - 1)..<(cursor - 1)]
        }
        length += 1
      }
      if length > limit { return nil }
      guard length < remaining else {
        throw EngramError(
          .truncated, "the pickle ends too early", file: file.path, expected: "a line feed after byte \(offset)",
          found: "the end of the file", mend: "copy the file again from its source")
      }
      try refill()
      guard filled > length else { throw ended(length + 1) }
    }
  }

  /// Goes on at a file offset, which may lie beyond the window.
  mutating func jump(to offset: Int) {
    precondition(offset >= self.offset && offset <= file.byteCount, "a pickle is read forwards, inside its file")
    if offset <= base + filled {
      cursor = offset - base
    } else {
      base = offset
      cursor = 0
      filled = 0
    }
  }
}
