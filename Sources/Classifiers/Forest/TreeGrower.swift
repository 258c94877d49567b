// TreeGrower.swift -- grows trees, one after the other, in memory that it uses again.

import Base
import CClassifierKernels

/// Grows the trees of a forest, one after the other.
///
/// A node is a range of entries, each a row with the number of times that it was drawn. Cutting a node moves the entries of
/// its left child before those of the right one, so a tree needs no memory but its entries and its nodes.
///
/// One thread at a time may use a grower, and not a copy of it beside it, for both would have the same memory.
struct TreeGrower {
  private let forest: RandomForest
  private let columns: any TrainingColumns
  private let classes: [Int32]
  private let classWeights: [Double]
  private let classCount: Int
  private let wanted: Int
  private let memory: CutMemory
  /// Values that are looked at before asking whether to stop, a few hundredths of a second of work.
  private static let mostValues = 1 << 24
  /// What numbers of columns are a multiple of, but for the last ones, so that kernels read whole lines.
  private static let blockWidth = Int(ENGRAM_ROW_ALIGNMENT)
  /// The rows of all nodes are the first of so many in ``memory``.
  private var entryCount = 0
  /// Bits that hold how often any row of the tree was drawn; 0 where they and a class do not fit in a byte.
  private var weightBits: UInt32 = 0
  /// All columns, in an order that drawing changes.
  private var columnOrder: [Int32]
  private var cuts: [engram_cut]
  /// The weight of each class in the node at hand.
  private var totals: [Double]
  private var random = RandomStream(seed: 0, stream: 0)
  /// The least weight of a leaf of the tree that is grown.
  private var leastWeight = 0.0
  private var tree: GrowingTree

  /// A node that can be cut, and how.
  private struct Frontier {
    var node: Int
    var start: Int
    var count: Int
    var depth: Int
    var column: Int
    var cut: engram_cut
    /// How much the cut lowers the impurity.
    var gain: Double
  }

  /// Makes a grower.
  ///
  /// - Parameters:
  ///   - forest: The parameters, which were checked.
  ///   - columns: The columns of the training rows.
  ///   - classes: The class of each training row.
  ///   - classWeights: The weight of each class.
  init(_ forest: RandomForest, columns: any TrainingColumns, classes: [Int32], classWeights: [Double]) {
    self.forest = forest
    self.columns = columns
    self.classes = classes
    self.classWeights = classWeights
    classCount = classWeights.count
    wanted = forest.maxFeatures.count(of: columns.columnCount)
    memory = CutMemory(rowCount: classes.count, classCount: classWeights.count)
    columnOrder = (0..<Int32(columns.columnCount)).map { $0 }
    cuts = Array(repeating: engram_cut(), count: columns.columnCount)
    totals = classWeights
    tree = GrowingTree(classWeights: classWeights)
  }

  /// Grows a tree.
  ///
  /// - Parameters:
  ///   - number: The number of the tree, which with the seed decides every draw.
  ///   - seed: The seed of the forest.
  ///   - work: Whether to stop, which is asked before each node and within large ones.
  /// - Returns: The tree.
  /// - Throws: `cancelled`.
  mutating func grow(_ number: Int, seed: UInt64, _ work: WorkContext) throws(EngramError) -> GrownTree {
    random = RandomStream(seed: seed, stream: number)
    for column in columnOrder.indices { columnOrder[column] = Int32(column) }
    tree.clear()
    tree.addNode()
    let bag = drawRows()
    let leafLimit = forest.maxLeafNodes ?? .max
    var frontier: [Frontier] = []
    if let root = try open(0, start: 0, count: entryCount, depth: 0, work) { frontier.append(root) }
    var leafCount = 1
    while leafCount < leafLimit, let next = take(&frontier) {
      let child = tree.nodeCount
      tree.addNode()
      tree.addNode()
      let left = divide(next, child: child)
      tree.cut(next.node, column: next.column, next.cut, child: child)
      leafCount += 1
      let right = try open(
        child + 1, start: next.start + left, count: next.count - left, depth: next.depth + 1, work)
      if let right { frontier.append(right) }
      if let left = try open(child, start: next.start, count: left, depth: next.depth + 1, work) {
        frontier.append(left)
      }
    }
    return tree.byLevel(columns, bag: bag)
  }

