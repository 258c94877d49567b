// NumPySum.swift -- sums in the order in which NumPy adds, so that ties fall as they do there.

/// Sums and deviations to the last bit as NumPy computes them.
enum NumPySum {
  /// The sum of a contiguous array, by NumPy's pairwise summation; exact order for up to 128 elements.
  static func pairwise(_ values: [Double]) -> Double {
    guard values.count >= 8 else { return values.reduce(0, +) }
    var lanes = Array(values[..<8])
    var index = 8
    while index + 8 <= values.count {
      for lane in 0..<8 { lanes[lane] += values[index + lane] }
      index += 8
    }
    var sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    while index < values.count {
      sum += values[index]
      index += 1
    }
    return sum
  }

  /// `numpy.std` along the last axis.
  static func standardDeviation(_ counts: ArraySlice<Int>) -> Double {
    let mean = Double(counts.reduce(0, +)) / Double(counts.count)
    let squares = counts.map { (Double($0) - mean) * (Double($0) - mean) }
    return (pairwise(squares) / Double(counts.count)).squareRoot()
  }

  /// `numpy.std` along the first axis of two, which adds row by row.
  static func standardDeviation(ofRows values: [Double]) -> Double {
    var sum = 0.0
    for value in values { sum += value }
    let mean = sum / Double(values.count)
    var squares = 0.0
    for value in values { squares += (value - mean) * (value - mean) }
    return (squares / Double(values.count)).squareRoot()
  }
}
