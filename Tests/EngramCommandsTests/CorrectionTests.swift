// CorrectionTests.swift -- edit, hide, join, log, stale results, purge and record, with the program itself.

import Foundation
import TestSupport
import Testing

struct CorrectionTests {
  /// A store of eight runs of three layers, with split sets and results.
  private static func session(in name: String = "s.engram") throws -> Correction {
    let session = Correction(name)
    try FileManager.default.copyItem(atPath: Fixtures.path("stores/version-1"), toPath: session.store)
    try session.ok("migrate", session.store)
    return session
  }

  @Test func `split sets and results say that they are stale, with commands that make them again`() throws {
    let session = try Self.session()
    #expect(try session.ok("split", "list", session.store).contains("stale") == false)
    try session.ok("edit", session.store, "--where", "model_seed = 3", "--set", "lab=Bern,lr=0.3", "--reason", "typo")
    // Nothing of it rests on these fields.
    #expect(try session.ok("split", "list", session.store).contains("stale") == false)
    #expect(try session.ok("results", session.store).contains("stale") == false)
    let shown = try session.ok("split", "show", session.store, "halves", "--json", "--indices")
    let exported = session.path("before.npz")
    try session.ok("export", session.store, "--split", "halves/0", "-o", exported)
    let before = TestFiles.read(exported)
    try session.ok(
      "edit", session.store, "--where", "model_seed = 3", "--set", "learning_rule=sgdm", "--reason", "wrong label")
    let list = try session.ok("split", "list", session.store)
    #expect(
      list.contains(
        "stale: halves: learning_rule was edited in 1 run since commit 4. To make it again: engram split create "
          + "\(session.store) --name halves.2 --like halves"))
    #expect(try session.ok("split", "show", session.store, "halves").contains("stale: halves"))
    #expect(try session.ok("split", "list", session.store, "--csv").contains("learning_rule was edited in 1 run"))
    let results = try session.ok("results", session.store)
    #expect(results.contains("stale: results 1: learning_rule was edited in 1 run since commit 4"))
    #expect(results.contains("engram classify \(session.store) --split halves.2 --model linear-svm"))
    // The stored split set and its export show what they showed.
    #expect(try session.ok("split", "show", session.store, "halves", "--json", "--indices") == shown)
    try session.ok("export", session.store, "--split", "halves/0", "-o", exported)
    #expect(TestFiles.read(exported) == before)
    try session.ok("export", session.store, "--split", "halves/0", "-o", exported, "--as-of", "10")
    #expect(TestFiles.read(exported) != before)
    let sha = try session.ok("split", "list", session.store, "--csv").contains("6baa3198")
    #expect(sha)
    // What is made of the set says so, too.
    for words in [["export", "-o", exported], ["classify", "--model", "linear-svm"]] {
      let used = session.run(words[0], session.store, "--split", "halves/0", words[1], words[2])
      #expect(used.errors.contains("stale: halves: "), "\(used.errors)")
    }
    try session.ok("split", "create", session.store, "--name", "halves.2", "--like", "halves")
    #expect(!(try session.ok("split", "list", session.store).contains("stale: halves.2")))
    let again = try session.ok(
      "split", "create", session.store, "--name", "then", "--like", "halves", "--as-of", "4", "--json")
    #expect(again.contains("6baa31987759b5ed56fee7409b5a10d3f08e0135fc1529356197328c7ea8ecaa"))
  }

  @Test func `the commands that make stale results again give every option, and run as they are`() throws {
    let session = try Self.session(in: "s 2.engram")
    let grid = session.path("grid.json")
    try #"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": [2, 3]}}"#.write(
      toFile: grid, atomically: false, encoding: .utf8)
    try session.ok("results", session.store, "1", "--remove")
    let options = [
      [
        "--model", "random-forest", "--view", "mean+zscore", "--set", "n_estimators=3", "--set", "max_features=sqrt",
        "--seed", "7",
      ],
      [
        "--model", "linear-svm", "--set", "C=2.5", "--missing", "drop", "--folds", "2", "--fold-seed", "3", "--fold-by",
        "model_seed",
      ],
      ["--model", "random-forest", "--search", "halving", "--grid", grid, "--folds", "2"],
    ]
    for words in options {
      let made = Shell.run(Shell.engram, ["classify", session.store, "--split", "halves"] + words)
      try #require(made.code == 0, "\(made.errors)")
    }
    try session.ok(
      "edit", session.store, "--where", "model_seed = 3", "--set", "learning_rule=sgdm", "--reason", "wrong label")
    let warned = session.run(
      "classify", session.store, "--split", "halves", "--model", "random-forest", "--set", "n_estimators=2")
    #expect(warned.errors.contains("note: stale: halves: learning_rule was edited in 1 run"), "\(warned.errors)")
    for result in 1...2 {
      let lines = try session.ok("results", session.store).split(separator: "\n").filter { $0.hasPrefix("stale: ") }
      #expect(lines.count == 4, "\(lines)")
      #expect(lines[2].contains("--search halving --folds 2, where GRID.json holds {"), "\(lines[2])")
      let command = String(try #require(lines[result - 1].split(separator: "make them again: ").last))
      // Splits that were made again serve all results.
      #expect(command.contains("split create") == (result == 1))
      let script = "PATH=\"$(dirname \"$0\"):$PATH\"; \(command)"
      let again = Shell.run("bash", ["-c", script, Shell.engram])
      #expect(again.code == 0, "\(command): \(again.errors)")
      // But for the splits and their commit, the plans are one.
      func plan(_ number: Int) throws -> NSDictionary {
        let shown = Shell.run(Shell.engram, ["results", session.store, "\(number)", "--json"])
        let all = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]]
        var plan = try #require(all?.first?["plan"] as? [String: Any])
        for key in ["commit", "split_set", "splits_sha256"] { plan[key] = nil }
        return plan as NSDictionary
      }
      #expect(try plan(result) == plan(4 + result))
    }
    #expect(try session.ok("split", "list", session.store).contains("It was made again as halves.2"))
  }

  @Test func `a list of examples of which one is hidden is not said to be made again`() throws {
    let session = try Self.session()
    let table = session.path("mine.csv")
    try "example_id,side\n0,train\n1,train\n9,test\n".write(toFile: table, atomically: false, encoding: .utf8)
    try session.ok("split", "explicit", session.store, table, "--name", "mine")
    try session.ok("hide", session.store, "--where", "model_seed = 3", "--reason", "withdrew")
    let list = try session.ok("split", "list", session.store)
    #expect(
      list.contains("stale: mine: 1 of its examples is hidden or gone since commit 8. It lists its examples"), "\(list)"
    )
  }

  @Test func `a table is joined to runs, says what it matched, and replaces nothing unless asked`() throws {
    let session = try Self.session()
    let table = session.path("labels.csv")
    try "model_seed,site,lab,dose\n0,north,,1\n1,south,,2.5\n2,,,\n77,west,,9\n".write(
      toFile: table, atomically: false, encoding: .utf8)
    let trial = try session.json("join", session.store, table, "--by", "model_seed", "--dry-run")
    #expect(trial["commit"] is NSNull && trial["runs_changed"] as? Int == 2 && trial["rows_unmatched"] as? Int == 1)
    let report = try session.json("join", session.store, table, "--by", "model_seed", "--reason", "from the lab book")
    #expect(report["runs_unmatched"] as? Int == 7 && report["runs_changed"] as? Int == 2)
    let rows = try session.ok(
      "sql", session.store, "SELECT model_seed, lab, site, dose FROM run WHERE model_seed < 3 ORDER BY 1", "--csv")
    #expect(rows == "model_seed,lab,site,dose\n0,Basel,north,1.0\n1,Zürich,south,2.5\n2,Basel,,\n")
    try "model_seed,lab\n0,Bern\n1,Zürich\n".write(toFile: table, atomically: false, encoding: .utf8)
    #expect(session.run("join", session.store, table, "--by", "model_seed").code == 1)
    #expect(
      try session.json("join", session.store, table, "--by", "model_seed", "--overwrite")["runs_changed"] as? Int == 1)
    #expect(session.run("join", session.store, table, "--by", "lab").code == 1)
    try ",model_seed,lab\n0,0,Bern\n".write(toFile: table, atomically: false, encoding: .utf8)
    let indexed = session.run("join", session.store, table, "--by", "model_seed", "--dry-run")
    #expect(indexed.errors.contains("note: the first column has no name and counts the rows"))
    let log = try session.ok("log", session.store, "--csv")
    #expect(log.contains("from the lab book") && log.contains("joined site, lab, dose from"))
    let difference = try session.json("diff", session.store, "8", "10")
    #expect((difference["values"] as? [Any])?.count == 5)
    #expect((difference["new_fields"] as? [Any])?.count == 2)
    #expect(!(try session.ok("select", session.store, "--as-of", "8", "--format", "csv").contains("site")))
    #expect(
      try session.ok("select", session.store, "--as-of", "8", "--format", "csv")
        == Fixtures.text("stores/version-1.csv"))
    #expect(session.run("edit", session.store, "--where", "1", "--set", "batch_size=many", "--reason", "x").code == 3)
    #expect(session.run("edit", session.store, "--where", "1", "--set", "batchsize=3", "--reason", "x").code == 2)
  }

  @Test func `a purge leaves no byte of what it removes in any file, and everything else as it was`() throws {
    let session = try Self.session()
    // The participant: a run with words of its own in every place that takes words, one of them edited away.
    let word = "Sentinel7391"
    try session.ok(
      "edit", session.store, "--where", "model_seed = 3", "--set", "lab=\(word)Lab,task=\(word)Task", "--reason",
      "\(word)Reason")
    try session.ok("edit", session.store, "--where", "model_seed = 3", "--set", "lab=else", "--reason", "\(word)Second")
    try session.ok("split", "holdout", session.store, "--name", "held", "--by", "task")
    let values = try session.ok("select", session.store, "--where", "model_seed <> 3", "--format", "csv")
    try session.ok("hide", session.store, "--where", "task = '\(word)Task'", "--reason", "\(word)Withdrew")
    #expect(try session.ok("split", "list", session.store).contains("stale: held"))
    #expect(try session.ok("info", session.store).contains(" 3 examples, which nothing selects\n"))
    #expect(session.run("purge", session.store).code == 2)
    #expect(session.run("purge", session.store, "--confirm", "other").code == 2)
    // A set without the participant stays, and its filter says the name.
    try session.ok(
      "split", "balanced", session.store, "--name", "without", "--where", "task <> '\(word)Task'", "--repeats", "1")
    let warned = session.run("purge", session.store, "--dry-run")
    #expect(warned.errors.contains("what stays and names a text that only removed runs had, in a filter"))
    #expect(warned.errors.contains("split set without"), "\(warned.errors)")
    try session.ok("split", "remove", session.store, "without")
    let plan = try session.ok("purge", session.store, "--dry-run")
    #expect(
      plan
        == "would remove 3 examples of 1 runs, the split sets halves, held, labs, the results 1; nothing was changed\n")
    #expect(session.holds(word))
    let report = try session.ok("purge", session.store, "--confirm", "s.engram")
    #expect(report.hasPrefix("removed 3 examples of 1 runs"))
    #expect(!session.holds(word), "\(session.places(of: word))")
    #expect(try session.ok("select", session.store, "--where", "model_seed <> 3", "--format", "csv") == values)
    let verified = session.run("verify", session.store)
    #expect(verified.code == 0, "\(verified.output)")
    let info = try session.json("info", session.store)
    #expect(info["examples"] as? Int == 24 && info["runs"] as? Int == 9)
    #expect(try session.ok("split", "list", session.store, "--csv") == "name,kind,splits,commit,sha256,stale\n")
    #expect(info["hidden_examples"] as? Int == 0 && info["stored_examples"] as? Int == 24)
    #expect(try session.ok("purge", session.store, "--confirm", "s.engram").hasPrefix("nothing is hidden"))
    // Ids are not given again, and the store goes on.
    #expect(
      try session.ok("sql", session.store, "SELECT count(*) FROM example WHERE example_id BETWEEN 9 AND 11", "--csv")
        == "count(*)\n0\n")
    try session.ok("compact", session.store, "--all")
    try session.ok("split", "balanced", session.store, "--name", "new", "--repeats", "2")
    try session.ok(
      "export", session.store, "--split", "new/0", "-o", session.path("x.npz"), "--statistics", "gradavgraw_id")
    let target = session.path("merged.engram")
    try session.ok("merge", target, session.store)
    #expect(try session.json("info", target)["examples"] as? Int == 24)
    #expect(session.run("verify", session.store).code == 0 && session.run("verify", target).code == 0)
  }

  @Test func `lines of JSON are recorded and answered one by one, and a run cut short goes on`() throws {
    let session = Correction()
    let start =
      #"{"run": {"learning_rule": "adam", "model_seed": 3}, "layers": ["a", {"name": "b", "position": "deep"}], "statistics": ["x", "y z"]}"#
    let first = session.run(
      input: [
        start, #"{"epoch": 0, "values": [[1, 2], [3, NaN]], "metrics": {"loss": 0.5}}"#, "",
        #"{"epoch": 5, "values": [1, 2, 3, 4]}"#,
      ]
      .joined(separator: "\n"), "record", session.store)
    #expect(first.code == 0, "\(first.errors)")
    #expect(
      first.output == """
        {"ok": "started", "epochs": []}
        {"ok": "recorded", "epoch": 0}
        {"ok": "recorded", "epoch": 5}

        """)
    #expect(first.errors.contains("1 run is in progress"))
    #expect(try session.ok("info", session.store).contains("in progress: 1 runs with 2 checkpoints"))
    let progress = try session.ok(
      "select", session.store, "--in-progress", "--format", "csv", "--fields",
      "example_id,learning_rule,model_seed,layer_name,layer_position")
    #expect(
      progress.hasPrefix(
        "example_id,learning_rule,model_seed,layer_name,layer_position,x@0,x@5,y z@0,y z@5\n,adam,3,a,,"))
    let second = session.run(
      input: [
        start, #"{"epoch": 5, "values": [1, 2, 3, 4]}"#, #"{"epoch": 0, "values": [9, 2, 3, 4]}"#, "{",
        #"{"epoch": 10, "values": [5, 6, 7, 8]}"#,
        #"{"end": true}"#,
      ].joined(separator: "\n"), "record", session.store)
    #expect(second.code == 1)
    let answers = second.output.split(separator: "\n")
    #expect(answers.count == 6)
    #expect(answers[0] == #"{"ok": "resumed", "epochs": [0, 5]}"# && answers[1] == #"{"ok": "repeated", "epoch": 5}"#)
    #expect(answers[2].contains("\"exists\"") && answers[2].contains("epoch 0"))
    #expect(answers[3].contains("\"truncated\"") || answers[3].contains("\"corrupt\""))
    #expect(answers[5] == #"{"ok": "ended", "first_example": 0, "examples": 2, "commit": 1}"#)
    let rows = try session.ok("select", session.store, "--format", "csv", "--statistics", "all")
    #expect(rows.split(separator: "\n").count == 3)
    let third = session.run(input: start, "record", session.store)
    #expect(third.code == 1 && third.output.contains("recorded to its end"))
  }
}

/// A folder with a store, and the program.
private final class Correction {
  private let folder = TemporaryFolder()
  private let name: String
  var store: String { path(name) }

  init(_ name: String = "s.engram") { self.name = name }

  func path(_ name: String) -> String { folder[name] }

  func run(input: String = "", _ words: String...) -> Shell.Result { Shell.run(Shell.engram, words, input: input) }

  @discardableResult func ok(_ words: String...) throws -> String {
    let result = Shell.run(Shell.engram, words)
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    return result.output
  }

  func json(_ words: String...) throws -> [String: Any] {
    let result = Shell.run(Shell.engram, words + ["--json"])
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  /// The files of the store in which a word stands.
  func places(of word: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
    return files.filter { name in
      (FileManager.default.contents(atPath: "\(store)/\(name)") ?? Data()).range(of: Data(word.utf8)) != nil
    }
  }

  func holds(_ word: String) -> Bool { !places(of: word).isEmpty }
}
