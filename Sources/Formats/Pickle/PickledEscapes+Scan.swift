// PickledEscapes+Scan.swift -- finding the end of escaped text, its decoded length and its checkpoints.

import Base
import CPickleKernels

/// What a reader is told while a file is read, and how it may stop it.
struct PickleWatch {
  /// How the work is done.
  let work: WorkContext
  /// The size of the file.
  let byteCount: Int

  /// Tells how far reading has come.
  ///
  /// - Throws: ``EngramError`` with code `cancelled`.
  func reached(_ offset: Int) throws(EngramError) {
    try checkCancelled()
    work.report("reading", offset, of: byteCount, .bytes)
  }

  /// Stops when the caller asked to.
  ///
  /// - Throws: ``EngramError`` with code `cancelled`.
  func checkCancelled() throws(EngramError) {
    try work.checkCancelled("reading was stopped")
  }
}

extension PickledEscapes {
  /// Scans text once: checks every escape, counts the bytes, notes checkpoints.
  ///
  /// Long text is scanned by several threads. The text starts at `start` and ends at `end`, or at its closing quote, which must come before `end`. Throws
  /// ``EngramError`` with code `corrupt`, `truncated` or `cancelled`.
  static func scan(
    _ file: InputFile, form: PickleEscapeForm, quote: UInt8 = 0, from start: Int, to end: Int,
    level: Int32 = bestLevel, watch: PickleWatch
  ) throws(EngramError) -> PickledEscapes {
    var checkpoints = [Checkpoint(decoded: 0, offset: start)]
    var position = start
    var decoded = 0
    var window = [UInt8](repeating: 0, count: min(windowByteCount, max(1, end - start)))
    var (scanned, sinceWatched) = (0, 0)
    scanning: while position < end {
      let ahead = windowsAhead(scanned: scanned, bytesLeft: end - position, threads: watch.work.threads)
      if ahead > 0 {
        let found = try scanAhead(
          file, form: form, quote: quote, from: position, count: ahead, level: level, work: watch.work)
        for window in found {
          decoded += window.decoded
          position = window.end
          checkpoints.append(Checkpoint(decoded: decoded, offset: position))
        }
        try watch.reached(position)
        scanned = found.count < ahead ? 0 : scanned + ahead
        if found.count == ahead { continue }
      }
      let count = min(window.count, end - position)
      let start = position
      try window.withFirst(count) { part throws(EngramError) in try file.read(at: start, into: &part) }
      let step = step(window, 0..<count, form: form, quote: quote, level: level)
      position += step.consumed
      decoded += step.produced
      switch Int(step.status) {
      case ENGRAM_PICKLE_END where form == .representation: break scanning
      case ENGRAM_PICKLE_MORE where position < end && step.consumed > 0: break
      case ENGRAM_PICKLE_MORE where position == end: break
      case ENGRAM_PICKLE_MORE: throw cutOff(file, form, at: position)
      default:
        throw malformed(file, form, at: position, text: window[step.consumed..<min(count, step.consumed + 12)])
      }
      if position < end { checkpoints.append(Checkpoint(decoded: decoded, offset: position)) }
      (scanned, sinceWatched) = (scanned + 1, sinceWatched + count)
      if sinceWatched >= 4 << 20 {
        try watch.reached(position)
        sinceWatched = 0
      }
    }
    if form == .representation && position >= end { throw cutOff(file, form, at: position) }
    return PickledEscapes(
      file: file, form: form, quote: quote, end: position, byteCount: decoded, checkpoints: checkpoints, level: level)
  }

  /// The error for text that stops inside a token or before its quote.
  private static func cutOff(_ file: InputFile, _ form: PickleEscapeForm, at offset: Int) -> EngramError {
    if form == .representation {
      return EngramError(
        .truncated, "a string of the pickle has no end", file: file.path, offset: offset, expected: "a closing quote",
        found: "the end of the file", mend: "copy the file again from its source")
    }
    return EngramError(
      .corrupt, "a string of the pickle ends inside an escape", file: file.path, offset: offset,
      mend: "copy the file again from its source")
  }

  /// The error for text that no Python writes.
  private static func malformed(
    _ file: InputFile, _ form: PickleEscapeForm, at offset: Int, text: ArraySlice<UInt8>
  ) -> EngramError {
    let expected =
      switch form {
      case .representation: "an escape that Python's repr writes: \\\\ \\' \\\" \\n \\r \\t or \\xHH"
      case .rawUnicode: "a Latin-1 character or \\u00HH"
      case .utf8: "UTF-8 of a character below 256"
      }
    return EngramError(
      .corrupt, "a string of the pickle is malformed", file: file.path, offset: offset, expected: expected,
      found: PickleText.quoted(text), mend: "copy the file again from its source")
  }
}
