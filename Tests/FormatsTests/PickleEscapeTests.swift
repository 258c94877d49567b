// PickleEscapeTests.swift -- the kernels for escaped text against a plain encoder and against each other.

import Formats
import TestSupport
import Testing

@Suite(.seedReport) struct PickleEscapeTests {
  static let levels = Array(0...PickledEscapes.bestLevel)

  /// The text that Python writes for bytes, without quotes.
  static func encode(_ bytes: [UInt8], form: PickleEscapeForm, quote: UInt8) -> [UInt8] {
    let hex = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      let digits = [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      switch (form, byte) {
      case (.utf8, 128...): text += [0xC0 | byte >> 6, 0x80 | byte & 0x3F]
      case (.utf8, _): text.append(byte)
      case (.rawUnicode, 0), (.rawUnicode, 10), (.rawUnicode, 13), (.rawUnicode, 26), (.rawUnicode, 0x5C):
        text += Array("\\u00".utf8) + digits
      case (.rawUnicode, _): text.append(byte)
      case (.representation, 9): text += Array("\\t".utf8)
      case (.representation, 10): text += Array("\\n".utf8)
      case (.representation, 13): text += Array("\\r".utf8)
      case (.representation, 0x5C): text += Array("\\\\".utf8)
      case (.representation, quote): text += [0x5C, quote]
      case (.representation, 32..<127): text.append(byte)
      case (.representation, _): text += Array("\\x".utf8) + digits
      }
    }
    return text
  }

  /// Bytes with long stretches of what is hard: backslashes, quotes, text that looks like an escape.
  static func hardBytes(_ count: Int, using random: inout SeededGenerator) -> [UInt8] {
    let hard = Array("\\\\\\\\''\"\"xxnrtu00\n\r\t".utf8)
    var bytes: [UInt8] = []
    while bytes.count < count {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes += [UInt8](repeating: 0x5C, count: Int.random(in: 1...70, using: &random))
      case 1: bytes += (0..<20).map { _ in hard.randomElement(using: &random) ?? 0 }
      case 2: bytes += (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
      default: bytes += [UInt8](repeating: 0, count: Int.random(in: 1...30, using: &random))
      }
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: PickleEscapeForm.allCases, levels)
  func `what was encoded is decoded to the same bytes by every kernel`(form: PickleEscapeForm, level: Int32) {
    var random = SeededGenerator(seed: 7)
    for count in Array(0...200) + [1000, 5000] {
      for quote in [UInt8(0x27), 0x22] {
        let bytes = Self.hardBytes(count, using: &random)
        var text = Self.encode(bytes, form: form, quote: quote)
        let end = text.count
        if form == .representation { text.append(quote) }
        #expect(
          PickledEscapes.decoded(text, form: form, quote: quote, end: end, level: level) == bytes,
          "seed 7, \(count) bytes, quote \(quote)")
      }
    }
  }

  @Test(arguments: PickleEscapeForm.allCases)
  func `every kernel stops at the same byte of damaged text for the same reason`(form: PickleEscapeForm) {
    var random = SeededGenerator(seed: 11)
    for round in 0..<20_000 {
      var text = Self.encode(Self.hardBytes(150, using: &random), form: form, quote: 0x27)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0..<text.count, using: &random)
        text[place] = Array("\\'\"\nxn0u\u{7f}".utf8).randomElement(using: &random) ?? 0
        if Bool.random(using: &random) { text[place] = UInt8.random(in: 0...255, using: &random) }
      }
      // Tokens that start inside others, where a kernel that looks at blocks is most easily wrong.
      let fragments: [[UInt8]] =
        ["\\x\\", "\\u\\", "\\u0\\u0041", "\\x4\\n"].map { Array($0.utf8) } + [[0xC3, 0xC3, 0xA9]]
      if let fragment = fragments.randomElement(using: &random) {
        text.insert(contentsOf: fragment, at: Int.random(in: 0..<text.count, using: &random))
      }
      text.removeLast(Int.random(in: 0...min(70, text.count), using: &random))
      let scalar = PickledEscapes.measure(text, form: form, quote: 0x27, level: 0)
      for level in Self.levels.dropFirst() {
        let vector = PickledEscapes.measure(text, form: form, quote: 0x27, level: level)
        #expect(vector == scalar, "seed 11, round \(round), level \(level)")
      }
    }
  }
}
