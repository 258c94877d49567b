// ClaimedExamples.swift -- which stored example each row of a correction is, and whether it is the same.

import Base
import TrajectoryModel
import TrajectoryStore

/// Which stored example each row of a correction is, and whether it is the same.
///
/// A row is the example of the same run, layer and condition; where none is, the example that its trajectory equals bit for
/// bit, which then stood under a wrong run or layer. Each example is claimed once.
struct ClaimedExamples {
  /// What a row is.
  enum Claim: Hashable {
    /// Nothing that is stored.
    case new
    /// This example, as it is stored.
    case kept(Int64)
    /// This example, which the row takes the place of.
    case replaced(Int64)
  }

  /// For each row what it is.
  private(set) var claims: [Claim]
  /// What the store says of the examples that are claimed.
  let stored: StoredExamples
  private var claimed: Set<Int64> = []
  private let rows: CorrectionRows
  private let matches: TrajectoryMatches

  /// Finds the examples.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` where a layer was measured several times and rows do not say which
  ///   measurement they correct; what reading the catalog throws.
  init(
    _ rows: CorrectionRows, runs: [Int64?], _ matches: TrajectoryMatches, in snapshot: Snapshot, _ input: IngestInput
  ) throws(EngramError) {
    (self.rows, self.matches) = (rows, matches)
    claims = [Claim](repeating: .new, count: rows.places.count)
    let measured = try snapshot.measuredLayers(of: Set(runs.compactMap { $0 }))
    let targets = ExampleSet(measured.values.joined().map { $0..<($0 + 1) })
    stored = try StoredExamples(targets.union(matches.examples), in: snapshot)
    func target(_ place: CorrectionRows.Place) -> MeasuredLayer? {
      runs[place.run].map { MeasuredLayer(run: $0, layer: place.layer.name, condition: place.condition) }
    }
    for (row, place) in rows.places.enumerated() {
      guard let layer = target(place), let known = measured[layer] else { continue }
      let equal = Set(matches[row])
      guard let id = known.first(where: { equal.contains($0) && !claimed.contains($0) }) else { continue }
      claim(id, row, isKept: place.layer.position == nil || place.layer.position == stored[id]?.layer.position)
    }
    var others: [MeasuredLayer: [Int]] = [:]
    for (row, place) in rows.places.enumerated() where claims[row] == .new {
      if let layer = target(place), measured[layer] != nil { others[layer, default: []].append(row) }
    }
    for (layer, group) in others.sorted(by: { $0.value[0] < $1.value[0] }) {
      let free = (measured[layer] ?? []).filter { !claimed.contains($0) }
      if free.isEmpty { continue }
      guard free.count == group.count else { throw Self.unclear(layer, group, free, input) }
      for (row, id) in zip(group, free) { claim(id, row, isKept: false) }
    }
    for row in claims.indices where claims[row] == .new && matches.isRecognised(row) {
      guard let id = matches[row].first(where: { !claimed.contains($0) }) else { continue }
      claim(id, row, isKept: false)
    }
  }

  private mutating func claim(_ id: Int64, _ row: Int, isKept: Bool) {
    claimed.insert(id)
    claims[row] = isKept ? .kept(id) : .replaced(id)
  }

  /// The layer of the example that a row is, as it is stored; nil for a row of which nothing is stored.
  func layer(ofRow row: Int) -> Layer? {
    switch claims[row] {
    case .new: nil
    case .kept(let id), .replaced(let id): stored[id]?.layer
    }
  }

  /// The examples of measurements that are hidden: all of each of which a row takes the place of an example.
  var replacedMeasurements: ExampleSet {
    ExampleSet(
      claims.compactMap { claim in
        if case .replaced(let id) = claim { stored[id]?.measurement } else { nil }
      })
  }

  /// The examples that rows take the place of, by row.
  var replacedExamples: [Int: Int64] {
    var examples: [Int: Int64] = [:]
    for (row, claim) in claims.enumerated() { if case .replaced(let id) = claim { examples[row] = id } }
    return examples
  }

  /// The number of examples that rows take the place of.
  var replacedCount: Int { claims.count { if case .replaced = $0 { true } else { false } } }

  /// The examples of hidden measurements that no row is: they are brought along.
  func copies(_ replaced: ExampleSet) -> ExampleSet {
    replaced.subtracting(ExampleSet(claimed.map { $0..<($0 + 1) }))
  }

  private static func unclear(
    _ layer: MeasuredLayer, _ rows: [Int], _ free: [Int64], _ input: IngestInput
  ) -> EngramError {
    EngramError(
      .invalidData, "a layer was measured several times, and nothing says which measurement is corrected",
      file: input.metadataSource, place: "row \(input.row(rows[0]))",
      expected: "as many rows as measurements: \(free.count) of layer \(layer.layer) of run \(layer.run), examples "
        + free.prefix(3).map(String.init).joined(separator: ", "),
      found: "\(rows.count)",
      mend: """
        bring all measurements of the layer, or hide the wrong one and add this one as a further measurement with \
        \(set: .measurements)
        """)
  }
}
