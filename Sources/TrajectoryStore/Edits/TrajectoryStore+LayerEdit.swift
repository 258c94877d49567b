// TrajectoryStore+LayerEdit.swift -- correcting names and positions of layers: measurements are hidden and stored anew.

import Base
import Catalog
import TrajectoryModel

/// New names and positions of layers.
struct LayerEdit {
  /// The new name, or nil for the one that each has.
  var name: String?
  /// Whether there is a new position, and which; nil means that it is not known.
  var changesPosition = false
  var position: LayerPosition?

  /// What a layer becomes.
  func changed(_ layer: Layer) -> Layer {
    Layer(name: name ?? layer.name, position: changesPosition ? position : layer.position)
  }

  /// The fields of layers that can be changed.
  static let fields = ["layer_name", "layer_position"]

  /// Takes the fields of layers out of new values; nil where there are none.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a value that cannot be.
  init?(takingFrom values: inout [String: MetadataValue], _ path: String) throws(EngramError) {
    let given = values.filter { Self.fields.contains($0.key.lowercased()) }
    if given.isEmpty { return nil }
    for (name, value) in given {
      values[name] = nil
      if name.lowercased() == "layer_name" {
        guard value != .null, !value.description.isEmpty else {
          throw EngramError(.invalidData, "a layer has a name", file: path, place: "layer_name", found: "no value")
        }
        self.name = value.description
      } else {
        guard value == .null || LayerPosition(rawValue: value.description) != nil else {
          throw EngramError(
            .invalidData, "there is no such position of a layer", file: path, place: "layer_position",
            expected: "early, middle or deep, or no value", found: "'\(value)'")
        }
        (changesPosition, position) = (true, LayerPosition(rawValue: value.description))
      }
    }
  }
}

/// An edit of layers compared with what is stored.
private struct LayerEditPlan {
  /// The measurements that change, all examples of each.
  var replaced = ExampleSet()
  /// What takes their place.
  var metadata = AppendMetadata(fields: [], runs: [], observations: [])
  /// What changes, counted by runs.
  var changes: [FieldChange] = []
  /// The runs that change.
  var runs: Set<Int64> = []
}

extension TrajectoryStore {
  /// Changes names and positions of the layers for which a condition is true, and fields of their runs, in one commit.
  ///
  /// Layers are part of a measurement, so a measurement of which a layer changes is hidden, and its values are stored anew
  /// with the layers as they are to be: examples get new ids, and earlier commits show the old.
  func edit(
    layersWhere filter: String, _ edit: LayerEdit, set values: [String: MetadataValue], message: String, isTrial: Bool,
    options: WriteOptions
  ) throws(EngramError) -> EditReport {
    if isTrial { return try self.edit(layersWhere: filter, edit, values, in: try snapshot(), options).report(nil, nil) }
    return try write("edit", options: options) { (session) throws(EngramError) in
      let snapshot = try session.snapshot()
      let planned = try self.edit(layersWhere: filter, edit, values, in: snapshot, options)
      let correction = Correction(edits: planned.edits, replaced: planned.layers.replaced)
      guard !planned.layers.replaced.isEmpty else {
        let done = try session.correct(correction, operation: "edit", message: message)
        return planned.report(done.edit.commit, nil)
      }
      let first = snapshot.recorded(planned.layers.replaced)[0]
      let appender = try Appender(
        session, planned.layers.metadata, epochs: first.columns.epochs, statistics: first.columns.statistics,
        elementType: first.elementType)
      do throws(EngramError) {
        try appender.append(copiesOf: planned.layers.replaced, from: snapshot)
        let done = try appender.commit(
          operation: "edit", message: message, correcting: correction, verifies: true)
        return planned.report(done.commit, done.examples)
      } catch {
        appender.abandon()
        throw error
      }
    }
  }

  /// What an edit of layers and of fields of their runs would do.
  private struct PlannedEdit {
    let edits: [RunEdit]
    let fields: EditReport
    let layers: LayerEditPlan
    let runsSelected: Int

    func report(_ commit: Int64?, _ examples: Range<Int64>?) -> EditReport {
      EditReport(
        commit: commit, runsSelected: runsSelected, runsChanged: max(fields.runsChanged, layers.runs.count),
        changes: fields.changes + layers.changes, newExamples: examples, hidden: layers.replaced)
    }
  }

