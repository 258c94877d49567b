// TrajectoryStore+Hide.swift -- leaving runs out of what is read, and taking them in again.

public import Base
import Catalog
public import TrajectoryModel

/// What was hidden, or shown again.
public struct HideReport: Sendable, Hashable {
  /// The number of the commit; nil where nothing changed.
  public let commit: Int64?
  /// The examples that became hidden, or visible.
  public let examples: ExampleSet
  /// The examples that were selected and were so already.
  public let unchanged: ExampleSet
  /// The examples that stay hidden because others that can be seen took their place, by a correction or an edit of layers.
  public let replaced: ExampleSet
}

extension TrajectoryStore {
  /// Hides all runs for which a condition is true, in one commit; snapshots of earlier commits go on showing them.
  ///
  /// Ids stay as they are. What is hidden is selected by nothing, and stays in the files until it is purged.
  ///
  /// - Parameters:
  ///   - filter: An SQL expression over the columns of the `example` view; true for all examples of a run or for none.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What was hidden.
  /// - Throws: ``EngramError`` with code `notFound` when no run is selected, `usage` for a condition that is wrong or that
  ///   tells layers of one run apart, `busy`, `diskFull`, `io`.
  public func hide(where filter: String, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    try setHidden(true, "runs where \(filter)", options) { () throws(EngramError) in
      let runs = try self.runs(where: filter, in: try snapshot(), work: options.work)
      return ExampleSet(runs.values.flatMap(\.ranges))
    }
  }

  /// Hides everything that a commit added, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit, or it added no example; `busy`, `io`.
  public func hide(commit: Int64, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    try setHidden(true, "what commit \(commit) added", options) { () throws(EngramError) in
      try examples(addedBy: commit)
    }
  }

  /// Shows hidden runs again for which a condition is true, in one commit.
  ///
  /// What a correction or an edit of layers replaced stays hidden, as long as what took its place can be seen.
  ///
  /// - Throws: As ``hide(where:options:)``.
  public func unhide(where filter: String, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    let limits = QueryLimits(work: options.work)
    return try setHidden(false, "runs where \(filter)", options) { () throws(EngramError) in
      let runs = try read { (catalog) throws(EngramError) in
        try Self.wholeRuns(
          try catalog.groups(by: ["run_id"], where: filter, limits: limits),
          of: try catalog.groups(by: ["run_id"], where: nil, limits: limits), filter, path)
      }
      return ExampleSet(runs.values.flatMap(\.ranges))
    }
  }

  /// Shows everything again that a commit added, in one commit.
  ///
  /// - Throws: As ``hide(commit:options:)``.
  public func unhide(commit: Int64, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    try setHidden(false, "what commit \(commit) added", options) { () throws(EngramError) in
      try examples(addedBy: commit)
    }
  }

  /// The examples that came with a commit, without those that were removed for good.
  private func examples(addedBy commit: Int64) throws(EngramError) -> ExampleSet {
    let (range, purged) = try read { (catalog) throws(EngramError) in
      let end = try catalog.exampleEnd(asOf: commit)
      return ((commit > 1 ? try catalog.exampleEnd(asOf: commit - 1) : 0)..<end, try catalog.purgedExamples())
    }
    guard !range.isEmpty else {
      throw EngramError(
        .notFound, "commit \(commit) added no example", file: path, expected: "a commit that added examples",
        found: "\(commit)", mend: "\(run: .log, on: path) lists the commits")
    }
    let left = ExampleSet(range).subtracting(purged)
    guard !left.isEmpty else {
      throw EngramError(
        .notFound, "what commit \(commit) added was removed for good", file: path,
        expected: "a commit of whose examples some are left", found: "\(commit)",
        mend: "\(run: .log, on: path) lists the commits")
    }
    return left
  }

  /// Hides examples or shows them; which ones is asked during the writer's turn, when nobody else changes what runs are.
  private func setHidden(
    _ isHidden: Bool, _ what: String, _ options: WriteOptions,
    choosing choose: () throws(EngramError) -> ExampleSet
  ) throws(EngramError) -> HideReport {
    let operation = isHidden ? "hide" : "unhide"
    return try write(operation, options: options) { (session) throws(EngramError) in
      let examples = try choose()
      let (hidden, replaced) = try session.read { (catalog) throws(EngramError) in
        let hidden = try catalog.hiddenExamples()
        if isHidden { return (hidden, ExampleSet()) }
        return (hidden, Self.replaced(among: try catalog.hiddenMeasurements(), showing: examples))
      }
      let open = isHidden ? examples.subtracting(hidden) : examples.intersection(hidden).subtracting(replaced)
      let unchanged = examples.subtracting(open).subtracting(replaced)
      guard !open.isEmpty else {
        return HideReport(commit: nil, examples: open, unchanged: unchanged, replaced: replaced)
      }
      return try session.commit(operation: operation, message: "\(open.count) examples: \(what)") {
        (catalog) throws(EngramError) in
        let changed = try catalog.setHidden(isHidden, open)
        return HideReport(commit: catalog.commitID, examples: changed, unchanged: unchanged, replaced: replaced)
      }
    }
  }

  /// Those of some examples that stay hidden: of measurements that took each other's place, one that is seen keeps the others hidden,
  /// and otherwise those are shown that were hidden last.
  ///
  /// - Parameters:
  ///   - known: The measurements that are hidden or were.
  ///   - examples: What is to be shown.
  /// - Returns: All examples of each such measurement.
  private static func replaced(among known: [HiddenMeasurement], showing examples: ExampleSet) -> ExampleSet {
    let places = MeasurementPlaces(known)
    let hidden = Set(known.lazy.filter { $0.hiddenBy != nil }.map(\.examples.lowerBound))
    var isSeen: Set<Int64> = []
    var last: [Int64: Int64] = [:]
    for measurement in known {
      let place = places[measurement.examples.lowerBound]
      let members = measurement.replacements + [measurement.examples.lowerBound]
      if !measurement.replacements.isEmpty, members.contains(where: { !hidden.contains($0) }) { isSeen.insert(place) }
      guard let commit = measurement.hiddenBy, examples.contains(measurement.examples.lowerBound) else { continue }
      last[place] = max(last[place] ?? 0, commit)
    }
    let left = known.filter { measurement in
      guard let commit = measurement.hiddenBy, examples.contains(measurement.examples.lowerBound) else { return false }
      let place = places[measurement.examples.lowerBound]
      return isSeen.contains(place) || commit < last[place] ?? 0
    }
    return ExampleSet(left.map(\.examples))
  }
}

/// Which measurements took each other's place: each has the number of the first of them.
private struct MeasurementPlaces {
  private var parents: [Int64: Int64] = [:]

  init(_ known: [HiddenMeasurement]) {
    for measurement in known {
      for other in measurement.replacements {
        let (one, two) = (self[measurement.examples.lowerBound], self[other])
        if one != two { parents[max(one, two)] = min(one, two) }
      }
    }
  }

  subscript(measurement: Int64) -> Int64 {
    var place = measurement
    while let parent = parents[place] { place = parent }
    return place
  }
}
