// GoldenSegmentTests.swift -- files written once and never again, and the bytes shown in the format document.

import Base
import ColumnCodec
import SegmentFile
import TestSupport
import Testing
import TrajectoryModel

@Suite struct GoldenSegmentTests {
  /// The worked example of schema/FORMAT.md: two examples, three epochs, two statistics.
  static func workedExample() throws -> SegmentSample {
    let schema = try SegmentSchema(
      epochs: [0, 5, 10], statistics: ["weightabs_mean", "my_own"], elementType: .float32)
    let bits: [UInt64] = [
      0x3f00_0000, 0x3f80_0000, 0x3f00_0001, 0x3f80_0000, 0x3eff_fffe, 0x3f80_0000,
      0xbf00_0000, 0x3f80_0000, 0x8000_0000, 0x3f80_0000, 0x7fc0_0001, 0x3f80_0000,
    ]
    return SegmentSample(schema: schema, exampleCount: 2, bits: bits)
  }

  /// The golden files and the hash of the values in each, as it was when the file was written.
  static let golden = [
    ("worked-example", "6e96c5945760b94afc922c0fbc86fca9"),
    ("walks-float32", "b043664168681c5d973671ca177f58f6"),
    ("walks-float64", "4de68024f48bb11803646465706cb95c"),
    ("narrowed-float64", "a580bbc1d71d1347aff299a7af8e5e42"),
    ("tensors-float32", "4982d1cf8225992b129a27a297896945"),
    ("tensors-float64", "618462b92dbc0a6db5ec8750ac1bc573"),
    ("worked-example-2", "6e96c5945760b94afc922c0fbc86fca9"),
    ("worked-example-3", "6e96c5945760b94afc922c0fbc86fca9"),
    ("learning-float32", "2abe7433ee03363f62a8f9acf40dd8a3"),
    ("learning-float64", "99791abcf7aeb76fcef7ea62fc7c2420"),
    ("variances-float32", "aa57f9e0a11abc7a5c01b69662dd6d2d"),
    ("variances-float64", "6c7c3b5da20b892e1bdb1b89e4d5e6de"),
  ]

  @Test(arguments: golden)
  func `a golden file reads as it was written`(name: String, valuesHash: String) throws {
    let reader = try SegmentReader(InputFile(opening: "\(Fixtures.repository)/fixtures/segments/\(name).seg"))
    #expect(reader.valuesHash == valuesHash)
    // Compares the hash with the values themselves.
    try reader.verify()
    if name == "narrowed-float64" { #expect(reader.storage(rowGroup: 1, statistic: 0).isNarrowed) }
    if name.hasPrefix("learning") {
      let storages = reader.schema.statistics.indices.map { reader.storage(rowGroup: 0, statistic: $0) }
      #expect(storages.contains { $0.isRepeated && $0.isGraded && $0.isTrended })
      #expect(name.hasSuffix("64") || storages.contains { $0.isGraded && $0.copySource != nil })
      #expect(storages.contains { $0.isTrended && $0.prediction != nil })
    }
    if name.hasPrefix("variances") {
      let predictors = reader.schema.statistics.indices.map { statistic in
        reader.storage(rowGroup: 0, statistic: statistic).prediction?.predictor
      }
      #expect(predictors.count { $0 == .scaledVariance } == 2)
    }
    if name == "tensors-float64" {
      let storages = reader.schema.statistics.indices.map { reader.storage(rowGroup: 0, statistic: $0) }
      // Those of version 1.
      let known = Set(Predictor.allCases).subtracting([.scaledVariance])
      #expect(Set(storages.compactMap { $0.prediction?.predictor }) == known)
      #expect(storages.contains { $0.copySource != nil })
    }
  }

  @Test func `the worked example has the values that the document names`() throws {
    let sample = try Self.workedExample()
    let path = "\(Fixtures.repository)/fixtures/segments/worked-example-3.seg"
    let reader = try SegmentReader(InputFile(opening: path))
    #expect(reader.schema == sample.schema)
    #expect(reader.identifier == sample.identifier)
    #expect(try canonicalBytes(path) == sample.bytes)
  }

  @Test func `the writer makes the bytes of the worked example and the format document shows them`() throws {
    let directory = TemporaryFolder()
    let path = directory["worked.seg"]
    try Self.workedExample().write(to: path, work: WorkContext(threads: 2))
    let written = TestFiles.read(path)
    #expect(written == TestFiles.read("\(Fixtures.repository)/fixtures/segments/worked-example-3.seg"))
    #expect(try Self.bytesInDocument() == written)
  }

  /// The bytes of the lines between the two marks of the document: `offset  hex bytes  | what they are`.
  static func bytesInDocument() throws -> [UInt8] {
    let text = String(decoding: TestFiles.read("\(Fixtures.repository)/schema/FORMAT.md"), as: UTF8.self)
    var isInside = false
    var bytes: [UInt8] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "<!-- worked example: begin -->" { isInside = true }
      if line == "<!-- worked example: end -->" { isInside = false }
      guard isInside, let bar = line.firstIndex(of: "|") else { continue }
      let words = line[..<bar].split(separator: " ")
      guard let first = words.first, let offset = Int(first) else { continue }
      #expect(offset == bytes.count, "the offset of line '\(line)'")
      for word in words.dropFirst() { bytes.append(try #require(UInt8(word, radix: 16), "\(line)")) }
    }
    return bytes
  }
}
