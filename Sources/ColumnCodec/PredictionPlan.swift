// PredictionPlan.swift -- which statistics the writer tries to predict from which, by their published names.

/// For each statistic of an axis, what the writer tries to predict it from.
///
/// The statistics of the paper, each a measure, a function and a summary, depend on one another by definition. Statistics
/// of other names stand for themselves. No statistic depends on itself by way of others.
package struct PredictionPlan: Sendable {
  /// What is tried for one statistic.
  package struct Trial: Sendable, Hashable {
    /// The statistic of which examples may be copies.
    package var copySource: Int?
    /// The predictions to try.
    package var predictions: [Prediction] = []
    /// Whether fewer bytes count for more than fast decoding, because the statistic is seldom read.
    package var favorsSize = false
  }

  /// The trials of each statistic.
  package let trials: [Trial]

  /// A plan in which each of a number of statistics stands for itself.
  package init(independent count: Int) { trials = Array(repeating: Trial(), count: count) }

  /// The plan for statistics of some names.
  package init(statistics names: [String]) {
    var indices: [String: Int] = [:]
    for (index, name) in names.enumerated() { indices[name] = index }
    var trials = Array(repeating: Trial(), count: names.count)
    func predict(_ name: String, _ predictor: Predictor, _ operands: String...) {
      let found = operands.compactMap { indices[$0] }
      guard let index = indices[name], found.count == operands.count else { return }
      trials[index].predictions.append(Prediction(predictor, found))
    }
    func copy(_ name: String, of source: String) {
      guard let index = indices[name] else { return }
      trials[index].copySource = indices[source]
    }
    // By definition |x| and x have the same norm. Behind a rectifier an activation is its own magnitude.
    copy("weightabs_norm", of: "weightraw_norm")
    for summary in ["kurtosis", "mean", "median", "norm", "skew", "thirdquartile", "var"] {
      copy("actraw_\(summary)", of: "actabs_\(summary)")
    }
    copy("gradavgraw_id", of: "gradavgabs_id")

    // Weights: formulas over one tensor, which hold up to rounding.
    predict("weightsq_mean", .secondMoment, "weightraw_var", "weightraw_mean")
    predict("weightabs_var", .foldedVariance, "weightraw_var", "weightraw_mean", "weightabs_mean")
    predict("weightraw_norm", .norm, "weightraw_var", "weightraw_mean")
    predict("weightsq_norm", .norm, "weightsq_var", "weightsq_mean")
    predict("weightraw_kurtosis", .kurtosis, "weightsq_var", "weightsq_mean", "weightraw_var")
    predict("weightabs_mean", .halfChange, "weightraw_var")
    predict("weightsq_var", .change, "weightraw_var")
    predict("weightabs_kurtosis", .halfChange, "weightraw_kurtosis")
    predict("weightsq_kurtosis", .doubleChange, "weightabs_kurtosis")
    // Activations: means over stimuli, for which the formulas hold nearly and their changes hold well.
    predict("actsq_mean", .scaledSquare, "actabs_norm")
    predict("actabs_mean", .change, "actabs_norm")
    predict("actabs_thirdquartile", .change, "actabs_mean")
    predict("actsq_var", .doubleChange, "actsq_mean")
    predict("actsq_kurtosis", .change, "actabs_kurtosis")
    predict("actabs_var", .variance, "actsq_mean", "actabs_mean")
    predict("actraw_var", .variance, "actsq_mean", "actraw_mean")
    predict("actsq_norm", .norm, "actsq_var", "actsq_mean")
    for measure in ["weight", "act"] {
      // Quantiles go through a monotonic function.
      predict("\(measure)sq_median", .square, "\(measure)abs_median")
      predict("\(measure)sq_thirdquartile", .square, "\(measure)abs_thirdquartile")
      for function in ["abs", "raw", "sq"] {
        let name = measure + function
        predict("\(name)_skew", .skewness, "\(name)_mean", "\(name)_median", "\(name)_var")
      }
    }
    predict("gradavgsq_id", .square, "gradavgabs_id")

    // What the paper's protocol leaves out, because it is not finite in every example, is seldom read.
    let seldomRead = ["actabs_var", "actraw_var", "weightsq_norm", "weightsq_var"]
    for (index, name) in names.enumerated() {
      trials[index].favorsSize =
        seldomRead.contains(name) || name.hasPrefix("actsq_")
        || ["weight", "act"].contains { name.hasPrefix($0) } && ["_kurtosis", "_skew"].contains { name.hasSuffix($0) }
    }
    self.trials = trials
  }
}
