// CatalogWriter+Merge.swift -- the metadata of another catalog as rows of this one.

package import Base
import TrajectoryModel

extension CatalogWriter {
  /// Adds every run, observation, extent, metric and remembered ingest of another catalog.
  ///
  /// A run that is one of this catalog by what it declares to tell runs apart joins that run.
  ///
  /// - Parameters:
  ///   - other: What is merged.
  ///   - allowsRepeat: Whether content that was ingested here before is taken in again.
  ///   - runs: The runs that are here, where anything is declared to tell them apart; kept between the stores of a merge.
  ///   - contents: The hashes of ingests that this commit remembers already; one commit remembers each once.
  /// - Returns: The number of runs added.
  /// - Throws: Code `exists` for content that is here already, `invalidData` when a field has another type here.
  package func merge(
    _ other: MergedCatalog, allowsRepeat: Bool, runs: inout KnownRuns, contents: inout Set<String>
  ) throws(EngramError) -> Int {
    let (offset, firstRun) = (nextExample, nextRun)
    let runIDs = try addRuns(of: other, &runs.known)
    try addObservations(of: other, runIDs: runIDs, &runs.known, allowsRepeat: allowsRepeat)
    for var extent in other.extents {
      extent.firstExample = nextExtent
      if case .staged(let id) = extent.place {
        _ = try addStaged(extent, values: other.staged[id] ?? [])
      } else {
        try addSegment(extent)
      }
    }
    try addMetrics(of: other, runIDs: runIDs)
    try addIngests(of: other, offset: offset, allowsRepeat: allowsRepeat, contents: &contents)
    return Int(nextRun - firstRun)
  }

  /// The runs that are here, between the stores of a merge.
  package struct KnownRuns {
    fileprivate var known: MergedRuns?

    /// Nothing is read yet.
    package init() {}
  }

  /// Adds the runs.
  ///
  /// - Returns: For each run of the other catalog its number here.
  private func addRuns(
    of other: MergedCatalog, _ known: inout MergedRuns?
  ) throws(EngramError) -> [Int64: Int64] {
    let theirs = try other.catalog.fields()
    let columns = try addFields(theirs, of: other)
    // A store without runs takes over what tells theirs apart.
    if nextRun == 1, try runKey() == nil, let key = try other.catalog.runKey() { try setRunKey(key) }
    if let before = known, !before.fits(try fields()) {
      known = try MergedRuns(in: self, joined: before.joined)
    } else if known == nil {
      known = try MergedRuns(in: self)
    }
    var runIDs: [Int64: Int64] = [:]
    try other.catalog.runs(theirs, before: other.exampleEnd) { (id, values) throws(EngramError) in
      let values = columns.map { $0.map { values[$0] } ?? .null }
      if let run = known?.run(values) {
        try join(run, values, of: other, id)
        known?.join(run)
        runIDs[id] = run
        return
      }
      let run = try addRun(values)
      runIDs[id] = run
      known?.add(run, values)
    }
    return runIDs
  }

  /// Fills what a run lacks with what another catalog says of it.
  ///
  /// - Throws: Code `invalidData` where both say different things.
  private func join(
    _ run: Int64, _ values: [MetadataValue], of other: MergedCatalog, _ theirID: Int64
  ) throws(EngramError) {
    let fields = try fields()
    var filled: [(field: Int, value: MetadataValue)] = []
    var conflict: EngramError?
    try runs(fields, ids: [run], before: .max) { (_, own) in
      for (place, value) in values.enumerated() where value != .null && value != own[place] {
        if own[place] == .null {
          filled.append((place, value))
        } else {
          conflict =
            conflict
            ?? EngramError(
              .invalidData, "a run is stored with other metadata", file: other.catalog.path,
              place: "run \(theirID), field \(fields[place].name)",
              expected: "'\(own[place])', as run \(run) has it here",
              found: "'\(value)'", mend: "correct the one that is wrong with \(run: .edit), then merge again")
        }
      }
    }
    if let conflict { throw conflict }
    if !filled.isEmpty { _ = try edit(run: run, filled) }
  }

