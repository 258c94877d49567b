// MergeMatches.swift -- which measurements of another catalog are in this one already.

package import Base
import SQLite
package import TrajectoryModel

/// Which measurements of another catalog are in this one already.
package struct MergeMatches: Sendable {
  /// A measurement of the other catalog that is one of this one.
  package struct Measurement: Sendable {
    /// Its examples there.
    package let theirs: Range<Int64>
    /// The first of its examples here.
    package let own: Int64
    /// Whether both are the same file; otherwise only what was remembered says so, and the values tell.
    package let isSameFile: Bool
    let theirRun, run: Int64
    let isHiddenThere, isHiddenHere: Bool
    /// Whether it was shown here again after it was hidden there.
    let isShownSince: Bool
  }

  /// Those that are here, ascending.
  package private(set) var measurements: [Measurement] = []
  /// The examples there of measurements that came here and were removed for good.
  package private(set) var purged = ExampleSet()
  /// How many examples that came here are seen here, and were removed there for good since.
  package fileprivate(set) var purgedThereCount = 0
  /// The first examples of those that are here.
  private var own: Set<Int64> = []
  /// Every example of the other catalog.
  private let all: ExampleSet
  /// The runs of measurements that were removed here, and those of all others.
  private var purgedRuns: Set<Int64> = [], otherRuns: Set<Int64> = []
  /// The runs there that have measurements that are new.
  private(set) var newRuns: Set<Int64> = []

  /// Nothing is here yet.
  fileprivate init(_ all: ExampleSet) { self.all = all }

  /// The examples there that are new.
  package var new: ExampleSet {
    all.subtracting(purged).subtracting(ExampleSet(measurements.map(\.theirs)))
  }

  /// How many examples are here already.
  package var count: Int { measurements.reduce(0) { $0 + $1.theirs.count } }

  /// Takes measurements for new ones, because other values are here.
  ///
  /// - Parameter examples: Examples there of which the values differ.
  package mutating func reject(_ examples: ExampleSet) {
    if examples.isEmpty { return }
    func isRejected(_ measurement: Measurement) -> Bool { !examples.clamped(to: measurement.theirs).isEmpty }
    newRuns.formUnion(measurements.filter(isRejected).map(\.theirRun))
    measurements.removeAll(where: isRejected)
    own = Set(measurements.map(\.own))
  }

  /// The runs there of which everything was removed here; they stay out.
  var goneRuns: Set<Int64> { purgedRuns.subtracting(otherRuns) }

  /// For runs there of which anything is here, the runs that they are.
  var runs: [Int64: Int64] {
    Dictionary(measurements.map { ($0.theirRun, $0.run) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a measurement of this catalog, by its first example, is one of that store.
  func isHere(_ firstExample: Int64) -> Bool { own.contains(firstExample) }

  /// Examples of this catalog that are shown here until now, and were hidden there since.
  package var hiddenThere: ExampleSet {
    ExampleSet(measurements.filter { $0.isHiddenThere && !$0.isHiddenHere && !$0.isShownSince }.map(\.ownExamples))
  }

  /// How many examples are hidden there, and were shown here again after that.
  package var shownHereCount: Int {
    measurements.reduce(0) { $0 + ($1.isHiddenThere && !$1.isHiddenHere && $1.isShownSince ? $1.theirs.count : 0) }
  }

  /// How many examples are hidden here and shown there.
  package var hiddenHereCount: Int {
    measurements.reduce(0) { $0 + ($1.isHiddenHere && !$1.isHiddenThere ? $1.theirs.count : 0) }
  }

  fileprivate mutating func add(_ measurement: Measurement) {
    measurements.append(measurement)
    own.insert(measurement.own)
    otherRuns.insert(measurement.theirRun)
  }

  fileprivate mutating func addNew(ofRun run: Int64) {
    otherRuns.insert(run)
    newRuns.insert(run)
  }

  fileprivate mutating func addPurged(_ examples: Range<Int64>, ofRun run: Int64) {
    purged.append(examples)
    purgedRuns.insert(run)
  }
}

extension MergeMatches.Measurement {
  /// Its examples here.
  package var ownExamples: Range<Int64> { own..<(own + Int64(theirs.count)) }
}

extension CatalogWriter {
  /// Finds out which measurements of another catalog are here already.
  ///
  /// Segment files that both have say so, and what earlier merges remembered, and contents that both have ingested. The values of
  /// those that are in no file of both are still to be compared.
  ///
  /// - Parameters:
  ///   - other: What is merged.
  ///   - extents: Its extents.
  ///   - allowsRepeat: Whether everything is to be taken for new.
  /// - Returns: What is here.
  /// - Throws: What reading throws.
  /// - Complexity: O(observations of the other), O(extents + ingests) where nothing is here.
  package func matches(
    of other: MergedCatalog, extents: [Extent], allowsRepeat: Bool
  ) throws(EngramError) -> MergeMatches {
    let gone = try other.catalog.purgedExamples()
    var matches = MergeMatches(ExampleSet(0..<other.exampleEnd).subtracting(gone))
    if allowsRepeat { return matches }
    let files = ExampleMap(try commonFiles(extents))
    let pieces = try self.origins(ofStore: try other.catalog.storeIdentifier())
    let origins = ExampleMap(pieces)
    let thirds = ExampleMap(try commonOrigins(other))
    let contents = ExampleMap(try commonContents(other))
    let maps = [files, origins, thirds, contents]
    if maps.allSatisfy(\.isEmpty) { return matches }
    let (purged, hidden) = (try purgedExamples(), try firstHiddenExamples())
    let came: [Range<Int64>] = pieces.flatMap { piece in
      gone.clamped(to: piece.theirs).ranges.map { range in
        let start = piece.own + (range.lowerBound - piece.theirs.lowerBound)
        return start..<(start + Int64(range.count))
      }
    }
    matches.purgedThereCount = ExampleSet(came).subtracting(purged).subtracting(try hiddenExamples()).count
    let absent = try other.catalog.absentExamples(asOf: other.commit?.id)
    let (shown, hiddenThere) = (try timesOfShowing(), try other.catalog.timesOfHiding())
    // What another measurement took the place of there does so here, whatever was shown here since.
    let replacedThere = Set(
      try other.catalog.hiddenMeasurements().filter { $0.hiddenBy != nil && !$0.replacements.isEmpty }
        .map(\.examples.lowerBound))
    let counts = try other.catalog.layers().mapValues { Int64($0.count) }
    let measurement = try connection.prepare("SELECT run_id, example_count FROM observation WHERE first_example = ?1")
    try other.catalog.observations(before: other.exampleEnd) { (observation) throws(EngramError) in
      let first = observation.firstExample
      let (end, overflow) = first.addingReportingOverflow(counts[observation.layerSet] ?? 0)
      guard !overflow, end > first else {
        throw other.catalog.corrupt("an observation has no layers", "table observation, first_example \(first)")
      }
      let theirs = first..<end
      for (place, map) in maps.enumerated() {
        // What that store took in twice was forced there: each is one here.
        guard let own = map.own(theirs), !matches.isHere(own) else { continue }
        defer { measurement.reset() }
        try measurement.bind(1, own)
        if try measurement.step(), measurement.integer(1) == Int64(theirs.count) {
          matches.add(
            .init(
              theirs: theirs, own: own, isSameFile: place == 0, theirRun: observation.run, run: measurement.integer(0),
              isHiddenThere: absent.contains(first), isHiddenHere: hidden.contains(own),
              isShownSince: !replacedThere.contains(first)
                && (shown[own].map { $0 >= hiddenThere[first] ?? "" } ?? false)))
          return
        }
        // Ranges of contents are those of an ingest, which may have left examples out; ranges of origins are exact.
        if [1, 2].contains(place), ExampleSet(own..<(own + Int64(theirs.count))).subtracting(purged).isEmpty {
          matches.addPurged(theirs, ofRun: observation.run)
          return
        }
      }
      matches.addNew(ofRun: observation.run)
    }
    return matches
  }

  /// Examples in segment files that both stores have.
  private func commonFiles(_ extents: [Extent]) throws(EngramError) -> [(theirs: Range<Int64>, own: Int64)] {
    let row = try connection.prepare("SELECT first_example, example_count FROM extent WHERE segment = ?1")
    var found: [(theirs: Range<Int64>, own: Int64)] = []
    for extent in extents {
      guard case .segment(let identifier, _) = extent.place else { continue }
      defer { row.reset() }
      try row.bind(1, identifier.hex)
      guard try row.step(), row.integer(1) == extent.exampleCount, row.integer(0) >= 0,
        !row.integer(0).addingReportingOverflow(extent.exampleCount).overflow
      else { continue }
      found.append((extent.examples, row.integer(0)))
    }
    return found
  }

  /// Examples that came to both stores from a third one, or there from this one.
  private func commonOrigins(_ other: MergedCatalog) throws(EngramError) -> [(theirs: Range<Int64>, own: Int64)] {
    let identifier = try storeIdentifier()
    var found: [(theirs: Range<Int64>, own: Int64)] = []
    for ingest in try other.catalog.ingests(before: other.exampleEnd) {
      guard let origin = MergeOrigin(ingest.contentHash), let there = origin.examples(ingest.examples.count) else {
        continue
      }
      if origin.store == identifier { found.append((ingest.examples, origin.firstExample)) }
      for piece in try origins(ofStore: origin.store) {
        let part = piece.theirs.clamped(to: there)
        if part.isEmpty { continue }
        let start = ingest.examples.lowerBound + (part.lowerBound - there.lowerBound)
        found.append((start..<(start + Int64(part.count)), piece.own + (part.lowerBound - piece.theirs.lowerBound)))
      }
    }
    return found
  }

  /// Examples of contents that both stores have ingested.
  private func commonContents(_ other: MergedCatalog) throws(EngramError) -> [(theirs: Range<Int64>, own: Int64)] {
    var found: [(theirs: Range<Int64>, own: Int64)] = []
    for ingest in try other.catalog.ingests(before: other.exampleEnd) where MergeOrigin(ingest.contentHash) == nil {
      guard let known = try ingested(ingest.contentHash), known.examples.count == ingest.examples.count else {
        continue
      }
      found.append((ingest.examples, known.examples.lowerBound))
    }
    return found
  }

  /// The first examples of the measurements that are hidden, by this commit too.
  func firstHiddenExamples() throws(EngramError) -> Set<Int64> {
    let rows = try connection.prepare("SELECT first_example FROM hidden WHERE shown_commit IS NULL")
    var hidden: Set<Int64> = []
    while try rows.step() { hidden.insert(rows.integer(0)) }
    return hidden
  }
}

extension CatalogReader {
  /// When the measurements that are hidden were, by their first examples; times as the log of commits has them.
  fileprivate func timesOfHiding() throws(EngramError) -> [Int64: String] {
    try times(
      """
      SELECT h.first_example, c.time FROM main.hidden AS h JOIN main.commit_log AS c ON c.commit_id = h.commit_id
      WHERE h.shown_commit IS NULL
      """)
  }

  /// When measurements that had been hidden were last shown again, by their first examples.
  fileprivate func timesOfShowing() throws(EngramError) -> [Int64: String] {
    try times(
      """
      SELECT h.first_example, max(c.time) FROM main.hidden AS h JOIN main.commit_log AS c ON c.commit_id = h.shown_commit
      GROUP BY h.first_example
      """)
  }

  private func times(_ sql: String) throws(EngramError) -> [Int64: String] {
    let rows = try connection.prepare(sql)
    var times: [Int64: String] = [:]
    while try rows.step() { times[rows.integer(0)] = rows.text(1) }
    return times
  }
}
