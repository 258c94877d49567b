// PickleFixtures.swift -- the pickles of fixtures/, what Python says about them, and scratch files.

import Base
import Foundation
import Glibc
import TestSupport
import TrajectoryModel

/// The pickles of `fixtures/`, and what Python says about them.
enum PickleFixtures {
  /// Every pickle in a folder of `fixtures/`, sorted.
  static func names(in folder: String) -> [String] { Fixtures.names(in: folder, suffix: ".pkl") }

  static func path(_ name: String, in folder: String = "pickles") -> String { Fixtures.path("\(folder)/\(name)") }

  static func bytes(_ name: String, in folder: String = "pickles") -> [UInt8] {
    Fixtures.bytes("\(folder)/\(name)")
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
    let data = Data(Fixtures.bytes("pickles/expected.json"))
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
  private let folder = TemporaryFolder()
  private let descriptor: Int32
  var path: String { folder["scratch.pkl"] }

  init(_ bytes: [UInt8] = []) {
    // SAFETY: the path is a NUL-terminated text during the call.
    descriptor = unsafe open(folder["scratch.pkl"], O_RDWR | O_CREAT | O_EXCL, 0o600)
    precondition(descriptor >= 0, "a scratch file can be made in /tmp")
    replace(bytes)
  }

  deinit { close(descriptor) }

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
