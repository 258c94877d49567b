// ForestFileTests.swift -- a forest comes back from its file as it was, or not at all.

import Base
import Classifiers
import Testing

@Suite struct ForestFileTests {
  private static let data = ForestData.noisy(rows: 40, columns: 4, classes: 3, seed: 9)

  private static let model = Result {
    try RandomForest(treeCount: 3, maxDepth: 3).fitted(data.matrix(), labels: data.labels)
  }

  @Test func `comes back as it was saved`() throws {
    let model = try Self.model.get()
    let back = try ForestModel(ModelFile(parsing: model.encoded().bytes()))
    #expect(try back.encoded() == model.encoded())
    #expect(back.forest == model.forest && back.treeCount == 3 && back.columnCount == 4 && back.classCount == 3)
    #expect(try back.probabilities(of: Self.data.matrix()) == model.probabilities(of: Self.data.matrix()))
    #expect(back.giniImportances == model.giniImportances)
    let prefix = try ForestModel(ModelFile(parsing: model.prefix(treeCount: 2).encoded().bytes()))
    #expect(
      try prefix.probabilities(of: Self.data.matrix())
        == model.prefix(treeCount: 2).probabilities(of: Self.data.matrix()))
  }

  @Test func `refuses a file cut at any length or with any bit flipped`() throws {
    let bytes = try Self.model.get().encoded().bytes()
    for length in 0..<bytes.count {
      #expect(throws: EngramError.self) { try ForestModel(ModelFile(parsing: Array(bytes.prefix(length)))) }
    }
    for bit in 0..<(bytes.count * 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: EngramError.self) { try ForestModel(ModelFile(parsing: damaged)) }
    }
  }

  @Test func `a lie behind a right checksum is refused or harmless`() throws {
    // Every bit of every section, each behind a checksum that fits.
    let file = try Self.model.get().encoded()
    let matrix = try Self.data.matrix()
    var refused = 0
    for section in file.sections.indices {
      for bit in 0..<(file.sections[section].count * 8) {
        var lie = file
        lie.sections[section][bit / 8] ^= 1 << UInt8(bit % 8)
        guard let model = try? ForestModel(ModelFile(parsing: lie.bytes())) else {
          refused += 1
          continue
        }
        // What is accepted says the same again and predicts probabilities.
        #expect(try model.encoded() == lie)
        let sums = try model.probabilities(of: matrix, rows: [0, 7]).reduce(0, +)
        #expect(abs(sums - 2) < 0.01)
      }
    }
    #expect(refused > 0)
  }

  /// What is wrong, and how to make it so.
  private static let lies: [(name: String, code: EngramError.Code, tell: @Sendable (inout ModelFile) -> Void)] = [
    ("another kind", .invalidData, { $0 = ModelFile(kind: "tree", header: $0.header, sections: $0.sections) }),
    ("fewer columns", .corrupt, { $0.header["columns"] = 1 }),
    ("no columns", .corrupt, { $0.header["columns"] = 0 }),
    ("more columns", .corrupt, { $0.header["columns"] = 5 }),
    ("one class", .corrupt, { $0.header["classes"] = 1 }),
    ("a huge number of classes", .corrupt, { $0.header["classes"] = 9_000_000_000_000 }),
    ("no trees", .corrupt, { $0.header["trees"] = 0 }),
    ("more trees than the parameters say", .corrupt, { $0.header["trees"] = 4 }),
    ("a missing size", .invalidData, { $0.header["trees"] = nil }),
    (
      "parameters that cannot be", .usage,
      {
        var parameters = JSONObject()
        parameters["n_estimators"] = 3
        parameters["bins"] = 1
        $0.header["parameters"] = .object(parameters)
      }
    ),
    ("a missing section", .corrupt, { $0.sections.removeLast() }),
    ("another section", .corrupt, { $0.sections.append([]) }),
    ("an even number of nodes", .corrupt, { $0.sections[0][0] ^= 1 }),
    ("no nodes", .corrupt, { $0.sections[0].replaceSubrange(0..<4, with: [0, 0, 0, 0]) }),
    ("a negative number of nodes", .corrupt, { $0.sections[0].replaceSubrange(0..<4, with: [1, 0, 0, 0x80]) }),
    (
      "a root that is a leaf before other nodes", .corrupt,
      {
        $0.sections[1].replaceSubrange(0..<4, with: [255, 255, 255, 255])
        $0.sections[1].replaceSubrange(($0.sections[1].count - 4)..., with: [0, 0, 0, 0])
      }
    ),
    ("a feature below -1", .corrupt, { $0.sections[1].replaceSubrange(0..<4, with: [254, 255, 255, 255]) }),
    ("a feature that is no column", .corrupt, { $0.sections[1].replaceSubrange(0..<4, with: [4, 0, 0, 0]) }),
    (
      "a threshold that is infinite", .corrupt,
      {
        $0.sections[2].replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0xF0, 0x7F])
      }
    ),
    ("a share that is no number", .corrupt, { $0.sections[3].replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F]) }),
    ("a share above 1", .corrupt, { $0.sections[3].replaceSubrange(0..<4, with: [0, 0, 0, 0x40]) }),
    ("a negative importance", .corrupt, { $0.sections[4].replaceSubrange(0..<4, with: [0, 0, 0x80, 0xBF]) }),
  ]

  @Test(arguments: lies.indices) func `refuses a lie behind a right checksum`(number: Int) throws {
    var file = try Self.model.get().encoded()
    let lie = Self.lies[number]
    lie.tell(&file)
    let error = #expect(throws: EngramError.self, "\(lie.name)") {
      try ForestModel(ModelFile(parsing: file.bytes()))
    }
    #expect(error?.code == lie.code, "\(lie.name)")
  }
}
