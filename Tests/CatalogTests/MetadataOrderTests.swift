// MetadataOrderTests.swift -- values of metadata are equal and ordered as in SQLite.

import Base
import Catalog
import SQLite
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct MetadataOrderTests {
  /// Values where rounding would show: near 2^53, 2^63 and zero, as both kinds of number, beside texts and NULL.
  static let corners: [MetadataValue] = {
    var values: [MetadataValue] = [.null, .text(""), .text("a"), .text("\u{E9}"), .text("e\u{301}"), .text("1")]
    for centre in [0, 1, 1 << 53, -(1 << 53), 1 << 62] as [Int64] {
      for step in -2...2 as ClosedRange<Int64> {
        values.append(.integer(centre + step))
        values.append(.real(Double(centre) + Double(step)))
        values.append(.real(Double(centre) + Double(step) / 2))
      }
    }
    values += [.integer(.max), .integer(.max - 1), .integer(.min), .integer(.min + 1)]
    for real in [
      0x1p63, 0x1p63.nextDown, 0x1p63.nextUp, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0,
    ] as [Double] {
      values += [.real(real), .real(-real)]
    }
    return values
  }()

  @Test func `SQLite agrees about every pair`() throws {
    let connection = try Connection(path: ":memory:", access: .create)
    let question = try connection.prepare("SELECT ?1 < ?2, ?1 = ?2")
    for left in Self.corners where left != .null {
      for right in Self.corners where right != .null {
        question.reset()
        try bind(question, 1, left)
        try bind(question, 2, right)
        #expect(try question.step())
        #expect((left < right) == (question.integer(0) == 1), "\(left) < \(right)")
        #expect((left == right) == (question.integer(1) == 1), "\(left) = \(right)")
      }
    }
  }

  private func bind(_ statement: Statement, _ index: Int32, _ value: MetadataValue) throws {
    switch value {
    case .null: try statement.bind(index, nil)
    case .integer(let number): try statement.bind(index, number)
    case .real(let number): try statement.bind(index, number)
    case .text(let text): try statement.bind(index, text)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `of two values one comes first, or they are equal and have one hash`(seed: UInt64) {
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var values = Self.corners + [.real(.nan)]
    for _ in 0..<40 {
      let bits = generator.next()
      values += [.integer(Int64(bitPattern: bits)), .real(Double(bitPattern: bits)), .real(Double(bits >> 1))]
    }
    values.shuffle(using: &generator)
    for left in values {
      for right in values {
        #expect([left < right, left == right, right < left].count { $0 } == 1, "\(left), \(right)")
        if left == right { #expect(left.hashValue == right.hashValue, "\(left), \(right)") }
      }
    }
    // In a list that is sorted by a strict total order every earlier value precedes or equals every later one.
    let sorted = values.sorted()
    for (place, left) in sorted.enumerated() {
      for right in sorted[place...] { #expect(!(right < left), "\(left), \(right)") }
    }
  }

  @Test func `groups are the values that are equal, in their order`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    try catalog.commit("f", "") { try $0.addFields([MetadataField(name: "rate", type: .real)]) }
    let rates: [MetadataValue] = [
      .real(2), .integer(1), .real(0x1p53), .real(1), .null, .integer(1 << 53), .real(-0.0), .integer(0), .real(0.5),
    ]
    try Sample.append(catalog, rates.map { (Sample.values("t", "a") + [$0], [Sample.early]) })
    let groups = try catalog.look { try $0.groups(by: ["rate"], where: nil) }
    #expect(groups.map { $0.key[0] } == Set(rates).sorted())
    #expect(groups.map(\.examples.ids) == [[4], [6, 7], [8], [1, 3], [0], [2, 5]])
  }
}
