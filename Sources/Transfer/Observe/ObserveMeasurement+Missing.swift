// ObserveMeasurement+Missing.swift -- units that were lost and stimuli that were not shown, and the line that says so.

import Base
import Observables
import TrajectoryModel

extension ObserveMeasurement {
  /// The units of a layer that are never NaN while other units are not, over all epochs of a run.
  mutating func present(of slice: ObserveInput.Slice, layer: Int, run: Int) throws(EngramError) -> Present {
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
  mutating func explain() {
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
