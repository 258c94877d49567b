// ObserveMeasurement.swift -- measures layer by layer, epoch by epoch, in blocks of stimuli.

import Base
import Observables
import TrajectoryModel

/// Measures the layers of an input one after the other, in blocks of stimuli.
struct ObserveMeasurement {
  let input: ObserveInput
  let work: WorkContext
  /// The layer, run or unit that was left out, and why, in lines for a person.
  var notes: [String] = []
  private var doneBytes = 0
  /// What of weights and activity changes is NaN, by layer.
  var missingNumbers: [String: (weights: Int, kernels: Int, changes: Int)] = [:]
  /// What was left out of each layer: units by run or epoch, and stimuli.
  var dropped: [Int: (units: [Int], stimuli: Int)] = [:]
  /// Layers with as many units as a condition counts.
  private var whole: Set<String> = []

  /// What a layer of a run has values for: by epoch its units, and the stimuli that were not shown.
  struct Present {
    var units: [[Int]] = []
    var notShown: [Int: Set<Int>] = [:]
  }

  init(_ input: ObserveInput, work: WorkContext) {
    self.input = input
    self.work = work
  }

  /// Measures everything, in the order of runs, conditions and layers.
  mutating func run() throws(EngramError) -> [Observe.Measured] {
    var all: [Observe.Measured] = []
    for run in 0..<input.runCount {
      var ofRun: [[Observe.Measured?]] = []
      for layer in input.layers.indices { ofRun.append(try measure(layer: layer, run: run)) }
      // The layers of a condition follow one another: they are one observation of the run.
      for condition in input.conditions.indices {
        let layers = ofRun.compactMap { $0[condition] }.filter { !$0.statistics.isEmpty }
        var conditions: [ObservationCondition] = []
        for layer in layers where !conditions.contains(layer.condition) { conditions.append(layer.condition) }
        for condition in conditions { all += layers.filter { $0.condition == condition } }
      }
    }
    explain()
    if !whole.isEmpty { notes.append(MeasurementCondition.noteOnWhole(whole.sorted())) }
    return all
  }

  /// One layer of one run: for each condition its statistics at all epochs; nil where an earlier condition comes to the same.
  private mutating func measure(layer index: Int, run: Int) throws(EngramError) -> [Observe.Measured?] {
    let layer = input.layers[index]
    var present: Present?
    if let slice = layer.activations, slice.array.isFloat, input.request.missing != .keep {
      present = try self.present(of: slice, layer: index, run: run)
    }
    let units = input.epochs.indices.map { epoch in
      present?.units[epoch].count ?? layer.unitCount(at: epoch)
    }
    // Too few units are said before anything is read.
    let conditions = try layer.observations(under: input.conditions, units: units, run: run)
    var found = conditions.map { condition in
      condition.map { Observe.Measured(run: run, layer: index, condition: $0, statistics: [], values: []) }
    }
    let applied = try layer.applied(input.conditions, units: units)
    if zip(input.conditions, applied).contains(where: { $0.isCount && $1.isPerfect }) { whole.insert(layer.name) }
    for epoch in input.epochs.indices {
      let observables = try observables(of: layer, (run, epoch), present, under: applied)
      for place in found.indices {
        if epoch == 0 { found[place]?.statistics = observables[place].statistics }
        found[place]?.values += observables[place].values
      }
    }
    return found
  }

