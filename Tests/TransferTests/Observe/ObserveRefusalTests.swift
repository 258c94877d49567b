// ObserveRefusalTests.swift -- raw recordings that do not fit what is said of them are refused, and nothing is written.

import Base
import Formats
import Observables
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct ObserveRefusalTests {
  private static let areas = Fixtures.path("recordings/areas.npz")
  private static let act = Fixtures.path("recordings/act_*.npy")

  private static func request(
    _ sources: [String], _ change: (inout ObserveRequest) -> Void = { _ in }
  ) -> ObserveRequest {
    var request = ObserveRequest()
    request.activations = sources.map { .init($0) }
    change(&request)
    return request
  }

  private static let mistakes: [(String, EngramError.Code, ObserveRequest)] = [
    ("nothing", .usage, request([])),
    ("no such axis", .usage, request([act]) { $0.axes = "stimulus,unitz" }),
    ("two axes of epochs", .usage, request([areas]) { $0.axes = "epoch,day,unit" }),
    ("too few axes", .invalidData, request([areas]) { $0.axes = "epoch,unit" }),
    ("files and an axis of epochs", .usage, request([act]) { $0.axes = "epoch,unit" }),
    ("no such file", .notFound, request(["/tmp/engram-none-*.npy"])),
    ("no such member", .notFound, request([areas + ":v4"])),
    ("one layer twice", .usage, request([areas + ":it", areas + ":it"])),
    ("an archive of several as one layer", .usage, request([]) { $0.activations = [.init(areas, layer: "v4")] }),
    ("epochs that do not fit", .invalidData, request([areas]) { $0.epochs = "0,1" }),
    ("other epochs", .invalidData, request([areas, act])),
    ("a position of no layer", .usage, request([areas]) { $0.positions = ["v2": .early] }),
    ("runs without metadata", .usage, request([areas]) { $0.axes = "run,stimulus,unit" }),
    (
      "metadata of other runs", .invalidData,
      request([areas]) {
        $0.axes = "run,stimulus,unit"
        $0.metadata = Fixtures.path("recordings/animal.csv")
      }
    ),
    ("too many units", .usage, request([areas]) { $0.units = [.count(39)] }),
    ("no seed", .usage, request([areas]) { $0.seeds = [] }),
    ("too many conditions", .limit, request([areas]) { $0.seeds = Array(0...20_000) }),
    ("a negative noise", .usage, request([areas]) { $0.noise = [-1] }),
    ("a field that cannot be", .invalidData, request([areas]) { $0.fields = ["layer_name": .text("x")] }),
    ("text", .unsupported, request([Fixtures.path("arrays/unicode.npy")]) { $0.axes = "unit" }),
    ("no array", .corrupt, request([Fixtures.path("recordings/animal.csv")])),
    (
      "a field twice", .usage,
      request([areas]) {
        $0.metadata = Fixtures.path("recordings/animal.csv")
        $0.fields = ["Animal": .text("x")]
      }
    ),
  ]

  @Test func `what does not fit is refused, and no store is left`() throws {
    let bench = ObserveBench()
    for (what, code, request) in Self.mistakes {
      refusal(code, "\(what)") { _ = try request.observe(into: bench["s.engram"]) }
      #expect(!TrajectoryStore.exists(at: bench["s.engram"]), "\(what)")
    }
  }

  @Test func `an array without numbers, files of a pattern that differ, and a layer axis without as many names`() throws
  {
    let bench = ObserveBench()
    try bench.write([], shape: [0, 3, 2], to: "empty.npy")
    refusal(.invalidData) { _ = try Self.request([bench["empty.npy"]]).plan() }
    try bench.write([1, 2], shape: [1, 2], to: "e_1.npy")
    try bench.write([1, 2], shape: [2, 1], to: "e_2.npy")
    refusal(.invalidData) { _ = try Self.request([bench["e_*.npy"]]).plan() }
    let layers = Self.request([bench["e_1.npy"]]) {
      $0.axes = "layer,unit"
      $0.layers = ["a", "b"]
    }
    refusal(.invalidData) { _ = try layers.plan() }
    let unused = Self.request([bench["e_1.npy"]]) {
      $0.axes = "stimulus,unit"
      $0.layers = ["a", "b"]
    }
    #expect(refusal(.usage) { _ = try unused.plan() }?.found == "a, b")
  }

  @Test func `the axes of weights that nobody named are said, and asked for where they are not clear`() throws {
    let bench = ObserveBench()
    func request(_ shape: [Int], _ axes: String? = nil) throws -> ObserveRequest {
      let numbers = (0..<shape.reduce(1, *)).map { Double($0) }
      var request = ObserveRequest()
      request.weights = [.init(try bench.write(numbers, shape: shape, to: "w.npy"))]
      request.weightAxes = axes
      return request
    }
    let one = refusal(.invalidData) { _ = try request([6, 8]).plan() }
    #expect(one?.found == "shape (6, 8)" && one?.description.contains("`weightAxes: row,column`") == true)
    #expect(try request([6, 8], "row,column").plan().epochs == [0])
    #expect(try request([6, 8], "row,column").plan().layers[0].weights == 48)
    let epochs = try request([6, 8, 2]).plan()
    #expect(epochs.epochs.count == 6 && epochs.layers[0].weights == 16)
    #expect(
      epochs.notes.contains(
        "the axes of the weights \(bench["w.npy"]) of shape (6, 8, 2) are read as epoch, row, column"))
    let other = refusal(.invalidData) { _ = try request([6, 8, 2], "row,column").plan() }
    #expect(other?.description.contains("weightAxes") == true, "\(other?.description ?? "")")
    #expect(other?.expected == "2 axes: row, column")
    // A kernel without epochs beside activations of several.
    var both = try request([6, 8, 2])
    both.activations = [.init(try bench.write([1, 2, 3, 4], shape: [2, 1, 2], to: "a.npy"))]
    let unlike = refusal(.invalidData) { _ = try both.plan() }
    #expect(unlike?.expected == "6 epochs, as \(bench["w.npy"]) has (epoch 6, row 8, column 2)")
    #expect(unlike?.found == "2 (epoch 2, stimulus 1, unit 2)")
  }

  @Test func `files of a pattern are counted as a person counts them`() throws {
    let bench = ObserveBench()
    for epoch in [10, 9, 100, 0] { try bench.write([Double(epoch), 1], shape: [1, 2], to: "r2_\(epoch).npy") }
    let plan = try Self.request([bench["r2_*.npy"]]).plan()
    #expect(plan.epochs == [0, 9, 10, 100])
    // Without one number that increases they are numbered.
    try bench.write([1, 1], shape: [1, 2], to: "r3_5.npy")
    #expect(try Self.request([bench["r*.npy"]]).plan().epochs == [0, 1, 2, 3, 4])
  }
}
