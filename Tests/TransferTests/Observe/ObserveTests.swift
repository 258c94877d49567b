// ObserveTests.swift -- raw recordings become statistics in a store: those of NumPy, whatever the order of the axes.

import Base
import Formats
import Observables
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct ObserveTests {
  private static let frozen = (try? Fixtures.json("parity/recordings.json").asObject()) ?? JSONObject()

  private static func areas() -> ObserveRequest {
    var request = ObserveRequest()
    request.activations = [.init(Fixtures.path("recordings/areas.npz"))]
    request.axes = "session,stimulus,neuron"
    request.epochs = "0:28:2"
    request.metadata = Fixtures.path("recordings/animal.csv")
    return request
  }

  @Test func `trials are read as the stimuli`() throws {
    let bench = ObserveBench()
    var request = Self.areas()
    request.axes = "session,trial,neuron"
    #expect(try request.observe(into: bench["s.engram"]).notes.contains("the axis 'trial' is read as the stimuli"))
  }

  @Test func `areas of an archive become layers, without the units that were lost and the stimulus not shown`() throws {
    let bench = ObserveBench()
    let report = try Self.areas().observe(into: bench["s.engram"])
    #expect(report.ingest.append.examples == 0..<2 && report.ingest.observations == 1)
    #expect(report.plan.layers.map(\.name) == ["it", "v1"])
    #expect(report.plan.layers.map(\.units) == [200, 40] && report.plan.layers.map(\.stimuli) == [60, 60])
    #expect(
      report.notes.contains(
        "left out of layer v1: 2 of 40 units, which are NaN at a stimulus that others have a value for; "
          + "1 showing of a stimulus, at which all units are NaN"))
    #expect(report.notes.contains("the axis 'session' is read as the epochs"))
    try ObserveBench.expect(
      bench.stored("s.engram", where: "layer_name = 'it'")[0], are: Self.frozen.array("it"), "it")
    try ObserveBench.expect(
      bench.stored("s.engram", where: "layer_name = 'v1'")[0], are: Self.frozen.array("v1"), "v1")
    #expect(
      try bench.rows("s.engram", "SELECT animal, learning_rule, unit_fraction, noise_sd FROM example LIMIT 1")
        == [[.text("m1"), .null, .real(1), .real(0)]])
    refusal(.exists) { _ = try Self.areas().observe(into: bench["s.engram"]) }
  }

  @Test func `an array of an archive is the layer of its name, and one array of each kind is one layer`() throws {
    let bench = ObserveBench()
    func layers(_ change: (inout ObserveRequest) -> Void) throws -> [String] {
      var request = ObserveRequest()
      change(&request)
      return try request.plan().layers.map(\.name)
    }
    func archive(_ member: String) throws -> ObserveRequest.Source {
      let writer = try NpzWriter(creating: bench["\(member).npz"])
      let values: [Double] = [1, 2, 3, 4, 5, 6, 7, 9]
      try unsafe writer.add(member, NpyHeader(type: .float64, shape: [2, 2, 2]), values.span.bytes)
      try writer.finish()
      return .init(bench["\(member).npz"])
    }
    let areas = Fixtures.path("recordings/areas.npz")
    #expect(try layers { $0.activations = [.init(areas + ":it"), .init(areas + ":v1")] } == ["it", "v1"])
    let (one, other, bare) = (try archive("acts"), try archive("kernel"), try archive("arr_0"))
    #expect(try layers { $0.activations = [one] } == ["acts"])
    #expect(try layers { $0.activations = [.init(one.path + ":acts", layer: "v4")] } == ["v4"])
    #expect(try layers { $0.activations = [bare] } == ["layer"])
    #expect(try layers { ($0.activations, $0.weights) = ([one], [other]) } == ["layer"])
    #expect(try layers { ($0.activations, $0.weights) = ([one], [one]) } == ["acts"])
  }

  @Test func `degraded and perfect measurements come in one pass, and are observations of one run`() throws {
    let bench = ObserveBench()
    var request = Self.areas()
    request.units = [.count(30), .all]
    request.noise = [0.5, 0]
    request.seeds = [2, 3]
    let report = try request.observe(into: bench["s.engram"])
    // 30 units with and without noise and all units with noise, for two seeds each; all units without noise, once.
    #expect(report.plan.conditions.count == 7 && report.ingest.append.examples.count == 14)
    #expect(report.ingest.append.runs == 1)
    let condition = "noise_sd = 0.5 AND observation_seed = 2 AND unit_fraction < 1 AND layer_name = "
    try ObserveBench.expect(
      bench.stored("s.engram", where: condition + "'it'")[0], are: Self.frozen.array("it_degraded"), "it")
    try ObserveBench.expect(
      bench.stored("s.engram", where: condition + "'v1'")[0], are: Self.frozen.array("v1_degraded"), "v1")
    try ObserveBench.expect(
      bench.stored("s.engram", where: "noise_sd = 0 AND unit_fraction = 1 AND layer_name = 'v1'")[0],
      are: Self.frozen.array("v1"), "perfect")
    // 30 of 200 and of 38 units are conditions of their own.
    #expect(
      try bench.rows(
        "s.engram", "SELECT DISTINCT unit_fraction, layer_name FROM example WHERE unit_fraction < 1 ORDER BY 1")
        == [[.real(0.15), .text("it")], [.real(30.0 / 38), .text("v1")]])
  }

  @Test func `a recording that is degraded later is a further observation of the same run`() throws {
    let bench = ObserveBench()
    _ = try Self.areas().observe(into: bench["s.engram"])
    var request = Self.areas()
    request.noise = [0.5]
    _ = try request.observe(into: bench["s.engram"])
    #expect(
      try bench.rows("s.engram", "SELECT count(DISTINCT run_id), count(DISTINCT observation_id), count(*) FROM example")
        == [[.integer(1), .integer(2), .integer(4)]])
    // The same once more is refused.
    refusal(.exists) { _ = try request.observe(into: bench["s.engram"]) }
  }

  @Test func `all 45 statistics of a layer from a file for each epoch, whose names say the epochs`() throws {
    let bench = ObserveBench()
    var request = ObserveRequest()
    request.activations = [.init(Fixtures.path("recordings/act_*.npy"))]
    request.weights = [.init(Fixtures.path("recordings/w_*.npy"))]
    request.activityChanges = [.init(Fixtures.path("recordings/change.npy"))]
    request.weightNorm = .frobenius
    request.positions = ["layer": .early]
    try request.set("learning_rule", toText: "sgdm")
    try request.set("batch_size", toText: "256")
    let report = try request.observe(into: bench["s.engram"])
    #expect(report.plan.epochs == [0, 5, 10] && report.ingest.append.examples.count == 1)
    #expect(report.ingest.statistics == Statistic.publishedNames)
    let epochs = try bench.stored("s.engram")[0]
    try ObserveBench.expect(epochs.map { Array($0[..<21]) }, are: Self.frozen.array("w"), "weights")
    try ObserveBench.expect(epochs.map { Array($0[21..<42]) }, are: Self.frozen.array("act"), "activations")
    for (epoch, change) in zip(epochs, try Self.frozen.array("change")) {
      for (value, expected) in zip(epoch[42...], try change.asReals()) {
        #expect(abs(value - expected) <= 1e-15 * max(1, abs(expected)))
      }
    }
    #expect(
      try bench.rows("s.engram", "SELECT layer_position, learning_rule, batch_size FROM example")
        == [[.text("early"), .text("sgdm"), .integer(256)]])
  }

  @Test func `statistics that a layer has no numbers for are absent, and other layers keep theirs`() throws {
    let bench = ObserveBench()
    var request = ObserveRequest()
    request.activations = [
      .init(Fixtures.path("recordings/act_*.npy"), layer: "a"),
      .init(Fixtures.path("recordings/act_*.npy"), layer: "b"),
    ]
    request.weights = [.init(Fixtures.path("recordings/w_*.npy"), layer: "b")]
    request.activityChanges = [.init(Fixtures.path("recordings/change.npy"), layer: "a")]
    request.noise = [0, 1]
    let report = try request.observe(into: bench["s.engram"])
    #expect(report.ingest.preview.parts.map(\.statistics.count) == [24, 42, 21])
    #expect(report.ingest.append.examples.count == 4 && report.ingest.append.commit == 1)
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let b = try snapshot.examples(where: "layer_name = 'b' AND noise_sd = 0")
    #expect(!snapshot.statistics(of: b).contains("gradavgraw_id") && snapshot.statistics(of: b).count == 42)
    #expect(report.notes.contains { $0.hasPrefix("activity changes are given as they are") })
  }

  @Test func `axes in any order, types, byte orders and blocks of any size give the same bits`() throws {
    let bench = ObserveBench()
    var random = SeededGenerator(seed: 4)
    // Whole numbers, which all types hold: 2 runs, 3 epochs, 2 layers, 5 stimuli, 7 units in two axes.
    let extents: [(word: String, count: Int)] = [
      ("run", 2), ("epoch", 3), ("layer", 2), ("stimulus", 5), ("unit", 7), ("unit", 2),
    ]
    let numbers = (0..<840).map { _ in Double(Int.random(in: -60...60, using: &random)) }
    bench.folder.write("animal,learning_rule\nx,\ny,\n", to: "runs.csv")
    func observed(_ order: [Int], _ type: NumPyType, _ isFortran: Bool, blocks: Int, member: Bool = false) throws
      -> [[[Double]]]
    {
      let shape = order.map { extents[$0].count }
      var shuffled: [Double] = []
      for place in 0..<840 {
        // The index along each axis of the file, last or first fastest.
        var rest = place
        var index = [Int](repeating: 0, count: 6)
        for axis in isFortran ? Array(0..<6) : Array((0..<6).reversed()) {
          index[order[axis]] = rest % shape[axis]
          rest /= shape[axis]
        }
        shuffled.append(numbers[zip(index, extents).reduce(0) { $0 * $1.1.count + $1.0 }])
      }
      var request = ObserveRequest()
      try bench.write(shuffled, shape: shape, to: "x.npy", type: type, isFortranOrder: isFortran)
      request.activations = [.init(bench["x.npy"])]
      request.axes = order.map { extents[$0].word }.joined(separator: ",")
      request.metadata = bench["runs.csv"]
      request.layers = ["v1", "it"]
      request.noise = [0, 2]
      request.blockByteCount = blocks
      TestFiles.remove(bench["s.engram"])
      #expect(try request.observe(into: bench["s.engram"]).ingest.append.examples.count == 8)
      return try bench.stored("s.engram")
    }
    let one = try observed([0, 1, 2, 3, 4, 5], .float64, false, blocks: 1 << 20)
    #expect(one.count == 8 && one[0].count == 3)
    let big = NumPyType(kind: .float, byteCount: 4, isBigEndian: true)
    let types: [NumPyType] = [
      .float32, .float64, big, .int64, NumPyType(kind: .integer, byteCount: 1, isBigEndian: false),
      NumPyType(kind: .integer, byteCount: 2, isBigEndian: true),
      NumPyType(kind: .float, byteCount: 2, isBigEndian: false),
    ]
    for type in types {
      #expect(try observed([0, 1, 2, 3, 4, 5], type, false, blocks: 100) == one, "\(type.name)")
      var order = [0, 1, 2, 3, 4, 5]
      order.shuffle(using: &random)
      // The two axes of units keep their order, in which they are drawn from.
      if let first = order.firstIndex(of: 4), let second = order.firstIndex(of: 5), first > second {
        order.swapAt(first, second)
      }
      for isFortran in [false, true] {
        #expect(try observed(order, type, isFortran, blocks: 300) == one, "\(order) \(type.name) \(isFortran)")
      }
    }
  }

  @Test func `NaN are kept or refused where that is asked for`() throws {
    let bench = ObserveBench()
    try bench.write([1, 2, .nan, 4, 5, 6, 7, 9], shape: [1, 2, 4], to: "x.npy")
    var request = ObserveRequest()
    request.activations = [.init(bench["x.npy"])]
    request.missing = .refuse
    let error = refusal(.invalidData) { _ = try request.observe(into: bench["s.engram"]) }
    #expect(error?.found == "1 units that are NaN at some stimulus, 0 stimuli that are NaN at all units")
    #expect(!TrajectoryStore.exists(at: bench["s.engram"]))
    request.missing = .keep
    _ = try request.observe(into: bench["s.engram"])
    #expect(try bench.stored("s.engram")[0][0].count { $0.isNaN } == 21)
    try bench.write([.nan, 2, 3, .nan], shape: [1, 2, 2], to: "y.npy")
    request.activations = [.init(bench["y.npy"])]
    request.missing = .drop
    refusal(.invalidData) { _ = try request.observe(into: bench["s.engram"]) }
    try bench.write([.nan, .nan, 3, 4, .nan, .nan, .nan, .nan], shape: [2, 2, 2], to: "z.npy")
    request.activations = [.init(bench["z.npy"])]
    let empty = refusal(.invalidData) { _ = try request.observe(into: bench["s.engram"]) }
    #expect(empty?.place == "layer layer, run 0, epoch 1.0")
  }

  @Test func `runs of equal metadata are told of as in an ingest, also before anything is measured`() throws {
    let bench = ObserveBench()
    try bench.write((0..<24).map { Double($0 * $0) }, shape: [3, 2, 4], to: "r.npy")
    bench.folder.write("animal\nm1\nm2\nm1\n", to: "m.csv")
    var request = ObserveRequest()
    request.activations = [.init(bench["r.npy"])]
    request.axes = "run,stimulus,unit"
    request.metadata = bench["m.csv"]
    request.noise = [0, 1]
    let planned = try request.plan(into: bench["s.engram"])
    let report = try request.observe(into: bench["s.engram"])
    #expect(report.ingest.append.runs == 2)
    #expect(planned.warnings == report.plan.warnings && report.plan.warnings == report.ingest.preview.warnings)
    let text = report.plan.warnings.map(\.description).joined()
    #expect(text.contains("2 of 6 rows share all of animal and the layer with an earlier row"), "\(text)")
    #expect(try request.plan(options: IngestOptions(repeats: .newRuns)).warnings.isEmpty)
  }

  @Test func `a count of units is the same share of the weights, as a fraction is`() throws {
    let bench = ObserveBench()
    try bench.write((0..<400).map { Double(($0 * 37) % 101) }, shape: [2, 1, 200], to: "a.npy")
    try bench.write((0..<1_200).map { Double(($0 * 53) % 211) }, shape: [2, 20, 30], to: "w.npy")
    var request = ObserveRequest()
    request.activations = [.init(bench["a.npy"])]
    request.weights = [.init(bench["w.npy"])]
    request.units = [.count(30)]
    _ = try request.observe(into: bench["count.engram"])
    request.units = [.fraction(0.15)]
    let report = try request.observe(into: bench["fraction.engram"])
    #expect(report.notes.contains { $0.contains("not the mean over rows") }, "\(report.notes)")
    #expect(try bench.stored("count.engram") == bench.stored("fraction.engram"))
    // Both at once are one observation.
    request.units = [.fraction(0.15), .count(30)]
    #expect(try request.observe(into: bench["both.engram"]).ingest.append.examples.count == 1)
  }

  @Test func `a layer with as many units as are measured has one perfect observation, whatever the seed`() throws {
    let bench = ObserveBench()
    var request = Self.areas()
    request.units = [.count(38)]
    request.seeds = [0, 1, 2, 3, 4]
    let report = try request.observe(into: bench["s.engram"])
    #expect(
      report.notes.contains { $0.hasPrefix("layers with as many units") && $0.hasSuffix(": v1") }, "\(report.notes)")
    #expect(
      try bench.rows("s.engram", "SELECT layer_name, unit_fraction, count(*) FROM example GROUP BY 1, 2 ORDER BY 1")
        == [[.text("it"), .real(0.19), .integer(5)], [.text("v1"), .real(1), .integer(1)]])
    try ObserveBench.expect(
      bench.stored("s.engram", where: "layer_name = 'v1'")[0], are: Self.frozen.array("v1"), "v1")
    // A plan reads nothing, so it counts the two units that are lost too.
    request.units = [.count(40)]
    #expect(try request.plan().notes.contains { $0.hasSuffix(": v1") })
    request.noise = [0.5]
    #expect(try !request.plan().notes.contains { $0.hasSuffix(": v1") })
  }

  @Test func `activity changes alone are refused under a condition, also by a plan`() throws {
    let bench = ObserveBench()
    try bench.write([1, 2, 3, 4], shape: [2, 2], to: "c.npy")
    var request = ObserveRequest()
    request.activityChanges = [.init(bench["c.npy"])]
    request.noise = [0.5]
    #expect(refusal(.usage) { _ = try request.plan() }?.file == bench["c.npy"])
    refusal(.usage) { _ = try request.observe(into: bench["s.engram"]) }
    #expect(!TrajectoryStore.exists(at: bench["s.engram"]))
    // Beside other layers they are left out, and with a perfect condition they are measured under that.
    try bench.write([1, 2, 3, 4, 5, 6, 7, 9], shape: [2, 2, 2], to: "a.npy")
    request.activations = [.init(bench["a.npy"], layer: "b")]
    request.positions = ["layer": .early]
    let plan = try request.plan()
    #expect(
      plan.layers.map(\.name) == ["b"] && plan.notes.contains { $0.hasSuffix("left out: layer") }, "\(plan.notes)")
    request.noise = [0, 0.5]
    request.units = [.count(2)]
    #expect(try request.plan().layers.map(\.name) == ["b"])
    request.units = [.count(1), .all]
    let report = try request.observe(into: bench["s.engram"])
    #expect(report.ingest.append.examples.count == 5)
  }

  @Test func `a plan reads no values and changes nothing`() throws {
    let bench = ObserveBench()
    let plan = try Self.areas().plan()
    #expect(plan.runs == 1 && plan.epochs.count == 15 && plan.conditions == [.perfect])
    #expect(plan.byteCount == 15 * 60 * (200 + 2 * 40))
    #expect(bench.folder.names.isEmpty)
  }

  /// A recording of `files`, of stimuli and units, under two conditions.
  private static func sessions(_ files: String, units: [MeasurementCondition.Units] = []) -> ObserveRequest {
    var request = ObserveRequest()
    request.activations = [.init(files)]
    request.axes = "stimulus,unit"
    request.units = units
    request.fields = ["animal": .text(files)]
    request.hasOwnUnits = true
    return request
  }

  @Test func `sessions with units and stimuli of their own are measured as each by itself is`() throws {
    let bench = ObserveBench()
    try bench.write([1, 2, 4, -3, 0, 9], shape: [2, 3], to: "s_0.npy")
    try bench.write([5, 1, 2, 2, 7, 8], shape: [3, 2], to: "s_5.npy", isFortranOrder: true)
    let units: [MeasurementCondition.Units] = [.all, .count(2)]
    let report = try Self.sessions(bench["s_*.npy"], units: units).observe(into: bench["all.engram"])
    #expect(report.notes.contains { $0.hasSuffix("have 2 to 3 units") })
    #expect(report.notes.contains { $0.hasSuffix("have 2 to 3 stimuli") })
    #expect(report.plan.layers.map(\.units) == [3] && report.plan.epochs == [0, 5])
    for (condition, fraction) in [("unit_fraction = 1", 1.0), ("unit_fraction < 1", 0.8)] {
      let together = try bench.stored("all.engram", where: condition)[0]
      for (epoch, file) in ["s_0.npy", "s_5.npy"].enumerated() {
        let store = "\(epoch)\(fraction).engram"
        _ = try Self.sessions(bench[file], units: fraction == 1 ? [] : [.count(2)]).observe(into: bench[store])
        #expect(try bench.stored(store)[0][0] == together[epoch], "\(condition), \(file)")
      }
    }
    // Two units are four fifths of the mean of three and two.
    #expect(
      try bench.rows("all.engram", "SELECT unit_fraction FROM example ORDER BY 1") == [[.real(0.8)], [.real(1)]])
    refusal(.usage) { _ = try Self.sessions(bench["s_*.npy"], units: [.count(3)]).observe(into: bench["n.engram"]) }
    var shared = Self.sessions(bench["s_*.npy"])
    shared.hasOwnUnits = false
    #expect(refusal(.invalidData) { _ = try shared.plan() }?.mend?.description.contains("units of their own") == true)
  }

  @Test func `a unit that is NaN in one session is left out of that session alone, where each has its own`() throws {
    let bench = ObserveBench()
    let numbers = [[.nan, 2, 4, .nan, 0, 9], [1, 2, 3, 4, 5, 6.0]]
    try bench.write(numbers.flatMap { $0 }, shape: [2, 2, 3], to: "padded.npy")
    var request = Self.sessions(bench["padded.npy"])
    request.axes = "epoch,stimulus,unit"
    let report = try request.observe(into: bench["own.engram"])
    #expect(
      report.notes.contains(
        "left out of layer layer: 0 to 1 units of an epoch, which are NaN at a stimulus that others have a value for"),
      "\(report.notes)")
    try bench.write([2, 4, 0, 9], shape: [2, 2], to: "p_0.npy")
    try bench.write(numbers[1], shape: [2, 3], to: "p_1.npy")
    _ = try Self.sessions(bench["p_*.npy"]).observe(into: bench["files.engram"])
    #expect(try bench.stored("own.engram") == bench.stored("files.engram"))
    request.missing = .refuse
    refusal(.invalidData) { _ = try request.observe(into: bench["refused.engram"]) }
    try bench.write([.nan, 1, 1, .nan, 1, 2, 3, 4], shape: [2, 2, 2], to: "none.npy")
    request = Self.sessions(bench["none.npy"])
    request.axes = "epoch,stimulus,unit"
    let place = refusal(.invalidData) { _ = try request.observe(into: bench["refused.engram"]) }?.place
    #expect(place == "layer layer, run 0, epoch 0.0")
  }
}
