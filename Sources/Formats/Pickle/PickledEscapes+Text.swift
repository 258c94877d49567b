// PickledEscapes+Text.swift -- small pieces of escaped text, decoded in memory.

import CPickleKernels

extension PickledEscapes {
  /// What a kernel makes of a piece of text: bytes used, bytes produced, and why it stopped.
  package static func measure(
    _ text: [UInt8], form: PickleEscapeForm, quote: UInt8, level: Int32
  ) -> (consumed: Int, produced: Int, status: Int) {
    let step = step(text, 0..<text.count, form: form, quote: quote, level: level)
    return (step.consumed, step.produced, Int(step.status))
  }

  /// Decodes a small string, or returns nil when it is malformed or does not end at `end`.
  package static func decoded(_ text: [UInt8], form: PickleEscapeForm, quote: UInt8, end: Int, level: Int32 = bestLevel)
    -> [UInt8]?
  {
    var decoded = [UInt8](repeating: 0, count: text.count)
    var span = decoded.mutableSpan
    // SAFETY: every pattern of bits is a valid UInt8, so any bytes may be written.
    var buffer = unsafe span.mutableBytes
    let step = decode(text, 0..<text.count, form: form, quote: quote, into: &buffer, from: 0, level: level)
    guard step.consumed == end else { return nil }
    if form == .representation && Int(step.status) != ENGRAM_PICKLE_END { return nil }
    if form != .representation && Int(step.status) == ENGRAM_PICKLE_BAD { return nil }
    return Array(decoded.prefix(step.produced))
  }
}
