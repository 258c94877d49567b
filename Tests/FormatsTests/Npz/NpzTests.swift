// NpzTests.swift -- .npz files read and written.

import Base
import Dispatch
import Formats
import Synchronization
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct `npz files` {
  @Test(arguments: ["recordings.npz", "recordings-deflated.npz", "recordings-zip64.npz"])
  func `give their arrays by name`(name: String) throws {
    let file = try NpzFile(opening: ArrayFixtures.path(name))
    #expect(file.names == ["X", "obs_keys", "epochs", "learning_rule", "batch_size", "layer_position"])
    #expect(try file.array("obs_keys").names() == ["weightabs_mean", "weightabs_var", "actraw_mean", "actraw_var"])
    #expect(try file.array("batch_size").metadataValues() == [128, 256, 512, 128, 256].map { .integer($0) })
    let x = try file.array("X")
    #expect(x.shape == [5, 3, 4])
    #expect(x.payload.isRandomAccess == (name != "recordings-deflated.npz"))
    #expect(try ArrayFixtures.decoded(Self.bytes(x), .float32) == ArrayFixtures.values())
    let missing = #expect(throws: EngramError.self) { try file.array("obs_kyes") }
    #expect(missing?.code == .notFound)
    #expect(missing?.mend == "did you mean \"obs_keys\"?")
  }

  @Test(arguments: ["recordings.npz", "recordings-deflated.npz"])
  func `give any part of a payload in any order, also to several threads`(name: String) throws {
    let payload = try NpzFile(opening: ArrayFixtures.path(name)).array("X").payload
    let whole = try payload.bytes(0..<payload.byteCount)
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      var random = SeededGenerator(seed: UInt64(thread))
      for _ in 0..<50 {
        let start = Int.random(in: 0...payload.byteCount, using: &random)
        let end = Int.random(in: start...payload.byteCount, using: &random)
        if (try? payload.bytes(start..<end)) != Array(whole[start..<end]) { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func `compare checksums whatever the order of reading`() throws {
    let scratch = TemporaryFolder()
    var bytes = ArrayFixtures.bytes("recordings.npz")
    // The last value of X, 421.5 as a little-endian float32; its lowest bit is flipped.
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x00, 0xC0, 0xD2, 0x43]) })
    bytes[place] ^= 1
    let payload = try NpzFile(opening: scratch.write(bytes, to: "wrong.npz")).array("X").payload
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [0, 0, 2, 1, 3, 3, 4]] {
      let fresh = try NpzFile(opening: scratch["wrong.npz"]).array("X").payload
      for part in order.dropLast() { _ = try fresh.bytes((part * 48)..<(part * 48 + 48)) }
      let last = try #require(order.last)
      let error = #expect(throws: EngramError.self) { try fresh.bytes((last * 48)..<(last * 48 + 48)) }
      #expect(error?.code == .corrupt)
      #expect(error?.place == "member X.npy")
    }
    #expect(#expect(throws: EngramError.self) { try payload.bytes(0..<240) }?.code == .corrupt)
    #expect(#expect(throws: EngramError.self) { try payload.bytes(0..<240) }?.code == .corrupt, "and again")
  }

  @Test func `of other methods, encrypted, or no zip at all are refused by name`() throws {
    let file = try NpzFile(opening: ArrayFixtures.path("bzip2.npz"))
    let method = #expect(throws: EngramError.self) { try file.array("X") }
    #expect(method?.code == .unsupported)
    #expect(method?.found == "bzip2")
    let scratch = TemporaryFolder()
    var bytes = ArrayFixtures.bytes("flat.npz")
    for start in Self.records(bytes, [0x50, 0x4B, 1, 2]) { bytes[start + 8] |= 1 }
    let encrypted = #expect(throws: EngramError.self) {
      try NpzFile(opening: scratch.write(bytes, to: "encrypted.npz")).array("X")
    }
    #expect(encrypted?.code == .unsupported)
    #expect(encrypted?.message.contains("encrypted") == true)
    let npy = #expect(throws: EngramError.self) { try NpzFile(opening: ArrayFixtures.path("float32.npy")) }
    #expect(npy?.code == .corrupt)
  }

  @Test func `that declare more than deflate can hold are refused before memory is asked for`() throws {
    let scratch = TemporaryFolder()
    var bytes = ArrayFixtures.bytes("recordings-deflated.npz")
    for start in Self.records(bytes, [0x50, 0x4B, 1, 2]) {
      bytes.replaceSubrange((start + 24)..<(start + 28), with: [0xFE, 0xFF, 0xFF, 0xFF])
    }
    let error = #expect(throws: EngramError.self) {
      try NpzFile(opening: scratch.write(bytes, to: "bomb.npz")).array("X")
    }
    #expect(error?.code == .corrupt)
  }

  @Test(arguments: [(-1, EngramError.Code.truncated), (1, .unsupported)])
  func `whose members declare another length than their arrays have are refused`(
    error: Int, code: EngramError.Code
  ) throws {
    let scratch = TemporaryFolder()
    var bytes = ArrayFixtures.bytes("recordings-deflated.npz")
    // The inflated length of X in the directory; the local header says that its own is elsewhere.
    let directory = try #require(Self.records(bytes, [0x50, 0x4B, 1, 2]).first)
    bytes[directory + 24] = UInt8(truncatingIfNeeded: Int(bytes[directory + 24]) + error)
    let path = scratch.write(bytes, to: "lying.npz")
    let found = #expect(throws: EngramError.self) { try Self.contents(path, ["X"]) }
    #expect(found?.code == code)
  }

  @Test func `with two members of one name are refused`() throws {
    let scratch = TemporaryFolder()
    var bytes = ArrayFixtures.bytes("two-arrays.npz")
    for place in bytes.indices.dropLast(5) where bytes[place...].starts(with: "B.npy".utf8) {
      bytes[place] = UInt8(ascii: "A")
    }
    let error = #expect(throws: EngramError.self) { try NpzFile(opening: scratch.write(bytes, to: "twice.npz")) }
    #expect(error?.code == .invalidData)
  }

  @Test(arguments: ["flat.npz", "recordings-deflated.npz", "recordings-zip64.npz"])
  func `cut at any length are reported as truncated`(name: String) throws {
    let scratch = TemporaryFolder()
    let whole = ArrayFixtures.bytes(name)
    for length in 0..<whole.count {
      let path = scratch.write(whole.prefix(length), to: "cut.npz")
      let error = #expect(throws: EngramError.self) { try NpzFile(opening: path) }
      #expect(error?.code == .truncated, "cut at \(length)")
    }
  }

  @Test(arguments: ["flat.npz", "recordings-deflated.npz", "recordings-zip64.npz"])
  func `with any bit flipped are refused or give the same arrays`(name: String) throws {
    let scratch = TemporaryFolder()
    let whole = ArrayFixtures.bytes(name)
    let truth = try Self.contents(ArrayFixtures.path(name), nil)
    for place in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << UInt8(bit)
        let path = scratch.write(bytes, to: "flipped.npz")
        guard let found = try? Self.contents(path, truth.keys.sorted()) else { continue }
        #expect(found == truth, "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test(arguments: [UInt64](1...4))
  func `mutated are read or refused`(seed: UInt64) throws {
    let scratch = TemporaryFolder()
    var random = SeededGenerator(seed: seed)
    for name in ["recordings.npz", "recordings-deflated.npz", "recordings-zip64.npz"] {
      let whole = ArrayFixtures.bytes(name)
      var read = 0
      for _ in 0..<400 {
        let path = scratch.write(random.mutated(whole), to: "mutated.npz")
        if (try? Self.contents(path, nil)) != nil { read += 1 }
      }
      #expect(read < 400, "seed \(seed)")
    }
  }

  @Test(arguments: [NpzWriter.Method.stored, .deflated])
  func `come back as they were written`(method: NpzWriter.Method) throws {
    let scratch = TemporaryFolder()
    let path = scratch["split.npz"]
    let values = ArrayFixtures.values().map { Float($0) }
    func write() throws {
      let writer = try NpzWriter(creating: path, method: method)
      try writer.begin("X_train", NpyHeader(type: .float32, shape: [5, 12]))
      for start in stride(from: 0, to: values.count, by: 13) {
        let piece = Array(values[start..<min(start + 13, values.count)])
        try writer.write(unsafe piece.span.bytes)
      }
      try writer.end()
      try writer.add("y_train", texts: ["sgdm", "", "adam", "Regel ä😀"])
      try writer.add("empty", texts: [])
      try writer.add("example_id", integers: [0, -1, .max])
      try writer.add("épochs", reals: [0, 2.5])
      #expect(!scratch.names.contains("split.npz"))
      try writer.finish()
    }
    try write()
    #expect(scratch.names == ["split.npz"])
    let file = try NpzFile(opening: path)
    #expect(file.names == ["X_train", "y_train", "empty", "example_id", "épochs"])
    #expect(try file.array("X_train").shape == [5, 12])
    #expect(try ArrayFixtures.decoded(Self.bytes(file.array("X_train")), .float32) == ArrayFixtures.values())
    #expect(try file.array("y_train").names() == ["sgdm", "", "adam", "Regel ä😀"])
    #expect(try file.array("empty").names() == [])
    #expect(try file.array("example_id").metadataValues() == [.integer(0), .integer(-1), .integer(.max)])
    #expect(try file.array("épochs").metadataValues() == [.real(0), .real(2.5)])
    let first = try InputFile(opening: path).contents(limit: 1 << 20)
    for name in scratch.names { TestFiles.remove(scratch[name]) }
    try write()
    #expect(try InputFile(opening: path).contents(limit: 1 << 20) == first, "equal contents, equal bytes")
  }

  @Test func `given up leave nothing, and a full disk is said`() throws {
    let scratch = TemporaryFolder()
    do {
      let writer = try NpzWriter(creating: scratch["x.npz"])
      try writer.begin("x", NpyHeader(type: .float64, shape: [1]))
    }
    #expect(scratch.names == [])
    let writer = try NpzWriter(creating: "/dev/full")
    let values = [Double](repeating: 1, count: 200_000)
    let error = #expect(throws: EngramError.self) { try writer.add("x", reals: values) }
    #expect(error?.code == .diskFull)
    #expect(error?.file == "/dev/full")
  }

  /// All bytes of an array.
  static func bytes(_ array: NumPyArray) throws(EngramError) -> [UInt8] {
    try array.payload.bytes(0..<array.payload.byteCount)
  }

  /// Everything that an .npz holds, read whole; the names of the arrays that are asked for.
  static func contents(_ path: String, _ names: [String]?) throws(EngramError) -> [String: [[UInt8]]] {
    let file = try NpzFile(opening: path)
    var contents: [String: [[UInt8]]] = [:]
    for name in names ?? file.names {
      let array = try file.array(name)
      guard array.payload.byteCount < 1 << 20 else { continue }
      let shape = array.shape.map { "\($0)" }.joined(separator: ",")
      contents[name] = [
        Array(array.type.descriptor.utf8), Array("\(shape) \(array.isFortranOrder)".utf8), try bytes(array),
      ]
    }
    return contents
  }

  /// Where records of a kind start.
  static func records(_ bytes: [UInt8], _ magic: [UInt8]) -> [Int] {
    bytes.indices.filter { bytes[$0...].starts(with: magic) }
  }
}
