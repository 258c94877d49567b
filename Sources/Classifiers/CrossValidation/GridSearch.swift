// GridSearch.swift -- tries the candidates of a grid in folds of the train rows and says which is best.

public import Base
public import TrajectoryModel

/// Tries the candidates of a grid in folds of the train rows; the best mean validation accuracy wins.
///
/// Ties go to the first candidate in the order of the grid, as Python's `max` breaks them in the published code. A
/// candidate that cannot be tried in one fold is not tried in the others, and the record says why.
public struct GridSearch: Sendable {
  /// How the best candidate is looked for.
  public var strategy: SearchStrategy
  /// The folds.
  public var folds: [Fold]

  /// Makes a search.
  public init(_ strategy: SearchStrategy = .exhaustive, folds: [Fold]) {
    self.strategy = strategy
    self.folds = folds
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - grid: The candidates.
  ///   - features: One row an example.
  ///   - columns: What the columns are.
  ///   - labels: The class of every row.
  ///   - options: The seed, and how the work is done; every fold has the same seed.
  ///   - record: What an earlier search of the same grid, folds and seed had done when it was stopped.
  ///   - checkpoint: Told the record after each batch of candidates in each fold, so that it can be kept.
  /// - Returns: How every candidate did.
  /// - Throws: ``EngramError`` with code `invalidData` when a fold has too few examples or no candidate could be tried;
  ///   as ``Classifier/fit(_:columns:labels:rows:options:)``; and what `checkpoint` throws.
  public func run(
    _ grid: any CandidateGrid, _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels,
    options: FitOptions, from record: SearchRecord = SearchRecord(),
    checkpoint: (SearchRecord) throws(EngramError) -> Void = { _ in }
  ) throws(EngramError) -> SearchRecord {
    for (index, fold) in folds.enumerated() { try fold.check(index, labels) }
    let rowCount = Set(folds.flatMap { $0.train + $0.validation }).count
    let sizes = strategy.rungs(
      rows: rowCount, candidates: grid.candidates.count, folds: folds.count, classes: labels.classCount)
    var record = record
    var survivors = Array(grid.candidates.indices)
    let costs = survivors.map { grid.relativeCost($0, columnCount: columns.columnCount) }
    var work = SearchWork(sizes: sizes, costs: costs, strategy: strategy, folds: folds.count)
    for (index, size) in sizes.enumerated() {
      if record.rungs.count == index {
        record.rungs.append(SearchRung(rowCount: size, candidates: survivors, folds: folds.count))
      }
      for (number, fold) in folds.enumerated() {
        let train = subset(of: fold, number: number, labels, rows: size, of: rowCount, seed: options.seed)
        for batch in grid.batches {
          let rung = record.rungs[index]
          let places = rung.candidates.indices.filter {
            batch.contains(rung.candidates[$0]) && rung.scores[number][$0] == nil && rung.reasonSkipped($0) == nil
          }
          if places.isEmpty {
            work.passOver(rung.candidates.filter(batch.contains), rung: index)
            continue
          }
          try options.work.checkCancelled("training was stopped")
          let candidates = places.map { rung.candidates[$0] }
          let scores = try grid.score(
            candidates, features, columns: columns, labels: labels, train: train, validation: fold.validation,
            options: work.options(for: candidates, rung: index, options))
          for (place, score) in zip(places, scores) { record.rungs[index].scores[number][place] = score }
          work.finish(candidates, rung: index)
          try checkpoint(record)
        }
      }
      let ranking = record.rungs[index].ranking
      guard !ranking.isEmpty else { throw Self.nothingTried(record.rungs[index]) }
      if case .halving(let factor) = strategy {
        let kept = (survivors.count + factor - 1) / factor
        survivors = ranking.prefix(kept).map { record.rungs[index].candidates[$0] }.sorted()
      }
    }
    return record
  }

  private static func nothingTried(_ rung: SearchRung) -> EngramError {
    EngramError(
      .invalidData, "no candidate of the grid can be tried on these data", place: "grid",
      expected: "at least one candidate that every fold can learn",
      found: rung.candidates.indices.lazy.compactMap { rung.reasonSkipped($0) }.first ?? "an empty grid",
      mend: "choose another grid, or a split with more examples")
  }

  /// Those train rows of a fold that a rung learns from: of each class the first of a shuffled order.
  ///
  /// A larger rung has all the rows of a smaller one.
  private func subset(
    of fold: Fold, number: Int, _ labels: ClassLabels, rows: Int, of all: Int, seed: UInt64
  ) -> [Int32] {
    if rows >= all { return fold.train }
    var random = RandomState(seed: UInt32(truncatingIfNeeded: seed &+ UInt64(number)))
    var chosen: [Int32] = []
    for code in 0..<Int32(labels.classCount) {
      let members = fold.train.filter { labels.codes[Int($0)] == code }
      let order = random.permutation(members.count)
      chosen.append(contentsOf: order.prefix((members.count * rows + all - 1) / all).map { members[$0] })
    }
    return chosen.sorted()
  }
}

/// How much of a search is done, in costs of candidates x rows.
private struct SearchWork {
  private let sizes: [Int]
  private let costs: [Int]
  private let total: Int
  private var done = 0, found = 0

  init(sizes: [Int], costs: [Int], strategy: SearchStrategy, folds: Int) {
    self.sizes = sizes
    self.costs = costs
    let whole = costs.reduce(0, +)
    var (total, left) = (0, costs.count)
    for size in sizes {
      // Which candidates are left is not known yet; they cost what they do on average.
      total += whole * left / max(1, costs.count) * size * folds
      if case .halving(let factor) = strategy { left = (left + factor - 1) / factor }
    }
    self.total = total
  }

  /// The options of a part, whose progress becomes that of the search.
  func options(for candidates: [Int], rung: Int, _ options: FitOptions) -> FitOptions {
    var inner = options
    inner.work = options.work.part(done..<(done + cost(of: candidates, rung)), of: total, found: found)
    return inner
  }

  mutating func finish(_ candidates: [Int], rung: Int) { done += cost(of: candidates, rung) }

  /// Candidates that an earlier call has done, or that cannot be tried.
  mutating func passOver(_ candidates: [Int], rung: Int) {
    finish(candidates, rung: rung)
    found += cost(of: candidates, rung)
  }

  private func cost(of candidates: [Int], _ rung: Int) -> Int {
    candidates.reduce(0) { $0 + costs[$1] } * sizes[rung]
  }
}
