// PickleFileTests.swift -- well-formed pickles against what Python itself reads from them.

import Base
import Formats
import Synchronization
import TestSupport
import Testing

@Suite(.seedReport) struct PickleFileTests {
  /// Everything in memory, and everything longer than a few bytes left in the file.
  static let limits = [PickleLimits.standard, PickleLimits(inlineBytes: 40)]

  @Test(arguments: ["py2_protocol0.pkl", "np2_protocol0.pkl", "np2_protocol1.pkl", "np2_protocol5.pkl"])
  func `reads any range of a payload that stays in the file`(name: String) throws {
    let payloads = try Self.limits.map { limits in
      let value = try PickleFile.read(path: PickleFixtures.path(name), limits: limits)[key: "X"]
      guard case .array(let array)? = value else { throw EngramError(.invalidData, "\(name) has no X") }
      return array.payload
    }
    let (whole, lazy) = (try payloads[0].bytes(), payloads[1])
    #expect(lazy.byteCount == whole.count)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let start = Int.random(in: 0...whole.count, using: &random)
      let end = Int.random(in: start...whole.count, using: &random)
      #expect(try lazy.bytes(start..<end) == Array(whole[start..<end]), "seed 3, \(start)..<\(end)")
    }
  }

  /// A protocol 0 pickle of one array of `count` bytes, as Python 2 writes it.
  static func largePickle(_ bytes: [UInt8]) -> [UInt8] {
    let head = """
      cnumpy.core.multiarray
      _reconstruct
      (cnumpy
      ndarray
      (I0
      tS'b'
      tR(I1
      (I\(bytes.count)
      tcnumpy
      dtype
      (S'u1'
      I0
      I1
      tR(I3
      S'|'
      NNNI-1
      I-1
      I0
      tbI00
      S'
      """
    return Array(head.utf8) + PickleEscapeTests.encode(bytes, form: .representation, quote: 0x27)
      + Array("'\ntb.".utf8)
  }

  @Test func `a payload of many windows is decoded alike from one end, from any place and by several tasks`()
    async throws
  {
    var random = SeededGenerator(seed: 5)
    let bytes = PickleEscapeTests.hardBytes(700_000, using: &random)
    let file = ScratchFile(Self.largePickle(bytes))
    let reached = Mutex(0)
    let value = try PickleFile.read(
      path: file.path, work: WorkContext(progress: { told in reached.withLock { $0 = told.done } }))
    guard case .array(let array) = value else {
      Issue.record("found \(value.summary)")
      return
    }
    #expect(reached.withLock { $0 } == Self.largePickle(bytes).count)
    #expect(array.payload.byteCount == bytes.count)
    #expect(try array.payload.bytes() == bytes)
    for _ in 0..<200 {
      let start = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...3000, using: &random))
      #expect(try array.payload.bytes(start..<end) == Array(bytes[start..<end]), "seed 5, \(start)..<\(end)")
    }
    let parts = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for part in 0..<8 {
        let range = (bytes.count * part / 8)..<(bytes.count * (part + 1) / 8)
        group.addTask { (part, try array.payload.bytes(range)) }
      }
      var parts = [[UInt8]](repeating: [], count: 8)
      for try await (part, piece) in group { parts[part] = piece }
      return parts
    }
    #expect(Array(parts.joined()) == bytes)
  }

  @Test func `numbers and text that NumPy and Python wrote alone come back as plain values`() throws {
    let value = try PickleFile.read(path: PickleFixtures.path("plain_values.pkl"))
    func check(_ key: String, _ matches: (PickleValue) -> Bool) {
      let found = value[key: key]
      #expect(found.map(matches) == true, "\(key): \(found?.summary ?? "missing")")
    }
    check("float64") { if case .real(1.5) = $0 { true } else { false } }
    check("int64") { if case .integer(-4) = $0 { true } else { false } }
    check("bool") { if case .boolean(true) = $0 { true } else { false } }
    check("text") { if case .text("é€") = $0 { true } else { false } }
    check("float") { if case .real(-0.25) = $0 { true } else { false } }
    check("large") { if case .integer(1 << 62) = $0 { true } else { false } }
    check("bytes") { if case .bytes(let source) = $0 { (try? source.bytes()) == [0, 255] } else { false } }
    check("empty") { if case .bytes(let source) = $0 { source.byteCount == 0 } else { false } }
    check("nested") {
      guard case .list(let items) = $0, case .tuple(let pair)? = items.first, case .none? = pair.last,
        case .list(let inner)? = items.last?[key: "a"], case .boolean(true)? = inner.first
      else { return false }
      return true
    }
    check("zero") {
      if case .array(let array) = $0 { array.shape == [] && array.payload.byteCount == 8 } else { false }
    }
    check("objects") {
      guard case .objectArray([2, 2], let items) = $0, items.count == 4, case .real(2.5) = items[3] else {
        return false
      }
      return true
    }
  }
}
