// CutTests.swift -- the kernels that find cuts, beside plain sums over the rows.

import Testing

struct CutTests {
  /// The first best cut of every column: sums of squares are whole numbers, their fractions are rounded as the kernels do.
  ///
  /// In single precision, as by sorting, or in double, as by histograms.
  private static func plainCuts(_ node: CutNode, isSingle: Bool) -> CutNode.Cuts {
    (0..<node.columnCount).map { column in
      let rows = node.entries.map { entry in
        (
          bin: node.bins[column * node.rowCount + Int(entry & 0xFFFF_FFFF)], draws: Int(entry >> 32 & 0xFFFF),
          kind: Int(entry >> 48)
        )
      }
      let bins = Set(rows.map(\.bin)).sorted()
      var best: (score: Fraction, left: UInt8, right: UInt8)?
      for (left, right) in zip(bins, bins.dropFirst()) {
        var (here, there) = (
          Array(repeating: 0, count: node.totals.count), Array(repeating: 0, count: node.totals.count)
        )
        for row in rows { if row.bin <= left { here[row.kind] += row.draws } else { there[row.kind] += row.draws } }
        let (leftDraws, rightDraws) = (here.reduce(0, +), there.reduce(0, +))
        guard min(leftDraws, rightDraws) >= Int(node.leafMinimum) else { continue }
        let (leftSquares, rightSquares) = (here.reduce(0) { $0 + $1 * $1 }, there.reduce(0) { $0 + $1 * $1 })
        let score = Fraction(leftSquares, leftDraws, rightSquares, rightDraws, isSingle: isSingle)
        if best.map({ score.exceeds($0.score) }) ?? true { best = (score, left, right) }
      }
      return best.map { [$0.score.quotient.bitPattern, UInt64($0.left), UInt64($0.right)] } ?? []
    }
  }

  /// A score as a fraction, in single or in double precision.
  private struct Fraction {
    let (top, bottom): (Double, Double)
    let isSingle: Bool

    init(_ leftSquares: Int, _ left: Int, _ rightSquares: Int, _ right: Int, isSingle: Bool) {
      self.isSingle = isSingle
      if isSingle {
        let (one, other) = (Float(leftSquares) * Float(right), Float(rightSquares) * Float(left))
        (top, bottom) = (Double(one + other), Double(Float(left) * Float(right)))
      } else {
        (top, bottom) = (Double(leftSquares * right + rightSquares * left), Double(left * right))
      }
    }

    /// Whether this is more than another fraction.
    func exceeds(_ other: Fraction) -> Bool {
      isSingle
        ? Float(top) * Float(other.bottom) > Float(other.top) * Float(bottom)
        : top * other.bottom > other.top * bottom
    }

    var quotient: Double { isSingle ? Double(Float(top) / Float(bottom)) : top / bottom }
  }

  /// The most bits of a weight beside those of a class in a byte.
  private static func weightBits(_ classes: Int) -> UInt32 {
    UInt32(8 - (Int.bitWidth - max(0, classes - 1).leadingZeroBitCount))
  }

