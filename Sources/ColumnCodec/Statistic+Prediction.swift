// Statistic+Prediction.swift -- from which statistics the writer tries to predict a published one, and by which formula.

import TrajectoryModel

// No statistic depends on itself by way of others; a test looks.
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
  var formula: (predictor: Predictor, operands: [Statistic])? {
    switch self {
    case .weight(let function, let summary): Self.formula(ofWeight: function, summary)
    case .activation(let function, let summary): Self.formula(ofActivation: function, summary)
    case .activityChange(.square): (.square, [.activityChange(.magnitude)])
    case .activityChange: nil
    }
  }

  /// Formulas over one tensor, which hold up to rounding.
  private static func formula(
    ofWeight function: Function, _ summary: Summary
  ) -> (predictor: Predictor, operands: [Statistic])? {
    switch (function, summary) {
    case (.square, .mean): (.secondMoment, [.weight(.raw, .variance), .weight(.raw, .mean)])
    case (.magnitude, .variance):
      (.foldedVariance, [.weight(.raw, .variance), .weight(.raw, .mean), .weight(.magnitude, .mean)])
    case (.raw, .norm), (.square, .norm): (.norm, [.weight(function, .variance), .weight(function, .mean)])
    case (.raw, .kurtosis):
      (.kurtosis, [.weight(.square, .variance), .weight(.square, .mean), .weight(.raw, .variance)])
    case (.magnitude, .mean): (.halfChange, [.weight(.raw, .variance)])
    case (.square, .variance): (.change, [.weight(.raw, .variance)])
    case (.magnitude, .kurtosis): (.halfChange, [.weight(.raw, .kurtosis)])
    case (.square, .kurtosis): (.doubleChange, [.weight(.magnitude, .kurtosis)])
    default: Self.formula(of: function, summary) { .weight($0, $1) }
    }
  }

  /// Means over stimuli, for which the formulas hold nearly and their changes hold well.
  private static func formula(
    ofActivation function: Function, _ summary: Summary
  ) -> (predictor: Predictor, operands: [Statistic])? {
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
  ) -> (predictor: Predictor, operands: [Statistic])? {
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
