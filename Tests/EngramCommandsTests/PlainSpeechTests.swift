// PlainSpeechTests.swift -- errors and notes name what a user can do where they meet them.

import Foundation
import TestSupport
import Testing

struct PlainSpeechTests {
  private let folder = TemporaryFolder()
  private var store: String { folder["s.engram"] }

  private func run(_ words: String..., input: String = "") -> Shell.Result {
    Shell.run(Shell.engram, words, input: input)
  }

  /// A store of a table of trajectories.
  private func ingest(_ table: String) {
    folder.write(table, to: "t.csv")
    let result = run("ingest", folder["t.csv"], store)
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func `runs that share no epoch are told so, with what takes them all the same`() {
    ingest("model_seed,epoch,a\n1,0,1\n1,1,2\n2,5,3\n2,6,4\n")
    for words in [["select", store], ["select", store, "--epochs", "0:3"], ["plot", store, "--statistic", "a"]] {
      let result = Shell.run(Shell.engram, words)
      #expect(result.code == 3 && result.errors.contains("error: the selected examples share no epoch"), "\(words)")
      #expect(result.errors.contains("--epochs last, or NaN with --missing fill"), "\(result.errors)")
    }
    #expect(run("select", store, "--epochs", "last").code == 0)
    #expect(run("select", store, "--missing", "fill").code == 0)
  }

  @Test func `a split set is made again after a field of it was renamed and edited`() {
    ingest("age,epoch,a\n20,0,1\n21,0,2\n22,0,3\n")
    for words in [
      ["split", "holdout", store, "--by", "age", "--name", "h", "--label", "age"],
      ["rename-field", store, "age", "years"],
      ["edit", store, "--where", "years = 20", "--set", "years=30", "--reason", "typo"],
    ] {
      let result = Shell.run(Shell.engram, words)
      #expect(result.code == 0, "\(words): \(result.errors)")
    }
    #expect(run("split", "list", store).output.contains("--name h.2 --like h"))
    let again = run("split", "create", store, "--name", "h.2", "--like", "h")
    #expect(again.code == 0 && again.errors.contains("note: the field age is called years now"), "\(again.errors)")
    #expect(run("split", "show", store, "h.2").output.contains("years=30"))
  }

  @Test func `record names no option that it has not, and the key that a checkpoint lacks`() {
    ingest("dose,epoch,a\n1,0,1\n2,0,2\n")
    let begin = #"{"run": {"model_seed": 1}, "layers": ["fc"], "statistics": ["a"]}"#
    let result = run(
      "record", store,
      input: #"{"id": "b", "run": {"dose": "high"}, "layers": ["fc"], "statistics": ["a"]}"# + "\n\(begin)\n"
        + #"{"values": [1]}"# + "\n")
    let answers = result.output.split(separator: "\n")
    #expect(answers.count == 3 && !result.output.contains("--na") && !result.output.contains("--map"))
    #expect(answers[0].contains("leave it out; or give the field another name, such as dose_2"), "\(answers[0])")
    #expect(answers[2].contains(#"the key \"epoch\" is missing"#), "\(answers[2])")
    folder.write("dose,epoch,a\nhigh,0,1\n", to: "more.csv")
    let ingest = run("ingest", folder["more.csv"], store)
    #expect(ingest.errors.contains("--na high") && ingest.errors.contains("--map dose_2=dose"), "\(ingest.errors)")
  }

  @Test func `record says where float32 makes other numbers of values`() {
    let begin = #"{"run": {"model_seed": 1}, "layers": ["fc"], "statistics": ["a", "b"]}"#
    let lines = [begin, #"{"epoch": 0, "values": [1, 0.1]}"#, #"{"epoch": 5, "values": [1e39, 1e-50]}"#]
    let answers = run("record", store, input: lines.joined(separator: "\n") + "\n").output.split(separator: "\n")
    #expect(answers.count == 3 && !answers[1].contains("note"), "\(answers)")
    #expect(answers[2].contains("are stored otherwise, 1 as infinities and 1 as zeros"), "\(answers)")
  }

  @Test func `a field of metrics that is mapped twice is refused`() {
    ingest("model_seed,epoch,a\n1,0,1\n")
    folder.write("run_id,x,y,loss\n1,0,1,2\n", to: "m.csv")
    let result = run("ingest-metrics", store, folder["m.csv"], "--map", "epoch=x", "--map", "epoch=y")
    #expect(result.code == 2 && result.errors.contains("--map names 'epoch' twice"), "\(result.errors)")
  }

  @Test func `of examples that are left after others were dropped, the first are shown`() {
    ingest("model_seed,epoch,a,b\n1,0,1,\n2,0,2,\n3,0,,5\n4,0,,6\n5,0,,7\n")
    let result = run("select", store, "--statistics", "b", "--missing", "drop", "--limit", "2", "--csv")
    #expect(result.code == 0 && result.output.split(separator: "\n").count == 3, "\(result.errors)")
    #expect(result.output.hasSuffix(",6.0\n"), "\(result.output)")
  }

  @Test func `a merge says what stays in the source`() {
    ingest("model_seed,epoch,a\n1,0,1\n2,0,2\n3,0,3\n")
    #expect(run("split", "holdout", store, "--by", "model_seed", "--name", "h", "--label", "model_seed").code == 0)
    let begin = #"{"run": {"model_seed": 9}, "layers": ["fc"], "statistics": ["a"]}"# + "\n"
    #expect(run("record", store, input: begin).code == 0)
    let merged = run("merge", folder["all.engram"], store)
    #expect(merged.code == 0)
    #expect(
      merged.errors.contains("note: not brought in from \(store): 1 split set, 1 run in progress\n"), "\(merged.errors)"
    )
  }

  @Test func `a merge that brings no examples says what else it brings`() {
    ingest("model_seed,epoch,a\n1,0,1\n2,0,2\n3,0,3\n")
    let target = folder["all.engram"]
    #expect(run("merge", target, store).output == "merged 3 examples (3 new runs) of 1 store\n")
    folder.write("model_seed,epoch,top1\n1,0,0.5\n2,0,0.25\n", to: "m.csv")
    #expect(run("ingest-metrics", store, folder["m.csv"]).code == 0)
    #expect(
      run("merge", target, store).output
        == "merged 0 examples (0 new runs) of 1 store; 3 were here already\nalso brought in: 2 values of metrics\n")
    #expect(
      run("merge", target, store).output == "merged 0 examples (0 new runs) of 1 store; 3 were here already\n")
  }

