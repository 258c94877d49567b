// PublishedResultsTests.swift -- files of published results, brought in and seen as NumPy and SciPy see them.

import Base
import Classifiers
import Studies
import TestSupport
import Testing
import TrajectoryStore

struct PublishedResultsTests {
  @Test(arguments: ["forest", "svm"], ["np1_protocol0", "np1_protocol2", "np2_protocol0", "np2_protocol2"])
  func `published results come in with their rates and parameters`(name: String, form: String) throws {
    let toy = try ToyStore.learningRules(runsOfEach: 1)
    let results = try toy.store.importResults(from: Fixtures.path("results/\(name)_\(form).pkl"))
    let expected = try Fixtures.json("results/expected.json").asObject().object(name)
    #expect(results.summary.isImported)
    #expect(results.summary.classifier == (name == "forest" ? "random-forest" : "linear-svm"))
    #expect(results.classes == ["adam", "sgdm", "information", "feedback"])
    for (metrics, side) in [(results.test, "test"), (results.train, "train")] {
      let (metrics, rates) = (try #require(metrics), try expected.object(side))
      #expect(abs(metrics.sum.accuracy - (try rates.real("mean_accuracy"))) < 1e-12)
      for (split, accuracy) in zip(metrics.accuracies, try rates.reals("accuracy_by_split")) {
        #expect(abs(split - accuracy) < 1e-12)
      }
      for code in 0..<4 {
        #expect(abs(metrics.sum.dPrime(of: code) - (try rates.reals("mean_dprime")[code])) < 1e-12)
        #expect(
          abs(metrics.sum.balancedAccuracy(of: code) - (try rates.reals("mean_balanced_accuracy")[code])) < 1e-12)
        for (split, matrix) in metrics.matrices.enumerated() {
          let frozen = try rates.array("dprime_by_split")[split].asReals()[code]
          #expect(abs(matrix.dPrime(of: code) - frozen) < 1e-12)
        }
      }
    }
    if name == "forest" {
      #expect(try results.splits[0].parameters.string("cls__max_features") == "sqrt")
      #expect(results.splits[1].parameters["cls__max_features"] == .null)
      for (split, means) in zip(results.splits, try expected.array("importances")) {
        let own = try #require(split.importances)
        #expect(own.columns.first == "grp_id0")
        #expect(zip(own.means, try means.asReals()).allSatisfy { abs($0 - $1) < 1e-15 })
      }
    } else {
      #expect(results.splits.allSatisfy { $0.importances == nil })
      #expect(results.splits[1].parameters["cls__C"] == .real(50))
    }
    #expect(try toy.store.verify().problems == [])
  }

  @Test func `a file with models is refused, with what to do, and nothing is taken in twice`() throws {
    let toy = try ToyStore.learningRules(runsOfEach: 1)
    let models = #expect(throws: EngramError.self) {
      try toy.store.importResults(from: Fixtures.path("results/with_models_np1.pkl"))
    }
    #expect(models?.code == .unsupported)
    #expect(models?.message.contains("nothing was executed") == true)
    #expect(models?.mend?.description.contains("without the key 'models'") == true)
    _ = try toy.store.importResults(from: Fixtures.path("results/svm_np1_protocol2.pkl"))
    let again = #expect(throws: EngramError.self) {
      try toy.store.importResults(from: Fixtures.path("results/svm_np1_protocol2.pkl"))
    }
    #expect(again?.code == .exists)
    let other = #expect(throws: EngramError.self) {
      try toy.store.importResults(from: Fixtures.path("pickles/plain_values.pkl"))
    }
    #expect(other?.code == .invalidData)
    #expect(try toy.store.classifications().count == 1)
  }
}
