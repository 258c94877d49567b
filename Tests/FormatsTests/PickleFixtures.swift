// PickleFixtures.swift -- the pickles of fixtures/, what Python says about them, and scratch files.

import Base
import Foundation
import Glibc
import TrajectoryModel

/// The pickles of `fixtures/`, and what Python says about them.
enum PickleFixtures {
  static let root =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/fixtures"

  /// Every pickle in a folder of `fixtures/`, sorted.
  static func names(in folder: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
    return all.filter { $0.hasSuffix(".pkl") }.sorted()
  }

  static func path(_ name: String, in folder: String = "pickles") -> String { "\(root)/\(folder)/\(name)" }

  static func bytes(_ name: String, in folder: String = "pickles") -> [UInt8] {
    [UInt8](FileManager.default.contents(atPath: path(name, in: folder)) ?? Data())
  }

  /// What `pickle.load` says about a file.
  struct Expected: Decodable {
    let shape: [Int]
    let type: String
    let fortran: Bool
    let payload: String
    let float64: String
    let statistics: [String]?
    let labels: [String]?
    let positions: [String]?
    let metadata: [Column]

    struct Column: Decodable {
      let name: String
      let values: [Value]

      init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        name = try parts.decode(String.self)
        values = try parts.decode([Value].self)
      }
    }

    /// A metadata value in JSON.
    struct Value: Decodable {
      let value: MetadataValue

      init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
          value = .null
        } else if let number = try? single.decode(Int64.self) {
          value = .integer(number)
        } else if let number = try? single.decode(Double.self) {
          value = .real(number)
        } else {
          value = .text(try single.decode(String.self))
        }
      }
    }
  }

  static let expected: [String: Expected] = {
    let data = FileManager.default.contents(atPath: "\(root)/pickles/expected.json") ?? Data()
    return (try? JSONDecoder().decode([String: Expected].self, from: data)) ?? [:]
  }()

  /// FNV-1a of 64 bits, in hexadecimal.
  static func hash(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension ByteSource {
  /// The bytes of a range.
  func bytes(_ range: Range<Int>) throws(EngramError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var span = bytes.mutableSpan
    // SAFETY: every pattern of bits is a valid UInt8.
    var raw = unsafe span.mutableBytes
    try read(at: range.lowerBound, into: &raw)
    return bytes
  }

  /// All the bytes.
  func bytes() throws(EngramError) -> [UInt8] { try bytes(0..<byteCount) }
}

/// A file of a test's own, removed when the test is done with it.
final class ScratchFile {
  let path: String
  private let descriptor: Int32

  init(_ bytes: [UInt8] = []) {
    path = "/tmp/engram-pickle-\(getpid())-\(UInt64.random(in: 0 ... .max)).pkl"
    // SAFETY: the path is a NUL-terminated text during the call.
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    precondition(descriptor >= 0, "a scratch file can be made in /tmp")
    replace(bytes)
  }

  deinit {
    close(descriptor)
    // SAFETY: the path is a NUL-terminated text during the call.
    unsafe unlink(path)
  }

  /// Makes the file hold these bytes and no others.
  func replace(_ bytes: [UInt8]) {
    cut(to: 0)
    write(bytes, at: 0)
  }

  /// Overwrites bytes in place.
  func write(_ bytes: [UInt8], at offset: Int) {
    // SAFETY: pwrite reads `bytes.count` bytes of the array during the call.
    precondition(unsafe pwrite(descriptor, bytes, bytes.count, offset) == bytes.count, "the disk has room")
  }

  /// Cuts the file.
  func cut(to count: Int) { precondition(ftruncate(descriptor, count) == 0, "the file can be cut") }
}

/// Seeded randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
