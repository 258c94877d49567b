// ObserveInput.swift -- the arrays of a request, opened and fitted together: layers, runs and epochs.

import Base
import Formats
import Observables
import TrajectoryModel

/// The arrays of a request, opened and fitted together.
struct ObserveInput: Sendable {
  /// An array, and which index of its axis of layers.
  struct Slice: Sendable {
    let array: ObservedArray
    let layer: Int
  }

  /// A layer, and where its numbers are.
  struct Layer: Sendable {
    let name: String
    var activations: Slice?
    var weights: Slice?
    var changes: Slice?

    /// Units of its activations at an epoch; without these, its weights.
    func unitCount(at epoch: Int) -> Int {
      activations?.array.rowLength(at: epoch) ?? weights?.array.greatestCount ?? 1
    }

    /// Whether it has activity changes alone, which are measured without a condition.
    var hasChangesAlone: Bool { activations == nil && weights == nil }

    /// The conditions as they are for so many units at each epoch.
    ///
    /// - Throws: ``EngramError`` with code `usage` for too few units.
    func applied(_ conditions: [MeasurementCondition], units: [Int]) throws(EngramError) -> [MeasurementCondition] {
      if hasChangesAlone { return conditions }
      return try conditions.map { (condition) throws(EngramError) in try condition.applied(toUnits: units) }
    }

    /// What a store keeps of each condition, where so many units are there at each epoch; nil where an earlier condition comes to the
    /// same, or nothing is measured.
    ///
    /// - Throws: ``EngramError`` with code `usage` for too few units, with the file, the layer and the run.
    func observations(
      under conditions: [MeasurementCondition], units: [Int], run: Int
    ) throws(EngramError) -> [ObservationCondition?] {
      if hasChangesAlone { return conditions.map { $0.isPerfect ? .perfect : nil } }
      var seen: Set<ObservationCondition> = []
      do throws(EngramError) {
        return try conditions.map { (condition) throws(EngramError) in
          let observation = try condition.observation(ofUnits: units)
          return seen.insert(observation).inserted ? observation : nil
        }
      } catch {
        var placed = error
        placed.file = (activations ?? weights)?.array.files[0].name
        placed.place = "layer \(name), run \(run)"
        throw placed
      }
    }
  }

  let request: ObserveRequest
  let layers: [Layer]
  let runCount: Int
  let epochs: [Double]
  let conditions: [MeasurementCondition]
  /// Columns of metadata, one value for each run.
  let fields: [MetadataColumn]
  let byteCount: Int
  let notes: [String]

