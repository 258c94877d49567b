// StatisticTests.swift -- the published statistics, as values and by their names.

import Testing
import TrajectoryModel

@Suite struct StatisticTests {
  @Test func `there are 45, in the published order`() {
    let names = Statistic.publishedNames
    #expect(names.count == 45 && Set(names).count == 45)
    #expect(Array(names.prefix(3)) == ["weightabs_kurtosis", "weightabs_mean", "weightabs_median"])
    #expect(
      names[3...7] == [
        "weightabs_norm", "weightabs_skew", "weightabs_thirdquartile", "weightabs_var", "weightraw_kurtosis",
      ])
    #expect(names[20...21] == ["weightsq_var", "actabs_kurtosis"])
    #expect(names[41...] == ["actsq_var", "gradavgabs_id", "gradavgraw_id", "gradavgsq_id"])
  }

  @Test(arguments: Statistic.published)
  func `a name is read back as the statistic it names`(statistic: Statistic) {
    #expect(Statistic(name: statistic.name) == statistic)
    #expect(StatisticFamily(ofStatistic: statistic.name) == statistic.family)
    #expect(statistic.name.hasPrefix(statistic.family.publishedPrefix))
  }

  @Test func `a statistic has the parts that its name says`() {
    let statistic = Statistic(name: "weightsq_thirdquartile")
    #expect(statistic == .weight(.square, .thirdQuartile))
    #expect(statistic?.family == .weight && statistic?.function == .square && statistic?.summary == .thirdQuartile)
    let change = Statistic(name: "gradavgraw_id")
    #expect(change == .activityChange(.raw))
    #expect(change?.family == .layerwise && change?.function == .raw && change != nil && change?.summary == nil)
  }

  @Test(arguments: [
    "", "weight", "weightabs", "weightabs_", "weightabs_id", "weightabs_std", "weight_mean", "weightabs_mean ",
    " weightabs_mean", "Weightabs_mean", "weightabs_mean@5", "weightabs_mean_2", "weightabs-mean", "actnorm_mean",
    "activationabs_mean", "gradavg_id", "gradavgabs", "gradavgabs_mean", "gradabs_id", "act", "action_potential",
    "weight_of_mine", "weightabs_mean\u{301}",
  ])
  func `what only looks like a published name is no statistic and of no family`(name: String) {
    #expect(Statistic(name: name) == nil)
    #expect(StatisticFamily(ofStatistic: name) == nil)
  }

  @Test func `the families hold 21, 21 and 3`() {
    let counts = Dictionary(grouping: Statistic.published, by: \.family).mapValues(\.count)
    #expect(counts == [.weight: 21, .activation: 21, .layerwise: 3])
  }
}
