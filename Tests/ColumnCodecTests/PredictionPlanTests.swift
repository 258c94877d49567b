// PredictionPlanTests.swift -- which statistics the writer tries to predict from which.

import ColumnCodec
import Testing
import TrajectoryModel

@Suite struct PredictionPlanTests {
  let names = Statistic.publishedNames

  /// The published names, and some of them: what is predicted depends on what else is there.
  static let axes: [[String]] = [
    Statistic.publishedNames, Statistic.publishedNames.reversed(),
    Statistic.publishedNames.filter { $0 != "weightraw_norm" },
    Statistic.publishedNames.filter { !$0.hasPrefix("weightsq") },
    Statistic.publishedNames.filter { !$0.hasPrefix("weightsq") && $0 != "weightraw_norm" },
    Statistic.publishedNames.filter { !$0.hasSuffix("_mean") },
    Statistic.publishedNames.reversed().filter { $0 != "weightraw_norm" },
  ]

  @Test(arguments: axes)
  func `no published statistic depends on itself by way of others`(names: [String]) {
    let plan = PredictionPlan(statistics: names)
    /// The longest chain of statistics below one, as long as it is finite.
    func depth(_ statistic: Int, below limit: Int) -> Int {
      let trial = plan.trials[statistic]
      let needed = (trial.prediction?.operands ?? []) + (trial.copySource.map { [$0] } ?? [])
      guard limit > 0, !needed.isEmpty else { return 0 }
      return 1 + (needed.map { depth($0, below: limit - 1) }.max() ?? 0)
    }
    // schema/FORMAT.md, "Chunk directory": chains are at most 8 long.
    for statistic in names.indices { #expect(depth(statistic, below: names.count) <= 8, "\(names[statistic])") }
  }

  @Test func `every formula is tried for some statistic, with as many operands as it takes`() {
    let predictions = Self.axes.flatMap { PredictionPlan(statistics: $0).trials.compactMap(\.prediction) }
    #expect(Set(predictions.map(\.predictor)) == Set(Predictor.allCases))
    for prediction in predictions { #expect(prediction.operands.count == prediction.predictor.operandCount) }
  }

  @Test(arguments: [
    (
      ["weightraw_var", "weightraw_mean", "weightraw_norm", "weightsq_mean"],
      [Prediction(.scaledVariance, [2, 1]), nil, nil, Prediction(.scaledSquare, [2])]
    ),
    (["weightraw_var", "weightraw_mean", "weightraw_norm"], [Prediction(.scaledVariance, [2, 1]), nil, nil]),
    (["weightraw_var", "weightraw_mean", "weightsq_mean"], [Prediction(.variance, [2, 1]), nil, nil]),
    (["weightsq_mean", "weightraw_mean", "weightraw_var"], [Prediction(.secondMoment, [2, 1]), nil, nil]),
    (["weightabs_mean", "weightraw_var"], [Prediction(.halfChange, [1]), nil]),
  ])
  func `of norm, mean of squares and variance one stands for itself`(names: [String], expected: [Prediction?]) {
    #expect(PredictionPlan(statistics: names).trials.map(\.prediction) == expected)
  }

  @Test func `the plan names what the names on the axis say, wherever they stand`() {
    let plan = PredictionPlan(statistics: ["weightsq_mean", "mine", "weightraw_mean", "weightraw_var", "actraw_mean"])
    #expect(plan.trials[0].prediction == Prediction(.secondMoment, [3, 2]))
    #expect(plan.trials[4].copySource == nil, "its source is not on the axis")
    #expect(plan.trials[1] == PredictionPlan(independent: 1).trials[0])
  }

  @Test func `what a variance is told from is decoded fast, and what is seldom read stays small`() {
    let trials = PredictionPlan(statistics: names).trials
    func favored(_ favor: PredictionPlan.Favor) -> Set<String> {
      Set(names.indices.filter { trials[$0].favor == favor }.map { names[$0] })
    }
    #expect(favored(.speed) == ["weightraw_norm", "weightraw_mean", "weightabs_mean"])
    #expect(favored(.size).count == 21, "what the paper's protocol leaves out")
    // Without its chain no statistic is hurried.
    #expect(PredictionPlan(statistics: ["weightraw_norm", "weightsq_mean"]).trials.allSatisfy { $0.favor == .neither })
  }

  @Test func `names that only look published stand for themselves`() {
    let names = ["weight_kurtosis", "actsq_mine", "weightabs_norm_2", "actraw"]
    #expect(PredictionPlan(statistics: names).trials == PredictionPlan(independent: names.count).trials)
  }
}
