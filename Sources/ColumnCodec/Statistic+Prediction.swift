// Statistic+Prediction.swift -- from which statistics the writer tries to predict a published one, and by which formula.

import TrajectoryModel

extension Statistic {
  /// The statistic of which examples may be copies.
  var copySource: Statistic? {
    switch self {
    // By definition |x| and x have the same norm.
    case .weight(.magnitude, .norm): .weight(.raw, .norm)
    // Behind a rectifier an activation is its own magnitude.
    case .activation(.raw, let summary): .activation(.magnitude, summary)
    case .activityChange(.raw): .activityChange(.magnitude)
    default: nil
    }
  }

  /// A formula that nearly holds, and the statistics that it takes.
  typealias Formula = (predictor: Predictor, operands: [Statistic])

  /// Formulas by which it may be predicted; the first whose statistics are there is tried.
  var formulas: [Formula] {
    switch self {
    case .weight(let function, let summary): Self.formulas(ofWeight: function, summary)
    case .activation(let function, let summary): Self.formula(ofActivation: function, summary).map { [$0] } ?? []
    case .activityChange(.square): [(.square, [.activityChange(.magnitude)])]
    case .activityChange: []
    }
  }

  /// Formulas over one tensor, which hold up to rounding.
  ///
  /// What a norm says, the mean of squares says too, and with the mean the variance; so a norm, which is read most, stands for itself.
  /// Where there is none, a mean of squares or a variance does.
  private static func formulas(ofWeight function: Function, _ summary: Summary) -> [Formula] {
    let (norm, mean, variance) = (
      Statistic.weight(.raw, .norm), Statistic.weight(.raw, .mean), Statistic.weight(.raw, .variance)
    )
    return switch (function, summary) {
    case (.square, .mean): [(.scaledSquare, [norm]), (.secondMoment, [variance, mean])]
    case (.raw, .variance): [(.scaledVariance, [norm, mean]), (.variance, [.weight(.square, .mean), mean])]
    case (.magnitude, .variance):
      [
        (.scaledVariance, [norm, .weight(.magnitude, .mean)]),
        (.variance, [.weight(.square, .mean), .weight(.magnitude, .mean)]),
        (.foldedVariance, [variance, mean, .weight(.magnitude, .mean)]),
      ]
    case (.square, .norm): [(.norm, [.weight(.square, .variance), .weight(.square, .mean)])]
    case (.raw, .kurtosis): [(.kurtosis, [.weight(.square, .variance), .weight(.square, .mean), variance])]
    case (.magnitude, .mean): [(.change, [norm]), (.halfChange, [variance])]
    case (.square, .variance): [(.doubleChange, [norm]), (.change, [variance])]
    case (.magnitude, .kurtosis): [(.halfChange, [.weight(.raw, .kurtosis)])]
    case (.square, .kurtosis): [(.doubleChange, [.weight(.magnitude, .kurtosis)])]
    default: Self.formula(of: function, summary, { .weight($0, $1) }).map { [$0] } ?? []
    }
  }

  /// Means over stimuli, for which the formulas hold nearly and their changes hold well.
  private static func formula(ofActivation function: Function, _ summary: Summary) -> Formula? {
    switch (function, summary) {
    case (.square, .mean): (.scaledSquare, [.activation(.magnitude, .norm)])
    case (.magnitude, .mean): (.change, [.activation(.magnitude, .norm)])
    case (.magnitude, .thirdQuartile): (.change, [.activation(.magnitude, .mean)])
    case (.square, .variance): (.doubleChange, [.activation(.square, .mean)])
    case (.square, .kurtosis): (.change, [.activation(.magnitude, .kurtosis)])
    case (.magnitude, .variance), (.raw, .variance):
      (.variance, [.activation(.square, .mean), .activation(function, .mean)])
    case (.square, .norm): (.norm, [.activation(.square, .variance), .activation(.square, .mean)])
    default: Self.formula(of: function, summary) { .activation($0, $1) }
    }
  }

  /// What holds for weights and activations alike.
  private static func formula(
    of function: Function, _ summary: Summary, _ statistic: (Function, Summary) -> Statistic
  ) -> Formula? {
    switch (function, summary) {
    // Quantiles go through a monotonic function.
    case (.square, .median), (.square, .thirdQuartile): (.square, [statistic(.magnitude, summary)])
    case (_, .skewness):
      (.skewness, [statistic(function, .mean), statistic(function, .median), statistic(function, .variance)])
    default: nil
    }
  }

  /// Whether it is seldom read: the paper's protocol leaves it out, because it is not finite in every example.
  var isSeldomRead: Bool {
    switch self {
    case .weight(_, .kurtosis), .weight(_, .skewness), .weight(.square, .norm), .weight(.square, .variance),
      .activation(_, .kurtosis), .activation(_, .skewness), .activation(_, .variance), .activation(.square, _):
      true
    case .weight, .activation, .activityChange: false
    }
  }
}
