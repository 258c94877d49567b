// CatalogWriter+Merge.swift -- the metadata of another catalog as rows of this one.

package import Base
import SQLite
import TrajectoryModel

extension CatalogWriter {
  /// Adds every run, observation, extent, metric and remembered ingest of another catalog that is not here yet.
  ///
  /// A run of which anything is here is that run; so is one of this catalog by what it declares to tell runs apart.
  ///
  /// - Parameters:
  ///   - other: What is merged.
  ///   - matches: What of it is here already.
  ///   - extents: Its extents of what is new, in order.
  ///   - allowsRepeat: Whether content that was ingested here before is taken in again.
  ///   - runs: The runs that are here, where anything is declared to tell them apart; kept between the stores of a merge.
  ///   - contents: What this commit remembers already of ingests and origins; one commit remembers each once.
  /// - Returns: What it changed.
  /// - Throws: Code `exists` for content that is here already, `invalidData` when a field has another type here.
  package func merge(
    _ other: MergedCatalog, _ matches: MergeMatches, extents: [MergedExtent], allowsRepeat: Bool, runs: inout KnownRuns,
    contents: inout Set<String>
  ) throws(EngramError) -> MergeOutcome {
    let (changes, offset, firstRun) = (connection.changeCount, nextExample, nextRun)
    var outcome = MergeOutcome()
    // What took the place of a measurement there does so here.
    let hidden = try setHidden(true, matches.hiddenThere)
    runs.known?.hide(hidden)
    let new = matches.new
    let runIDs = try addRuns(of: other, matches, &runs.known, &outcome)
    let pieces = try addObservations(of: other, new, runIDs: runIDs, &runs.known) { example in
      // What that store measured twice is not refused here.
      allowsRepeat || matches.isHere(example)
    }
    for merged in extents {
      var extent = merged.extent
      extent.firstExample = nextExtent
      if let staged = merged.staged { _ = try addStaged(extent, values: staged) } else { try addSegment(extent) }
    }
    outcome.metrics = try addMetrics(of: other, runIDs: runIDs, without: matches.goneRuns)
    try addIngests(of: other, new, offset: offset, allowsRepeat: allowsRepeat, contents: &contents)
    try recordOrigins(pieces, of: other, contents: &contents)
    (outcome.runs, outcome.isChange) = (Int(nextRun - firstRun), connection.changeCount > changes)
    return outcome
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
    of other: MergedCatalog, _ matches: MergeMatches, _ known: inout MergedRuns?, _ outcome: inout MergeOutcome
  ) throws(EngramError) -> [Int64: Int64] {
    let theirs = try other.catalog.fields()
    let columns = try addFields(theirs, of: other, knownEnd: matches.measurements.first?.theirs.upperBound, &outcome)
    // A store without runs takes over what tells theirs apart.
    if nextRun == 1, try runKey() == nil, let key = try other.catalog.runKey() { try setRunKey(key) }
    if let before = known, !before.fits(try fields()) {
      known = try MergedRuns(in: self, joined: before.joined)
    } else if known == nil {
      known = try MergedRuns(in: self)
    }
    var runIDs: [Int64: Int64] = [:]
    let (here, gone) = (matches.runs, matches.goneRuns)
    var earlier: EarlierValues?
    try other.catalog.runs(theirs, before: other.exampleEnd) { (id, values) throws(EngramError) in
      if gone.contains(id) { return }
      let values = columns.map { $0.map { values[$0] } ?? .null }
      if let run = here[id] ?? known?.run(values) {
        let joined = JoinedRun(run: run, theirs: id, values: values, goesOn: matches.newRuns.contains(id))
        try join(joined, of: other, &earlier, &outcome)
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

  /// Adds the observations of some examples, and the layer sets that are new here.
  ///
  /// - Parameters:
  ///   - other: That catalog.
  ///   - new: The examples there.
  ///   - runIDs: The numbers that their runs have here.
  ///   - known: The runs that are here; nil where nothing tells runs apart.
  ///   - allowsRepeat: Whether a layer may be measured again of which the measurement with some first example is here.
  /// - Returns: Neighbouring examples there, each with the first of them here.
  /// - Throws: Code `exists` for a layer that its run has already.
  private func addObservations(
    of other: MergedCatalog, _ new: ExampleSet, runIDs: [Int64: Int64], _ known: inout MergedRuns?,
    allowsRepeat: (_ example: Int64) -> Bool
  ) throws(EngramError) -> [(theirs: Range<Int64>, own: Int64)] {
    var layerSetIDs: [Int64: Int64] = [:]
    var pieces: [(theirs: Range<Int64>, own: Int64)] = []
    let theirLayers = try other.catalog.layers()
    let absent = try other.catalog.absentExamples(asOf: other.commit?.id)
    var hidden: [Range<Int64>] = []
    // The runs there of measurements that came, by their first examples here.
    var added: [Int64: Int64] = [:]
    try other.catalog.observations(before: other.exampleEnd) { (observation) throws(EngramError) in
      guard new.contains(observation.firstExample) else { return }
      guard let run = runIDs[observation.run], let layers = theirLayers[observation.layerSet] else {
        throw other.catalog.corrupt("an observation has no run or no layers", "table observation")
      }
      let layerSet: Int64
      if let known = layerSetIDs[observation.layerSet] {
        layerSet = known
      } else {
        layerSet = try self.layerSet(for: layers)
        layerSetIDs[observation.layerSet] = layerSet
      }
      let examples = try addObservation(run: run, layerSet: layerSet, condition: observation.condition)
      let (end, overflow) = observation.firstExample.addingReportingOverflow(Int64(examples.count))
      if overflow { throw other.catalog.corrupt("an observation has impossible examples", "table observation") }
      let theirs = observation.firstExample..<end
      if let last = pieces.last, last.theirs.upperBound == theirs.lowerBound {
        pieces[pieces.count - 1].theirs = last.theirs.lowerBound..<theirs.upperBound
      } else {
        pieces.append((theirs, examples.lowerBound))
      }
      if absent.contains(observation.firstExample) {
        hidden.append(examples)
        return
      }
      if known != nil { added[examples.lowerBound] = observation.run }
      let again = known?.add(layers, ofRun: run, observation.condition, firstExample: examples.lowerBound)
      // What one run there was measured at twice is a further measurement of it here, too.
      guard let again, !allowsRepeat(again.example), added[again.example] != observation.run else { return }
      throw EngramError(
        .exists, "a layer of that store is stored here already", file: other.path,
        place: "run \(observation.run), layer \(again.layer)", expected: "runs or layers that this store has not",
        found: "layer \(again.layer) of run \(run), example \(again.example) here",
        mend:
          "leave that store out, or hide what is wrong; to take it as a further measurement, say \(set: .allowsRepeat)")
    }
    // What is hidden there is hidden here.
    if !hidden.isEmpty { _ = try setHidden(true, ExampleSet(hidden)) }
    return pieces
  }

  /// Adds the metrics of the runs, which have new numbers here, but of those that were removed here.
  ///
  /// - Returns: How many values are new.
  private func addMetrics(
    of other: MergedCatalog, runIDs: [Int64: Int64], without gone: Set<Int64>
  ) throws(EngramError) -> Int {
    guard let commit = other.commit?.id else { return 0 }
    var count = 0
    try other.catalog.metrics(nil, asOf: commit) { (metric) throws(EngramError) in
      if gone.contains(metric.run) { return }
      guard let run = runIDs[metric.run] else {
        throw other.catalog.corrupt("a metric has no run", "table run_metric, run_id \(metric.run)")
      }
      if try addOrMatch(RunMetric(run: run, metric.value)) { count += 1 }
    }
    return count
  }

  /// Remembers what the other catalog has ingested, so that it is not taken in here again unawares.
  ///
  /// - Parameters:
  ///   - other: That catalog.
  ///   - new: The examples there that are new.
  ///   - offset: What the first of them becomes.
  ///   - allowsRepeat: Whether a content may be here already.
  ///   - contents: What this commit remembers.
  /// - Throws: Code `exists` for a content that is here with other values.
  private func addIngests(
    of other: MergedCatalog, _ new: ExampleSet, offset: Int64, allowsRepeat: Bool, contents: inout Set<String>
  ) throws(EngramError) {
    func here(_ id: Int64) -> Int64 { offset + Int64(new.clamped(to: 0..<id).count) }
    var own: Set<String> = []
    for ingest in try other.catalog.ingests(before: other.exampleEnd) where MergeOrigin(ingest.contentHash) == nil {
      // What that store took in twice was forced there, and is not refused here.
      if !own.insert(ingest.contentHash).inserted { continue }
      let examples = here(ingest.examples.lowerBound)..<here(ingest.examples.upperBound)
      // All of it is here already.
      if examples.isEmpty && !ingest.examples.isEmpty { continue }
      if !allowsRepeat, let earlier = try ingested(ingest.contentHash) {
        // Runs that were begun with the same metadata are two where one of them was corrected since.
        if ingest.contentHash.hasPrefix(IngestRecord.recordedMark),
          try !areEqualRuns(earlier.examples.lowerBound, examples.lowerBound)
        {
          continue
        }
        throw EngramError(
          .exists, "that store holds content that was ingested here before", file: other.path,
          found:
            "\(ingest.source), here as examples \(earlier.examples.lowerBound) to \(earlier.examples.upperBound - 1)",
          mend: "leave that store out; to add the same examples once more, say \(set: .allowsRepeat)")
      }
      guard contents.insert(ingest.contentHash).inserted else { continue }
      try recordIngest(contentHash: ingest.contentHash, source: ingest.source, examples: examples)
    }
  }

  /// Whether the runs of two measurements, by their first examples, have the same metadata.
  private func areEqualRuns(_ one: Int64, _ other: Int64) throws(EngramError) -> Bool {
    guard let one = try run(of: one), let other = try run(of: other), one != other else { return true }
    var known: [[MetadataValue]] = []
    try runs(try fields(), ids: [one, other].sorted(), before: .max) { (_, values) in known.append(values) }
    return known.count == 2 && known[0] == known[1]
  }
}