  /// Opens the arrays; of their elements none is read, but those of archives.
  ///
  /// - Throws: ``EngramError`` with code `usage` or `invalidData` when the parts do not fit one another.
  init(_ request: ObserveRequest) throws(EngramError) {
    self.request = request
    var notes: [String] = []
    var opener = ObserveOpener(request)
    var activations = try opener.open(request.activations, as: .activations)
    var weights = try opener.open(request.weights, as: .weights)
    var changes = try opener.open(request.activityChanges, as: .activityChanges)
    Self.joinOnly(&activations, &weights, &changes)
    notes += opener.notes
    let all = (activations + weights + changes).map(\.slice.array)
    guard !all.isEmpty else {
      throw EngramError(
        .usage, "there is nothing to measure", expected: "arrays of activations, weights or activity changes",
        found: "none")
    }
    if let names = request.layers, !all.contains(where: { $0.layerCount != nil }) {
      throw EngramError(
        .usage, "layers are named, and no array has an axis of layers", file: all[0].files[0].path,
        expected: "an axis of layers, or a name for the layer of each array", found: names.joined(separator: ", "),
        mend: "say which axis counts layers with \(option: .axes), or name the layer of each array where it is given")
    }
    var layers: [Layer] = []
    func layer(_ name: String) -> Int {
      if let known = layers.firstIndex(where: { $0.name == name }) { return known }
      layers.append(Layer(name: name))
      return layers.count - 1
    }
    for one in activations { layers[layer(one.name)].activations = one.slice }
    for one in weights { layers[layer(one.name)].weights = one.slice }
    for one in changes { layers[layer(one.name)].changes = one.slice }
    conditions = try request.conditions()
    runCount = try Self.extent(all, "runs") { $0.runCount }
    let epochCount = try Self.extent(all, "epochs") { $0.epochCount }
    epochs = try Self.epochs(request, count: epochCount, arrays: all, notes: &notes)
    fields = try Self.fields(request, runCount: runCount, file: all[0].files[0].path, notes: &notes)
    var seen: Set<String> = []
    byteCount = all.reduce(0) { total, array in
      seen.insert(array.files[0].name).inserted ? total + array.byteCount : total
    }
    for name in request.positions.keys.sorted() where !layers.contains(where: { $0.name == name }) {
      throw EngramError(
        .usage, "a position is given for a layer that is not there",
        expected: "one of \(layers.map(\.name).joined(separator: ", "))", found: "'\(name)'",
        mend: closestName(to: name, among: layers.map(\.name)).map { "did you mean '\($0)'?" })
    }
    try Self.leaveOutChangesAlone(of: &layers, under: conditions, notes: &notes)
    self.layers = layers
    if request.seeds.count > 1, conditions == [.perfect] {
      notes.append("all units are measured without noise, so nothing is drawn from the \(request.seeds.count) seeds")
    }
    if !changes.isEmpty, conditions.contains(where: { !$0.isPerfect }) {
      notes.append(
        "activity changes are given as they are, so their statistics are absent under noise and with fewer units")
    }
    if request.weightNorm == .rows, !weights.isEmpty, conditions.contains(where: { !$0.isPerfect }) {
      notes.append(WeightNorm.ofAllUnderConditions)
    }
    self.notes = notes
  }

  /// Takes one array of each kind as those of one layer, where their archives call them differently.
  private static func joinOnly(
    _ activations: inout [ObserveOpener.Layer], _ weights: inout [ObserveOpener.Layer],
    _ changes: inout [ObserveOpener.Layer]
  ) {
    let all = activations + weights + changes
    guard [activations, weights, changes].allSatisfy({ $0.count < 2 }), Set(all.map(\.name)).count > 1 else { return }
    let named = Set(all.filter { !$0.isCalledAsArray }.map(\.name))
    let name = named.count == 1 ? named.first ?? ObserveOpener.unnamed : ObserveOpener.unnamed
    func rename(_ layers: inout [ObserveOpener.Layer]) {
      for index in layers.indices where layers[index].isCalledAsArray { layers[index].name = name }
    }
    rename(&activations)
    rename(&weights)
    rename(&changes)
  }

  /// Leaves out layers of which nothing is measured under the conditions.
  ///
  /// - Throws: ``EngramError`` with code `usage` when no layer is left.
  private static func leaveOutChangesAlone(
    of layers: inout [Layer], under conditions: [MeasurementCondition], notes: inout [String]
  ) throws(EngramError) {
    if conditions.contains(where: \.isPerfect) { return }
    let left = layers.filter { !$0.hasChangesAlone }
    guard !left.isEmpty else {
      throw EngramError(
        .usage, "there is nothing to measure: activity changes are measured without noise and of all units",
        file: layers.first?.changes?.array.files[0].name, expected: "activations or weights, or no noise and all units",
        found: "activity changes alone")
    }
    let names = layers.filter(\.hasChangesAlone).map(\.name)
    if !names.isEmpty {
      notes.append("layers with activity changes alone are left out: \(names.joined(separator: ", "))")
    }
    layers = left
  }

  /// The extent that all arrays share; an array without the axis has it once.
  private static func extent(
    _ arrays: [ObservedArray], _ what: String, _ extent: (ObservedArray) -> Int?
  ) throws(EngramError) -> Int {
    let longest = arrays.max { (extent($0) ?? 1) < (extent($1) ?? 1) }
    let most = longest.flatMap(extent) ?? 1
    for array in arrays where (extent(array) ?? 1) != most {
      throw EngramError(
        .invalidData, "the arrays do not have equally many \(what)", file: array.files[0].name,
        expected: "\(most) \(what), as \(longest?.files[0].name ?? "another array") has (\(longest?.axesText ?? ""))",
        found: "\(extent(array) ?? 1) (\(array.axesText))",
        mend: "give every array the same \(what), or measure them one after the other")
    }
    return most
  }

