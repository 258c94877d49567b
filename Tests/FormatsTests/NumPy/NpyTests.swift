// NpyTests.swift -- .npy files read and written.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct `npy files` {
  @Test(arguments: [
    ("float32.npy", "<f4", [5, 3, 4], false), ("float64-big-endian.npy", ">f8", [5, 3, 4], false),
    ("float32-fortran.npy", "<f4", [5, 3, 4], true), ("float16.npy", "<f2", [5, 3, 4], false),
    ("int64.npy", "<i8", [5, 3, 4], false), ("version2.npy", "<f4", [5, 3, 4], false),
    ("version3.npy", "<f4", [5, 3, 4], false), ("zero-dimensional.npy", "<f8", [], false),
    ("bool.npy", "|b1", [3], false), ("unicode.npy", "<U12", [4], false),
    ("unicode-big-endian.npy", ">U5", [2], false), ("bytes.npy", "|S4", [3], false), ("uint64.npy", "<u8", [2], false),
  ])
  func `say their type, shape and order`(name: String, type: String, shape: [Int], isFortran: Bool) throws {
    let array = try NpyFile.open(ArrayFixtures.path(name))
    #expect(array.type.descriptor == type)
    #expect(array.shape == shape)
    #expect(array.isFortranOrder == isFortran)
    #expect(array.name == String(name.dropLast(4)))
    #expect(array.payload.byteCount == shape.reduce(1, *) * array.type.byteCount)
  }

  @Test(arguments: [
    ("complex.npy", "complex"), ("dates.npy", "dates"), ("structured.npy", "task, batch_size"),
    ("object.npy", "pickle"),
    ("two-in-one.npy", "bytes follow"),
  ])
  func `of other kinds are refused by name`(name: String, word: String) {
    let error = #expect(throws: EngramError.self) { try NpyFile.open(ArrayFixtures.path(name)) }
    #expect(error?.code == .unsupported)
    #expect(error?.description.contains(word) == true)
    #expect(error?.mend != nil)
    #expect(error?.file?.hasSuffix(name) == true)
  }

  @Test(arguments: [
    "float32.npy", "float32-fortran.npy", "unicode.npy", "bool.npy", "zero-dimensional.npy", "int64-inexact.npy",
  ])
  func `are written byte for byte as NumPy does`(name: String) throws {
    let scratch = TemporaryFolder()
    let array = try NpyFile.open(ArrayFixtures.path(name))
    let header = NpyHeader(type: array.type, shape: array.shape, isFortranOrder: array.isFortranOrder)
    let path = scratch["copy.npy"]
    let writer = try NpyWriter(creating: path, header: header)
    let payload = try array.payload.bytes(0..<array.payload.byteCount)
    for start in stride(from: 0, to: payload.count, by: 7) {
      let piece = Array(payload[start..<min(start + 7, payload.count)])
      try writer.write(unsafe piece.span.bytes)
    }
    #expect(scratch.names.allSatisfy { $0 != "copy.npy" }, "the name appears at the end")
    try writer.finish()
    #expect(scratch.names == ["copy.npy"])
    #expect(try InputFile(opening: path).contents(limit: 1 << 20) == ArrayFixtures.bytes(name))
  }

  @Test func `given up leave nothing and change nothing`() throws {
    let scratch = TemporaryFolder()
    let path = scratch.write([1, 2, 3], to: "x.npy")
    try NpyWriter(creating: path, header: NpyHeader(type: .float32, shape: [2])).abandon()
    do { _ = try NpyWriter(creating: path, header: NpyHeader(type: .float32, shape: [2])) }
    #expect(scratch.names == ["x.npy"])
    #expect(try InputFile(opening: path).contents(limit: 10) == [1, 2, 3])
  }

  @Test func `on a full disk say so`() throws {
    let writer = try NpyWriter(creating: "/dev/full", header: NpyHeader(type: .float64, shape: [200_000]))
    let values = [Double](repeating: 1, count: 200_000)
    #expect(#expect(throws: EngramError.self) { try writer.write(unsafe values.span.bytes) }?.code == .diskFull)
  }

  @Test func `cut at any length are reported as truncated`() throws {
    let scratch = TemporaryFolder()
    for name in ["float32.npy", "version3.npy", "unicode.npy"] {
      let whole = ArrayFixtures.bytes(name)
      for length in 0..<whole.count {
        let path = scratch.write(whole.prefix(length), to: "cut.npy")
        let error = #expect(throws: EngramError.self) { try NpyFile.open(path) }
        #expect(error?.code == .truncated, "\(name) cut at \(length)")
      }
    }
  }

  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", EngramError.Code.corrupt),
    ("{'descr': '<f4', 'fortran_order': False}", .corrupt),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", .corrupt),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", .corrupt),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 0)}", .corrupt),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", .corrupt),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", .corrupt),
    ("{'descr': '<U0', 'fortran_order': False, 'shape': (4611686018427387904,)}", .unsupported),
    ("{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,)}", .limit),
    ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", .unsupported),
    ("{'descr': 'spam', 'fortran_order': False, 'shape': (1,)}", .corrupt),
    ("{'descr': '', 'fortran_order': False, 'shape': (1,)}", .corrupt),
    ("{'descr': ('<f4', (3,)), 'fortran_order': False, 'shape': (1,)}", .corrupt),
    ("__import__('os')", .corrupt), ("{'descr': open('x'), }", .corrupt), ("{'descr': '<f4' + 'x'}", .corrupt),
    ("((((((((((((((((((((((((((((((((((((((((((((((((", .corrupt), ("", .corrupt), ("[]", .corrupt),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + String(repeating: "1,", count: 65) + ")}", .limit),
  ])
  func `with a wrong header are refused`(header: String, code: EngramError.Code) {
    let error = #expect(throws: EngramError.self) { try NpyHeader.array(in: file(header), name: "x") }
    #expect(error?.code == code)
  }

  @Test(arguments: [
    "{'descr': 'f4', 'fortran_order': False, 'shape': (1L, 2)}",
    "{'shape':(2,),'fortran_order':True,'descr':u\"=f4\",}\n",
    "{\n'descr': \"<f4\",\t'fortran_order': False, 'shape': ((1), 2, ), }   \n",
  ])
  func `with unusual spelling are read`(header: String) throws {
    let array = try NpyHeader.array(in: file(header, payload: 8), name: "x")
    #expect(array.shape.reduce(1, *) == 2)
  }

  /// A file of version 1 with a header of the test's own.
  private func file(_ header: String, payload: Int = 0) -> MemoryBytes {
    let length = [UInt8(truncatingIfNeeded: header.utf8.count), UInt8(truncatingIfNeeded: header.utf8.count >> 8)]
    return MemoryBytes(
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0] + length + Array(header.utf8) + [UInt8](repeating: 0, count: payload))
  }

  @Test(arguments: [UInt64](1...3))
  func `mutated are read whole or refused`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for name in ["float32.npy", "float64-big-endian-fortran.npy", "unicode.npy", "structured.npy", "int64.npy"] {
      let original = ArrayFixtures.bytes(name)
      for _ in 0..<1_000 {
        let bytes = random.mutated(original)
        guard let array = try? NpyHeader.array(in: ForwardBytes(bytes: bytes), name: "x") else { continue }
        #expect(array.payload.byteCount == array.shape.reduce(1, *) * array.type.byteCount, "seed \(seed)")
        _ = try? array.metadataValues()
      }
    }
  }

  @Test(arguments: [
    ("bool.npy", [MetadataValue.integer(1), .integer(0), .integer(1)]),
    ("unicode.npy", [.text("sgdm"), .text(""), .text("adam"), .text("Lernregel ä😀")]),
    ("unicode-big-endian.npy", [.text("sgdm"), .text("adam")]),
    ("bytes.npy", [.text("sgdm"), .text(""), .text("adam")]),
    ("nan.npy", [.real(1.5), .null, .real(-0.0), .real(.infinity)]),
  ])
  func `of one dimension are metadata`(name: String, values: [MetadataValue]) throws {
    #expect(try NpyFile.open(ArrayFixtures.path(name)).metadataValues() == values)
  }

  @Test(arguments: ["uint64.npy", "zero-dimensional.npy", "two-dimensional.npy"])
  func `that cannot be metadata are refused`(name: String) {
    let error = #expect(throws: EngramError.self) { try NpyFile.open(ArrayFixtures.path(name)).metadataValues() }
    #expect(error?.code == .invalidData)
  }

  @Test func `that are not there, or are folders, are refused`() {
    #expect(#expect(throws: EngramError.self) { try NpyFile.open("/nowhere/x.npy") }?.code == .notFound)
    #expect(#expect(throws: EngramError.self) { try NpyFile.open("/tmp") }?.code == .unsupported)
  }
}
