// ModelFileTests.swift -- a model file comes back whole or not at all.

import Base
import Classifiers
import Testing

@Suite struct ModelFileTests {
  private static let small: ModelFile = {
    var header = JSONObject()
    header["classes"] = ["adam", "sgdm"]
    header["depth"] = 3
    var file = ModelFile(kind: "toy", header: header)
    file.append([1.5, -0.0, 2.25] as [Float])
    file.append([] as [Int32])
    file.append([7, -9] as [Int64])
    return file
  }()

  @Test func `comes back as it was saved`() throws {
    let back = try ModelFile(parsing: Self.small.bytes())
    #expect(back == Self.small)
    #expect(try back.numbers(0, count: 3, as: Float.self) == [1.5, -0.0, 2.25])
    #expect(try back.numbers(2, count: 2, as: Int64.self) == [7, -9])
  }

  @Test func `refuses a file cut at any length`() throws {
    let bytes = try Self.small.bytes()
    for length in 0..<bytes.count {
      let error = #expect(throws: EngramError.self) { try ModelFile(parsing: Array(bytes.prefix(length))) }
      #expect(error?.code == .truncated || (error?.code == .corrupt && length >= 24), "\(length)")
    }
  }

  @Test func `refuses any flipped bit`() throws {
    let bytes = try Self.small.bytes()
    for bit in 0..<(bytes.count * 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let error = #expect(throws: EngramError.self) { try ModelFile(parsing: damaged) }
      let expected: Set<EngramError.Code> = (8..<12).contains(bit / 8) ? [.unsupported] : [.corrupt, .truncated]
      #expect(error.map { expected.contains($0.code) } == true, "bit \(bit)")
    }
  }

  @Test func `refuses a section of another length than the model needs`() {
    for (section, count) in [(0, 2), (0, 4), (3, 1), (0, -1), (0, Int.max)] {
      let error = #expect(throws: EngramError.self) {
        try Self.small.numbers(section, count: count, as: Float.self)
      }
      #expect(error?.code == .corrupt)
    }
  }
}
