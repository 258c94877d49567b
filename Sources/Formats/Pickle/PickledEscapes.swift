// PickledEscapes.swift -- bytes that a pickle writes as escaped text, decoded when they are read.
//
// Protocol 0 of Python 2 writes the eight bytes of 1.0 as  \x00\x00\x00\x00\x00\x00\xf0?  between quotes; Python 3
// writes bytes as Latin-1 text, in raw-unicode-escape (protocol 0) or UTF-8 (protocols 1 and 2).

package import Base
import CPickleKernels

/// How bytes are written as text.
package enum PickleEscapeForm: Int32, Sendable, CaseIterable {
  /// `repr()` of a Python 2 string, up to its closing quote.
  case representation = 0
  /// Raw-unicode-escape of Latin-1 text.
  case rawUnicode = 1
  /// UTF-8 of Latin-1 text.
  case utf8 = 2

  /// The most bytes of text that one byte takes.
  var longestToken: Int {
    switch self {
    case .representation: 4
    case .rawUnicode: 6
    case .utf8: 2
    }
  }
}

/// Bytes that a pickle writes as escaped text, readable at any offset.
///
/// The scan that finds the end and checks every escape also notes which byte of text stands for which byte of the
/// payload, once for each window; a read starts at the note before it. So several threads can decode at once.
package struct PickledEscapes: ByteSource {
  /// Yes: checkpoints from the first scan say where to start.
  package var isRandomAccess: Bool { true }

  /// The start of a token: how many bytes are decoded before it, and where it lies in the file.
  struct Checkpoint: Sendable {
    let decoded: Int
    let offset: Int
  }

  /// Bytes of text read at a time; two of them fit the smallest caches of the second level.
  static let windowByteCount = 64 << 10

  let file: InputFile
  let form: PickleEscapeForm
  let quote: UInt8
  /// The file offset after the last byte of text.
  let end: Int
  package let byteCount: Int
  let checkpoints: [Checkpoint]
  /// The kernel to use: ``bestLevel``, or a lower one in tests.
  var level = Self.bestLevel

  /// The fastest kernel of this machine.
  package static let bestLevel = engram_pickle_best_level()

  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    let wanted = buffer.byteCount
    precondition(offset >= 0 && wanted <= byteCount - offset, "the bytes asked for lie in the payload")
    guard wanted > 0 else { return }
    let checkpoint = checkpoint(before: offset)
    var position = checkpoint.offset
    var skipped = offset - checkpoint.decoded
    var done = 0
    let most = min(Self.windowByteCount, end - position, (skipped + wanted) * form.longestToken)
    var window = [UInt8](repeating: 0, count: most)
    while done < wanted {
      let count = min(window.count, end - position)
      let start = position
      try window.withFirst(count) { part throws(EngramError) in try file.read(at: start, into: &part) }
      var used = 0
      if skipped > 0 {
        let step = Self.step(window, 0..<count, form: form, quote: quote, limit: skipped, level: level)
        skipped -= step.produced
        used = step.consumed
      }
      if skipped == 0 {
        let step = Self.decode(
          window, used..<count, form: form, quote: quote, into: &buffer, from: done, level: level)
        done += step.produced
        used += step.consumed
      }
      guard used > 0 else { throw changed(at: position) }
      position += used
    }
  }

  /// The last checkpoint at or before an offset of the payload.
  private func checkpoint(before offset: Int) -> Checkpoint {
    var low = 0
    var high = checkpoints.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if checkpoints[middle].decoded <= offset { low = middle } else { high = middle }
    }
    return checkpoints[low]
  }

  /// The error for text that was well formed when it was scanned and is not any more.
  private func changed(at offset: Int) -> EngramError {
    EngramError(
      .corrupt, "the file has changed while it was read", file: file.path, offset: offset,
      mend: "wait until nothing writes to the file, then try again")
  }

  // MARK: Kernels

  /// Counts what a piece of text decodes to.
  static func step(
    _ window: [UInt8], _ range: Range<Int>, form: PickleEscapeForm, quote: UInt8, limit: Int = .max, level: Int32
  ) -> engram_pickle_step {
    // SAFETY: the kernel reads `range.count` bytes from the start of the slice and, given no output, writes nothing.
    unsafe window[range].withUnsafeBufferPointer { input in
      unsafe engram_pickle_unescape(level, form.rawValue, quote, input.baseAddress, input.count, nil, limit)
    }
  }

  /// Decodes a piece of text into a buffer from an index on.
  static func decode(
    _ window: [UInt8], _ range: Range<Int>, form: PickleEscapeForm, quote: UInt8,
    into buffer: inout MutableRawSpan, from start: Int, level: Int32
  ) -> engram_pickle_step {
    // SAFETY: the kernel reads the slice and writes at most `output.count - start` bytes from `start` on.
    unsafe window[range].withUnsafeBufferPointer { input in
      unsafe buffer.withUnsafeMutableBytes { output in
        let target = unsafe output.baseAddress.map { unsafe ($0 + start).assumingMemoryBound(to: UInt8.self) }
        return unsafe engram_pickle_unescape(
          level, form.rawValue, quote, input.baseAddress, input.count, target, output.count - start)
      }
    }
  }
}
