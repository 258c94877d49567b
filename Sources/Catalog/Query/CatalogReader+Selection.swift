// CatalogReader+Selection.swift -- which examples a filter selects, and which of them belong together.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// The examples that a filter selects, as of a commit.
  ///
  /// - Parameters:
  ///   - filter: An SQL expression over the columns of the `example` view, such as `task = 'cifar10' AND
  ///     layer_position = 'deep'`; nil selects all. Subqueries over `example`, `run_observation`, `run`, `observation`,
  ///     `run_metric` and `run_metric_last` see the same commit. Examples for which it is NULL are not selected, as everywhere in SQL.
  ///   - commit: The commit, or nil for the newest.
  ///   - limits: How long SQLite may take, and a way to stop it.
  /// - Returns: The examples, as ranges.
  /// - Throws: Code `usage` for a filter that is wrong or not allowed; `notFound` for the commit; `limit`, `cancelled`.
  /// - Complexity: O(observations) when the filter asks about runs only or layers only, O(examples) otherwise.
  package func examples(
    where filter: String?, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> ExampleSet {
    let end = try exampleEnd(asOf: commit)
    guard filter != nil else { return ExampleSet(0..<end) }
    var examples = ExampleSet()
    try selection(filter, runColumns: [], before: end, asOf: commit, limits: limits) { (part) throws(EngramError) in
      guard let ordinals = part.ordinals else { return examples.append(part.examples) }
      for ordinal in ordinals {
        let id = part.examples.lowerBound &+ ordinal
        examples.append(id..<(id &+ 1))
      }
    }
    return examples
  }

  /// The examples that a filter selects, grouped by the values of columns, sorted by them.
  ///
  /// NULL is a value like any other. Texts are equal when their bytes are.
  ///
  /// - Parameters:
  ///   - names: Columns of the `example` view, in any case; not `example_id`.
  ///   - filter: As in ``examples(where:asOf:limits:)``.
  ///   - commit: As there.
  ///   - limits: As there.
  /// - Returns: The groups that have examples.
  /// - Throws: As there, and code `usage` for a column that is not there, `limit` for more than 4 million groups.
  /// - Complexity: One pass in order of example. Columns of runs cost O(observations), columns of layers one step for
  ///   each example selected. Without a filter, columns of few different values are read once and kept with the connection.
  package func groups(
    by names: [String], where filter: String?, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> [ExampleGroup] {
    let end = try exampleEnd(asOf: commit)
    let columns = Columns(fields: try fields())
    var grouping = try Grouping(by: names, columns: columns, layers: layerSets(), file: connection.path)
    if filter == nil, let groups = try keptGroups(&grouping, before: end, limits: limits) { return groups }
    try selection(filter, runColumns: grouping.runColumns, before: end, asOf: commit, limits: limits) {
      (part) throws(EngramError) in
      try grouping.add(part)
    }
    return grouping.groups()
  }

  /// The layers of runs that were measured more than once, each with all its examples.
  ///
  /// - Parameters:
  ///   - commit: The commit, or nil for the newest.
  ///   - limits: How long SQLite may take, and a way to stop it.
  /// - Returns: A set for each layer of each such run, of its measurements.
  /// - Throws: Code `notFound` for the commit; `limit`, `cancelled`.
  /// - Complexity: O(observations), and O(examples) of the runs that were measured again.
  package func repeatedLayers(
    asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> [ExampleSet] {
    let again = "run_id IN (SELECT run_id FROM run_observation GROUP BY run_id HAVING count(*) > 1)"
    return try groups(by: ["run_id", "layer_name"], where: again, asOf: commit, limits: limits)
      .map(\.examples).filter { $0.count > 1 }
  }

  /// What a filter selects of one observation, or of one example of it.
  struct Part {
    /// The examples of the observation.
    let examples: Range<Int64>
    /// The ordinals selected, ascending; nil when all are.
    let ordinals: [Int64]?
    let layerSet: Int64
    /// The current row; the columns asked for begin at ``firstColumn``.
    let row: Statement
    static let firstColumn: Int32 = 3
  }

  /// Calls a body with what a filter selects, in order of example.
  private func selection(
    _ text: String?, runColumns: [String], before end: Int64, asOf commit: Int64?, limits: QueryLimits,
    _ body: (Part) throws(EngramError) -> Void
  ) throws(EngramError) {
    let columns = Columns(fields: try fields())
    let commit = if let commit { commit } else { try latestCommit()?.id ?? 0 }
    let sandbox = Sandbox(.filter, seconds: limits.seconds, work: limits.work)
    try connection.sandboxed(sandbox) { () throws(EngramError) in
      let filter = try Filter(text, selecting: runColumns, before: end, asOf: commit, columns: columns, in: self)
      let rows = filter.rows
      var nextAllowed: Int64 = 0
      // One array for all rows of single examples, so that none is allocated per row.
      var single: [Int64] = [0]
      while try rows.step() {
        let (first, second, layerSet) = (rows.integer(0), rows.integer(1), rows.integer(2))
        // Ids come from a file: they must ascend, and be examples of this commit.
        let (lower, count) = filter.level == .examples ? (first &+ second, 1) : (first, second)
        guard first >= 0, second >= 0, count > 0, lower >= nextAllowed, lower < end, count <= end - lower else {
          throw corrupt(
            "an observation lies outside the examples of the commit", "table observation, first_example \(first)",
            expected: "within \(nextAllowed)..<\(end)", found: "\(count) examples from \(lower)")
        }
        nextAllowed = lower + count
        switch filter.level {
        case .observations:
          try body(Part(examples: first..<(first + count), ordinals: nil, layerSet: layerSet, row: rows))
        case .layers:
          guard let ordinals = filter.ordinals[layerSet] else { continue }
          guard let last = ordinals.last, last < count else {
            throw corrupt("an observation is shorter than its layer set", "table observation, first_example \(first)")
          }
          try body(Part(examples: first..<(first + count), ordinals: ordinals, layerSet: layerSet, row: rows))
        case .examples:
          single[0] = second
          try body(Part(examples: first..<(first + second + 1), ordinals: single, layerSet: layerSet, row: rows))
        }
      }
    }
  }
}
