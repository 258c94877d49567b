// ReadmeExampleTests.swift -- the Swift example of README.md, compiled, run, and compared with what README.md shows.

import Engram
import Foundation
import TestSupport
import Testing
import TrajectoryModel

@Suite struct ReadmeExampleTests {
  /// The example, line for line; what follows `// example:` is in README.md.
  private static func run(
    store path: String, classify: (borrowing Matrix, Labels, borrowing Matrix) -> [Int32]
  ) throws -> Double {
    // example: begin
    let store = try TrajectoryStore(opening: path)
    let plan = BalancedSplits(repeats: 10, seed: 0, test: .fraction(0.25))
    let fig2a = try store.createSplitSet("fig2a", SplitSpecification(.balanced(plan)))

    let snapshot = try store.snapshot()
    let split = fig2a.splits[0]
    let selection = try snapshot.select(split.train.union(split.test), statistics: .admissible)

    var train = Matrix()
    var test = Matrix()  // give them again for the next split: they keep their memory
    try snapshot.materialize(train: split.train, into: &train, test: split.test, into: &test, selection.columns)

    let trainLabels = try snapshot.labels(of: "learning_rule", for: split.train)
    let testLabels = try snapshot.labels(of: "learning_rule", for: split.test)
    let predicted = classify(train, trainLabels, test)
    let correct = zip(predicted, testLabels.codes).count { $0 == $1 }
    // example: end
    return Double(correct) / Double(testLabels.codes.count)
  }

  /// The class of the nearest train example, feature by feature on a scale from the least to the greatest value.
  private static func nearest(train: borrowing Matrix, labels: Labels, test: borrowing Matrix) -> [Int32] {
    let (rows, columns) = (train.rows, train.columns)
    let values = train.float32
    let probes = test.float32
    var low = [Float](repeating: .infinity, count: columns)
    var high = [Float](repeating: -.infinity, count: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        low[column] = min(low[column], values[row * columns + column])
        high[column] = max(high[column], values[row * columns + column])
      }
    }
    let scale = zip(low, high).map { $1 > $0 ? 1 / ($1 - $0) : 0 }
    return (0..<test.rows).map { probe in
      var best = (distance: Float.infinity, row: 0)
      for row in 0..<rows {
        var distance: Float = 0
        for column in 0..<columns {
          distance += abs(values[row * columns + column] - probes[probe * columns + column]) * scale[column]
        }
        if distance < best.distance { best = (distance, row) }
      }
      return labels.codes[best.row]
    }
  }

  @Test func `the example of README.md runs on the bundled data and tells learning rules apart`() throws {
    let folder = TemporaryFolder()
    let request = IngestRequest(source: Fixtures.path("digits_dataset.pkl"))
    let report = try request.ingest(into: folder["readme.engram"])
    #expect(report.append.examples == 0..<1_632)
    let accuracy = try Self.run(store: folder["readme.engram"], classify: Self.nearest)
    // Four classes: chance is a quarter.
    #expect(accuracy > 0.5)
  }

  @Test func `README.md shows the example as it is compiled here`() throws {
    let source = TestFiles.text(#filePath)
    let lines = source.components(separatedBy: "\n")
    let begin = try #require(lines.firstIndex { $0.hasSuffix("// example: begin") })
    let end = try #require(lines.firstIndex { $0.hasSuffix("// example: end") })
    let example = lines[(begin + 1)..<end].map { $0.isEmpty ? "" : String($0.dropFirst(4)) }.joined(separator: "\n")
    let readme = TestFiles.text(Fixtures.repository + "/README.md")
    #expect(readme.contains(example))
  }
}
