// Spelling.swift -- which known name a person meant by a misspelt one.

/// Which known name a person meant by a misspelt one.
enum Spelling {
  /// The nearest candidate by edit distance, if it is near enough to be a slip; the first of equals.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let typed = Array(name.lowercased().utf8.prefix(64))
    // A third of the letters may be wrong: enough for a slip, too little to turn one word into another.
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(typed, Array(candidate.lowercased().utf8))
      if distance <= max(1, typed.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Edit distance with neighbours swapped counting as one (optimal string alignment).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var twoBack = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
      var row = [Int](repeating: i + 1, count: b.count + 1)
      for j in b.indices {
        row[j + 1] = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], twoBack[j - 1] + 1) }
      }
      (twoBack, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
