// StatisticShares.swift -- how much each statistic of an example adds to the probability of each class.

package import Base
package import TrajectoryModel

/// How much each statistic of an example adds to the probability of each class, compared with training examples.
///
/// These are Shapley values by sampling (Štrumbelj and Kononenko 2014): start from a training example drawn at random, put
/// in the statistics of the example one after the other in random order, each with its whole trajectory, and give each the
/// change of the probability that it made; then the mean over some draws. Every second draw takes the same training
/// example and the opposite order, which lowers the noise (Mitchell, Cooper, Frank and Holmes 2022). Whatever the draws, the
/// shares of an example add up to its probability less the mean probability of the training examples drawn. Statistics
/// that say the same share what they say among them.
package struct StatisticShares: Sendable, Hashable {
  /// What is exchanged as one: a statistic with all its columns, and last, where there are such, the position columns.
  package let playerCount: Int
  /// The number of classes.
  package let classCount: Int
  /// rows x ``playerCount`` x ``classCount``.
  package let values: [Double]

  /// Works out the shares.
  ///
  /// - Parameters:
  ///   - features: The examples.
  ///   - background: The training examples to start from; of the same columns, type and layout.
  ///   - layout: What the columns are.
  ///   - model: A model of those columns.
  ///   - draws: Orders that are tried for each example, at least one.
  ///   - options: The seed, and how the work is done.
  /// - Throws: What the model throws, or `cancelled`.
  /// - Complexity: O(examples x draws x statistics) predictions.
  package init(
    of features: borrowing Matrix, background: borrowing Matrix, layout: FeatureLayout, model: any ClassifierModel,
    draws: Int, options: FitOptions
  ) throws(EngramError) {
    precondition(draws > 0 && background.rows > 0, "there is something to start from")
    try features.requireColumns(layout.columnCount)
    try background.requireColumns(layout.columnCount)
    let players = Self.players(of: layout)
    let examples = features.elements
    let others = background.elements
    let (rows, classCount) = (examples.rows, model.classCount)
    let size = players.count * classCount
    var values = [Double](repeating: 0, count: rows * size)
    try parallelFor(parts: &values, of: max(1, size), work: options.work) { (first, shares) throws(EngramError) in
      let row = first / max(1, size)
      options.work.report("statistics", row, of: rows)
      // The seed of a row is its own, so that no order of the threads can matter.
      var random = RandomState(
        seed: UInt32(truncatingIfNeeded: options.seed ^ options.seed >> 32) &* 2_654_435_761
          &+ UInt32(truncatingIfNeeded: row))
      let draws = Self.draws(draws, players: players.count, starts: others.rows, random: &random)
      let trials = try Self.trials(of: examples, row, from: others, players: players, draws)
      let said = try model.probabilities(of: trials, rows: nil, work: WorkContext(threads: 1))
      for (number, draw) in draws.enumerated() {
        for (step, player) in draw.order.enumerated() {
          let before = (number * (players.count + 1) + step) * classCount
          for code in 0..<classCount {
            let change = Double(said[before + classCount + code]) - Double(said[before + code])
            shares[player * classCount + code] += change / Double(draws.count)
          }
        }
      }
    }
    self.values = values
    self.classCount = classCount
    playerCount = players.count
  }

  /// A training example to start from, and the order in which the statistics of the example are put in.
  private struct Draw {
    let start: Int
    let order: [Int]
  }

  /// Draws starts and orders, every second one as the one before but in the opposite order.
  private static func draws(_ count: Int, players: Int, starts: Int, random: inout RandomState) -> [Draw] {
    var draws: [Draw] = []
    while draws.count < count {
      if let last = draws.last, draws.count % 2 == 1 {
        draws.append(Draw(start: last.start, order: last.order.reversed()))
      } else {
        var order = Array(0..<players)
        random.shuffle(&order)
        draws.append(Draw(start: Int(random.interval(UInt64(starts - 1))), order: order))
      }
    }
    return draws
  }

  /// For each draw the training example, and then a row for each exchange.
  private static func trials(
    of examples: MatrixSpan, _ row: Int, from others: MatrixSpan, players: [Range<Int>], _ draws: [Draw]
  ) throws(EngramError) -> Matrix {
    var trials = try Matrix(
      rows: draws.count * (players.count + 1), columns: examples.columns, elementType: examples.elementType)
    for (number, draw) in draws.enumerated() {
      var cells = trials.mutableElements
      var trial = number * (players.count + 1)
      for column in 0..<examples.columns { cells[trial, column] = others[draw.start, column] }
      for player in draw.order {
        for column in 0..<examples.columns { cells[trial + 1, column] = cells[trial, column] }
        for column in players[player] { cells[trial + 1, column] = examples[row, column] }
        trial += 1
      }
    }
    return trials
  }

  /// The columns of each statistic, and last those of the position.
  private static func players(of layout: FeatureLayout) -> [Range<Int>] {
    var players = (0..<layout.statisticCount).map { statistic in
      let first = layout.positionCount + statistic * layout.sampleCount
      return first..<(first + layout.sampleCount)
    }
    if layout.positionCount > 0 { players.append(0..<layout.positionCount) }
    return players
  }

  /// The share of a player in the probability of a class, for one row.
  package subscript(row: Int, player: Int, code: Int) -> Double {
    values[(row * playerCount + player) * classCount + code]
  }
}