  @Test(
    arguments: [
      1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 40, 63, 64, 65, 100, 127, 129, 200, 255, 256, 257, 321, 500, 512,
    ],
    [2, 3, 4, 16])
  func `sorted rows have the cuts of plain sums`(rows: Int, classes: Int) {
    for (node, seed) in Self.nodes(rows: rows, classes: classes) {
      let plain = Self.plainCuts(node, isSingle: true)
      // Three bits hold the draws of these rows; with more, large nodes take the way of any weights.
      for (apart, bits) in [(nil, 3), (1, 3), (1, Self.weightBits(classes))] {
        let sorted = node.sortedCuts(weightBits: bits, apart: apart)
        #expect(
          sorted == plain,
          "seed \(seed), at least \(node.leafMinimum) draws, \(apart.map { "\($0)" } ?? "not") apart, \(bits) bits")
      }
    }
  }

  /// The first 32 columns lie in 3, 5, 10 and 18 lines of memory, or in lines of which the lower bits of the number are the same.
  @Test(arguments: [16, 17, 40, 65], [5, 10, 20, 37, 4096])
  func `columns are found wherever they lie in a row`(rows: Int, apart: Int) {
    let node = CutNode(
      rows: rows, classes: 4, distinctBins: 256, weights: [1, 1, 1, 1], seed: UInt64(rows + apart))
    #expect(node.sortedCuts(weightBits: 3, apart: apart) == Self.plainCuts(node, isSingle: true))
  }

  @Test(arguments: [2, 3, 50, 257, 3_000], [2, 3, 4, 9])
  func `histograms have the cuts of plain sums`(rows: Int, classes: Int) {
    for (node, seed) in Self.nodes(rows: rows, classes: classes) {
      let plain = Self.plainCuts(node, isSingle: false)
      for countBits in [UInt32(16), 32] {
        #expect(
          node.histogramCuts(countBits: countBits) == plain,
          "seed \(seed), at least \(node.leafMinimum) draws, counts of \(countBits) bits")
      }
    }
  }

  /// Nodes whose draws weigh 1: of few and of many bins, for leaves of any size and of some.
  private static func nodes(rows: Int, classes: Int) -> [(CutNode, seed: UInt64)] {
    [1, 2, 30, 256].flatMap { distinct in
      let seed = UInt64(rows * 1_000 + classes + distinct)
      return [UInt32(1), 6].map { leafMinimum in
        var node = CutNode(
          rows: rows, classes: classes, distinctBins: distinct, weights: Array(repeating: 1, count: classes), seed: seed
        )
        node.leafMinimum = leafMinimum
        return (node, seed)
      }
    }
  }

  @Test(arguments: [2, 9, 60, 512], [2, 4, 7]) func `a least weight of 0 says what a small one says`(
    rows: Int, classes: Int
  ) {
    let seed = UInt64(rows + classes)
    let ones = Array(repeating: 1.0, count: classes)
    var node = CutNode(rows: rows, classes: classes, distinctBins: 200, weights: ones, seed: seed)
    let (sorted, counted) = (node.sortedCuts(weightBits: 3, apart: 1), node.histogramCuts())
    // A side has a draw at least, so this forbids nothing, but the kernels take the way of any weights.
    node.leastWeight = 0.5
    #expect(
      node.sortedCuts(weightBits: 3, apart: 1) == sorted && node.histogramCuts() == counted, "seed \(seed)")
  }

  @Test(arguments: [5, 90, 512], [0x1p-70, 0x1p70]) func `weights may be of any size`(rows: Int, size: Double) {
    let weights = [0.75, 1, 3, 0.5]
    let node = CutNode(rows: rows, classes: 4, distinctBins: 256, weights: weights, seed: UInt64(rows))
    let scaled = CutNode(
      rows: rows, classes: 4, distinctBins: 256, weights: weights.map { $0 * size }, seed: UInt64(rows))
    for (one, other) in zip(node.sortedCuts(weightBits: 3, apart: 1), scaled.sortedCuts(weightBits: 3, apart: 1)) {
      #expect(one[1...] == other[1...] && Double(bitPattern: one[0]) * size == Double(bitPattern: other[0]))
    }
  }

  @Test(arguments: [5, 90, 512], [2, 4, 7]) func `any weights give the same cut by sorting and by histograms`(
    rows: Int, classes: Int
  ) {
    let seed = UInt64(rows + classes)
    let weights = (0..<classes).map { 0.25 + Double($0 % 3) }
    let node = CutNode(rows: rows, classes: classes, distinctBins: 256, weights: weights, seed: seed)
    for (sorted, counted) in zip(
      node.sortedCuts(weightBits: Self.weightBits(classes), apart: 1), node.histogramCuts())
    {
      let (one, other) = (Double(bitPattern: sorted[0]), Double(bitPattern: counted[0]))
      #expect(abs(one - other) <= 1e-5 * other, "seed \(seed)")
    }
  }
}
