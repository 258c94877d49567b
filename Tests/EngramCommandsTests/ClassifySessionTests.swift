// ClassifySessionTests.swift -- classifying, looking at results and predicting, with the program itself on the bundled data.

import Foundation
import TestSupport
import Testing

struct ClassifySessionTests {
  /// Two balanced splits of the bundled data.
  private static func session() throws -> Session {
    let session = try Session()
    try session.ok("split", "balanced", session.store, "--name", "fig2a", "--repeats", "2")
    return session
  }

  @Test func `a forest tells the bundled learning rules apart, and is answered from the store again`() throws {
    let session = try Self.session()
    let words = [
      "classify", session.store, "--split", "fig2a", "--model", "random-forest", "--set", "n_estimators=100",
      "--positions",
    ]
    let first = try session.json(words)
    let test = try #require(first["test"] as? [String: Any])
    // scikit-learn's forests of 100 trees: 0.866 and 0.870 with a standard deviation over seeds of 0.008.
    #expect(try #require(test["mean_accuracy"] as? Double) > 0.84)
    #expect(first["from_store"] as? Bool == false)
    let again = try session.json(words + ["--threads", "1"])
    #expect(again["from_store"] as? Bool == true)
    #expect(try Self.bare(again) == Self.bare(first))

    let shown = try session.ok("results", session.store, "1")
    for text in [
      "results 1: random-forest on fig2a, 2 of 2 splits", "confusion", "balanced accuracy", "d'", "feedback",
    ] {
      #expect(shown.contains(text), "\(shown)")
    }
    let list = try session.ok("results", session.store, "--csv").split(separator: "\n")
    #expect(list.count == 2)
    #expect(list[1].hasPrefix("1,random-forest,fig2a,admissible,positions,2,2,0.8"))
    #expect(try session.ok("results", session.store, "1", "--csv").split(separator: "\n").count == 3)
    let predictions = try session.ok("results", session.store, "1", "--predictions", "--csv").split(separator: "\n")
    #expect(predictions.count == 1 + 2 * 408)
    #expect(predictions[0] == "id,split,example_id,actual,predicted,p_adam,p_feedback,p_information,p_sgdm")
    #expect((try session.json("verify", session.store)["problems"] as? [String]) == [])
    try session.ok("results", session.store, "1", "--remove")
    #expect(try session.failure("results", session.store, "1") == "2 notFound")
  }

  @Test func `results of a study say their seconds, and those of a file none`() throws {
    let session = try Session()
    let study = """
      {"version": 1, "name": "tiny", "experiments": [
        {"name": "one", "splits": {"kind": "balanced", "repeats": 1, "test_fraction": 0.25, "where": "task = 'digits10'"},
         "classifiers": [{"model": "random-forest",
          "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 2}}}]}],
       "figures": [{"name": "a", "draw": "accuracy", "experiments": ["one"]}]}
      """
    try Data(study.utf8).write(to: URL(filePath: session.path("study.json")))
    try session.ok("study", "make", session.store, session.path("study.json"))
    try session.ok("ingest-results", session.store, Fixtures.path("results/forest_np2_protocol2.pkl"))
    for (id, hasSeconds) in [("1", true), ("2", false)] {
      let lines = try session.ok("results", session.store, id, "--csv").split(whereSeparator: \.isNewline)
      #expect(lines[0].hasSuffix(",seconds") && lines.count > 1)
      #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",") != hasSeconds }, "\(lines)")
    }
  }

  @Test func `one split as JSON is that split alone, whatever else is stored`() throws {
    let session = try Self.session()
    let words = ["classify", session.store, "--model", "random-forest", "--set", "n_estimators=2", "--accept-leakage"]
    _ = try session.json(words + ["--split", "fig2a/0"])
    let second = try session.json(words + ["--split", "fig2a/1"])
    let test = try #require(second["test"] as? [String: Any])
    let mean = try #require(test["mean_accuracy"] as? Double)
    #expect(test["accuracies"] as? [Double] == [mean])
    #expect(try #require(test["confusion"] as? [[Int]]).joined().reduce(0, +) == 408)
    let splits = try #require(second["splits"] as? [[String: Any]])
    #expect(splits.compactMap { $0["split"] as? String } == ["1"])
  }

  @Test func `results of pairs have an accuracy, its error and predictions, and no joint confusion`() throws {
    let session = try Session()
    try session.ok("split", "pairs", session.store, "--name", "pairs", "--repeats", "1")
    let results = try session.json([
      "classify", session.store, "--split", "pairs", "--model", "random-forest", "--set", "n_estimators=2",
      "--accept-leakage",
    ])
    let test = try #require(results["test"] as? [String: Any])
    let accuracies = try #require(test["accuracies"] as? [Double])
    #expect(accuracies.count == 6)
    #expect(abs(try #require(test["mean_accuracy"] as? Double) - accuracies.reduce(0, +) / 6) < 1e-12)
    #expect(results["classes"] is NSNull && test["confusion"] is NSNull && test["by_class"] is NSNull)
    let shown = try session.ok("results", session.store, "1")
    #expect(shown.contains("standard error of 6 splits") && shown.contains("different classes"), "\(shown)")
    let lines = try session.ok("results", session.store, "1", "--predictions", "--csv").split(separator: "\n")
    #expect(lines[0] == "id,split,example_id,actual,predicted,p_adam,p_feedback,p_information,p_sgdm")
    // The first pair is of adam and feedback; the others have no probability there.
    #expect(lines[1].hasPrefix("1,adam+feedback,") && lines[1].hasSuffix(",,"), "\(lines[1])")
  }

