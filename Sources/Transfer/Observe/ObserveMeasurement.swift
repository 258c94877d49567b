// ObserveMeasurement.swift -- measures layer by layer, epoch by epoch, in blocks of stimuli.

import Base
import Observables
import TrajectoryModel

/// Measures the layers of an input one after the other, in blocks of stimuli.
struct ObserveMeasurement {
  private let input: ObserveInput
  private let work: WorkContext
  /// The layer, run or unit that was left out, and why, in lines for a person.
  private(set) var notes: [String] = []
  private var doneBytes = 0
  /// What was left out of each layer: units by run, and stimuli.
  private var dropped: [Int: (units: [Int], stimuli: Int)] = [:]

  /// What a layer of a run has values for: its units, and by epoch the stimuli that were not shown.
  private struct Present {
    var units: [Int]
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
      var ofRun: [[Observe.Measured]] = []
      for layer in input.layers.indices { ofRun.append(try measure(layer: layer, run: run)) }
      // The layers of a condition follow one another: they are one observation of the run.
      for condition in input.conditions.indices {
        let layers = ofRun.compactMap { condition < $0.count ? $0[condition] : nil }.filter { !$0.statistics.isEmpty }
        var conditions: [ObservationCondition] = []
        for layer in layers where !conditions.contains(layer.condition) { conditions.append(layer.condition) }
        for condition in conditions { all += layers.filter { $0.condition == condition } }
      }
    }
    explain()
    return all
  }

  /// One layer of one run: for each condition its statistics at all epochs.
  private mutating func measure(layer index: Int, run: Int) throws(EngramError) -> [Observe.Measured] {
    let layer = input.layers[index]
    var found: [Observe.Measured] = []
    var present: Present?
    if let slice = layer.activations, slice.array.isFloat, input.request.missing != .keep {
      present = try self.present(of: slice, layer: index, run: run)
    }
    for epoch in input.epochs.indices {
      let observables = try observables(of: layer, (run, epoch), present)
      for (place, condition) in input.conditions.enumerated() {
        if epoch == 0 {
          let units =
            present?.units.count ?? layer.activations?.array.rowLength
            ?? layer.weights.map { $0.array.rowCount * $0.array.rowLength } ?? 1
          found.append(
            .init(
              run: run, layer: index, condition: try condition.observation(ofUnits: units),
              statistics: observables[place].statistics, values: []))
        }
        found[place].values += observables[place].values
      }
    }
    return found
  }

  /// What one layer shows at one epoch, under each condition.
  private mutating func observables(
    of layer: ObserveInput.Layer, _ place: (run: Int, epoch: Int), _ present: Present?
  ) throws(EngramError) -> [LayerObservables] {
    var meter = try ObservableMeter(conditions: input.conditions, weightNorm: input.request.weightNorm)
    let unitCount = present?.units.count ?? layer.activations?.array.rowLength
    if let slice = layer.activations {
      switch slice.array.elementType {
      case .float32: try addActivations(of: slice, place, present, to: &meter, as: Float.self)
      case .float64: try addActivations(of: slice, place, present, to: &meter, as: Double.self)
      }
      guard meter.stimulusCount > 0 else {
        throw EngramError(
          .invalidData, "a layer has no stimulus at an epoch", file: slice.array.files[0].name,
          place: "layer \(layer.name), run \(place.run), epoch \(input.epochs[place.epoch])",
          expected: "a stimulus that is not NaN throughout", found: "\(slice.array.rowCount) that are",
          mend: "leave the epoch out of the array, or keep NaN as values")
      }
    }
    if let slice = layer.weights { try addWeights(of: slice, place, unitCount: unitCount, to: &meter) }
    if let slice = layer.changes {
      let changes = try numbers(of: slice, place)
      meter.addActivityChange(changes.span)
    }
    return input.conditions.indices.map { meter.observables(under: $0) }
  }

  private func numbers(
    of slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int)
  ) throws(EngramError) -> [Double] {
    let rows = 0..<slice.array.rowCount
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

  /// Adds the weights of an epoch.
  private mutating func addWeights(
    of slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int), unitCount: Int?, to meter: inout ObservableMeter
  ) throws(EngramError) {
    let at = (place.run, place.epoch, slice.layer)
    let rows = slice.array.rowCount
    switch slice.array.elementType {
    case .float32:
      var weights: [Float] = []
      try slice.array.read(0..<rows, at: at, into: &weights)
      try meter.addWeights(weights.span, rows: rows)
    case .float64:
      var weights: [Double] = []
      try slice.array.read(0..<rows, at: at, into: &weights)
      try meter.addWeights(weights.span, rows: rows)
    }
    tell(rows * slice.array.rowByteCount)
  }

  /// Adds the activations of an epoch, block by block.
  private mutating func addActivations<Number: RecordedNumber>(
    of slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int), _ present: Present?,
    to meter: inout ObservableMeter, as _: Number.Type
  ) throws(EngramError) {
    let array = slice.array
    var block: [Number] = []
    var kept: [Number] = []
    for rows in blocks(of: array) {
      try work.checkCancelled("the measurement was stopped; the store is as it was before")
      try array.read(rows, at: (place.run, place.epoch, slice.layer), into: &block)
      let length = array.rowLength
      let notShown = present?.notShown[place.epoch] ?? []
      if let units = present?.units, units.count < length || !notShown.isEmpty {
        kept.removeAll(keepingCapacity: true)
        for row in rows where !notShown.contains(row) {
          let first = (row - rows.lowerBound) * length
          for unit in units { kept.append(block[first + unit]) }
        }
        try meter.addActivations(kept.span, units: units.count, work: work.silent)
      } else {
        try meter.addActivations(block.span, units: length, work: work.silent)
      }
      tell(rows.count * array.rowByteCount)
    }
  }

  /// The rows of an array in blocks that fit the memory.
  private func blocks(of array: ObservedArray) -> [Range<Int>] {
    let size = max(1, input.request.blockByteCount / max(1, array.rowByteCount))
    return stride(from: 0, to: array.rowCount, by: size).map { $0..<min($0 + size, array.rowCount) }
  }

  private mutating func tell(_ bytes: Int) {
    doneBytes += bytes
    work.report("measuring", min(doneBytes, input.byteCount), of: input.byteCount, .bytes)
  }
}

