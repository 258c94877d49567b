// CorrectedRuns.swift -- which stored run each run of a correction is: by what tells runs apart, else by its trajectories.

import Base
import TrajectoryModel
import TrajectoryStore

/// Which stored run each run of a correction is.
///
/// A run that the store has by what tells runs apart is that run. One that it has not, because a field of those was wrong,
/// is told by its trajectories: the run most of them are of, bit for bit; of several the one with the most equal fields.
/// Trajectories whose values are all the same say nothing.
struct CorrectedRuns {
  /// For each run of the input the stored run, or nil for one that the store has not.
  private(set) var stored: [Int64?]
  /// The number of runs that were told by their trajectories.
  private(set) var recognised = 0

  /// Equal trajectories that are looked at for one row; more say nothing of which run it is.
  private static let mostEqual = 64

  /// Finds the runs.
  ///
  /// - Throws: What reading the catalog throws.
  init(
    _ rows: CorrectionRows, _ grouping: RunGrouping, _ matches: TrajectoryMatches, _ equal: StoredExamples,
    in snapshot: Snapshot
  ) throws(EngramError) {
    let metadata = grouping.metadata
    stored = metadata.runs.indices.map { metadata.storedRun($0) }
    var taken = Set(stored.compactMap { $0 })
    let open = Set(stored.indices.filter { stored[$0] == nil })
    if open.isEmpty { return }
    var votes: [Int: [Int64: Int]] = [:]
    for (row, place) in rows.places.enumerated() where open.contains(place.run) && matches.isRecognised(row) {
      for run in Set(matches[row].prefix(Self.mostEqual).compactMap { equal[$0]?.run }) {
        votes[place.run, default: [:]][run, default: 0] += 1
      }
    }
    if votes.isEmpty { return }
    let table = try snapshot.runs(ids: Set(votes.values.flatMap(\.keys)))
    let places = grouping.columns.map { column in
      table.fields.firstIndex { $0.name.lowercased() == column.name.lowercased() }
    }
    func agreement(_ run: Int, _ candidate: Int64) -> Int {
      guard let known = table[run: candidate] else { return 0 }
      return places.enumerated().count { column, place in
        place.map { known[$0] != .null && known[$0] == metadata.runs[run][column] } ?? false
      }
    }
    for run in votes.keys.sorted() {
      let candidates = (votes[run] ?? [:]).filter { !taken.contains($0.key) }
        .map { (count: $0.value, agreement: agreement(run, $0.key), id: $0.key) }
      guard let best = candidates.max(by: { ($0.count, $0.agreement, -$0.id) < ($1.count, $1.agreement, -$1.id) })
      else { continue }
      stored[run] = best.id
      taken.insert(best.id)
      recognised += 1
    }
  }
}

/// Where each row of an input stands: its run, layer and condition.
struct CorrectionRows {
  /// One row.
  struct Place {
    /// The run, among those of the input.
    let run: Int
    let layer: Layer
    let condition: ObservationCondition
    /// The measurement, among those of the input.
    let measurement: Int
  }

  let places: [Place]

  init(_ metadata: AppendMetadata) {
    places = metadata.observations.enumerated().flatMap { number, observation in
      observation.layers.map {
        Place(run: observation.run, layer: $0, condition: observation.condition, measurement: number)
      }
    }
  }
}