  /// Draws the rows of a tree, and counts them in its first node; returns a bit for each that was drawn.
  private mutating func drawRows() -> [UInt64] {
    let count = classes.count
    var times = [UInt16](repeating: forest.bootstrap ? 0 : 1, count: count)
    // No row of 2^30 is drawn 65,536 times.
    if forest.bootstrap { for _ in 0..<count { times[random.next(below: count)] &+= 1 } }
    var bag = [UInt64](repeating: 0, count: (count + 63) / 64)
    entryCount = 0
    var most: UInt16 = 0
    for row in 0..<count where times[row] > 0 {
      let kind = classes[row]
      // SAFETY: there is room for all rows.
      unsafe memory.entries[entryCount] = UInt64(row) | UInt64(times[row]) << 32 | UInt64(kind) << 48
      entryCount += 1
      tree.draws[Int(kind)] += UInt32(times[row])
      bag[row / 64] |= 1 << UInt64(row % 64)
      most = max(most, times[row])
    }
    let classBits = UInt32(Int.bitWidth - max(0, classCount - 1).leadingZeroBitCount)
    weightBits = UInt32(UInt16.bitWidth - most.leadingZeroBitCount)
    if classCount > Int(ENGRAM_SORTED_CLASSES) || classBits + weightBits > 8 { weightBits = 0 }
    return bag
  }

  /// Takes the next node to cut: the newest, or with a limit on leaves the one with the greatest gain.
  private func take(_ frontier: inout [Frontier]) -> Frontier? {
    guard forest.maxLeafNodes != nil else { return frontier.popLast() }
    guard let best = frontier.indices.max(by: { frontier[$0].gain < frontier[$1].gain }) else { return nil }
    return frontier.remove(at: best)
  }

  /// Moves the entries of a node and counts those of its children; returns how many go left.
  private mutating func divide(_ node: Frontier, child: Int) -> Int {
    let (columns, memory, classCount) = (columns, memory, classCount)
    let left = unsafe tree.draws.withUnsafeMutableBufferPointer { draws in
      guard let draws = draws.baseAddress else { return 0 }
      // SAFETY: the node's entries lie inside the memory, and `draws` has room for each class of the child.
      return unsafe columns.divide(
        memory.entries + node.start, count: node.count, column: node.column, last: UInt32(node.cut.left),
        memory: memory, draws: draws + child * classCount, classCount: classCount)
    }
    for k in 0..<classCount {
      tree.draws[(child + 1) * classCount + k] =
        tree.draws[node.node * classCount + k] - tree.draws[child * classCount + k]
    }
    return left
  }

  /// Finds the cut of a node; nil where it stays a leaf.
  private mutating func open(
    _ node: Int, start: Int, count: Int, depth: Int, _ work: WorkContext
  ) throws(EngramError) -> Frontier? {
    guard count >= 2, depth < forest.maxDepth ?? .max else { return nil }
    var drawCount: UInt32 = 0
    var kinds = 0
    for kind in 0..<classCount {
      let draws = tree.draws[node * classCount + kind]
      drawCount += draws
      if draws > 0 { kinds += 1 }
    }
    guard kinds >= 2, Int(drawCount) >= max(forest.minSamplesSplit, 2 * forest.minSamplesLeaf) else { return nil }
    for kind in 0..<classCount { totals[kind] = tree.weight(of: kind, in: node) }
    // The first node has all draws.
    if node == 0 { leastWeight = forest.minWeightFractionLeaf * totals.reduce(0, +) }
    guard let (column, cut) = try bestCut(start: start, count: count, drawCount: drawCount, work) else { return nil }
    return Frontier(
      node: node, start: start, count: count, depth: depth, column: column, cut: cut,
      gain: cut.score - tree.purity(of: node))
  }

