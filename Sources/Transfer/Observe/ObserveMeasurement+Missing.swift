// ObserveMeasurement+Missing.swift -- units that were lost and stimuli that were not shown, and the line that says so.

import Base
import Observables
import TrajectoryModel

extension ObserveMeasurement {
  /// The units of a layer that are never NaN while other units are not: over all epochs of a run, or at each of them where each
  /// has units of its own.
  mutating func present(of slice: ObserveInput.Slice, layer: Int, run: Int) throws(EngramError) -> Present {
    let array = slice.array
    var present = Present()
    if input.request.hasOwnUnits {
      for epoch in input.epochs.indices {
        var missing = MissingUnits(unitCount: array.rowLength(at: epoch))
        try look(at: slice, (run, epoch), &missing, &present)
        present.units.append(missing.present)
      }
    } else {
      var missing = MissingUnits(unitCount: array.rowLength(at: 0))
      for epoch in input.epochs.indices { try look(at: slice, (run, epoch), &missing, &present) }
      present.units = Array(repeating: missing.present, count: input.epochs.count)
    }
    try note(present, of: slice, layer: layer, run: run)
    return present
  }

  /// Looks for units that are NaN at an epoch, and for stimuli that were not shown.
  private func look(
    at slice: ObserveInput.Slice, _ place: (run: Int, epoch: Int), _ missing: inout MissingUnits,
    _ present: inout Present
  ) throws(EngramError) {
    let at = (place.run, place.epoch, slice.layer)
    for rows in blocks(of: slice.array, at: place.epoch) {
      try work.checkCancelled("the measurement was stopped; the store is as it was before")
      let isEmpty: [Bool]
      switch slice.array.elementType {
      case .float32:
        var block: [Float] = []
        try slice.array.read(rows, at: at, into: &block)
        isEmpty = missing.look(at: block.span)
      case .float64:
        var block: [Double] = []
        try slice.array.read(rows, at: at, into: &block)
        isEmpty = missing.look(at: block.span)
      }
      for (row, isEmpty) in zip(rows, isEmpty) where isEmpty { present.notShown[place.epoch, default: []].insert(row) }
    }
  }

  /// Keeps what is left out of a layer of a run, to be said; refuses what the request refuses, and a layer without units.
  private mutating func note(
    _ present: Present, of slice: ObserveInput.Slice, layer: Int, run: Int
  ) throws(EngramError) {
    let array = slice.array
    let emptyStimuli = present.notShown.values.reduce(0) { $0 + $1.count }
    // Units that are the same at all epochs are counted once.
    let counted = input.request.hasOwnUnits ? Array(input.epochs.indices) : [0]
    let gone = counted.map { array.rowLength(at: $0) - present.units[$0].count }
    guard gone.contains(where: { $0 > 0 }) || emptyStimuli > 0 else { return }
    let place = "layer \(input.layers[layer].name), run \(run)"
    guard input.request.missing == .drop else {
      throw EngramError(
        .invalidData, "a recording has NaN", file: array.files[0].name, place: place, expected: "numbers",
        found: "\(gone.reduce(0, +)) units that are NaN at some stimulus, "
          + "\(emptyStimuli) stimuli that are NaN at all units",
        mend: "leave them out, or keep NaN as values")
    }
    if let epoch = counted.first(where: { present.units[$0].isEmpty }) {
      let isOwn = input.request.hasOwnUnits
      let shared: Mend = """
        leave out stimuli or epochs that few units have, say \(option: .ownUnits) where epochs have units of their own, or keep \
        NaN as values
        """
      throw EngramError(
        .invalidData, "no unit of a layer has a value at every stimulus", file: array.files[0].name,
        place: isOwn ? "\(place), epoch \(input.epochs[epoch])" : place,
        expected: "at least one of \(array.rowLength(at: epoch)) units", found: "none",
        mend: isOwn ? "leave out stimuli that few units have, or keep NaN as values" : shared)
    }
    var seen = dropped[layer] ?? ([], 0)
    seen.units += gone
    seen.stimuli += emptyStimuli
    dropped[layer] = seen
  }

  /// Counts weights that are NaN, which cannot be left out of a kernel; refuses them where the request does.
  mutating func count(
    missing: Int, of slice: ObserveInput.Slice, _ layer: String, _ place: (run: Int, epoch: Int)
  ) throws(EngramError) {
    if missing == 0 || input.request.missing == .keep { return }
    if input.request.missing == .refuse { throw refusal("\(missing) weights that are NaN", slice, layer, place) }
    missingNumbers[layer, default: (0, 0, 0)].weights += missing
    missingNumbers[layer, default: (0, 0, 0)].kernels += 1
  }

  /// The activity changes of an epoch without those that are NaN, which are counted; refused where the request refuses them.
  ///
  /// Changes that are all NaN stay: their statistics are NaN at that epoch.
  mutating func withoutMissing(
    _ changes: [Double], of slice: ObserveInput.Slice, _ layer: String, _ place: (run: Int, epoch: Int)
  ) throws(EngramError) -> [Double] {
    let missing = changes.count { $0.isNaN }
    if missing == 0 || input.request.missing == .keep { return changes }
    if input.request.missing == .refuse {
      throw refusal("\(missing) activity changes that are NaN", slice, layer, place)
    }
    missingNumbers[layer, default: (0, 0, 0)].changes += missing
    return missing == changes.count ? changes : changes.filter { !$0.isNaN }
  }

  private func refusal(
    _ found: String, _ slice: ObserveInput.Slice, _ layer: String, _ place: (run: Int, epoch: Int)
  ) -> EngramError {
    EngramError(
      .invalidData, "a recording has NaN", file: slice.array.files[0].name,
      place: "layer \(layer), run \(place.run), epoch \(EpochSelection.text(input.epochs[place.epoch]))",
      expected: "numbers", found: found, mend: "correct the array, or keep NaN as values")
  }

  /// Says in one line for each layer what was left out, and what is NaN.
  mutating func explain() {
    for (layer, seen) in dropped.sorted(by: { $0.key < $1.key }) {
      let total = input.layers[layer].activations?.array.rowLengths.upperBound ?? 0
      let (least, most) = (seen.units.min() ?? 0, seen.units.max() ?? 0)
      var parts: [String] = []
      if most > 0 {
        let count = least == most ? "\(most)" : "\(least) to \(most)"
        let isOwn = input.request.hasOwnUnits
        let units = isOwn ? "\(count) units of an epoch" : "\(count) of \(total) units"
        let runs = !isOwn && input.runCount > 1 ? " in \(seen.units.count) of \(input.runCount) runs" : ""
        parts.append("\(units), which are NaN at a stimulus that others have a value for\(runs)")
      }
      if seen.stimuli > 0 {
        parts.append(
          "\(seen.stimuli) \(seen.stimuli == 1 ? "showing" : "showings") of a stimulus, at which all units are NaN")
      }
      notes.append("left out of layer \(input.layers[layer].name): \(parts.joined(separator: "; "))")
    }
    for (layer, seen) in missingNumbers.sorted(by: { $0.key < $1.key }) {
      if seen.weights > 0 {
        notes.append(
          """
          layer \(layer): \(seen.weights) weights are NaN, so the statistics of \(seen.kernels) \
          \(seen.kernels == 1 ? "kernel is" : "kernels are") NaN
          """)
      }
      if seen.changes > 0 { notes.append("left out of layer \(layer): \(seen.changes) activity changes that are NaN") }
    }
  }
}
