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
    let runs = try runs(where: filter, in: try snapshot(), work: options.work)
    return try setHidden(true, ExampleSet(runs.values.flatMap(\.ranges)), "runs where \(filter)", options)
  }

  /// Hides everything that a commit added, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit, or it added no example; `busy`, `io`.
  public func hide(commit: Int64, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    try setHidden(true, try examples(addedBy: commit), "what commit \(commit) added", options)
  }

  /// Shows hidden runs again for which a condition is true, in one commit.
  ///
  /// What a correction or an edit of layers replaced stays hidden, as long as what took its place can be seen.
  ///
  /// - Throws: As ``hide(where:options:)``.
  public func unhide(where filter: String, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    let limits = QueryLimits(work: options.work)
    let runs = try read { (catalog) throws(EngramError) in
      try Self.wholeRuns(
        try catalog.groups(by: ["run_id"], where: filter, limits: limits),
        of: try catalog.groups(by: ["run_id"], where: nil, limits: limits), filter, path)
    }
    return try setHidden(false, ExampleSet(runs.values.flatMap(\.ranges)), "runs where \(filter)", options)
  }

  /// Shows everything again that a commit added, in one commit.
  ///
  /// - Throws: As ``hide(commit:options:)``.
  public func unhide(commit: Int64, options: WriteOptions = WriteOptions()) throws(EngramError) -> HideReport {
    try setHidden(false, try examples(addedBy: commit), "what commit \(commit) added", options)
  }

  /// The examples that came with a commit.
  private func examples(addedBy commit: Int64) throws(EngramError) -> ExampleSet {
    let range = try read { (catalog) throws(EngramError) in
      let end = try catalog.exampleEnd(asOf: commit)
      return (commit > 1 ? try catalog.exampleEnd(asOf: commit - 1) : 0)..<end
    }
    guard !range.isEmpty else {
      throw EngramError(
        .notFound, "commit \(commit) added no example", file: path, expected: "a commit that added examples",
        found: "\(commit)", mend: "\(run: .log, on: path) lists the commits")
    }
    return ExampleSet(range)
  }

  private func setHidden(
    _ isHidden: Bool, _ examples: ExampleSet, _ what: String, _ options: WriteOptions
  ) throws(EngramError) -> HideReport {
    let operation = isHidden ? "hide" : "unhide"
    return try write(operation, options: options) { (session) throws(EngramError) in
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

  /// The examples that came later and took the place of some that were there, by a correction or an edit of layers.
  ///
  /// - Parameter end: The id after the last example that was there.
  /// - Returns: Examples of that id or a greater one.
  /// - Throws: ``EngramError`` with code `io` or `corrupt`.
  package func corrections(before end: Int64) throws(EngramError) -> ExampleSet {
    var corrections: [Int64: Range<Int64>] = [:]
    // What takes a place comes later, and its own place may be taken.
    for measurement in try read({ (catalog) throws(EngramError) in try catalog.hiddenMeasurements() }) {
      let first = measurement.examples.lowerBound
      guard first < end || corrections[first] != nil else { continue }
      for later in measurement.replacements where later.lowerBound >= end { corrections[later.lowerBound] = later }
    }
    return ExampleSet(corrections.values.sorted { $0.lowerBound < $1.lowerBound })
  }

  /// Those of some examples that stay hidden, because what took their place can be seen once the others are shown.
  ///
  /// - Parameters:
  ///   - hidden: The measurements that are hidden, ascending, and what took the place of each.
  ///   - examples: What is to be shown.
  /// - Returns: All examples of each such measurement.
  private static func replaced(
    among hidden: [HiddenMeasurement], showing examples: ExampleSet
  ) -> ExampleSet {
    /// Whether a hidden measurement can be seen then, or one that took its place.
    var isSeen: [Int64: Bool] = [:]
    var replaced: [Range<Int64>] = []
    // What takes a place comes later, so the last is decided first.
    for measurement in hidden.reversed() {
      let first = measurement.examples.lowerBound
      let isReplaced = measurement.replacements.contains { isSeen[$0.lowerBound] ?? true }
      let isAsked = examples.contains(first)
      if isAsked, isReplaced { replaced.append(measurement.examples) }
      isSeen[first] = isAsked || isReplaced
    }
    return ExampleSet(replaced)
  }
}