  private func edit(
    layersWhere filter: String, _ edit: LayerEdit, _ values: [String: MetadataValue], in snapshot: Snapshot,
    _ options: WriteOptions
  ) throws(EngramError) -> PlannedEdit {
    let selected = try snapshot.examples(where: filter, limits: QueryLimits(work: options.work))
    guard !selected.isEmpty else {
      throw EngramError(
        .notFound, "no layer is selected", file: path, place: "filter \(filter)", expected: "at least one example",
        found: "none", mend: "loosen the filter; \(run: .info, on: path) shows what there is")
    }
    var edits: [RunEdit] = []
    if !values.isEmpty {
      let runs = try runs(where: filter, in: snapshot, work: options.work)
      edits = runs.keys.sorted().map { RunEdit(run: $0, values: values) }
    }
    let known = try StoredExamples(selected, in: snapshot)
    let fields = try self.edit(edits, isTrial: true)
    let runs = Set(selected.ids.compactMap { known[$0]?.run })
    return PlannedEdit(
      edits: edits, fields: fields, layers: try plan(edit, of: selected, known, in: snapshot), runsSelected: runs.count)
  }

  private func plan(
    _ edit: LayerEdit, of selected: ExampleSet, _ known: StoredExamples, in snapshot: Snapshot
  ) throws(EngramError) -> LayerEditPlan {
    var plan = LayerEditPlan()
    var counts: [[MetadataValue]: Set<Int64>] = [:]
    /// The layers that get another name, each with the names that they had.
    var renamed: [MeasuredLayer: Set<String>] = [:]
    let changing = selected.ids.compactMap { known[$0] }.filter { $0.layer != edit.changed($0.layer) }
    plan.replaced = ExampleSet(changing.map(\.measurement))
    for example in changing {
      let (old, new) = (example.layer, edit.changed(example.layer))
      plan.runs.insert(example.run)
      func count(_ field: String, _ before: String?, _ after: String?) {
        if before == after { return }
        func value(_ text: String?) -> MetadataValue { text.map { .text($0) } ?? .null }
        counts[[.text(field), value(before), value(after)], default: []].insert(example.run)
      }
      count("layer_name", old.name, new.name)
      if old.name != new.name {
        let layer = MeasuredLayer(run: example.run, layer: new.name, condition: example.condition)
        renamed[layer, default: []].insert(old.name)
      }
      count("layer_position", old.position?.rawValue, new.position?.rawValue)
    }
    plan.changes = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
      FieldChange(field: $0.key[0].description, before: $0.key[1], after: $0.key[2], runs: $0.value.count)
    }
    var observations: [AppendMetadata.Observation] = []
    var stored: [Int64?] = []
    let all = try StoredExamples(plan.replaced, in: snapshot)
    var next = plan.replaced.ids[...]
    while let first = next.first, let measurement = all[first]?.measurement, let example = all[first] {
      let layers = measurement.compactMap { id in
        all[id].map { selected.contains(id) ? edit.changed($0.layer) : $0.layer }
      }
      guard Set(layers.map(\.name)).count == layers.count else {
        throw EngramError(
          .exists, "two layers of a measurement would have one name", file: path, place: "run \(example.run)",
          found: layers.map(\.name).joined(separator: ", "), mend: "select one layer of each run")
      }
      observations.append(.init(run: stored.count, layers: layers, condition: example.condition))
      stored.append(example.run)
      next = next.drop { measurement.contains($0) }
    }
    let measured = try snapshot.measuredLayers(of: Set(renamed.keys.map(\.run)))
    for (layer, names) in renamed.sorted(by: { $0.key.run < $1.key.run }) {
      let known = measured[layer]?.first
      if known == nil && names.count == 1 { continue }
      throw EngramError(
        .exists, "two layers of a run would have one name", file: path, place: "run \(layer.run)",
        expected: "a name that no other layer of the run has",
        found: "layer \(layer.layer)"
          + (known.map { " is example \($0)" } ?? " for each of \(names.sorted().joined(separator: ", "))"),
        mend: "choose another name, or hide the layer that has it")
    }
    plan.metadata = AppendMetadata(
      fields: [], runs: stored.map { _ in [] }, observations: observations, storedRuns: stored)
    return plan
  }
}