extension ObserveMeasurement {
  /// The units of a layer that are never NaN while other units are not, over all epochs of a run.
  private mutating func present(of slice: ObserveInput.Slice, layer: Int, run: Int) throws(EngramError) -> Present {
    let array = slice.array
    var missing = MissingUnits(unitCount: array.rowLength)
    var present = Present(units: [])
    var emptyStimuli = 0
    for epoch in input.epochs.indices {
      for rows in blocks(of: array) {
        try work.checkCancelled("the measurement was stopped; the store is as it was before")
        let at = (run, epoch, slice.layer)
        let isEmpty: [Bool]
        switch array.elementType {
        case .float32:
          var block: [Float] = []
          try array.read(rows, at: at, into: &block)
          isEmpty = missing.look(at: block.span)
        case .float64:
          var block: [Double] = []
          try array.read(rows, at: at, into: &block)
          isEmpty = missing.look(at: block.span)
        }
        for (row, isEmpty) in zip(rows, isEmpty) where isEmpty {
          present.notShown[epoch, default: []].insert(row)
          emptyStimuli += 1
        }
      }
    }
    present.units = missing.present
    let gone = array.rowLength - present.units.count
    guard gone > 0 || emptyStimuli > 0 else { return present }
    let place = "layer \(input.layers[layer].name), run \(run)"
    guard input.request.missing == .drop else {
      throw EngramError(
        .invalidData, "a recording has NaN", file: array.files[0].name, place: place, expected: "numbers",
        found: "\(gone) units that are NaN at some stimulus, \(emptyStimuli) stimuli that are NaN at all units",
        mend: "leave them out, or keep NaN as values")
    }
    guard !present.units.isEmpty else {
      throw EngramError(
        .invalidData, "no unit of a layer has a value at every stimulus", file: array.files[0].name, place: place,
        expected: "at least one of \(array.rowLength) units", found: "none",
        mend: "leave out stimuli or epochs that few units have, or keep NaN as values")
    }
    var seen = dropped[layer] ?? ([], 0)
    seen.units.append(gone)
    seen.stimuli += emptyStimuli
    dropped[layer] = seen
    return present
  }

  /// Says in one line for each layer what was left out.
  private mutating func explain() {
    for (layer, seen) in dropped.sorted(by: { $0.key < $1.key }) {
      let total = input.layers[layer].activations?.array.rowLength ?? 0
      let (least, most) = (seen.units.min() ?? 0, seen.units.max() ?? 0)
      var parts: [String] = []
      if most > 0 {
        let count = least == most ? "\(most)" : "\(least) to \(most)"
        let runs = input.runCount > 1 ? " in \(seen.units.count) of \(input.runCount) runs" : ""
        parts.append("\(count) of \(total) units, which are NaN at a stimulus that others have a value for\(runs)")
      }
      if seen.stimuli > 0 {
        parts.append(
          "\(seen.stimuli) \(seen.stimuli == 1 ? "showing" : "showings") of a stimulus, at which all units are NaN")
      }
      notes.append("left out of layer \(input.layers[layer].name): \(parts.joined(separator: "; "))")
    }
  }
}
