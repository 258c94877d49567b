// SearchRecord.swift -- how every candidate did in every fold: the outcome of a search, or the part done so far.

/// One rung of a search: some candidates, learning from so many rows.
///
/// An exhaustive search has one.
public struct SearchRung: Sendable, Hashable {
  /// How many of the train rows the candidates could learn from; each fold leaves its own part out.
  public let rowCount: Int
  /// The candidates that were tried, ascending.
  public let candidates: [Int]
  /// For each fold, how each of ``candidates`` did; nil where that is not known yet, or no longer asked.
  public internal(set) var scores: [[CandidateScore?]]

  /// A rung on which nothing was tried yet.
  init(rowCount: Int, candidates: [Int], folds: Int) {
    self.rowCount = rowCount
    self.candidates = candidates
    let unknown = [CandidateScore?](repeating: nil, count: candidates.count)
    scores = [[CandidateScore?]](repeating: unknown, count: folds)
  }

  /// Why a candidate of the rung could not be tried in a fold, or nil.
  func reasonSkipped(_ place: Int) -> String? {
    for fold in scores {
      if case .skipped(let reason)? = fold[place] { return reason }
    }
    return nil
  }

  /// The mean validation accuracy of a candidate of the rung, or nil unless it was tried in every fold.
  func meanAccuracy(_ place: Int) -> Double? {
    var sum = 0.0
    for fold in scores {
      guard case .accuracy(let accuracy, _)? = fold[place] else { return nil }
      sum += accuracy
    }
    return scores.isEmpty ? nil : sum / Double(scores.count)
  }

  /// The places of the candidates that were tried in every fold, best first; the earlier first among equals.
  var ranking: [Int] {
    candidates.indices.compactMap { place in meanAccuracy(place).map { (place, $0) } }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
  }
}

/// How every candidate of a grid did: the outcome of a search, or the part of it that is done.
///
/// A search that was stopped goes on from its record and ends as if it had not been stopped.
public struct SearchRecord: Sendable, Hashable {
  /// The rungs so far.
  public internal(set) var rungs: [SearchRung]

  /// What became of a candidate.
  public enum Outcome: Sendable, Hashable {
    /// It was tried in every fold of the last rung it reached: the mean accuracy, and what there is to say of it.
    case tried(accuracy: Double, notes: [String])
    /// It was dropped after a rung in which so many rows were used, for others did better there.
    case dropped(accuracy: Double, rowCount: Int)
    /// It could not be tried, and why.
    case skipped(String)
  }

  /// A search that has not begun.
  public init() { rungs = [] }

  /// The candidates that were tried in every fold of the last rung, best first; the earlier first among equals.
  public var ranking: [Int] { rungs.last.map { rung in rung.ranking.map { rung.candidates[$0] } } ?? [] }

  /// The best candidate of the last rung: the highest mean validation accuracy, the first among equals.
  public var best: Int? { ranking.first }

  /// What became of a candidate; nil when it was not reached.
  public func outcome(of candidate: Int) -> Outcome? {
    for (index, rung) in rungs.enumerated().reversed() {
      guard let place = rung.candidates.firstIndex(of: candidate) else { continue }
      if let reason = rung.reasonSkipped(place) { return .skipped(reason) }
      guard let accuracy = rung.meanAccuracy(place) else { return nil }
      if index < rungs.count - 1 { return .dropped(accuracy: accuracy, rowCount: rung.rowCount) }
      var notes: [String] = []
      for fold in rung.scores {
        if case .accuracy(_, let note?)? = fold[place], !notes.contains(note) { notes.append(note) }
      }
      return .tried(accuracy: accuracy, notes: notes)
    }
    return nil
  }

  /// The accuracy of a candidate in each fold of the last rung it reached.
  public func accuracies(of candidate: Int) -> [Double] {
    guard let rung = rungs.last(where: { $0.candidates.contains(candidate) }),
      let place = rung.candidates.firstIndex(of: candidate)
    else { return [] }
    return rung.scores.compactMap { fold in
      if case .accuracy(let accuracy, _)? = fold[place] { accuracy } else { nil }
    }
  }
}
