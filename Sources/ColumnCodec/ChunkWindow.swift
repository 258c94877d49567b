// ChunkWindow.swift -- what of a chunk is wanted.

/// What of a chunk is wanted: neighbouring examples, or only some of them, and the epochs up to one.
package struct ChunkWindow: Sendable {
  /// Fewer examples than one in so many of a range are cheaper to decode one by one than together with all others, as measured.
  private static let sparsity = 4

  /// The examples, of those of the chunk, from the first to the last that is wanted.
  package let examples: Range<Int>
  /// The epochs below this one.
  package let epochEnd: Int
  /// The wanted ones of the examples, ascending, each once; nil where all are.
  package let picked: [Int32]?

  /// Makes a window of neighbouring examples.
  package init(examples: Range<Int>, epochEnd: Int) {
    self.examples = examples
    self.epochEnd = epochEnd
    picked = nil
  }

  /// Makes a window that has some examples, and those between them where that is cheaper.
  ///
  /// - Parameters:
  ///   - runs: Neighbouring examples, in any order; they may overlap.
  ///   - epochEnd: The epochs below this one.
  package init(runs: [[RowRun]], epochEnd: Int) {
    var (first, end, total) = (Int.max, 0, 0)
    for runs in runs {
      for run in runs {
        first = min(first, Int(run.source))
        end = max(end, Int(run.source + run.count))
        total += Int(run.count)
      }
    }
    examples = min(first, end)..<end
    self.epochEnd = epochEnd
    picked = total * Self.sparsity < examples.count ? Self.examples(of: runs) : nil
  }

  /// The examples of some runs, ascending, each once.
  private static func examples(of runs: [[RowRun]]) -> [Int32] {
    var all: [Int32] = []
    for runs in runs {
      for run in runs {
        for offset in 0..<run.count { all.append(run.source + offset) }
      }
    }
    all.sort()
    var last: Int32 = -1
    all.removeAll { example in
      defer { last = example }
      return example == last
    }
    return all
  }

  /// The number of examples that are decoded.
  package var count: Int { picked?.count ?? examples.count }

  /// Whether it has fewer than one in four of a chunk's examples.
  package func isSmall(of exampleCount: Int) -> Bool { count * Self.sparsity < exampleCount }

  /// Copies the wanted values out of those of a whole chunk, `[epoch][example]` both.
  ///
  /// - Parameters:
  ///   - values: The values of the chunk, which has the window's examples and epochs.
  ///   - exampleCount: The examples of the chunk.
  ///   - valueByteCount: Bytes of a value.
  ///   - out: Room for the window.
  @unsafe func copy(
    from values: UnsafeRawPointer, exampleCount: Int, valueByteCount: Int, to out: UnsafeMutableRawPointer
  ) {
    let rowByteCount = count * valueByteCount
    // SAFETY: the caller vouches for both; examples that are picked are among those of the chunk.
    for epoch in 0..<epochEnd {
      let row = unsafe out + epoch * rowByteCount
      guard let picked else {
        let first = (epoch * exampleCount + examples.lowerBound) * valueByteCount
        unsafe row.copyMemory(from: values + first, byteCount: rowByteCount)
        continue
      }
      for (place, example) in picked.enumerated() {
        let offset = (epoch * exampleCount + Int(example)) * valueByteCount
        unsafe (row + place * valueByteCount).copyMemory(from: values + offset, byteCount: valueByteCount)
      }
    }
  }

  /// A run of wanted examples, counted from the first of those that are decoded.
  package func inside(_ run: RowRun) -> RowRun {
    var moved = run
    guard let picked else {
      moved.source -= Int32(examples.lowerBound)
      return moved
    }
    var (low, high) = (0, picked.count)
    while low < high {
      let middle = (low + high) / 2
      if picked[middle] < run.source { low = middle + 1 } else { high = middle }
    }
    moved.source = Int32(low)
    return moved
  }
}