  @Test func `an array in gzip is called one, and no text`() {
    let array = Fixtures.path("arrays/int64.npy")
    let packed = folder["x.npy.gz"]
    #expect(Shell.run("bash", ["-c", "gzip -c \"$0\" > \"$1\"", array, packed]).code == 0)
    let result = run("ingest", packed, store)
    #expect(result.code == 3 && result.errors.contains("the compressed file holds a NumPy array"), "\(result.errors)")
    #expect(!result.errors.contains("iconv"))
  }

  @Test func `a pickle in gzip is called one, and is to be unpacked`() {
    folder.write([0x80, 0x04, 0x4B, 0x01, 0x2E] as [UInt8], to: "x.pkl")
    #expect(Shell.run("gzip", [folder["x.pkl"]]).code == 0)
    let result = run("ingest", folder["x.pkl.gz"], store)
    #expect(result.errors.contains("the file holds a pickle") && result.errors.contains("gunzip"), "\(result.errors)")
    #expect(!result.errors.contains("iconv"))
  }

  @Test func `a merge says to programs what stays in the source, too`() throws {
    ingest("model_seed,epoch,a\n1,0,1\n2,0,2\n3,0,3\n")
    #expect(run("split", "holdout", store, "--by", "model_seed", "--name", "h", "--label", "model_seed").code == 0)
    let merged = run("merge", folder["all.engram"], store, "--json")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(merged.output.utf8)) as? [String: Any])
    #expect(json["notes"] as? [String] == ["not brought in from \(store): 1 split set"], "\(merged.output)")
  }

  @Test func `a z-score that makes columns NaN throughout says which`() {
    ingest("model_seed,epoch,a,b\n1,0,nan,1\n1,1,2,1\n2,0,2,2\n2,1,4,1\n3,0,3,5\n3,1,2,3\n4,0,4,7\n4,1,9,8\n")
    #expect(
      run(
        "split", "holdout", store, "--by", "model_seed", "--name", "h", "--label", "model_seed"
      ).code == 0)
    let words = ["export", store, "--split", "h/2", "--statistics", "all", "-o", folder["x.npz"]]
    let result = Shell.run(Shell.engram, words + ["--zscore"])
    #expect(
      result.errors.contains(
        "note: 1 of 4 z-scored columns are NaN throughout, as the train side has values there that are not finite: a@0\n"
      ),
      "\(result.errors)")
    #expect(result.code == 0 && !Shell.run(Shell.engram, words).errors.contains("NaN throughout"))
  }

  @Test func `a plot advises the option that it has`() {
    ingest("model_seed,epoch,\"a,b\",c\n1,0,1,2\n2,0,2,4\n")
    let result = run("plot", store, "--statistic", "a,b")
    #expect(result.code != 0 && result.errors.contains("--statistic '\"a,b\"'"), "\(result.errors)")
    #expect(!result.errors.contains("--statistics"))
  }

  @Test func `a query may begin with a comment`() {
    ingest("model_seed,epoch,a\n1,0,1\n2,0,2\n")
    let result = run("sql", store, "-- how many\nSELECT count(*) AS runs FROM run", "--csv")
    #expect(result.code == 0 && result.output == "runs\n2\n", "\(result.errors)")
    #expect(run("sql", store, "-- nothing").errors.contains("unknown option") == false)
  }

  @Test func `a tar archive in gzip is called one`() {
    folder.write("model_seed,epoch,a\n1,0,1\n", to: "t.csv")
    #expect(Shell.run("tar", ["-czf", folder["t.tar.gz"], "-C", folder.path, "t.csv"]).code == 0)
    let result = run("ingest", folder["t.tar.gz"], store)
    #expect(result.code == 3 && result.errors.contains("the compressed file holds a tar archive"), "\(result.errors)")
    #expect(result.errors.contains("tar -xf"))
  }

  /// A study of two experiments, and a figure of both.
  private static func study(_ fraction: String) -> String {
    let forest = #"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 3}}"#
    func experiment(_ name: String, _ fraction: String) -> String {
      #"{"name": "\#(name)", "splits": {"kind": "balanced", "repeats": 2, "test_fraction": \#(fraction)}, "#
        + #""statistics": ["admissible"], "classifiers": [{"model": "random-forest", "grid": \#(forest)}]}"#
    }
    return #"{"version": 1, "name": "mine", "experiments": [\#(experiment("one", fraction)), "#
      + #"\#(experiment("two", "0.5"))], "#
      + #""figures": [{"name": "both", "title": "Both", "draw": "accuracy", "experiments": ["one", "two"]}]}"#
  }

  @Test func `a study whose split set is stored otherwise ends with an error, and a figure says a note once`() {
    let rows = (0..<16).map { "\($0 % 2 == 0 ? "adam" : "sgdm"),\($0),0,\($0 * $0 % 7)\n" }
    ingest("learning_rule,model_seed,epoch,a\n\(rows.joined())")
    let (file, picture) = (folder.write(Self.study("0.25"), to: "mine.json"), folder["f.svg"])
    #expect(run("study", "make", store, file).code == 0)
    let drawn = run("figure", store, "both", "--study", file, "-o", picture)
    #expect(
      drawn.code == 0 && drawn.errors.split(separator: "the positions of some layers").count == 2, "\(drawn.errors)")
    folder.write(Self.study("0.375"), to: "mine.json")
    for words in [["study", "make", store, file], ["study", "make", store, file, "--list"]] {
      let result = Shell.run(Shell.engram, words)
      #expect(result.code != 0, "\(words)")
      #expect(result.errors.contains("error: the split set 'mine.one' is stored"), "\(result.errors)")
      #expect(result.errors.contains("give the study another name"), "\(result.errors)")
    }
  }
}
