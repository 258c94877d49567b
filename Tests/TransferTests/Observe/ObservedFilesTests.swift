// ObservedFilesTests.swift -- epochs that the names of files say, and NaN among weights and activity changes.

import Base
import Observables
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct ObservedFilesTests {
  private static let zeroToThree = [0.5, 1, 2, 3, 4, 5.0]

  /// A file of 2 stimuli and 3 units for each name, whose numbers grow from file to file.
  private static func request(_ bench: ObserveBench, _ names: [String], _ pattern: String) throws -> ObserveRequest {
    for (place, name) in names.enumerated() {
      try bench.write(zeroToThree.map { $0 + 10 * Double(place) }, shape: [2, 3], to: name)
    }
    var request = ObserveRequest()
    request.activations = [.init(bench[pattern])]
    try request.set("animal", toText: "m")
    return request
  }

  /// A statistic at each epoch, as whole numbers.
  private static func whole(_ statistic: String, _ bench: ObserveBench) throws -> [Double: Double] {
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let epochs = snapshot.epochs(of: snapshot.allExamples)
    var matrix = Matrix(elementType: .float64)
    let columns = FeatureColumns(statistics: [statistic], epochs: epochs, order: .bySample)
    try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
    return Dictionary(uniqueKeysWithValues: epochs.indices.map { (epochs[$0], matrix[0, $0].rounded()) })
  }

  @Test(arguments: [nil, "0.25,0.5,0.75"])
  func `files whose names have decimals stand at their epochs, also where epochs are given`(epochs: String?) throws {
    let bench = ObserveBench()
    var request = try Self.request(bench, ["a_0.25.npy", "a_0.5.npy", "a_0.75.npy"], "a_*.npy")
    request.epochs = epochs
    _ = try request.observe(into: bench["s.engram"])
    #expect(try Self.whole("actraw_mean", bench) == [0.25: 3, 0.5: 13, 0.75: 23])
  }

  @Test func `files whose names have negative numbers stand in their order, and other epochs are said`() throws {
    let bench = ObserveBench()
    var request = try Self.request(bench, ["b_-1.npy", "b_0.npy", "b_1.npy"], "b_*.npy")
    request.epochs = "-1,0,2"
    let notes = try request.observe(into: bench["s.engram"]).notes
    #expect(try Self.whole("actraw_mean", bench) == [-1: 3, 0: 13, 2: 23])
    #expect(
      notes.contains(
        "the epochs that were given are not the numbers in the names of the files: \(bench["b_1.npy"]) is epoch 2"))
  }

  @Test func `files whose names differ in two numbers are named in their order`() throws {
    let bench = ObserveBench()
    let notes = try Self.request(bench, ["a_1_x3.npy", "a_2_x4.npy"], "a_*.npy").plan().notes
    #expect(notes.contains { $0.hasSuffix("in this order: \(bench["a_1_x3.npy"]), \(bench["a_2_x4.npy"])") })
  }

  @Test func `patterns whose files have other numbers are refused, unless the epochs are given`() throws {
    let bench = ObserveBench()
    var request = try Self.request(bench, ["act_0.npy", "act_5.npy", "act_10.npy"], "act_*.npy")
    for name in ["w_0.npy", "w_5.npy", "w_15.npy"] { try bench.write(Self.zeroToThree, shape: [3, 2], to: name) }
    request.weights = [.init(bench["w_*.npy"])]
    let error = refusal(.invalidData) { _ = try request.plan() }
    #expect(error?.found == "0, 5, 15")
    request.epochs = "0,5,10"
    #expect(try request.plan().notes.contains { $0.hasSuffix("\(bench["w_15.npy"]) is epoch 10") })
  }

  @Test(arguments: ["noise_sd", "unit_fraction", "observation_seed", "layer_name"])
  func `a column of the metadata that means what is measured is refused`(column: String) throws {
    let bench = ObserveBench()
    var request = try Self.request(bench, ["a_0.npy", "a_1.npy"], "a_*.npy")
    request.fields = [:]
    bench.folder.write("animal,\(column)\nm,1\n", to: "runs.csv")
    request.metadata = bench["runs.csv"]
    let error = refusal(.invalidData) { _ = try request.plan() }
    #expect(error?.place == "field \(column)" && error?.file == bench["runs.csv"])
  }

  @Test func `a column called like a layer is a field of runs, and no option that observe has not is offered`() throws {
    let bench = ObserveBench()
    var request = try Self.request(bench, ["a_0.npy", "a_1.npy"], "a_*.npy")
    request.fields = [:]
    bench.folder.write("animal,area\nm,V1\n", to: "runs.csv")
    request.metadata = bench["runs.csv"]
    #expect(try request.plan().warnings.isEmpty)
    let report = try request.observe(into: bench["s.engram"])
    #expect(report.plan.warnings.isEmpty)
    #expect(try bench.rows("s.engram", "SELECT area, layer_name FROM example") == [[.text("V1"), .text("layer")]])
  }

  @Test func `NaN among weights and activity changes is refused, left out or said`() throws {
    let bench = ObserveBench()
    var request = ObserveRequest()
    request.activations = [.init(try bench.write(Self.zeroToThree + Self.zeroToThree, shape: [2, 2, 3], to: "a.npy"))]
    request.weights = [
      .init(try bench.write([1, 2, 3, 4, 5, .nan, 7, 8, 9, 10, 11, 12], shape: [2, 3, 2], to: "w.npy"))
    ]
    request.activityChanges = [.init(try bench.write([1, .nan, 3, 5], shape: [2, 2], to: "c.npy"))]
    try request.set("animal", toText: "m")
    request.missing = .refuse
    let error = refusal(.invalidData) { _ = try request.observe(into: bench["n.engram"]) }
    #expect(error?.found == "1 weights that are NaN" && error?.place == "layer layer, run 0, epoch 0")
    request.missing = .drop
    let notes = try request.observe(into: bench["s.engram"]).notes
    #expect(notes.contains("layer layer: 1 weights are NaN, so the statistics of 1 kernel is NaN"))
    #expect(notes.contains("left out of layer layer: 1 activity changes that are NaN"))
    #expect(try Self.whole("gradavgabs_id", bench) == [0: 1, 1: 4])
  }
}
