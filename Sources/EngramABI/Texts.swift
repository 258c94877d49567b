// Texts.swift -- texts and bytes with their length.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
import CEngram

/// Bytes that C may look at, with a zero byte behind them.
@safe final class TextHandle: @unchecked Sendable {
  // SAFETY of @unchecked: filled in `init` and never changed.
  private let memory: UnsafeMutablePointer<CChar>
  let count: Int

  init(_ bytes: [UInt8]) {
    count = bytes.count
    // SAFETY: one byte more than there are; freed in `deinit`.
    unsafe memory = .allocate(capacity: count + 1)
    for (index, byte) in bytes.enumerated() { unsafe memory[index] = CChar(bitPattern: byte) }
    unsafe memory[count] = 0
  }

  deinit { unsafe memory.deallocate() }

  /// The first byte.
  var first: CText { unsafe UnsafePointer(memory) }

  /// Puts a text into its place, where there is one.
  static func put(_ text: String, _ place: HandlePlace) {
    if let place = unsafe place { unsafe place.pointee = handle(TextHandle(Array(text.utf8))) }
  }
}

@c @implementation
public func engram_text_bytes(_ text: Handle) -> CText { unsafe known(text, TextHandle.self)?.first }

@c @implementation
public func engram_text_size(_ text: Handle) -> Int { unsafe known(text, TextHandle.self)?.count ?? 0 }

@c @implementation
public func engram_text_free(_ text: Handle) { unsafe release(text) }
