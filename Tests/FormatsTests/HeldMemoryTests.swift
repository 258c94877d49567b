// HeldMemoryTests.swift -- what a small file would make large is refused before it is.

import Base
import Formats
import TestSupport
import Testing

struct HeldMemoryTests {
  /// Bytes that are not there, and must not be asked for.
  private struct Claim: ByteSource {
    let byteCount: Int
    func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
      throw EngramError(.io, "the payload was read")
    }
  }

  @Test(arguments: [NumPyType.Kind.integer, .unsigned, .boolean, .bytes])
  func `an array of metadata is refused for what its values would take`(kind: NumPyType.Kind) throws {
    // Fits in the address space as it is, and not 24 times.
    let count = MemoryBudget.forOneInput / 4
    let array = NumPyArray(
      name: "keys", type: NumPyType(kind: kind, byteCount: 1, isBigEndian: false), shape: [count],
      isFortranOrder: false, payload: Claim(byteCount: count))
    let error = #expect(throws: EngramError.self) { try array.metadataValues() }
    #expect(error?.code == .limit, "\(String(describing: error))")
  }

  @Test func `a budget is counted without overflow`() throws {
    #expect(MemoryBudget.forOneInput >= 16 << 20)
    try MemoryBudget.require(4, of: 25, what: "x", budget: 100)
    for (count, size) in [(5, 25), (Int.max, 2), (1 << 40, 1 << 40)] {
      let error = #expect(throws: EngramError.self) {
        try MemoryBudget.require(count, of: size, what: "x", budget: 100)
      }
      #expect(error?.code == .limit)
    }
  }
}
