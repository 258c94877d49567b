// CatalogWriter+Merge.swift -- the metadata of another store as rows of this one.

import Base
import Catalog
import TrajectoryModel

extension CatalogWriter {
  /// Adds every run, observation, extent and remembered ingest of another store.
  ///
  /// - Returns: The number of runs.
  func addRuns(
    of merged: MergeSource, allowsRepeat: Bool, contents: inout Set<String>
  ) throws(EngramError) -> Int {
    let other = merged.snapshot
    let offset = nextExample
    let columns = try addFields(of: other)
    let layerSets = try addLayerSets(of: other)
    var runIDs: [Int64: Int64] = [:]
    try other.store.read { (source) throws(EngramError) in
      let fields = try source.fields().map { "run.\"\($0.name)\"" }
      try source.query(
        """
        SELECT observation.run_id, observation.layer_set_id, unit_fraction, noise_sd, observation_seed, \
        \(fields.joined(separator: ", "))
        FROM observation CROSS JOIN run ON run.run_id = observation.run_id
        WHERE observation.first_example < \(other.exampleCount) ORDER BY observation.first_example
        """, limits: QueryLimits(seconds: .infinity), header: { _ in }
      ) { (row) throws(EngramError) in
        guard case .integer(let run) = row[0], case .integer(let layerSet) = row[1], case .real(let fraction) = row[2],
          case .real(let noise) = row[3], let layers = layerSets[layerSet]
        else { throw EngramError(.corrupt, "an observation is not well formed", file: other.store.path) }
        var seed: Int64?
        if case .integer(let number) = row[4] { seed = number }
        let id: Int64
        if let known = runIDs[run] {
          id = known
        } else {
          let values = row.dropFirst(5)
          id = try addRun(columns.map { $0.map { values[values.startIndex + $0] } ?? .null })
          runIDs[run] = id
        }
        _ = try addObservation(
          run: id, layerSet: layers,
          condition: ObservationCondition(unitFraction: fraction, noiseSD: noise, seed: seed))
      }
    }
    for var extent in merged.extents {
      extent.firstExample += offset
      if case .staged(let id) = extent.place {
        _ = try addStaged(extent, values: merged.staged[id] ?? [])
      } else {
        try addSegment(extent)
      }
    }
    try addMetrics(of: other, runIDs: runIDs)
    try addIngests(of: other, offset: offset, allowsRepeat: allowsRepeat, contents: &contents)
    return runIDs.count
  }

  /// Adds the fields that are new here.
  ///
  /// - Returns: For each field of this store the index among the other's, or nil where it has none.
  private func addFields(of other: Snapshot) throws(EngramError) -> [Int?] {
    let theirs = try other.store.read { (catalog) throws(EngramError) in try catalog.fields() }
    let known = Dictionary(
      try fields().map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    for field in theirs {
      guard let existing = known[field.name.lowercased()] else {
        try addField(field)
        continue
      }
      if existing.type == field.type || (existing.type == .real && field.type == .integer) { continue }
      // A field without any value has the type of text, and fits every other.
      var isUsed = false
      try other.store.read { (catalog) throws(EngramError) in
        try catalog.query(
          "SELECT 1 FROM run WHERE \"\(field.name)\" IS NOT NULL LIMIT 1", limits: QueryLimits(seconds: .infinity),
          header: { _ in }
        ) { _ in isUsed = true }
      }
      guard !isUsed else {
        throw EngramError(
          .invalidData, "the field '\(field.name)' has another type in that store", file: other.store.path,
          place: "field \(field.name)", expected: existing.type.rawValue, found: field.type.rawValue,
          mend: "ingest that store's recordings again under another name for the field")
      }
    }
    let order = Dictionary(
      theirs.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    return try fields().map { order[$0.name.lowercased()] }
  }

  /// Adds the layer sets that are new here.
  ///
  /// - Returns: For each layer set of the other store its number here.
  private func addLayerSets(of other: Snapshot) throws(EngramError) -> [Int64: Int64] {
    var layers: [(id: Int64, layers: [Layer])] = []
    try other.store.read { (catalog) throws(EngramError) in
      try catalog.query(
        "SELECT layer_set_id, layer_name, layer_position FROM layer_set_member ORDER BY layer_set_id, ordinal",
        limits: QueryLimits(seconds: .infinity), header: { _ in }
      ) { (row) throws(EngramError) in
        guard case .integer(let id) = row[0], case .text(let name) = row[1] else {
          throw EngramError(.corrupt, "a layer set is not well formed", file: other.store.path)
        }
        var position: LayerPosition?
        if case .text(let word) = row[2] { position = LayerPosition(rawValue: word) }
        if layers.last?.id != id { layers.append((id, [])) }
        layers[layers.count - 1].layers.append(Layer(name: name, position: position))
      }
    }
    var numbers: [Int64: Int64] = [:]
    for entry in layers { numbers[entry.id] = try layerSet(for: entry.layers) }
    return numbers
  }

  /// Adds the metrics of the other store's runs, which have new numbers here.
  private func addMetrics(of other: Snapshot, runIDs: [Int64: Int64]) throws(EngramError) {
    let commit = other.commit
    try other.store.read { (source) throws(EngramError) in
      try source.metrics(nil, asOf: commit) { (metric) throws(EngramError) in
        guard let run = runIDs[metric.run], try addMetric(RunMetric(run: run, metric.value)) else {
          throw EngramError(.corrupt, "a metric has no run", file: other.store.path, place: "run \(metric.run)")
        }
      }
    }
  }

  /// Remembers what the other store has ingested, so that it is not taken in here again unawares.
  ///
  /// `contents` are the hashes that this commit remembers already; one commit remembers each once.
  private func addIngests(
    of other: Snapshot, offset: Int64, allowsRepeat: Bool, contents: inout Set<String>
  ) throws(EngramError) {
    var rows: [[MetadataValue]] = []
    try other.store.read { (catalog) throws(EngramError) in
      try catalog.query(
        """
        SELECT content_hash, source, first_example, example_count FROM ingest
        WHERE first_example < \(other.exampleCount) ORDER BY first_example
        """, limits: QueryLimits(seconds: .infinity), header: { _ in }
      ) { (row) throws(EngramError) in rows.append(row) }
    }
    var own: Set<String> = []
    for row in rows {
      guard case .text(let hash) = row[0], case .text(let source) = row[1], case .integer(let first) = row[2],
        case .integer(let count) = row[3]
      else { throw EngramError(.corrupt, "an ingest is not well formed", file: other.store.path) }
      // What that store took in twice was forced there, and is not refused here.
      if !own.insert(hash).inserted { continue }
      if !allowsRepeat, let earlier = try ingested(hash) {
        throw EngramError(
          .exists, "that store holds content that was ingested here before", file: other.store.path,
          found: "\(source), here as examples \(earlier.examples.lowerBound) to \(earlier.examples.upperBound - 1)",
          mend: "leave that store out; to add the same examples once more, say --force")
      }
      if contents.insert(hash).inserted {
        try recordIngest(contentHash: hash, source: source, examples: (first + offset)..<(first + offset + count))
      }
    }
  }
}