  /// The best cut along columns drawn at random, each of equals as likely.
  private mutating func bestCut(
    start: Int, count: Int, drawCount: UInt32, _ work: WorkContext
  ) throws(EngramError) -> (column: Int, cut: engram_cut)? {
    if wanted == columns.columnCount {
      try findCuts(start: start, count: count, drawCount, along: 0..<columns.columnCount, isInOrder: true, work)
      return choose(columns.columnCount).map { ($0, cuts[$0]) }
    }
    // Where no column of the first draw has a cut, the next ones are tried until one has.
    var drawn = 0
    while drawn < columns.columnCount {
      let end = min(drawn + wanted, columns.columnCount)
      drawColumns(drawn..<end)
      try findCuts(start: start, count: count, drawCount, along: drawn..<end, isInOrder: false, work)
      if drawn == 0 {
        if let best = choose(end) { return (Int(columnOrder[best]), cuts[best]) }
      } else if let first = (0..<(end - drawn)).first(where: { cuts[$0].score > -.infinity }) {
        return (Int(columnOrder[drawn + first]), cuts[first])
      }
      drawn = end
    }
    return nil
  }

  /// Draws the columns of some places of ``columnOrder`` from those that are at them and behind.
  private mutating func drawColumns(_ places: Range<Int>) {
    let count = columnOrder.count
    for place in places { columnOrder.swapAt(place, place + random.next(below: count - place)) }
  }

  /// Fills ``cuts`` with the best cut along each column of a range of ``columnOrder``, or of the columns in order; asks whether
  /// to stop after so many values.
  private mutating func findCuts(
    start: Int, count: Int, _ drawCount: UInt32, along range: Range<Int>, isInOrder: Bool, _ work: WorkContext
  ) throws(EngramError) {
    let size = max(1, Self.mostValues / max(1, count) / Self.blockWidth) * Self.blockWidth
    for first in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      try work.checkCancelled("training was stopped")
      findCuts(
        start: start, count: count, drawCount, columns: first..<min(first + size, range.upperBound),
        isInOrder: isInOrder, place: first - range.lowerBound)
    }
  }

  /// Fills ``cuts`` from a place on.
  private mutating func findCuts(
    start: Int, count: Int, _ drawCount: UInt32, columns range: Range<Int>, isInOrder: Bool, place: Int
  ) {
    let (columns, memory, classWeights, totals, columnOrder) = (columns, memory, classWeights, totals, columnOrder)
    let (leafMinimum, leastWeight, weightBits) = (UInt32(forest.minSamplesLeaf), leastWeight, weightBits)
    unsafe classWeights.withUnsafeBufferPointer { weights in
      unsafe totals.withUnsafeBufferPointer { totals in
        unsafe columnOrder.withUnsafeBufferPointer { order in
          unsafe cuts.withUnsafeMutableBufferPointer { cuts in
            guard let cuts = cuts.baseAddress else { return }
            // SAFETY: the node's entries lie inside the memory, and `cuts` has room for all columns.
            var node = unsafe engram_node_rows(
              entries: memory.entries + start, count: count, class_count: weights.count,
              class_weights: weights.baseAddress, totals: totals.baseAddress, leaf_minimum: leafMinimum,
              draw_count: drawCount, weight_minimum: leastWeight, weight_bits: weightBits)
            unsafe columns.findCuts(
              &node, columns: isInOrder ? nil : order.baseAddress.map { unsafe $0 + range.lowerBound },
              from: isInOrder ? range.lowerBound : 0, count: range.count, memory: memory, cuts: cuts + place)
          }
        }
      }
    }
  }

  /// The place of the best among the first `count` cuts, each of equals as likely; nil where there is none.
  private mutating func choose(_ count: Int) -> Int? {
    var best = -Double.infinity
    var (equals, first) = (0, 0)
    for place in 0..<count {
      let score = cuts[place].score
      guard score >= best, score > -.infinity else { continue }
      if score > best { (equals, first) = (0, place) }
      equals += 1
      best = score
    }
    guard equals > 1 else { return equals == 1 ? first : nil }
    var skip = random.next(below: equals)
    for place in first..<count where cuts[place].score == best {
      if skip == 0 { return place }
      skip -= 1
    }
    return nil
  }
}
