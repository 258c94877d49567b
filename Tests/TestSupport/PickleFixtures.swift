// PickleFixtures.swift -- the pickles of fixtures/, and what Python says about them.

import Foundation
package import TrajectoryModel

/// The pickles of `fixtures/`, and what Python says about them.
package enum PickleFixtures {
  /// Every pickle in a folder of `fixtures/`, sorted.
  package static func names(in folder: String) -> [String] { Fixtures.names(in: folder, suffix: ".pkl") }

  package static func path(_ name: String, in folder: String = "pickles") -> String {
    Fixtures.path("\(folder)/\(name)")
  }

  package static func bytes(_ name: String, in folder: String = "pickles") -> [UInt8] {
    Fixtures.bytes("\(folder)/\(name)")
  }

  /// What `pickle.load` says about a file.
  package struct Expected: Decodable, Sendable {
    package let shape: [Int]
    package let type: String
    package let fortran: Bool
    package let payload: String
    package let float64: String
    package let statistics: [String]?
    package let labels: [String]?
    package let positions: [String]?
    package let metadata: [Column]

    package struct Column: Decodable, Sendable {
      package let name: String
      package let values: [Value]

      package init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        name = try parts.decode(String.self)
        values = try parts.decode([Value].self)
      }
    }

    /// A metadata value in JSON.
    package struct Value: Decodable, Sendable {
      package let value: MetadataValue

      package init(from decoder: any Decoder) throws {
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

  package static let expected: [String: Expected] = {
    let data = Data(Fixtures.bytes("pickles/expected.json"))
    return (try? JSONDecoder().decode([String: Expected].self, from: data)) ?? [:]
  }()

  /// FNV-1a of 64 bits, in hexadecimal.
  package static func hash(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
