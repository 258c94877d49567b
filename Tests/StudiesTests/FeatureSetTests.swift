// FeatureSetTests.swift -- which columns classifiers see, and what they refuse.

import Base
import Classifiers
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct FeatureSetTests {
  @Test(arguments: [
    ("admissible", 3), ("weight", 1), ("activation", 1), ("layerwise", 1), ("actraw_mean,weightabs_mean", 2),
  ])
  func `a set of observables is the finite statistics of its name`(text: String, count: Int) throws {
    let toy = try ToyStore.learningRules()
    let snapshot = try toy.store.snapshot()
    let selection = try FeatureRequest(statistics: StatisticSelection(parsing: text))
      .select(snapshot.allExamples, in: snapshot)
    var features = FeatureSet()
    try features.fill(selection.examples, selection.columns, from: snapshot)
    #expect(features.layout.statisticCount == count)
    #expect(features.layout.columnCount == 3 * count)
    #expect(features.matrix.columns == 3 * count)
    #expect(features.matrix.rows == 48)
    #expect(features.columns.names.count == 3 * count)
  }

  @Test func `a statistic asked for by name that is not finite is refused with statistic, example and epoch`() throws {
    let toy = try ToyStore.learningRules()
    let snapshot = try toy.store.snapshot()
    let request = FeatureRequest(statistics: .names(["weightraw_kurtosis"]), view: TrajectoryView(isStandardized: true))
    let error = #expect(throws: EngramError.self) { try request.select(snapshot.allExamples, in: snapshot) }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("weightraw_kurtosis") == true)
    #expect(error?.place == "example 47 (run 24, layer fc2), column weightraw_kurtosis@5")
  }

  @Test func `all statistics are those that every example has, refused when any is not finite`() throws {
    let toy = try ToyStore.learningRules()
    let snapshot = try toy.store.snapshot()
    let error = #expect(throws: EngramError.self) {
      try FeatureRequest(statistics: .all).select(snapshot.allExamples, in: snapshot)
    }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("weightraw_kurtosis") == true)
    let finite = try FeatureRequest(statistics: .all, view: TrajectoryView(epochs: .list([0, 10])))
      .select(snapshot.allExamples, in: snapshot)
    #expect(finite.columns.statistics == snapshot.statistics(of: snapshot.allExamples))
  }

  @Test func `a statistic that is not finite only at an epoch that no one reads is taken`() throws {
    let toy = try ToyStore.learningRules()
    let snapshot = try toy.store.snapshot()
    let request = FeatureRequest(
      statistics: .names(["weightraw_kurtosis"]), view: TrajectoryView(epochs: .list([0, 10])))
    #expect(try request.select(snapshot.allExamples, in: snapshot).columns.count == 2)
  }

  @Test func `classes have the same numbers for train and test examples`() throws {
    let toy = try ToyStore.learningRules()
    let snapshot = try toy.store.snapshot()
    let sgdm = try snapshot.examples(where: "learning_rule = 'sgdm'")
    let classes = try ExampleClasses(of: snapshot.allExamples, by: "learning_rule", in: snapshot)
    #expect(classes.names == ["adam", "feedback", "sgdm"])
    #expect(Set(try classes.labels(of: sgdm, in: snapshot).codes) == [2])
    #expect(try classes.labels(of: sgdm, in: snapshot).classCount == 3)
  }
}