  /// The epochs: as they are named, from the names of files, or numbered.
  private static func epochs(
    _ request: ObserveRequest, count: Int, arrays: [ObservedArray], notes: inout [String]
  ) throws(EngramError) -> [Double] {
    let numbered = arrays.filter { $0.files.count > 1 }.compactMap { array in
      FilePattern.numbers(of: array.files.map(\.path)).map { (array: array, numbers: $0) }
    }
    if let argument = request.epochs {
      var axes = AxisNames(npz: nil, file: arrays[0].files[0].path)
      let epochs = try axes.epochs(argument, count: count)
      for (array, numbers) in numbered {
        guard let place = zip(numbers, epochs).enumerated().first(where: { $1.0 != $1.1 })?.offset else { continue }
        notes.append(
          "the epochs that were given are not the numbers in the names of the files: \(array.files[place].path) is epoch "
            + EpochSelection.text(epochs[place]))
      }
      return epochs
    }
    if let first = numbered.first {
      for other in numbered.dropFirst() where other.numbers != first.numbers {
        throw EngramError(
          .invalidData, "the files of two patterns have other numbers in their names", file: other.array.files[0].path,
          expected: "\(EpochSelection.text(first.numbers)), as the files with \(first.array.files[0].path) have",
          found: EpochSelection.text(other.numbers),
          mend:
            "name files of the same epochs; or say the epochs with \(option: .epochs), and files are taken in their order"
        )
      }
      notes.append("the epochs are taken from the names of the files: \(EpochSelection.text(first.numbers))")
      return first.numbers
    }
    if count > 1 { notes.append("the \(count) epochs have no names and are numbered 0 to \(count - 1)") }
    return (0..<count).map(Double.init)
  }

  /// The metadata of the runs.
  private static func fields(
    _ request: ObserveRequest, runCount: Int, file: String, notes: inout [String]
  ) throws(EngramError) -> [MetadataColumn] {
    var fields: [MetadataColumn] = []
    if let path = request.metadata {
      let table = try MetadataTable(reading: path, rules: request.rules)
      notes += table.notes
      guard table.rowCount == runCount else {
        throw EngramError(
          .invalidData, "the table of metadata has another number of rows than there are runs", file: path,
          expected: "\(runCount) rows, one for each run", found: "\(table.rowCount) rows",
          mend: "give one row for each run; an axis of runs is named in \(option: .axes)")
      }
      for column in table.columns {
        do throws(EngramError) {
          try MetadataField.check(name: column.name)
        } catch {
          var placed = error.inFile(path)
          placed.mend = "leave the column out, or rename it: layers and conditions are those that are measured"
          throw placed
        }
      }
      fields = table.columns
    }
    for (name, value) in request.fields.sorted(by: { $0.key < $1.key }) {
      try MetadataField.check(name: name)
      guard !fields.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw EngramError(
          .usage, "a field is given twice", file: request.metadata, place: "field \(name)",
          expected: "one value, or a column of the table", found: "both")
      }
      fields.append(MetadataColumn(name: name, values: Array(repeating: value, count: runCount)))
    }
    if fields.isEmpty {
      guard runCount == 1 else {
        throw EngramError(
          .usage, "nothing tells the \(runCount) runs apart", file: file, expected: "a table with one row for each run",
          found: "no metadata", mend: "name a table with \(option: .metadata)")
      }
      notes.append("the run has no metadata: nothing tells it from other runs, and its learning rule is unknown")
    }
    return fields
  }

  /// What is measured, for people.
  var plan: ObservePlan {
    ObservePlan(
      layers: layers.map { layer in
        ObservePlan.Layer(
          name: layer.name, position: request.positions[layer.name],
          stimuli: layer.activations?.array.rowCounts.upperBound,
          units: layer.activations?.array.rowLengths.upperBound, weights: layer.weights?.array.greatestCount,
          changes: layer.changes?.array.greatestCount)
      }, runs: runCount, epochs: epochs, conditions: conditions, byteCount: byteCount, notes: notes)
  }
}
