// PickleHostileTests.swift -- damaged and hostile pickles: a clear error, bounded memory, nothing executed.

import Base
import Formats
import Foundation
import TestSupport
import Testing

@Suite(.seedReport) struct PickleHostileTests {
  /// The rows of the README's table: file and code.
  static let table: [(name: String, code: String)] = {
    let text = Fixtures.text("corrupt/pickles/README.md")
    return text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return cells.count >= 3 && cells[0].hasSuffix(".pkl") ? (cells[0], cells[1]) : nil
    }
  }()

  @Test func `every hostile pickle has a line that says what is wrong with it`() {
    #expect(Self.table.map(\.name).sorted() == PickleFixtures.names(in: "corrupt/pickles"))
    #expect(Self.table.count >= 70)
  }

  @Test(arguments: table.map(\.name))
  func `refuses every hostile pickle with its code`(name: String) throws {
    let code = try #require(Self.table.first { $0.name == name }?.code)
    let path = PickleFixtures.path(name, in: "corrupt/pickles")
    for limits in PickleFileTests.limits {
      if code == "ok" {
        _ = try PickleFile.read(path: path, limits: limits)
        continue
      }
      let error = #expect(throws: EngramError.self) { try PickleFile.read(path: path, limits: limits) }
      #expect(error?.code.rawValue == code, "\(error?.description ?? "")")
      #expect(error?.file == path)
      #expect(error?.offset != nil && (error?.place != nil || name == "empty.pkl"), "\(error?.description ?? "")")
    }
  }

  @Test(
    arguments: ["float32.pkl", "bytes_strings.pkl", "fortran.pkl", "plain_values.pkl", "py2_protocol0.pkl"], [0, 1])
  func `a pickle cut at any length is truncated`(name: String, limit: Int) {
    let bytes = PickleFixtures.bytes(name)
    let file = ScratchFile(bytes)
    for length in stride(from: bytes.count - 1, through: 0, by: bytes.count > 20_000 ? -7 : -1) {
      file.cut(to: length)
      let error = #expect(throws: EngramError.self) {
        try PickleFile.read(path: file.path, limits: PickleFileTests.limits[limit])
      }
      if error?.code != .truncated {
        Issue.record("cut to \(length): \(error?.description ?? "no error")")
        return
      }
    }
  }

  @Test(arguments: PickleFixtures.names(in: "pickles"))
  func `a mutated pickle is read whole or refused with a code`(name: String) throws {
    let codes: Set<EngramError.Code> = [.truncated, .corrupt, .unsupported, .limit, .invalidData]
    let bytes = PickleFixtures.bytes(name)
    let file = ScratchFile(bytes)
    var random = SeededGenerator(seed: 23)
    var refused = 0
    let rounds = 400
    for round in 1...rounds {
      let count = Int.random(in: 1...4, using: &random)
      // Half of the damage goes where the structure is: before the first payload and after the last.
      let places = (0..<count).map { _ in
        let place = Int.random(in: 0..<bytes.count, using: &random)
        return Bool.random(using: &random) ? place : place % 600
      }
      for place in places {
        let opcodes =
          Array("(.0N)]}tadsueghpqrRbcKMJIFLGSTUVX".utf8) + [0x80, 0x85, 0x86, 0x87, 0x8C, 0x93, 0x94, 0x8E, 0]
        let byte =
          Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random) : opcodes.randomElement(using: &random) ?? 0
        file.write([byte], at: place)
      }
      let limits = PickleLimits(memory: 16 << 20, inlineBytes: round % 2 == 0 ? 40 : 1 << 16)
      do throws(EngramError) {
        let value = try PickleFile.read(path: file.path, limits: limits)
        if case .array(let x)? = value[key: "X"] {
          let size = x.shape.reduce(x.type.byteCount, *)
          #expect(try x.payload.bytes().count == size, "seed 23, round \(round)")
        }
      } catch {
        refused += 1
        #expect(codes.contains(error.code), "seed 23, round \(round): \(error)")
        #expect(error.file == file.path)
      }
      for place in places { file.write([bytes[place]], at: place) }
    }
    #expect(refused > rounds / 10, "seed 23: mutations must reach the structure; \(refused) of \(rounds) refused")
  }

  @Test func `values that need more memory than allowed are refused early`() {
    let cases: [(String, [UInt8])] = [
      ("values on the stack", [UInt8](repeating: 0x4E, count: 3_000_000) + [0x2E]),
      ("empty lists", [UInt8](repeating: 0x5D, count: 1_000_000)),
      ("marks", [UInt8](repeating: 0x28, count: 3_000_000)),
      ("memo", [0x4E] + Array((0..<300_000).map { Array("p\($0 * 1000)\n".utf8) }.joined())),
      ("lists of one shared list", Array("]q\0".utf8) + Array((0..<2_000_000).map { _ in Array("h\0".utf8) }.joined())),
    ]
    for (name, bytes) in cases {
      let file = ScratchFile(bytes)
      let error = #expect(throws: EngramError.self, "\(name)") {
        try PickleFile.read(path: file.path, limits: PickleLimits(memory: 8 << 20))
      }
      #expect(error?.code == .limit, "\(name): \(error?.description ?? "")")
      #expect(error?.offset != nil)
    }
  }

  @Test func `a reader that is told to stop stops`() {
    let file = ScratchFile([0x5D] + Array((0..<200_000).map { _ in [UInt8(0x4E), 0x61] }.joined()) + [0x2E])
    let error = #expect(throws: EngramError.self) {
      try PickleFile.read(path: file.path, work: WorkContext(isCancelled: { true }))
    }
    #expect(error?.code == .cancelled)
  }

  @Test func `a file that is not there or is no file is told apart`() {
    let missing = #expect(throws: EngramError.self) { try PickleFile.read(path: "/tmp/engram-no-such-file.pkl") }
    #expect(missing?.code == .notFound)
    let folder = #expect(throws: EngramError.self) { try PickleFile.read(path: "/tmp") }
    #expect(folder?.code == .unsupported)
  }
}
