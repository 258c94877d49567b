// Predictor.swift -- the closed list of formulas by which a statistic is predicted from others.

/// A formula by which a statistic is predicted from others of the same example and epoch; its number stands in files.
///
/// The statistics of a tensor are not independent: a second moment is a variance and a squared mean. What a formula
/// misses is stored as an integer residual, so a formula that does not hold costs bytes and never correctness.
/// Arithmetic is Float64, each operation rounded by itself; schema/FORMAT.md, "Prediction", is normative.
package enum Predictor: UInt8, Sendable, Hashable, CaseIterable {
  /// `a * a`: the median of squares from the median of magnitudes.
  case square = 1
  /// `a + b * b`: the mean of squares from variance and mean.
  case secondMoment = 2
  /// `a - b * b`: a variance from the mean of squares and the mean.
  case variance = 3
  /// `(a + b * b) - c * c`: the variance of magnitudes from variance, mean and mean magnitude.
  case foldedVariance = 4
  /// `(a * a) * s`: the mean of squares from a norm; s is what fits the example's first epoch.
  case scaledSquare = 5
  /// `sqrt((a + b * b) * n)`: a norm from variance and mean; n is the number of elements, from the first epoch.
  case norm = 6
  /// `(3 * (a - b)) / sqrt(c)`: Pearson's second coefficient from mean, median and variance.
  case skewness = 7
  /// `(a + b * b) / (c * c)`: kurtosis from the moments of the squares and the variance.
  case kurtosis = 8
  /// By as much as a changes, as ordered integers, which are logarithms nearly: a mean changes as a norm does.
  case change = 9
  /// By half as much: a mean of magnitudes changes by the square root of a variance.
  case halfChange = 10
  /// By twice as much: a variance of squares changes by the square of a variance.
  case doubleChange = 11
  /// `(a * a) * s - b * b`: a variance from a norm and the mean; s is what fits the example's first epoch.
  case scaledVariance = 12

  /// The number of statistics that the formula needs.
  package var operandCount: Int {
    switch self {
    case .square, .scaledSquare, .change, .halfChange, .doubleChange: 1
    case .secondMoment, .variance, .norm, .scaledVariance: 2
    case .foldedVariance, .skewness, .kurtosis: 3
    }
  }

  /// Whether it is the change from epoch to epoch that is predicted, from values of the same stored type.
  package var isOfChange: Bool { self == .change || self == .halfChange || self == .doubleChange }
}

/// A formula with the statistics that it takes, by their index on the statistic axis.
package struct Prediction: Sendable, Hashable {
  /// The formula.
  package let predictor: Predictor
  /// The statistics a, b and c, as many as the formula needs.
  package let operands: [Int]

  /// Makes a prediction.
  package init(_ predictor: Predictor, _ operands: [Int]) {
    precondition(operands.count == predictor.operandCount, "a formula has its operands")
    self.predictor = predictor
    self.operands = operands
  }
}
