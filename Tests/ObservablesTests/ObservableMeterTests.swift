// ObservableMeterTests.swift -- the statistics of layers, beside those of NumPy.

import Base
import Observables
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct ObservableMeterTests {
  @Test func `the statistics of 1 -2 3 -4 are those worked out by hand`() throws {
    var meter = try ObservableMeter()
    try meter.addActivations(([1, -2, 3, -4] as [Double]).span, units: 4)
    let found = meter.observables()
    let known: [(Statistic.Function, Statistic.Summary, Double)] = [
      (.raw, .norm, 5.47723), (.raw, .mean, -0.5), (.raw, .median, -2), (.raw, .thirdQuartile, 1),
      (.raw, .variance, 7.25), (.raw, .skewness, 1.671258), (.raw, .kurtosis, 1.475624),
      (.magnitude, .mean, 2.5), (.magnitude, .median, 2), (.magnitude, .thirdQuartile, 3),
      (.magnitude, .variance, 1.25), (.magnitude, .skewness, 1.341641), (.magnitude, .kurtosis, 1.64),
      (.square, .norm, 18.81489), (.square, .mean, 7.5), (.square, .median, 4), (.square, .thirdQuartile, 9),
      (.square, .variance, 32.25), (.square, .skewness, 1.848947), (.square, .kurtosis, 1.721111),
    ]
    for (function, summary, value) in known {
      let measured = try #require(found[.activation(function, summary)])
      #expect(abs(measured - value) < 6e-6 * max(1, abs(value)), "\(function) \(summary): \(measured)")
    }
    #expect(found.statistics.count == 21)
    #expect(found[.weight(.raw, .mean)] == nil)
    #expect(found[.activityChange(.raw)] == nil)
  }

  @Test func `activations of every frozen case are measured as NumPy does`() throws {
    let cases = try Frozen.all.array("activations").map { try $0.asObject() }
    #expect(cases.count == 35)
    for frozen in cases {
      let type = try #require(ElementType(name: try frozen.string("type")))
      var meter = try ObservableMeter()
      try meter.add(
        Frozen.numbers("activations", of: frozen), type: type, units: Int(try frozen.integer("units")))
      try Frozen.expect(meter.observables().values, are: frozen, "\(try frozen.string("name")), \(type)")
    }
  }

  @Test func `weights are measured as NumPy does, and their norm is the mean over rows or that of all`() throws {
    let recorded = try Frozen.all.object("conditions")
    let weights = try Frozen.numbers("weights", of: recorded).map { Float($0) }
    let frozen = try Frozen.all.object("weights")
    var meter = try ObservableMeter(weightNorm: .frobenius)
    try meter.addWeights(weights.span, rows: 3)
    try Frozen.expect(meter.observables().values, are: frozen.object("frobenius"), "frobenius")
    #expect(meter.observables().statistics == Statistic.published.filter { $0.family == .weight })

    var byRows = try ObservableMeter()
    try byRows.addWeights(weights.span, rows: 3)
    let norms = try Frozen.numbers("row_norms", of: frozen)
    for (function, norm) in zip(Statistic.Function.allCases, norms) {
      let found = try #require(byRows.observables()[.weight(function, .norm)])
      #expect(abs(found - norm) <= 1e-12 * norm)
      let mean = byRows.observables()[.weight(function, .mean)]
      #expect(mean == meter.observables()[.weight(function, .mean)])
    }
  }

  @Test func `every condition is measured as NumPy's legacy generator draws it, all in one pass`() throws {
    let recorded = try Frozen.all.object("conditions")
    let measured = try recorded.array("measured").map { try $0.asObject() }
    let units = Int(try recorded.integer("units"))
    let activations = try Frozen.numbers("activations", of: recorded)
    let weights = try Frozen.numbers("weights", of: recorded).map { Float($0) }
    var conditions: [MeasurementCondition] = [.perfect]
    for frozen in measured {
      var chosen = MeasurementCondition.Units.all
      if let count = try frozen.optional("count", { (value) throws(EngramError) in try value.asInteger() }) {
        chosen = .count(Int(count))
      }
      if let share = try frozen.optional("fraction", { (value) throws(EngramError) in try value.asReal() }) {
        chosen = .fraction(share)
      }
      conditions.append(
        try MeasurementCondition(
          units: chosen, noiseSD: frozen.real("noise_sd"), seed: UInt32(try frozen.integer("seed"))))
    }
    for blocks in [1, 2, 5] {
      var meter = try ObservableMeter(conditions: conditions)
      try meter.add(activations, type: .float32, units: units, blocks: blocks)
      for (index, frozen) in measured.enumerated() {
        try Frozen.expect(
          meter.observables(under: index + 1).values, are: frozen.object("of_activations"), "condition \(index)")
      }
    }
    var meter = try ObservableMeter(conditions: conditions)
    try meter.addWeights(weights.span, rows: 3)
    for (index, frozen) in measured.enumerated() {
      try Frozen.expect(
        meter.observables(under: index + 1).values, are: frozen.object("of_weights"), "weights, condition \(index)")
    }
  }

  @Test func `blocks of any size and any number of threads give the same bits`() throws {
    var random = SeededGenerator(seed: 12)
    let units = 67
    let numbers = (0..<(31 * units)).map { _ in Double.random(in: -1...1, using: &random) }
    let conditions: [MeasurementCondition] = [
      .perfect, try MeasurementCondition(units: .fraction(0.3), noiseSD: 0.1, seed: 5),
      try MeasurementCondition(noiseSD: 2, seed: 5), try MeasurementCondition(units: .count(3), noiseSD: 2, seed: 6),
    ]
    func bits(blocks: Int, threads: Int, _ type: ElementType) throws -> [UInt64] {
      var meter = try ObservableMeter(conditions: conditions)
      try meter.add(numbers, type: type, units: units, blocks: blocks, work: WorkContext(threads: threads))
      #expect(meter.stimulusCount == 31)
      return conditions.indices.flatMap { meter.observables(under: $0).values.map(\.bitPattern) }
    }
    for type in ElementType.allCases {
      let one = try bits(blocks: 31, threads: 1, type)
      for blocks in [1, 2, 7, 30] {
        for threads in [1, 2, 3] { #expect(try bits(blocks: blocks, threads: threads, type) == one) }
      }
    }
  }

  @Test func `activity changes are means of the number, its magnitude and its square, without a condition`() throws {
    var meter = try ObservableMeter(conditions: [.perfect, MeasurementCondition(noiseSD: 1)])
    meter.addActivityChange(([1, -2] as [Float]).span)
    meter.addActivityChange(([4] as [Double]).span)
    let found = meter.observables()
    #expect(found.statistics == Statistic.published.filter { $0.family == .layerwise })
    #expect(found[.activityChange(.raw)] == 1)
    #expect(found[.activityChange(.magnitude)] == 7.0 / 3)
    #expect(found[.activityChange(.square)] == 7)
    #expect(meter.observables(under: 1).statistics.isEmpty)
  }

  @Test func `equal values have no variance, and neither skewness nor kurtosis, whatever they are`() throws {
    let constants: [Double] = [0.1, -1e30, 3e-19, 0, 1.0 / 3]
    for value in constants {
      let numbers = [Double](repeating: value, count: 1_000)
      var meter = try ObservableMeter()
      try meter.addActivations(numbers.span, units: 1_000)
      let found = meter.observables()
      #expect(found[.activation(.raw, .mean)] == value)
      #expect(found[.activation(.raw, .variance)] == 0)
      #expect(found[.activation(.raw, .skewness)]?.isNaN == true)
      #expect(found[.activation(.square, .kurtosis)]?.isNaN == true)
    }
  }

  @Test func `a stimulus with one NaN makes every mean NaN, and an infinity stays one where it is`() throws {
    var meter = try ObservableMeter()
    try meter.addActivations(([1, 2, 3, .nan, 5, 6] as [Float]).span, units: 3)
    #expect(meter.observables().values.count { $0.isNaN } == 21)
    var other = try ObservableMeter()
    try other.addActivations(([1, 2, 3, .infinity] as [Float]).span, units: 4)
    #expect(other.observables()[.activation(.raw, .mean)] == .infinity)
    #expect(other.observables()[.activation(.raw, .norm)] == .infinity)
    #expect(other.observables()[.activation(.raw, .median)] == 2)
    #expect(other.observables()[.activation(.raw, .variance)]?.isNaN == true)
  }

  @Test func `medians and quartiles of any numbers are those of sorting`() throws {
    var random = SeededGenerator(seed: 99)
    for _ in 0..<120 {
      let count = Int.random(in: 1...3_000, using: &random)
      let spread = Double.random(in: 0...80, using: &random)
      let steps: [Double] = [0, 0, 0.5, 3]
      let step = steps[Int.random(in: 0..<4, using: &random)]
      var numbers: [Double] = []
      for _ in 0..<count {
        let size = Double.random(in: -1...1, using: &random)
        let value = size * exponential(Double.random(in: -spread...spread, using: &random))
        numbers.append(step == 0 ? value : (value / step).rounded() * step)
      }
      for type in ElementType.allCases {
        let typed = type == .float32 ? numbers.map { Double(Float($0)) } : numbers
        var meter = try ObservableMeter()
        try meter.add(numbers, type: type, units: count)
        let found = meter.observables()
        expect(found, .raw, is: typed)
        expect(found, .magnitude, is: typed.map { $0.magnitude })
        expect(found, .square, is: typed.map { $0 * $0 })
      }
    }
  }

  private func expect(_ found: LayerObservables, _ function: Statistic.Function, is values: [Double]) {
    let descending = values.sorted(by: >)
    let last = Double(values.count - 1)
    let (middle, quarter) = ((last * 0.5).rounded(.toNearestOrEven), (last * 0.25).rounded(.toNearestOrEven))
    #expect(found[.activation(function, .median)] == descending[Int(middle)], "\(function) of \(values.count)")
    #expect(found[.activation(function, .thirdQuartile)] == descending[Int(quarter)], "\(function) of \(values.count)")
  }

  /// 2 to a power.
  private func exponential(_ power: Double) -> Double {
    Double(sign: .plus, exponent: Int(power), significand: 1 + power - power.rounded(.down))
  }

  @Test func `what cannot be measured is refused`() throws {
    #expect(throws: EngramError.self) { try ObservableMeter(conditions: []) }
    #expect(throws: EngramError.self) { try MeasurementCondition(units: .fraction(0)) }
    #expect(throws: EngramError.self) { try MeasurementCondition(units: .fraction(.nan)) }
    #expect(throws: EngramError.self) { try MeasurementCondition(units: .fraction(1.5)) }
    #expect(throws: EngramError.self) { try MeasurementCondition(units: .count(0)) }
    #expect(throws: EngramError.self) { try MeasurementCondition(noiseSD: -1) }
    #expect(throws: EngramError.self) { try MeasurementCondition(noiseSD: .infinity) }
    var meter = try ObservableMeter(conditions: [MeasurementCondition(units: .count(5))])
    let numbers: [Double] = [1, 2, 3, 4]
    for units in [0, 3, 4, -1] {
      #expect(throws: EngramError.self, "\(units)") { try meter.addActivations(numbers.span, units: units) }
      #expect(throws: EngramError.self, "\(units)") { try meter.addWeights(numbers.span, rows: units) }
    }
    var other = try ObservableMeter()
    try other.addActivations(numbers.span, units: 4)
    #expect(throws: EngramError.self) { try other.addActivations(numbers.span, units: 2) }
    // Rows that are not whole would have norms of others.
    for rows in [3, 5] {
      #expect(throws: EngramError.self, "\(rows)") { try other.addWeights(numbers.span, rows: rows) }
    }
    try other.addWeights(numbers.span, rows: 2)
    #expect(throws: EngramError.self) { try other.addWeights(numbers.span, rows: 2) }
    try other.addActivations([Double]().span, units: 4)
    #expect(other.stimulusCount == 1)
  }

  @Test func `a condition is stored as the fraction of units that it measures`() throws {
    let counted = try MeasurementCondition(units: .count(30), noiseSD: 0.5, seed: 7)
    #expect(try counted.observation(ofUnits: 120) == ObservationCondition(unitFraction: 0.25, noiseSD: 0.5, seed: 7))
    #expect(try MeasurementCondition(units: .fraction(1)).observation(ofUnits: 9) == .perfect)
    #expect(try MeasurementCondition(units: .fraction(3e-5)).unitCount(of: 100) == 1)
    #expect(try MeasurementCondition(units: .fraction(0.1)).unitCount(of: 4_096) == 410)
  }

  @Test func `a count of all units of a layer is none, and of weights it is their share`() throws {
    let counted = try MeasurementCondition(units: .count(6), seed: 7)
    #expect(try counted.observation(ofUnits: 6) == .perfect)
    #expect(try counted.observation(ofUnits: [6, 8]) == ObservationCondition(unitFraction: 12.0 / 14, seed: 7))
    let noisy = try MeasurementCondition(units: .count(6), noiseSD: 1, seed: 7)
    #expect(try noisy.observation(ofUnits: 6) == ObservationCondition(noiseSD: 1, seed: 7))
    let weights = (0..<40).map { Double($0 * $0) }
    func measured(_ condition: MeasurementCondition, units: Int?, first: Bool = false) throws -> [Double] {
      var meter = try ObservableMeter(conditions: [condition], weightNorm: .frobenius)
      if first { try meter.addActivations(([1, 2, 3, 4, 5, 6, 7, 8] as [Double]).span, units: 8) }
      try meter.addWeights(weights.span, rows: 5, units: units)
      return Array(meter.observables().values.prefix(21))
    }
    let share = try measured(try MeasurementCondition(units: .fraction(0.75), seed: 7), units: nil)
    #expect(try measured(counted, units: 8) == share)
    #expect(try measured(counted, units: nil, first: true) == share)
    #expect(try measured(counted, units: nil) != share)
    #expect(try measured(counted, units: 6) == measured(.perfect, units: nil))
    refusal(.usage) { _ = try measured(counted, units: 5) }
  }

  @Test func `many seeds of noise are drawn in groups, to the same bits as one by one`() throws {
    // More numbers of noise than are drawn ahead.
    let (units, seeds) = (50_000, 90)
    var random = SeededGenerator(seed: 3)
    let numbers = (0..<(2 * units)).map { _ in Float.random(in: -1...1, using: &random) }
    var conditions = try (0..<UInt32(seeds)).map { try MeasurementCondition(noiseSD: 0.5, seed: $0) }
    conditions.append(try MeasurementCondition(units: .fraction(0.5), seed: 5))
    conditions.append(try MeasurementCondition(units: .fraction(0.5), noiseSD: 1, seed: 88))
    var together = try ObservableMeter(conditions: conditions)
    try together.addActivations(numbers.span, units: units)
    for place in [0, 1, 83, 84, 89, 90, 91] {
      var alone = try ObservableMeter(conditions: [conditions[place]])
      try alone.addActivations(numbers.span, units: units)
      #expect(alone.observables().values == together.observables(under: place).values, "condition \(place)")
    }
  }

  @Test func `units that are NaN somewhere are found, and stimuli that were not shown`() throws {
    var missing = MissingUnits(unitCount: 3)
    #expect(missing.look(at: ([1, 2, 3, .nan, .nan, .nan] as [Float]).span) == [false, true])
    #expect(missing.present == [0, 1, 2])
    #expect(missing.look(at: ([1, .nan, .infinity] as [Double]).span) == [false])
    #expect(missing.present == [0, 2])
  }
}
