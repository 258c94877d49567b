// MostLikelyClass.swift -- the class that scores highest.

/// The class of the greatest of the scores in one row of a matrix; the lowest code where several are equal.
func mostLikelyClass<Score: Comparable>(_ scores: [Score], row: Int, classCount: Int) -> Int32 {
  let start = row * classCount
  var best = 0
  for code in 1..<classCount where scores[start + code] > scores[start + best] { best = code }
  return Int32(best)
}

/// The most likely class of each row, as ``mostLikelyClass(_:row:classCount:)``.
func mostLikelyClasses<Score: Comparable>(_ scores: [Score], classCount: Int) -> [Int32] {
  (0..<(scores.count / classCount)).map { mostLikelyClass(scores, row: $0, classCount: classCount) }
}
