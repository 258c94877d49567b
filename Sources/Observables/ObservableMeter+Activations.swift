// ObservableMeter+Activations.swift -- activations: each stimulus by itself, then the mean over stimuli.

public import Base

extension ObservableMeter {
  /// Numbers that a thread measures before it asks for more, of short rows.
  private static let numbersAtATime = 1 << 16
  /// Noise that is drawn ahead, and statistics of stimuli that are held, in numbers: 32 MB.
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
    let block = max(1, Self.noiseAhead / max(noiseSeeds.count * units, conditions.count * rowStatisticCount))
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

  /// The places that a condition measures, or nil for all.
  static func choice(_ condition: MeasurementCondition, among count: Int) throws(EngramError) -> Bitmap? {
    let wanted = try condition.unitCount(of: count)
    guard wanted < count else { return nil }
    var random = RandomState(seed: condition.seed)
    return random.choice(of: wanted, among: count)
  }

  /// Measures some stimuli under the conditions for which something is drawn.
  private mutating func measureDrawn(
    _ rows: NumberRows, _ range: Range<Int>, work: WorkContext
  ) throws(EngramError) {
    let chosen = conditions.indices.filter { !conditions[$0].isPerfect && conditions[$0].noiseSD == 0 }
    try measure(rows, range, under: chosen, work: work)
    // One stream of noise for each seed; conditions that differ in its strength alone share it. Seeds come in groups whose noise
    // fits the memory.
    let perSeed = range.count * rows.columnCount
    let seedsAtATime = max(1, Self.noiseAhead / perSeed)
    for first in stride(from: 0, to: noiseSeeds.count, by: seedsAtATime) {
      let group = first..<min(first + seedsAtATime, noiseSeeds.count)
      var streams = Array(noiseStreams[group])
      var deviates = [Double](repeating: 0, count: group.count * perSeed)
      try parallelFor(parts: &streams, of: 1, and: &deviates, of: perSeed, work: work) {
        (_, stream, deviates) throws(EngramError) in
        stream[0].fillStandardNormal(&deviates)
      }
      noiseStreams.replaceSubrange(group, with: streams)
      let seeds = Array(noiseSeeds[group])
      let noisy = conditions.indices.filter { conditions[$0].noiseSD > 0 && seeds.contains(conditions[$0].seed) }
      try measure(rows, range, under: noisy, noise: (seeds, deviates), work: work)
    }
  }

  /// Measures some stimuli under some conditions, with noise that was drawn for their seeds.
  private mutating func measure(
    _ rows: NumberRows, _ range: Range<Int>, under places: [Int], noise: (seeds: [UInt32], deviates: [Double])? = nil,
    work: WorkContext
  ) throws(EngramError) {
    if places.isEmpty { return }
    let units = rows.columnCount
    let measured = places.map { (condition: conditions[$0], columns: chosenUnits[$0]) }
    let scratch = self.scratch
    var statistics = [Double](repeating: 0, count: range.count * places.count * rowStatisticCount)
    try parallelFor(parts: &statistics, of: rowStatisticCount, work: work) {
      (start, statistics) throws(EngramError) in
      let (row, place) = (start / rowStatisticCount).quotientAndRemainder(dividingBy: places.count)
      let (condition, columns) = measured[place]
      var values = [Double](repeating: 0, count: columns?.memberCount ?? units)
      var span = values.mutableSpan
      if let noise, let stream = noise.seeds.firstIndex(of: condition.seed) {
        let first = (stream * range.count + row) * units
        rows.copy(
          row: range.lowerBound + row, columns: columns,
          noise: (condition.noiseSD, noise.deviates.span.extracting(first..<(first + units))), into: &span)
      } else {
        rows.copy(row: range.lowerBound + row, columns: columns, noise: nil, into: &span)
      }
      scratch.lend { scratch in
        NumberRows(values.span, columnCount: values.count).measure(0..<1, scratch: scratch, into: &statistics)
      }
    }
    for row in 0..<range.count {
      for (place, condition) in places.enumerated() {
        let start = (row * places.count + place) * rowStatisticCount
        activationSums[condition].add(statistics[start..<(start + rowStatisticCount)])
      }
    }
  }
}
