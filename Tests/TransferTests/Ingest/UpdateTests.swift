// UpdateTests.swift -- a batch that corrects what is stored: labels, trajectories, layers; nothing that was stored is lost.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct UpdateTests {
  /// One row of a batch: the values of its fields, its layer, and a number that its trajectory follows from.
  private struct Row: Hashable, Comparable {
    var animal: String
    var rule: String?
    var layer: String
    var number: Int

    static func < (a: Row, b: Row) -> Bool {
      (a.animal, a.rule ?? "", a.layer, a.number) < (b.animal, b.rule ?? "", b.layer, b.number)
    }
  }

  /// A batch; the trajectory of number 0 is all NaN, those of others differ everywhere.
  private static func input(_ rows: [Row], epochs: Int = 3, source: String = "rows") -> IngestInput {
    var bytes: [UInt8] = []
    for row in rows {
      for value in values(row.number, epochs: epochs) {
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift)))) }
      }
    }
    return IngestInput(
      source: source,
      values: NumPyArray(
        name: "X", type: NumPyType(kind: .float, byteCount: 4, isBigEndian: false), shape: [rows.count, epochs, 2],
        isFortranOrder: false, payload: IngestBytes(bytes: bytes)),
      statistics: ["m", "v"], epochs: (0..<epochs).map(Double.init), positions: nil,
      columns: [
        MetadataColumn(name: "animal", values: rows.map { .text($0.animal) }),
        MetadataColumn(name: "learning_rule", values: rows.map { $0.rule.map { .text($0) } ?? .null }),
        MetadataColumn(name: "layer_name", values: rows.map { .text($0.layer) }),
      ])
  }

  private static func values(_ number: Int, epochs: Int) -> [Float] {
    (0..<(2 * epochs)).map { number == 0 ? .nan : Float(number * 1_000 + $0) / 7 }
  }

  private static func take(
    _ rows: [Row], _ bench: IngestBench, _ repeats: RepeatPolicy = .update, epochs: Int = 3, key: [String]? = nil
  ) throws -> IngestReport {
    try Ingest.run(
      input(rows, epochs: epochs), into: bench["s.engram"], options: IngestOptions(runFields: key, repeats: repeats))
  }

  /// What a store shows as of a commit, sorted; the run is not among it.
  private static func seen(_ bench: IngestBench, asOf commit: Int64? = nil) throws -> [Row] {
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot(asOf: commit)
    var rows: [Row] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: ["animal", "learning_rule", "layer_name"]) { _, values in
      rows.append(
        Row(
          animal: values[0].description, rule: values[1] == .null ? nil : values[1].description,
          layer: values[2].description, number: 0))
    }
    for (place, id) in snapshot.allExamples.ids.enumerated() {
      var matrix = Matrix(elementType: .float32)
      let columns = FeatureColumns(statistics: ["m", "v"], epochs: [0, 1], order: .bySample)
      try snapshot.materialize(ExampleSet(id..<(id + 1)), columns, into: &matrix)
      rows[place].number = matrix[0, 0].isNaN ? 0 : Int((matrix[0, 0] * 7 / 1_000).rounded())
    }
    return rows.sorted()
  }

  private static func runs(_ bench: IngestBench) throws -> [Int64] {
    try TrajectoryStore(opening: bench["s.engram"]).snapshot().runs(fields: []).ids
  }

  private static let three = [
    Row(animal: "M1", rule: "hebbian", layer: "V1", number: 1),
    Row(animal: "M2", rule: "error", layer: "V1", number: 2),
    Row(animal: "M3", rule: "error", layer: "V1", number: 3),
  ]

  @Test func `a corrected label is an edit of the run that its trajectory tells, and earlier commits show the old`()
    throws
  {
    let bench = IngestBench()
    _ = try Self.take(Self.three, bench, .ask)
    var fixed = Self.three
    fixed[2].rule = "hebbian"
    let error = refusal(.exists) { _ = try Self.take(fixed, bench, .ask) }
    #expect(error?.mend?.description.contains("`repeats: .update`") == true)
    #expect(error?.mend?.description.contains("`repeats: .newRuns`") == true)
    let report = try Self.take(fixed, bench)
    let correction = try #require(report.preview.correction)
    #expect((correction.kept, correction.replaced, correction.added) == (3, 0, 0))
    #expect((correction.knownRuns, correction.recognisedRuns, correction.newRuns) == (3, 1, 0))
    let change = try #require(correction.edit.changes.first)
    #expect(change.field == "learning_rule" && change.before == .text("error") && change.after == .text("hebbian"))
    #expect(change.runs == 1 && correction.edit.changes.count == 1)
    #expect(report.append.examples == 3..<3 && report.append.commit == 2 && correction.edit.commit == 2)
    #expect(try Self.seen(bench) == fixed.sorted() && Self.seen(bench, asOf: 1) == Self.three.sorted())
    let store = try TrajectoryStore(opening: bench["s.engram"])
    #expect(try store.log().last?.operation == "update" && store.verify().problems.isEmpty)
    // Once more there is nothing to do, and no commit.
    let again = try Self.take(fixed, bench)
    #expect(again.preview.correction?.isEmpty == true && again.append.commit == 2)
    #expect(try store.log().count == 2)
  }

  @Test func `values that a correction takes away are counted, before and when it is made`() throws {
    let bench = IngestBench()
    bench.write("animal,epoch,m,v\na,0,1,2\na,1,3,4\na,2,nan,6\nb,0,1.5,2\nb,1,3,4\nb,2,5,6\n", to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    // Of animal a one value is given up and one was NaN before; there is one epoch more.
    bench.write("animal,epoch,m,v\na,0,1,\na,1,3,4\na,2,,6\na,3,,\nb,0,1.5,2\nb,1,3,4\nb,2,5,6\nb,3,1,\n", to: "u.csv")
    let (request, options) = (IngestRequest(source: bench["u.csv"]), IngestOptions(repeats: .update))
    let wanted = ["a value that is stored becomes NaN: the input has nothing, or NaN, in its place"]
    let preview = try request.preview(into: bench["s.engram"], options: options)
    #expect(preview.refusal == nil && preview.notes.filter { $0.contains("becomes NaN") } == wanted)
    let report = try request.ingest(into: bench["s.engram"], options: options)
    #expect(report.notes.filter { $0.contains("becomes NaN") } == wanted)
    #expect(report.preview.correction?.replaced == 2)
    let again = try request.ingest(into: bench["s.engram"], options: options)
    #expect(again.preview.correction?.isEmpty == true && !again.notes.contains { $0.contains("becomes NaN") })
  }

  @Test func `another animal and a new column are corrections too, and a cell without a value takes nothing away`()
    throws
  {
    let bench = IngestBench()
    _ = try Self.take(Self.three, bench, .ask, key: ["animal"])
    var other = Self.three
    other[2].animal = "M4"
    other[0].rule = nil
    let report = try Self.take(other, bench)
    #expect(report.preview.correction?.recognisedRuns == 1 && report.preview.correction?.emptyCells == 1)
    var expected = Self.three
    expected[2].animal = "M4"
    #expect(try Self.seen(bench) == expected.sorted() && Self.runs(bench) == [1, 2, 3])
    let input = Self.input(expected)
    let more = IngestInput(
      source: "rows", parts: input.parts,
      columns: input.columns + [MetadataColumn(name: "sex", values: texts("f", "-", "m"))])
    let added = try Ingest.run(more, into: bench["s.engram"], options: IngestOptions(repeats: .update))
    #expect(added.preview.correction?.edit.newFields == [MetadataField(name: "sex", type: .text)])
    let table = try TrajectoryStore(opening: bench["s.engram"]).snapshot().runs(fields: ["sex"])
    #expect(table.rows == [texts("f"), [.null], texts("m")])
  }

  @Test func `a trajectory that differs takes the place of the stored one, and other layers come along`() throws {
    let bench = IngestBench()
    let rows = [
      Row(animal: "M1", rule: "a", layer: "V1", number: 1), Row(animal: "M1", rule: "a", layer: "LM", number: 2),
      Row(animal: "M2", rule: "b", layer: "V1", number: 3),
    ]
    _ = try Self.take(rows, bench, .ask)
    let fixed = Row(animal: "M1", rule: "a", layer: "V1", number: 9)
    let added = Row(animal: "M3", rule: "a", layer: "V1", number: 8)
    let options = IngestOptions(repeats: .update)
    let trial = try Ingest.preview(Self.input([fixed, added]), into: bench["s.engram"], options: options)
    #expect(try Self.seen(bench) == rows.sorted())
    let report = try Self.take([fixed, added], bench)
    let correction = try #require(report.preview.correction)
    #expect(correction.hidden == ExampleSet(0..<2) && report.append.examples == 3..<6)
    #expect((correction.replaced, correction.broughtAlong, correction.added, correction.newRuns) == (1, 1, 1, 1))
    #expect(trial.correction?.replaced == 1 && trial.correction?.hidden == correction.hidden)
    #expect(trial.correction?.broughtAlong == 1 && trial.correction?.added == 1)
    #expect(try Self.seen(bench) == [fixed, rows[1], rows[2], added].sorted())
    #expect(try Self.seen(bench, asOf: 1) == rows.sorted() && Self.runs(bench) == [1, 2, 3])
    let store = try TrajectoryStore(opening: bench["s.engram"])
    #expect(try store.verify().problems.isEmpty)
    _ = try store.compact(everything: true)
    #expect(try Self.seen(bench) == [fixed, rows[1], rows[2], added].sorted())
  }

  @Test func `longer trajectories take the place of shorter ones, and shorter ones are refused`() throws {
    let bench = IngestBench()
    _ = try Self.take(Self.three, bench, .ask)
    let error = refusal(.invalidData) { _ = try Self.take(Self.three, bench, epochs: 2) }
    #expect(error?.place == "row 1" && error?.found == "neither epoch 2")
    let report = try Self.take(Self.three, bench, epochs: 4)
    #expect(report.preview.correction?.replaced == 3)
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    #expect(snapshot.epochs(of: snapshot.allExamples) == [0, 1, 2, 3] && snapshot.exampleCount == 3)
  }

  @Test func `a layer that had a wrong name, a run that was two, and two runs that were one are put right`() throws {
    let bench = IngestBench()
    let rows = [
      Row(animal: "M1", rule: "a", layer: "V1", number: 1), Row(animal: "M1", rule: "a", layer: "LM", number: 2),
      Row(animal: "M2", rule: "b", layer: "V1", number: 3), Row(animal: "M3", rule: "b", layer: "LM", number: 4),
    ]
    _ = try Self.take(rows, bench, .ask)
    var fixed = rows
    fixed[1].animal = "M9"
    fixed[3].animal = "M2"
    #expect(try Self.take(fixed, bench).preview.correction?.newRuns == 1)
    #expect(try Self.seen(bench) == fixed.sorted())
    fixed[0].layer = "AL"
    _ = try Self.take(fixed, bench)
    #expect(try Self.seen(bench) == fixed.sorted() && Self.seen(bench, asOf: 1) == rows.sorted())
    #expect(try TrajectoryStore(opening: bench["s.engram"]).verify().problems.isEmpty)
  }

  @Test func `trajectories whose values are all the same tell no run`() throws {
    let bench = IngestBench()
    _ = try Self.take([Row(animal: "M1", rule: "a", layer: "V1", number: 0)], bench, .ask)
    let other = Row(animal: "M2", rule: "b", layer: "V1", number: 0)
    let report = try Self.take([other], bench)
    #expect(report.preview.correction?.newRuns == 1 && report.preview.correction?.recognisedRuns == 0)
    #expect(try Self.seen(bench).count == 2)
  }

  @Test func `a layer that was measured twice is corrected where all measurements come`() throws {
    let bench = IngestBench()
    let row = Row(animal: "M1", rule: "a", layer: "V1", number: 1)
    var second = row
    second.number = 2
    _ = try Self.take([row, second], bench, .ask)
    var third = row
    third.number = 3
    let error = refusal(.invalidData) { _ = try Self.take([third], bench) }
    #expect(error?.found == "1" && error?.expected?.contains("examples 0, 1") == true)
    #expect(try Self.take([second, third], bench).preview.correction?.kept == 1)
    #expect(try Self.seen(bench) == [second, third].sorted())
  }

  @Test(arguments: 0..<12)
  func `after any correction the store shows the corrected batch, and as of before what it showed`(seed: UInt64) throws
  {
    var random = SeededGenerator(seed: seed)
    let bench = IngestBench()
    let animals = ["M1", "M2", "M3", "M4"]
    var rows: [Row] = []
    for animal in animals {
      let rule = ["a", "b"].randomElement(using: &random)
      for layer in ["V1", "LM", "AL"].prefix(Int.random(in: 1...3, using: &random)) {
        rows.append(Row(animal: animal, rule: rule, layer: layer, number: rows.count + 1))
      }
    }
    let isDeclared = Bool.random(using: &random)
    _ = try Self.take(rows, bench, .ask, key: isDeclared ? ["animal"] : nil)
    var history = [rows.sorted()]
    for round in 1...3 {
      let animal = animals.randomElement(using: &random) ?? "M1"
      switch Int.random(in: 0..<4, using: &random) {
      case 0: for index in rows.indices where rows[index].animal == animal { rows[index].rule = "c\(round)" }
      case 1:
        let index = Int.random(in: rows.indices, using: &random)
        rows[index].number = 100 * round + index
      case 2:
        for index in rows.indices where rows[index].animal == animal { rows[index].animal = "\(animal)x" }
      default: rows.append(Row(animal: "N\(round)", rule: "n", layer: "V1", number: 1_000 + round))
      }
      let report = try Self.take(rows, bench)
      #expect(try Self.seen(bench) == rows.sorted(), "round \(round)")
      while history.count < report.append.commit { history.append(rows.sorted()) }
    }
    for (index, rows) in history.enumerated() { #expect(try Self.seen(bench, asOf: Int64(index + 1)) == rows) }
    #expect(try TrajectoryStore(opening: bench["s.engram"]).verify().problems.isEmpty)
  }

  @Test func `a selection as a table is taken in again after its labels were corrected`() throws {
    let bench = IngestBench()
    _ = try Self.take(Self.three, bench, .ask)
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    _ = try SelectionExport().write(from: snapshot, to: bench["all.csv"], as: .csv)
    let text = TestFiles.text(bench["all.csv"])
    bench.write(text.split(separator: "error").joined(separator: "hebbian"), to: "fixed.csv")
    let report = try IngestRequest(source: bench["fixed.csv"]).ingest(
      into: bench["s.engram"], options: IngestOptions(repeats: .update))
    let correction = try #require(report.preview.correction)
    #expect(correction.kept == 3 && correction.edit.runsChanged == 2 && correction.hidden.isEmpty)
  }
}
