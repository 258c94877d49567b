// JoinedGrid.swift -- several grids of one kind of classifier, one after the other.

public import Base
public import TrajectoryModel

/// Several grids as one, one after the other; each scores its own candidates.
public struct JoinedGrid: CandidateGrid {
  /// The grids, in order.
  public let parts: [any CandidateGrid]
  /// Where the candidates of each part begin.
  private let starts: [Int]

  /// Joins grids.
  public init(_ parts: [any CandidateGrid]) {
    self.parts = parts
    var starts: [Int] = []
    var start = 0
    for part in parts {
      starts.append(start)
      start += part.candidates.count
    }
    self.starts = starts
  }

  /// The candidates of every part.
  public var candidates: [JSONObject] { parts.flatMap(\.candidates) }

  /// The batches of every part.
  public var batches: [[Int]] {
    zip(parts, starts).flatMap { part, start in part.batches.map { $0.map { start + $0 } } }
  }

  /// Lets each part score its candidates.
  public func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    var scores: [CandidateScore] = []
    for (part, start) in zip(parts, starts) {
      let own = indices.map { $0 - start }.filter(part.candidates.indices.contains)
      if own.isEmpty { continue }
      var inner = options
      inner.work = options.work.part(scores.count..<(scores.count + own.count), of: indices.count)
      scores += try part.score(
        own, features, columns: columns, labels: labels, train: train, validation: validation, options: inner)
    }
    return scores
  }

  /// The classifier of a candidate.
  public func classifier(_ index: Int) -> any Classifier {
    let (part, own) = place(of: index)
    return part.classifier(own)
  }

  /// How long a candidate takes beside the others of its part.
  public func relativeCost(_ index: Int, columnCount: Int) -> Int {
    let (part, own) = place(of: index)
    return part.relativeCost(own, columnCount: columnCount)
  }

  /// The part of a candidate, and which one it is there.
  private func place(of index: Int) -> (part: any CandidateGrid, own: Int) {
    for (part, start) in zip(parts, starts).reversed() where index >= start { return (part, index - start) }
    preconditionFailure("a candidate is one of a part")
  }
}