  /// Adds the fields that are new here.
  ///
  /// - Returns: For each field of this catalog the index among the other's, or nil where it has none.
  private func addFields(_ theirs: [MetadataField], of other: MergedCatalog) throws(EngramError) -> [Int?] {
    let known = Dictionary(
      try fields().map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    for field in theirs {
      guard let existing = known[field.name.lowercased()] else {
        try addField(field)
        continue
      }
      if existing.type == field.type || (existing.type == .real && field.type == .integer) { continue }
      // A field without any value has the type of text, and fits every other.
      guard try !other.catalog.isUsed(field, before: other.exampleEnd) else {
        throw EngramError(
          .invalidData, "the field '\(field.name)' has another type in that store", file: other.catalog.path,
          place: "field \(field.name)", expected: existing.type.rawValue, found: field.type.rawValue,
          mend: """
            make the field wider in the store in which it is narrower, with \(run: .widenField), or ingest that store's recordings \
            again under another name for it
            """)
      }
    }
    let order = Dictionary(
      theirs.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    return try fields().map { order[$0.name.lowercased()] }
  }

  /// Adds the observations, and the layer sets that are new here.
  private func addObservations(
    of other: MergedCatalog, runIDs: [Int64: Int64], _ known: inout MergedRuns?, allowsRepeat: Bool
  ) throws(EngramError) {
    var layerSetIDs: [Int64: Int64] = [:]
    let theirLayers = try other.catalog.layers()
    for (id, layers) in theirLayers.sorted(by: { $0.key < $1.key }) {
      layerSetIDs[id] = try layerSet(for: layers)
    }
    let absent = try other.catalog.absentExamples(asOf: other.commit?.id)
    var hidden: [Range<Int64>] = []
    try other.catalog.observations(before: other.exampleEnd) { (observation) throws(EngramError) in
      guard let run = runIDs[observation.run], let layerSet = layerSetIDs[observation.layerSet] else {
        throw other.catalog.corrupt("an observation has no run or no layers", "table observation")
      }
      let examples = try addObservation(run: run, layerSet: layerSet, condition: observation.condition)
      if absent.contains(observation.firstExample) {
        hidden.append(examples)
        return
      }
      let again = known?.add(
        theirLayers[observation.layerSet] ?? [], ofRun: run, observation.condition, firstExample: examples.lowerBound)
      guard let again, !allowsRepeat else { return }
      throw EngramError(
        .exists, "a layer of that store is stored here already", file: other.catalog.path,
        place: "run \(observation.run), layer \(again.layer)", expected: "runs or layers that this store has not",
        found: "layer \(again.layer) of run \(run), example \(again.example) here",
        mend:
          "leave that store out, or hide what is wrong; to take it as a further measurement, say \(set: .allowsRepeat)")
    }
    // What is hidden there is hidden here.
    if !hidden.isEmpty { _ = try setHidden(true, ExampleSet(hidden)) }
  }

  /// Adds the metrics of the runs, which have new numbers here.
  private func addMetrics(of other: MergedCatalog, runIDs: [Int64: Int64]) throws(EngramError) {
    guard let commit = other.commit?.id else { return }
    try other.catalog.metrics(nil, asOf: commit) { (metric) throws(EngramError) in
      guard let run = runIDs[metric.run] else {
        throw other.catalog.corrupt("a metric has no run", "table run_metric, run_id \(metric.run)")
      }
      _ = try addOrMatch(RunMetric(run: run, metric.value))
    }
  }

  /// Remembers what the other catalog has ingested, so that it is not taken in here again unawares.
  private func addIngests(
    of other: MergedCatalog, offset: Int64, allowsRepeat: Bool, contents: inout Set<String>
  ) throws(EngramError) {
    let present = ExampleSet(0..<other.exampleEnd).subtracting(try other.catalog.purgedExamples())
    func here(_ id: Int64) -> Int64 { offset + Int64(present.clamped(to: 0..<id).count) }
    var own: Set<String> = []
    for ingest in try other.catalog.ingests(before: other.exampleEnd) {
      // What that store took in twice was forced there, and is not refused here.
      if !own.insert(ingest.contentHash).inserted { continue }
      if !allowsRepeat, let earlier = try ingested(ingest.contentHash) {
        throw EngramError(
          .exists, "that store holds content that was ingested here before", file: other.catalog.path,
          found:
            "\(ingest.source), here as examples \(earlier.examples.lowerBound) to \(earlier.examples.upperBound - 1)",
          mend: "leave that store out; to add the same examples once more, say \(set: .allowsRepeat)")
      }
      guard contents.insert(ingest.contentHash).inserted else { continue }
      let examples = ingest.examples
      try recordIngest(
        contentHash: ingest.contentHash, source: ingest.source,
        examples: here(examples.lowerBound)..<here(examples.upperBound))
    }
  }
}
