// ObservableMeter+Activations.swift -- activations: each stimulus by itself, then the mean over stimuli.

public import Base

extension ObservableMeter {
  /// Numbers that a thread measures before it asks for more, of short rows.
  private static let numbersAtATime = 1 << 16
  /// Noise that is drawn ahead, in numbers: 32 MB.
  private static let noiseAhead = 1 << 22

  /// Adds the activations of some stimuli.
  ///
  /// - Parameters:
  ///   - activations: The stimuli one after the other, of each all units.
  ///   - units: The number of units, the same in every block.
  ///   - work: How the work is done; it does not change the result.
  /// - Throws: ``EngramError`` with code `usage` when the numbers are no whole stimuli, the units are others than before or
  ///   fewer than a condition measures; `cancelled`. The meter is of no use after that.
  /// - Complexity: O(stimuli x units), about 2 ns a number for the first condition without noise.
  public mutating func addActivations<Number: MeasurableNumber>(
    _ activations: Span<Number>, units: Int, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    if activations.isEmpty { return }
    try Self.check(count: activations.count, rowLength: units, "activations")
    try prepare(units: units)
    let rows = NumberRows(activations, columnCount: units)
    if let first = conditions.firstIndex(where: \.isPerfect) {
      var statistics = [Double](repeating: 0, count: rows.rowCount * rowStatisticCount)
      let rowsAtATime = max(1, Self.numbersAtATime / units)
      let scratch = self.scratch
      try parallelFor(parts: &statistics, of: rowsAtATime * rowStatisticCount, work: work) {
        (start, statistics) throws(EngramError) in
        let row = start / rowStatisticCount
        scratch.lend { scratch in
          rows.measure(row..<(row + statistics.count / rowStatisticCount), scratch: scratch, into: &statistics)
        }
      }
      for condition in conditions.indices where conditions[condition].isPerfect {
        for row in 0..<rows.rowCount {
          activationSums[condition].add(statistics[(row * rowStatisticCount)..<((row + 1) * rowStatisticCount)])
        }
      }
      if first == 0, conditions.count == 1 { return }
    }
    let block = max(1, Self.noiseAhead / max(1, noiseSeeds.count * units))
    for start in stride(from: 0, to: rows.rowCount, by: block) {
      try measureDrawn(rows, start..<min(start + block, rows.rowCount), work: work)
    }
  }

  /// Chooses the units of each condition, at the first block.
  private mutating func prepare(units: Int) throws(EngramError) {
    if let unitCount {
      guard unitCount == units else {
        throw EngramError(
          .usage, "the layer has another number of units than in its first block", expected: "\(unitCount) units",
          found: "\(units)")
      }
      return
    }
    chosenUnits = []
    for condition in conditions { chosenUnits.append(try Self.choice(condition, among: units)) }
    noiseSeeds = Set(conditions.filter { $0.noiseSD > 0 }.map(\.seed)).sorted()
    noiseStreams = noiseSeeds.map { RandomState(seed: $0) }
    unitCount = units
  }

  /// The places that a condition measures, ascending, or nil for all.
  static func choice(_ condition: MeasurementCondition, among count: Int) throws(EngramError) -> [Int]? {
    let wanted = try condition.unitCount(of: count)
    guard wanted < count else { return nil }
    var random = RandomState(seed: condition.seed)
    let chosen = random.choice(of: wanted, among: count)
    return (0..<count).filter { chosen.contains($0) }
  }

  /// Measures some stimuli under the conditions for which something is drawn.
  private mutating func measureDrawn(
    _ rows: NumberRows, _ range: Range<Int>, work: WorkContext
  ) throws(EngramError) {
    let drawn = conditions.indices.filter { !conditions[$0].isPerfect }
    guard !drawn.isEmpty else { return }
    let units = rows.columnCount
    // One stream of noise for each seed; conditions that differ in its strength alone share it.
    let perSeed = range.count * units
    var deviates = [Double](repeating: 0, count: noiseSeeds.count * perSeed)
    if !noiseSeeds.isEmpty {
      try parallelFor(parts: &noiseStreams, of: 1, and: &deviates, of: perSeed, work: work) {
        (_, stream, deviates) throws(EngramError) in
        stream[0].fillStandardNormal(&deviates)
      }
    }
    let (measured, chosen, seeds, noise) = (drawn.map { conditions[$0] }, chosenUnits, noiseSeeds, deviates)
    let scratch = self.scratch
    var statistics = [Double](repeating: 0, count: range.count * drawn.count * rowStatisticCount)
    try parallelFor(parts: &statistics, of: rowStatisticCount, work: work) {
      (start, statistics) throws(EngramError) in
      let (row, place) = (start / rowStatisticCount).quotientAndRemainder(dividingBy: drawn.count)
      let condition = measured[place]
      let columns = chosen[drawn[place]]
      var values = [Double](repeating: 0, count: columns?.count ?? units)
      var span = values.mutableSpan
      if condition.noiseSD > 0, let stream = seeds.firstIndex(of: condition.seed) {
        let first = stream * perSeed + row * units
        rows.copy(
          row: range.lowerBound + row, columns: columns,
          noise: (condition.noiseSD, noise.span.extracting(first..<(first + units))), into: &span)
      } else {
        rows.copy(row: range.lowerBound + row, columns: columns, noise: nil, into: &span)
      }
      scratch.lend { scratch in
        NumberRows(values.span, columnCount: values.count).measure(0..<1, scratch: scratch, into: &statistics)
      }
    }
    for row in range.indices {
      for place in drawn.indices {
        let start = ((row - range.lowerBound) * drawn.count + place) * rowStatisticCount
        activationSums[drawn[place]].add(statistics[start..<(start + rowStatisticCount)])
      }
    }
  }
}
