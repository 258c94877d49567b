// Conv1DModelFileTests.swift -- a network comes back from its file whole or not at all.

import Base
import Classifiers
import Testing

@Suite struct Conv1DModelFileTests {
  private static func model(standardizes: Bool) throws -> Conv1DModel {
    let data = Trajectories(rows: 120, positions: 3)
    let network = Conv1DNetwork(
      kernelSize: 2, filterCount: 5, pooling: .mean, batchSize: 60, epochCount: 2, standardizes: standardizes)
    return try network.fitted(data.matrix(), columns: data.columns, labels: data.labels)
  }

  @Test(arguments: [false, true]) func `comes back as it was saved`(standardizes: Bool) throws {
    let model = try Self.model(standardizes: standardizes)
    var file = try model.encoded()
    file.header["classNames"] = ["adam", "sgdm", "feedback"]
    let back = try Conv1DModel(ModelFile(parsing: file.bytes()))
    #expect(back == model)
    let matrix = try Trajectories(rows: 40, positions: 3, seed: 9).matrix()
    #expect(
      try back.probabilities(of: matrix, rows: nil, work: WorkContext(threads: 2))
        == model.probabilities(of: matrix, rows: nil, work: WorkContext(threads: 1)))
    #expect(back.summary == model.summary)
  }

  @Test func `refuses a file whose parts do not fit together`() throws {
    let good = try Self.model(standardizes: true).encoded()
    var damaged: [(String, ModelFile)] = []
    func damage(_ name: String, _ change: (inout ModelFile) -> Void) {
      var file = good
      change(&file)
      damaged.append((name, file))
    }
    damaged.append(("kind", ModelFile(kind: "random-forest", header: good.header, sections: good.sections)))
    for key in ["positionCount", "statisticCount", "sampleCount", "classCount"] {
      for value in [Int64.min, -1, 0, 1, 2, 1000, 1 << 20, Int64.max] where value != 0 || key != "sampleCount" {
        if case .integer(value)? = good.header[key] { continue }
        damage("\(key) \(value)") { $0.header[key] = .integer(value) }
      }
      damage("\(key) text") { $0.header[key] = "3" }
      damage("\(key) absent") { $0.header[key] = nil }
    }
    for (key, value) in [
      ("ksize", 10), ("ksize", 3), ("stride", 0), ("num_filters", 6), ("num_filters", 1 << 40), ("pool_type", 1),
      ("unknown", 1), ("ksize", 1 << 60),
    ] as [(String, Int64)] {
      damage("\(key) \(value)") { file in
        var parameters = (try? file.header.object("parameters")) ?? JSONObject()
        parameters[key] = .integer(value)
        file.header["parameters"] = .object(parameters)
      }
    }
    damage("not z-scored") { file in
      var parameters = (try? file.header.object("parameters")) ?? JSONObject()
      parameters["zscore_data"] = false
      file.header["parameters"] = .object(parameters)
    }
    damage("no section") { $0.sections = [] }
    damage("a section more") { $0.sections.append([]) }
    for section in 0..<3 {
      damage("section \(section) short") { $0.sections[section].removeLast() }
      damage("section \(section) not finite") { file in
        for byte in 0..<8 { file.sections[section][byte] = 0xFF }
      }
    }
    damage("divisor 0") { file in for byte in 0..<8 { file.sections[2][byte] = 0 } }
    damage("loss text") { $0.header["trainingLoss"] = "low" }
    #expect(damaged.count > 40)
    for (name, file) in damaged {
      let error = #expect(throws: EngramError.self, "\(name)") { try Conv1DModel(file) }
      #expect(error?.code == .corrupt || error?.code == .invalidData, "\(name): \(error?.description ?? "")")
    }
  }

  @Test func `refuses a matrix with other columns`() throws {
    let model = try Self.model(standardizes: true)
    let matrix = try Trajectories(rows: 4).matrix()
    let error = #expect(throws: EngramError.self) { try model.predict(matrix) }
    #expect(error?.code == .invalidData && error?.expected == "30" && error?.found == "27")
  }
}
