// NastyTableTests.swift -- tables as programs and people write them: what is read, what is warned of, what is refused.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct NastyTableTests {
  private static let plain = "network,epoch,m\na,0,1\na,1,2\nb,0,3\n"

  /// The sum of the values of a store, and its examples.
  private static func total(_ store: String) throws -> (examples: Int64, sum: Double) {
    let snapshot = try TrajectoryStore(opening: store).snapshot()
    var sum = 0.0
    for part in snapshot.recorded(snapshot.allExamples) {
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(part.examples, part.columns, into: &matrix)
      for value in 0..<(part.examples.count * part.columns.count) { sum += matrix.float64[value] }
    }
    return (snapshot.exampleCount, sum)
  }

  @Test(arguments: [
    "\n\n" + plain, "\r\n" + plain, plain.replacing("a,1,2", with: "\na,1,2\n"), "sep=,\n" + plain,
    "\u{FEFF}" + plain, "\u{FEFF}sep=;\r\n" + plain.replacing(",", with: ";"),
    "\u{FEFF}\n\nsep=|\n\n" + plain.replacing(",", with: "|"),
    plain.replacing("\n", with: "\r"),
    "network," + String(repeating: "x", count: 3_000) + ",epoch,m\na,,0,1\na,,1,2\nb,,0,3\n",
    "\"" + String(repeating: "y", count: 3_000) + "\",epoch,m\na,0,1\na,1,2\nb,0,3\n",
  ])
  func `what stands before and between the rows of a table is no row`(text: String) throws {
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let (examples, sum) = try Self.total(bench["s.engram"])
    #expect(examples == 2 && sum == 6)
    // A table of metadata is read by the same rules.
    bench.write("\n" + (text.hasPrefix("sep") ? "sep=;\n" : "") + "site;age\n\nA;3\n\nB;4\n", to: "m.csv")
    bench.writeNpy([1, 2], shape: [2, 1, 1], to: "x.npy")
    var request = IngestRequest(source: bench["x.npy"])
    (request.metadata, request.statistics, request.epochs) = (bench["m.csv"], "m", "0")
    let report = try request.ingest(into: bench["n.engram"])
    #expect(report.preview.fields.map(\.name) == ["site", "age"] && report.preview.runs == 2)
  }

  @Test func `text of other encodings is refused with the command that converts it`() throws {
    let bench = IngestBench()
    for (bytes, words) in [
      ([0xFF, 0xFE, 0x61, 0x00] as [UInt8], "iconv -f UTF-16 -t UTF-8"),
      ([0xFE, 0xFF, 0x00, 0x61], "iconv -f UTF-16 -t UTF-8"),
      (Array("network,epoch,m\nZ".utf8) + [0xFC] + Array("rich,0,1\n".utf8), "iconv -f WINDOWS-1252 -t UTF-8"),
    ] {
      TestFiles.write(bytes, to: bench["it's.csv"])
      let error = #expect(throws: EngramError.self) {
        try IngestRequest(source: bench["it's.csv"]).ingest(into: bench["s.engram"])
      }
      let mend = error?.mend.map { "\($0)" } ?? ""
      #expect(mend.contains(words) && mend.contains(#"it'\''s.csv' > utf8.csv"#), "\(mend)")
    }
  }

  @Test(arguments: [
    (
      "network,status,epoch,m\na,ok,0,1\na,bad,1,2\nb,fine,0,3\nb,late,1,4\n",
      "'status' changes from epoch to epoch and counts as a field of runs, which makes 4 examples of 2"
    ),
    (
      """
      network,epoch,statistic,value,sem
      a,0,m,1,0.1
      a,0,k,2,0.2
      a,1,m,3,0.3
      a,1,k,4,0.4
      b,0,m,5,0.5
      b,0,k,6,0.6
      b,1,m,7,0.7
      b,1,k,8,0.8

      """, "'sem' changes from epoch to epoch and counts as a field of runs, which makes 8 examples of 2"
    ),
    (
      "network,n,epoch,m\na,\"1,234\",0,1\nb,\"12,345\",0,2\nc,\"1,234,567.5\",0,2\n",
      "n is text: 3 of 3 cells are numbers with commas before three digits, such as '1,234'"
    ),
    (
      "network,n,epoch,m\na,\"0,125\",0,1\nb,\"12,3\",0,2\n",
      "n is text: 2 of 2 cells are numbers with a decimal comma, such as '0,125'"
    ),
    (
      "network,rule,epoch,m\na,Adam,0,1\nb,adam,0,2\nc,\"adam \",0,2\n",
      "rule has texts that differ only in case, blanks or the composition of letters, and are different values: 'Adam' (1), 'adam' (1), 'adam ' (1)"
    ),
    (
      "network,site,epoch,m\na,Zu\u{308}rich,0,1\nb,Z\u{FC}rich,0,2\n",
      "site has texts that differ only in case, blanks or the composition of letters"
    ),
  ])
  func `what is likely a mistake is warned of`(text: String, words: String) throws {
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let warnings = report.preview.warnings.map { "\($0)" }
    #expect(warnings.count == 1 && warnings.first?.contains(words) == true, "\(warnings)")
  }

  @Test(arguments: [
    // Runs that were recorded at one epoch only; another text of each is what tells them apart.
    "network,note,epoch,m\na,x,100,1\na,y,100,2\nb,z,100,3\n",
    "network,note,epoch,m\na,x,0,1\na,x,1,2\nb,z,0,3\nb,z,1,3\n",
    // One epoch, and a statistic of each.
    "network,epoch,statistic,value\na,0,m,1\nb,0,k,2\n",
    "network,n,epoch,m\na,1234,0,1\nb,12345,0,2\n", "network,note,epoch,m\na,x,0,1\nb,y,1,2\nc,z,2,3\n",
  ])
  func `what is well is not warned of`(text: String) throws {
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.preview.warnings.map { "\($0)" } == [])
  }

  @Test func `a layer without a name is said to be called so`() throws {
    let bench = IngestBench()
    bench.write("network,region,epoch,m\na,NA,0,1\nb,EU,0,2\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(
      report.notes.contains { $0.hasPrefix("1 of 2 rows have no value in the column 'region', which names the layers") }
    )
  }

  @Test(arguments: [
    ("site = 'LAB'", "no site is 'LAB'; there is 'lab', in other letters"),
    ("'lab ' = site", "no site is 'lab '; there is 'lab'"),
    (
      "site = 'Zu\u{308}rich'",
      "no site is 'Zu\u{308}rich'; there is 'Z\u{FC}rich', whose letters are composed otherwise"
    ),
    ("age = NULL", "a comparison with NULL is never true"), ("NULL <> age", "a comparison with NULL is never true"),
    ("site = \"network\"", "\"network\" is the column network, for a text stands in single quotes: 'network'"),
  ])
  func `a filter that nothing fits is told why`(filter: String, words: String) throws {
    let bench = IngestBench()
    bench.write("network,site,age,epoch,m\na,lab,3,0,1\nb,Z\u{FC}rich,4,0,2\n", to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let error = refusal(.notFound) {
      _ = try SelectionExport(filter: filter).write(from: snapshot, to: bench["x"], as: .csv)
    }
    #expect(error?.found?.contains(words) == true)
    // A column in quotes that finds something is still said.
    #expect(try snapshot.remarks(onFilter: "site = \"site\"").count == 1)
    #expect(try snapshot.remarks(onFilter: "site = 'site' AND age IS NOT NULL AND \"site\" = 'lab'") == [])
    // The values of functions and lists are no columns.
    for filter in [
      "length(site) > 1", "coalesce(age, NULL) = 3", "coalesce(NULL, site) = 'lab'", "3 < max(2, length(site))",
    ] {
      #expect(try snapshot.remarks(onFilter: filter) == [], "\(filter)")
    }
    #expect(try snapshot.remarks(onFilter: "(site > 1) OR (age = NULL)").count == 2)
  }
}
