// SwiftGuideTests.swift -- the Swift examples of docs/guides/swift.md, compiled, run, and compared with what the guide shows.

import Engram
import Foundation
import TestSupport
import Testing
import TrajectoryModel

@Suite struct SwiftGuideTests {
  // Each function holds one example of the guide, line for line, between `// example: begin` and `// example: end`.

  private static func ingest(_ file: String, into path: String) throws {
    // example: begin
    let request = IngestRequest(source: file)
    let report = try request.ingest(into: path)
    print(report.append.examples)  // 0..<1632
    // example: end
    #expect(report.append.examples == 0..<1_632)
  }

  private static func append(to path: String) throws {
    // example: begin
    let recording = Recording(
      metadata: ["task": .text("cifar10"), "learning_rule": .text("sgdm"), "model_seed": .integer(7)],
      layers: [Layer(name: "conv1", position: .early), Layer(name: "fc4", position: .deep)],
      values: .float32([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]))  // 2 layers x 2 epochs x 2 statistics
    let store = try TrajectoryStore.create(at: path)
    let report = try store.append([recording], epochs: [0, 5], statistics: ["weightabs_mean", "weightabs_var"])
    print(report.examples)  // 0..<2
    // example: end
    #expect(report.examples == 0..<2)
  }

  private static func measure() throws {
    // example: begin
    let degraded = try MeasurementCondition(units: .count(3), noiseSD: 0.5, seed: 0)
    var meter = try ObservableMeter(conditions: [.perfect, degraded])
    let activations: [Float] = [1, -2, 3, -4, 2, 0, 1, 5]  // 2 stimuli x 4 units
    try meter.addActivations(activations.span, units: 4)
    let found = meter.observables(under: 0)
    print(found[.activation(.raw, .mean)] ?? .nan)  // 0.75
    print(found[.weight(.raw, .mean)] == nil)  // true
    // example: end
    #expect(found[.activation(.raw, .mean)] == 0.75)
    #expect(found.statistics.count == 21)
  }

  private static func matrices(
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

  private static func classify(store path: String) throws {
    // example: begin
    let store = try TrajectoryStore(opening: path)
    var parameters = JSONObject()
    parameters["n_estimators"] = 20
    // Or a grid: .coarse(.randomForest), .paper(.conv1D).
    let grid = GridSpecification(.randomForest, parameters: parameters)
    let results = try store.classify(ClassificationPlan(splitSet: "fig2a", grid: grid))
    print(results.summary.meanAccuracy ?? 0)
    // example: end
    #expect(results.summary.isComplete)
  }

  private static func identify(store path: String) throws {
    // example: begin
    let snapshot = try TrajectoryStore(opening: path).snapshot()
    let found = try snapshot.identify(IdentifyRequest(examples: "architecture = 'knet'"))
    print(found.classes[found.group.mostLikely], found.group.confidence)
    // example: end
    #expect(found.runs.count == 24)
  }

  /// A study of one figure that is done in a second.
  private static let quick = """
    {"version": 1, "name": "quick", "experiments": [{"name": "rules", "splits": {"kind": "balanced", "repeats": 2,
    "test_fraction": 0.25, "where": "task = 'digits10'"}, "statistics": ["weight"], "classifiers": [{"model": "random-forest",
    "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 8, "max_depth": 6}}}]}],
    "figures": [{"name": "rules", "title": "Rules", "draw": "accuracy", "experiments": ["rules"]}]}
    """

  private static func study(store path: String, _ text: String) throws {
    // example: begin
    let store = try TrajectoryStore(opening: path)
    let study = try Study(json: JSONValue(parsing: text))  // or .paper()
    let receipt = try store.make(study, figures: ["rules"])
    print(receipt.done, "tasks")
    let figure = try store.figure("rules", of: study)
    print(figure.state, figure.csv ?? "")
    let picture = figure.svg ?? ""
    let page = try store.report(on: study)
    // example: end
    #expect(receipt.done == 2 && receipt.failures.isEmpty && figure.state == .complete)
    #expect(picture.contains("<svg") && page.contains("Rules") && figure.csv?.contains("random-forest") == true)
    #expect(try store.make(study).known == 2)
  }

  private static func materialize(store path: String) throws {
    // example: begin
    let snapshot = try TrajectoryStore(opening: path).snapshot()
    let deep = try snapshot.examples(where: "layer_position = 'deep'")
    var matrix = Matrix()
    let work = WorkContext(threads: 2, progress: { print($0.stage, $0.done, "of", $0.total) })
    try snapshot.materialize(deep, snapshot.select(deep).columns, into: &matrix, work: work)
    print(matrix.rows, "x", matrix.columns)  // 864 x 945
    // example: end
    #expect(matrix.rows == 864 && matrix.columns == 945)
  }

  private static func train(into path: String) throws {
    // example: begin
    let training = try NetworkTraining([
      "architecture": "knet", "learning_rule": "feedback", "batch_size": 64, "width": 0.125, "epochs": 2,
      "checkpoint_every": 1, "epoch_images": 64,
    ])
    let outcomes = try training.train(into: path)
    print(outcomes[0].kind, outcomes[0].examples)  // trained 4
    // example: end
    #expect(outcomes[0].kind == .trained && outcomes[0].examples == 4 && outcomes[0].top1 != nil)
    #expect(try training.train(into: path)[0].kind == .present)
    #expect(try NetworkTraining(plan: "miniature").runs.count == 480)
    #expect(try NetworkTraining(plan: "miniature").share(1, of: 3).runs.count == 160)
    #expect(try NetworkTraining.learningRules().contains("information"))
    #expect(throws: EngramError.self) { try NetworkTraining(["architecture": "vgg"]) }
    #expect(throws: EngramError.self) { try NetworkTraining(["rat": 1]) }
  }

  private static func catchErrors(store path: String) {
    // example: begin
    do {
      _ = try TrajectoryStore(opening: path)
    } catch {
      if error.code == .notFound { print("there is no store yet") }
    }
    // example: end
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

  @Test func `the examples of the guide run on the bundled data`() throws {
    let folder = TemporaryFolder()
    let store = folder["digits.engram"]
    Self.catchErrors(store: store)
    try Self.ingest(Fixtures.path("digits_dataset.pkl"), into: store)
    // Four classes: chance is a quarter.
    #expect(try Self.matrices(store: store, classify: Self.nearest) > 0.5)
    try Self.classify(store: store)
    try Self.identify(store: store)
    try Self.study(store: store, Self.quick)
    try Self.materialize(store: store)
    try Self.append(to: folder["own.engram"])
    try Self.measure()
    try Self.train(into: folder["mini.engram"])
  }

  @Test func `the guide shows the examples as they are compiled here, and no others`() {
    let source = TestFiles.text(#filePath).components(separatedBy: "\n")
    let marks = source.indices.filter { source[$0].hasPrefix("    // example: ") }
    #expect(marks.count.isMultiple(of: 2) && !marks.isEmpty)
    let compiled = stride(from: 0, to: marks.count - 1, by: 2).map { index in
      source[(marks[index] + 1)..<marks[index + 1]].map { String($0.dropFirst(4)) }.joined(separator: "\n")
    }
    let guide = TestFiles.text(Fixtures.repository + "/docs/guides/swift.md")
    let shown = guide.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0].replacing("import Engram\n\n", with: "")
    }
    #expect(shown.sorted() == compiled.sorted())
  }
}
