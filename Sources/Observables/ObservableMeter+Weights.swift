// ObservableMeter+Weights.swift -- the weights of a layer: one kernel, measured as a whole.

public import Base

extension ObservableMeter {
  /// Adds the weights of the layer: its forward kernel, without biases.
  ///
  /// - Parameters:
  ///   - weights: The kernel in the order of its axes.
  ///   - rows: The extent of its first axis, over whose slices ``WeightNorm/rows`` takes the mean of norms.
  ///   - units: How many units the layer has: a condition that measures so many units measures as large a share of the weights. Nil
  ///     for as many as activations had that came before; without these it measures so many weights.
  /// - Throws: ``EngramError`` with code `usage` when the weights are no whole rows, came before, or are fewer than a
  ///   condition measures; `limit` above 2^32 - 1 weights.
  public mutating func addWeights<Number: MeasurableNumber>(
    _ weights: Span<Number>, rows: Int, units: Int? = nil
  ) throws(EngramError) {
    guard weightStatistics == nil else {
      throw EngramError(
        .usage, "a layer has one kernel at a time", expected: "no weights yet", found: "a second kernel",
        mend: "measure another layer, or another checkpoint, with a meter of its own")
    }
    let count = weights.count
    guard rows > 0 else {
      throw EngramError(.usage, "a kernel has rows", expected: "at least 1", found: "\(rows)")
    }
    guard count % rows == 0 else {
      throw EngramError(
        .usage, "the weights are no whole rows", expected: "a multiple of \(rows) weights", found: "\(count)")
    }
    try Self.check(count: count, rowLength: count, "weights")
    try Self.check(count: count, rowLength: count / rows, "weights")
    let whole = NumberRows(weights, columnCount: count)
    var measured: [[Double]] = []
    for given in conditions {
      let condition =
        try (units ?? unitCount).map { (units) throws(EngramError) in try given.applied(toWeightsOf: units) } ?? given
      if condition.isPerfect {
        var statistics = measure(whole)
        if weightNorm == .rows {
          let norms = NumberRows(weights, columnCount: count / rows).norms()
          let mean = Self.mean(norms, from: 0)
          // In published order: abs and raw have one norm, the squares another.
          (statistics[3], statistics[10], statistics[17]) = (mean, mean, Self.mean(norms, from: 1))
        }
        measured.append(statistics)
        continue
      }
      let columns = try Self.choice(condition, among: count)
      var values = [Double](repeating: 0, count: columns?.memberCount ?? count)
      var span = values.mutableSpan
      if condition.noiseSD > 0 {
        var deviates = [Double](repeating: 0, count: count)
        var random = RandomState(seed: condition.seed)
        var filled = deviates.mutableSpan
        random.fillStandardNormal(&filled)
        whole.copy(row: 0, columns: columns, noise: (condition.noiseSD, deviates.span), into: &span)
      } else {
        whole.copy(row: 0, columns: columns, noise: nil, into: &span)
      }
      measured.append(measure(NumberRows(values.span, columnCount: values.count)))
    }
    weightStatistics = measured
  }

  /// The statistics of one row.
  private func measure(_ row: NumberRows) -> [Double] {
    var statistics = [Double](repeating: 0, count: rowStatisticCount)
    var span = statistics.mutableSpan
    scratch.lend { row.measure(0..<1, scratch: $0, into: &span) }
    return statistics
  }

  /// The mean of every second number.
  private static func mean(_ numbers: [Double], from first: Int) -> Double {
    var sums = CascadeSums(width: 1)
    for index in stride(from: first, to: numbers.count, by: 2) { sums.add(numbers[index...index]) }
    return sums.means?[0] ?? .nan
  }
}