  /// Results without what differs from one answer to the next.
  private static func bare(_ results: [String: Any]) throws -> Data {
    var results = results
    results["from_store"] = nil
    return try JSONSerialization.data(withJSONObject: results, options: .sortedKeys)
  }

  @Test func `a saved model predicts the test examples as the result says`() throws {
    let session = try Self.session()
    let words = [
      "classify", session.store, "--split", "fig2a/1", "--model", "linear-svm", "--set", "C=1", "--zscore",
      "--statistics", "weight", "--accept-leakage", "--save-model",
    ]
    let first = Shell.run(Shell.engram, words + [session.path("svm.model")])
    #expect(first.code == 0 && first.errors.isEmpty, "\(first.errors)")
    let again = Shell.run(Shell.engram, words + [session.path("again.model")])
    #expect(again.code == 0 && again.errors.contains("the model, which is learned again"), "\(again.errors)")
    #expect(TestFiles.read(session.path("again.model")) == TestFiles.read(session.path("svm.model")))
    let predicted = try session.ok("predict", session.store, "--model-file", session.path("svm.model"), "--csv")
    var byExample: [Substring: Substring] = [:]
    for line in predicted.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",")
      byExample[cells[0]] = cells[4]
    }
    #expect(byExample.count == 1_632)
    let kept = try session.ok("results", session.store, "1", "--predictions", "--csv").split(separator: "\n")
    #expect(kept.count == 1 + 408)
    for line in kept.dropFirst() {
      let cells = line.split(separator: ",")
      #expect(byExample[cells[2]] == cells[4])
    }
  }

  @Test func `what is to be said of the splits is part of the JSON`() throws {
    let session = try Session()
    var text = "run,learning_rule,epoch,acc@1,acc@5\n"
    for run in 0..<40 {
      // The first statistic tells the rules apart, the second says nothing; half of the runs have an epoch more.
      for epoch in 0..<(run < 20 ? 3 : 2) { text += "\(run),\(["adam", "sgdm"][run % 2]),\(epoch),\(run % 2),0\n" }
    }
    try Data(text.utf8).write(to: URL(filePath: session.path("t.csv")))
    let store = session.path("t.engram")
    try session.ok("ingest", session.path("t.csv"), store)
    try session.ok("split", "random", store, "--name", "r", "--repeats", "1", "--test-fraction", "0.25")
    let words = ["classify", store, "--split", "r", "--model", "random-forest", "--set", "n_estimators=4"]
    let results = try session.json(words)
    let notes = try #require(results["notes"] as? [String])
    #expect(notes.contains { $0.contains("epoch") }, "\(notes)")
    #expect(results["warnings"] as? [String] == [])
    let shown = try session.ok("results", store, "1")
    #expect(shown.contains("acc@1") && shown.contains("acc@5"), "\(shown)")
  }

  @Test func `leakage is part of the JSON, unless it is accepted`() throws {
    let session = try Session()
    try session.ok("split", "random", session.store, "--name", "k", "--repeats", "1", "--test-fraction", "0.5")
    let words = [
      "classify", session.store, "--split", "k/0", "--model", "random-forest", "--set", "n_estimators=2",
    ]
    let warnings = try #require(try session.json(words)["warnings"] as? [String])
    #expect(warnings.count == 1 && warnings[0].contains("are not independent"), "\(warnings)")
    #expect(try session.json(words + ["--accept-leakage"])["warnings"] as? [String] == [])
  }

  @Test func `a store without the label of a model is predicted, and a split set that is taken over keeps its label`()
    throws
  {
    let session = try Session()
    let table = session.path("kinds.csv")
    try Data("architecture,genotype\nknet,a\nalexnet,b\nknetlrn,a\nalexnetlrn,b\n".utf8).write(to: URL(filePath: table))
    try session.ok("join", session.store, table, "--by", "architecture")
    try session.ok("split", "balanced", session.store, "--name", "kinds", "--repeats", "1", "--label", "genotype")
    try session.ok(
      "classify", session.store, "--split", "kinds", "--model", "random-forest", "--set", "n_estimators=5",
      "--save-model",
      session.path("kinds.model"))
    let other = try Session()
    let predicted = Shell.run(
      Shell.engram, ["predict", other.store, "--model-file", session.path("kinds.model"), "--csv"])
    #expect(predicted.code == 0 && predicted.errors.contains("the store has no field genotype"), "\(predicted.errors)")
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 1_633 && lines[0] == "example_id,run_id,layer_name,genotype,predicted,p_a,p_b")
    #expect(lines[1].split(separator: ",", omittingEmptySubsequences: false)[3].isEmpty)

    let shown = try session.ok("split", "show", session.store, "kinds", "--json", "--indices")
    let file = session.path("shown.json")
    try Data(shown.utf8).write(to: URL(filePath: file))
    let taken = Shell.run(Shell.engram, ["split", "explicit", session.store, file, "--name", "again"])
    #expect(
      taken.code == 0 && taken.errors.contains("note: the label is genotype, as the file says"), "\(taken.errors)")
    #expect(try session.ok("split", "show", session.store, "again").contains(#""label":"genotype""#))
    try session.ok("split", "explicit", session.store, file, "--name", "rules", "--label", "learning_rule")
    #expect(try session.ok("split", "show", session.store, "rules").contains(#""label":"learning_rule""#))
  }

  @Test func `a class that only the test side has is said to be one that cannot be learned`() throws {
    let session = try Session()
    try session.ok("split", "holdout", session.store, "--name", "rules", "--by", "learning_rule", "--only", "adam")
    let result = Shell.run(
      Shell.engram,
      [
        "classify", session.store, "--split", "rules", "--model", "random-forest", "--set", "n_estimators=2",
        "--accept-leakage",
      ])
    #expect(
      result.code == 0
        && result.errors.contains("note: split learning_rule=adam: adam cannot be learnt, for it is not in train"),
      "\(result.errors)")
  }

  @Test func `a classification that was killed goes on where it stopped`() throws {
    let session = try Self.session()
    let script = """
      "$0" classify "$1" --split fig2a --model random-forest --grid "$2" --quiet > /dev/null &
      pid=$!
      for _ in $(seq 1200); do
        case $("$0" results "$1" --csv) in *,2,1,*) break ;; esac
        sleep 0.05
      done
      kill -9 $pid
      wait $pid
      "$0" results "$1" --csv
      """
    try Data(
      #"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": [50, 300]}}"#.utf8
    ).write(to: URL(filePath: session.path("grid.json")))
    let words = [
      "classify", session.store, "--split", "fig2a", "--model", "random-forest", "--grid", session.path("grid.json"),
    ]
    let killed = Shell.run("bash", ["-c", script, Shell.engram, session.store, session.path("grid.json")])
    #expect(killed.output.contains(",2,1,"), "\(killed)")
    let results = try session.json(words)
    #expect(results["complete"] as? Bool == true)
    #expect(results["id"] as? Int == 1)
    let fresh = try Self.session()
    try FileManager.default.copyItem(atPath: session.path("grid.json"), toPath: fresh.path("grid.json"))
    let whole = try fresh.json(
      ["classify", fresh.store, "--split", "fig2a", "--model", "random-forest", "--grid", fresh.path("grid.json")])
    let accuracies = { (results: [String: Any]) in (results["test"] as? [String: Any])?["accuracies"] as? [Double] }
    #expect(accuracies(results) != nil)
    #expect(accuracies(results) == accuracies(whole))
  }

  @Test func `published results are seen beside our own`() throws {
    let session = try Session()
    let file = Fixtures.path("results")
    try session.ok("ingest-results", session.store, "\(file)/forest_np1_protocol0.pkl")
    #expect(try session.ok("results", session.store, "1").contains("brought in from a file"))
    #expect(try session.failure("ingest-results", session.store, "\(file)/with_models_np1.pkl") == "3 unsupported")
    #expect(try session.failure("ingest-results", session.store, "\(file)/forest_np1_protocol0.pkl") == "1 exists")
    #expect(try session.failure("results", session.store, "1", "--predictions") == "2 notFound")
  }

  @Test(arguments: [
    (["--split", "fig2b", "--model", "random-forest"], "2 notFound"),
    (["--split", "fig2a/7", "--model", "random-forest"], "2 notFound"),
    (["--split", "fig2a", "--model", "random-forrest"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--set", "n_estimatorz=5"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--set", "n_estimators=0"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--set", "n_estimators=5", "--grid", "paper"], "2 usage"),
    (["--split", "fig2a", "--model", "linear-svm", "--set", "C=1", "--set", "C=2"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--grid", "nowhere.json"], "2 notFound"),
    (["--split", "fig2a", "--model", "random-forest", "--statistics", "weightabs_meen"], "2 notFound"),
    (["--split", "fig2a", "--model", "random-forest", "--missing", "fill"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--save-model", "m"], "2 usage"),
    (["--split", "fig2a", "--model", "random-forest", "--folds", "900"], "3 invalidData"),
  ])
  func `a mistake has its exit code and the code of its error`(words: [String], expected: String) throws {
    let session = try Self.session()
    let result = Shell.run(Shell.engram, ["classify", session.store] + words + ["--json"])
    let error = try JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: [String: Any]]
    #expect("\(result.code) \(error?["error"]?["code"] as? String ?? "none")" == expected, "\(result.errors)")
  }
}

extension Session {
  /// Runs a command that must succeed, with `--json`.
  func json(_ words: [String]) throws -> [String: Any] {
    let result = Shell.run(Shell.engram, words + ["--json"])
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }
}