  /// What one layer shows at one epoch, under each condition.
  private mutating func observables(
    of layer: ObserveInput.Layer, _ place: (run: Int, epoch: Int), _ present: Present?,
    under conditions: [MeasurementCondition]
  ) throws(EngramError) -> [LayerObservables] {
    var meter = try ObservableMeter(conditions: conditions, weightNorm: input.request.weightNorm)
    let unitCount = present?.units[place.epoch].count ?? layer.activations?.array.rowLength(at: place.epoch)
    if let slice = layer.activations {
      switch slice.array.elementType {
      case .float32: try addActivations(of: slice, place, present, to: &meter, as: Float.self)
      case .float64: try addActivations(of: slice, place, present, to: &meter, as: Double.self)
      }
      guard meter.stimulusCount > 0 else {
        throw EngramError(
          .invalidData, "a layer has no stimulus at an epoch", file: slice.array.files[0].name,
          place: "layer \(layer.name), run \(place.run), epoch \(input.epochs[place.epoch])",
          expected: "a stimulus that is not NaN throughout", found: "\(slice.array.rowCount(at: place.epoch)) that are",
          mend: "leave the epoch out of the array, or keep NaN as values")
      }
    }
    if let slice = layer.weights { try addWeights(of: slice, layer.name, place, units: unitCount, to: &meter) }
    if let slice = layer.changes {
      let changes = try withoutMissing(try numbers(of: slice, place), of: slice, layer.name, place)
      meter.addActivityChange(changes.span)
    }
    return conditions.indices.map { meter.observables(under: $0) }
  }

  private func numbers(
    of slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int)
  ) throws(EngramError) -> [Double] {
    let rows = 0..<slice.array.rowCount(at: place.epoch)
    let at = (place.run, place.epoch, slice.layer)
    switch slice.array.elementType {
    case .float32:
      var numbers: [Float] = []
      try slice.array.read(rows, at: at, into: &numbers)
      return numbers.map(Double.init)
    case .float64:
      var numbers: [Double] = []
      try slice.array.read(rows, at: at, into: &numbers)
      return numbers
    }
  }

  /// Adds the weights of an epoch, of a layer of so many units where that is known.
  private mutating func addWeights(
    of slice: ObserveInput.Slice, _ layer: String, _ place: (run: Int, epoch: Int), units unitCount: Int?,
    to meter: inout ObservableMeter
  ) throws(EngramError) {
    let at = (place.run, place.epoch, slice.layer)
    let rows = slice.array.rowCount(at: place.epoch)
    switch slice.array.elementType {
    case .float32:
      var weights: [Float] = []
      try slice.array.read(0..<rows, at: at, into: &weights)
      try count(missing: weights.count { $0.isNaN }, of: slice, layer, place)
      try meter.addWeights(weights.span, rows: rows, units: unitCount)
    case .float64:
      var weights: [Double] = []
      try slice.array.read(0..<rows, at: at, into: &weights)
      try count(missing: weights.count { $0.isNaN }, of: slice, layer, place)
      try meter.addWeights(weights.span, rows: rows, units: unitCount)
    }
    tell(rows * slice.array.rowByteCount(at: place.epoch))
  }

  /// Adds the activations of an epoch, block by block.
  private mutating func addActivations<Number: RecordedNumber>(
    of slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int), _ present: Present?,
    to meter: inout ObservableMeter, as _: Number.Type
  ) throws(EngramError) {
    let array = slice.array
    var block: [Number] = []
    var kept: [Number] = []
    let length = array.rowLength(at: place.epoch)
    let notShown = present?.notShown[place.epoch] ?? []
    for rows in blocks(of: array, at: place.epoch) {
      try work.checkCancelled("the measurement was stopped; the store is as it was before")
      try array.read(rows, at: (place.run, place.epoch, slice.layer), into: &block)
      if let units = present?.units[place.epoch], units.count < length || !notShown.isEmpty {
        kept.removeAll(keepingCapacity: true)
        for row in rows where !notShown.contains(row) {
          let first = (row - rows.lowerBound) * length
          for unit in units { kept.append(block[first + unit]) }
        }
        try meter.addActivations(kept.span, units: units.count, work: work.silent)
      } else {
        try meter.addActivations(block.span, units: length, work: work.silent)
      }
      tell(rows.count * array.rowByteCount(at: place.epoch))
    }
  }

  /// The rows of an array at an epoch, in blocks that fit the memory.
  func blocks(of array: ObservedArray, at epoch: Int) -> [Range<Int>] {
    let size = max(1, input.request.blockByteCount / max(1, array.rowByteCount(at: epoch)))
    let count = array.rowCount(at: epoch)
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  private mutating func tell(_ bytes: Int) {
    doneBytes += bytes
    work.report("measuring", min(doneBytes, input.byteCount), of: input.byteCount, .bytes)
  }
}
