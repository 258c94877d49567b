// ExampleMap.swift -- which examples of another store are which of this one, by ranges.

/// Ranges of examples of another store, each with the first example of this one that it is.
struct ExampleMap {
  fileprivate struct Piece {
    var theirs: Range<Int64>
    var own: Int64
  }

  /// Ascending, without an overlap.
  private var pieces: [Piece] = []

  /// Puts ranges together; of those that overlap, the one that begins first counts.
  init(_ ranges: [(theirs: Range<Int64>, own: Int64)]) {
    for (theirs, own) in ranges.sorted(by: { $0.theirs.lowerBound < $1.theirs.lowerBound }) {
      let start = max(theirs.lowerBound, pieces.last?.theirs.upperBound ?? theirs.lowerBound)
      guard start < theirs.upperBound else { continue }
      pieces.append(Piece(theirs: start..<theirs.upperBound, own: own + (start - theirs.lowerBound)))
    }
  }

  var isEmpty: Bool { pieces.isEmpty }

  /// The first example of this store that some of the other are, one after the other; nil where they are not known.
  func own(_ theirs: Range<Int64>) -> Int64? {
    guard var index = pieces.lastIndex(startingAtOrBefore: theirs.lowerBound) else { return nil }
    let own = pieces[index].own + (theirs.lowerBound - pieces[index].theirs.lowerBound)
    var end = theirs.lowerBound
    while end < theirs.upperBound {
      guard index < pieces.count, pieces[index].theirs.contains(end),
        pieces[index].own + (end - pieces[index].theirs.lowerBound) == own + (end - theirs.lowerBound)
      else { return nil }
      end = pieces[index].theirs.upperBound
      index += 1
    }
    return own
  }
}

extension [ExampleMap.Piece] {
  /// The last piece that begins at or before an example.
  fileprivate func lastIndex(startingAtOrBefore example: Int64) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].theirs.lowerBound <= example { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }
}
