// PickledEscapes+Ahead.swift -- long escaped text scanned by several threads, a window each.
//
// A thread that begins somewhere in the text must know where a token begins. A token is one byte as it is, or at most `longestToken` bytes
// of which the first is a backslash (in UTF-8, of which all others are continuation bytes): so a byte before which there was no backslash
// for so long begins a token, whatever came before. Two threads find the same place between their windows, and each counts from its own to that of the next.

import Base
import CPickleKernels

extension PickledEscapes {
  /// What a window of whole tokens came to.
  struct ScannedWindow: Sendable {
    /// The file offset after its last token.
    let end: Int
    /// The bytes that its tokens stand for.
    let decoded: Int
  }

  /// Windows that are scanned at a time.
  private static let (fewestAhead, mostAhead) = (8, 256)
  /// Bytes after the nominal start of a window among which a token must begin.
  private static let slack = 64

  /// How many windows are to be scanned at a time, when so many were scanned one after the other or ahead without a hitch; 0 where it
  /// is not worth the while.
  ///
  /// Windows ahead may lie behind the end of the text, in vain; so they are at most half of what was good for something.
  static func windowsAhead(scanned: Int, bytesLeft: Int, threads: Int) -> Int {
    let count = min(mostAhead, scanned / 2, (bytesLeft - slack) / windowByteCount)
    return threads > 1 && count >= fewestAhead ? count : 0
  }

  /// Scans windows from the start of a token on, on several threads.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - form: How bytes are written.
  ///   - quote: The quote that ends the text.
  ///   - start: The file offset of the start of a token.
  ///   - count: How many windows; the file is long enough for them and ``slack`` bytes more.
  ///   - level: The kernel.
  ///   - work: How many threads, and whether to stop.
  /// - Returns: The windows before the first that has an end, an error or no place where a token surely begins.
  /// - Throws: ``EngramError`` with code `io`, `corrupt` or `cancelled`.
  static func scanAhead(
    _ file: InputFile, form: PickleEscapeForm, quote: UInt8, from start: Int, count: Int, level: Int32,
    work: WorkContext
  ) throws(EngramError) -> [ScannedWindow] {
    let windows = PartResults<ScannedWindow?>(count: count)
    try parallelFor(count: count, work: work) { (index, _) throws(EngramError) in
      windows.set(
        index,
        try scanOne(
          file, form: form, quote: quote, from: start + index * windowByteCount, beginsToken: index == 0, level: level))
    }
    return Array(windows.inOrder.prefix { $0 != nil }.compactMap { $0 })
  }

  /// Scans the window that begins near a file offset; nil where it is not all plain.
  private static func scanOne(
    _ file: InputFile, form: PickleEscapeForm, quote: UInt8, from start: Int, beginsToken: Bool, level: Int32
  ) throws(EngramError) -> ScannedWindow? {
    let before = beginsToken ? 0 : form.longestToken - 1
    var text = [UInt8](repeating: 0, count: before + windowByteCount + slack)
    let count = text.count
    try text.withFirst(count) { part throws(EngramError) in try file.read(at: start - before, into: &part) }
    let own = beginsToken ? 0 : firstToken(in: text, at: before, form: form)
    guard let own, let next = firstToken(in: text, at: before + windowByteCount, form: form) else { return nil }
    let step = step(text, own..<next, form: form, quote: quote, level: level)
    guard Int(step.status) == ENGRAM_PICKLE_MORE, step.consumed == next - own else { return nil }
    return ScannedWindow(end: start - before + next, decoded: step.produced)
  }

  /// The first place from an index on, within ``slack`` bytes, at which a token surely begins.
  private static func firstToken(in text: [UInt8], at index: Int, form: PickleEscapeForm) -> Int? {
    (index..<(index + slack)).first { place in
      switch form {
      case .utf8: text[place] & 0xC0 != 0x80
      case .representation, .rawUnicode:
        !text[(place - form.longestToken + 1)..<place].contains(UInt8(ascii: "\\"))
      }
    }
  }
}
