// HostileCatalogTests.swift -- catalogs from anyone: no SQL of theirs runs, and no number of theirs ends the program.

import Base
import Catalog
import SQLite
import TestSupport
import Testing
import TrajectoryModel

struct HostileCatalogTests {
  @Test(arguments: [
    (
      """
      ALTER TABLE commit_log RENAME TO other; CREATE VIEW commit_log AS
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
        SELECT x AS commit_id, 'a' AS operation, 'm' AS message, 't' AS time, 8 AS example_end FROM c
      """, "table other"
    ),
    (
      """
      ALTER TABLE field RENAME TO other; CREATE VIEW field AS
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS ordinal, 'a' AS name, 'text' AS type FROM c
      """, "table other"
    ),
    (
      """
      DROP VIEW run_metric_last; CREATE VIEW run_metric_last AS
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS metric FROM c
      """, "view run_metric_last"
    ),
    ("ALTER TABLE run ADD COLUMN more TEXT GENERATED ALWAYS AS (hex(task))", "table run"),
    ("ALTER TABLE run ADD COLUMN more TEXT CHECK (more IS NULL OR length(hex(zeroblob(500000000))) > 0)", "table run"),
    ("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM split; END", "trigger t"),
    ("CREATE INDEX i ON run (hex(task))", "index i"),
    ("CREATE VIEW v AS SELECT 1", "view v"),
  ])
  func `a schema that is not ours is refused before anything is read`(sql: String, object: String) throws {
    let scratch = TemporaryFolder()
    _ = try Sample.filled(scratch)
    tamper(scratch.catalog, "PRAGMA legacy_alter_table = ON; " + sql)
    for access in [Catalog.Access.read, .readWrite] {
      let error = #expect(throws: EngramError.self) { try Catalog(in: scratch.directory, access: access) }
      #expect(error?.code == .corrupt)
      #expect(error?.place == object, "\(String(describing: error))")
    }
  }

  /// Everything that computes with numbers of a catalog, and a commit of each kind.
  private static func useAll(_ scratch: TemporaryFolder) throws {
    let catalog = try Catalog(in: scratch.directory, access: .readWrite)
    try catalog.look { reader throws in
      _ = try reader.commits()
      _ = try reader.counts()
      _ = try reader.examples(where: "task = 'cifar10'")
      _ = try reader.groups(by: ["task", "layer_name"], where: nil)
      try reader.metadata(of: reader.examples(where: nil), columns: ["task", "layer_name"]) { _, _ in }
      let extents = try reader.extents()
      _ = extents.reduce(0) { $0 + $1.exampleCount }
      _ = try reader.ingested("h")
      _ = try reader.splits(of: "s")
      for record in try reader.classifications() { _ = try reader.classificationSplits(record.id) }
      try reader.metrics(nil, asOf: nil) { _ in }
    }
    try Sample.append(catalog, [(Sample.values("a", "b"), [Sample.deep, Sample.untold, Sample.early])])
    try catalog.commit("split", "") { writer throws in
      try writer.addSplitSet(
        SplitSetRecord(name: "t", kind: "k", specification: "{}", commitID: 1, sha256: "", splitCount: 0), splits: [])
      _ = try writer.beginClassification(
        ClassificationRecord(
          planHash: String(repeating: "b", count: 32), origin: .computed, classifier: "k", title: "s", plan: "{}",
          splitCount: 2))
    }
    let target = TemporaryFolder()
    let merged = try Sample.empty(target)
    try catalog.look { reader throws in
      let other = MergedCatalog(reader, ofStore: "other", asOf: try reader.latestCommit())
      let extents = try reader.extents()
      // The second time all of it is here.
      for _ in 0..<2 {
        try merged.commit("merge", "") { writer throws in
          var contents: Set<String> = []
          var known = CatalogWriter.KnownRuns()
          let matches = try writer.matches(of: other, extents: extents, allowsRepeat: false)
          let new = matches.new
          _ = try writer.merge(
            other, matches,
            extents: extents.filter { !new.clamped(to: $0.examples).isEmpty }.map {
              if case .staged = $0.place { MergedExtent($0, staged: []) } else { MergedExtent($0) }
            }, allowsRepeat: false, runs: &known, contents: &contents)
        }
      }
    }
  }

  private static func filled(_ scratch: TemporaryFolder) throws {
    let catalog = try Sample.filled(scratch)
    try catalog.commit("more", "") { writer throws in
      try writer.recordIngest(contentHash: "h", source: "f", examples: 0..<10)
      try writer.recordIngest(
        contentHash: "store \(String(repeating: "c", count: 32)) 5", source: "g", examples: 2..<10)
      try writer.addSplitSet(
        SplitSetRecord(name: "s", kind: "k", specification: "{}", commitID: 1, sha256: "", splitCount: 1),
        splits: [SplitRecord(title: "", trainCount: 1, testCount: 1, train: [1], test: [2])])
      let id = try writer.beginClassification(
        ClassificationRecord(
          planHash: String(repeating: "a", count: 32), origin: .computed, classifier: "k", title: "s", plan: "{}",
          splitCount: 2))
      try writer.addClassificationSplit(
        id, ClassificationSplitRecord(ordinal: 0, testAccuracy: 0.5, summary: "{}", predictions: [7]))
      _ = try writer.addMetric(RunMetric(run: 1, MetricValue("top1", epoch: 0, 0.5)))
    }
  }

  @Test func `every column of whole numbers may hold any number, and the program goes on`() throws {
    let whole = TemporaryFolder()
    try Self.filled(whole)
    try Self.useAll(whole)
    let catalog = try Catalog(in: whole.directory, access: .read)
    var columns: [(table: String, column: String)] = []
    for table in [
      "store", "commit_log", "field", "run", "layer_set", "layer_set_member", "observation", "epoch_axis",
      "statistic_axis", "extent", "ingest", "split_set", "split", "classification", "classification_split",
      "run_metric",
    ] {
      try catalog.look { reader throws in
        try reader.query(
          "SELECT * FROM \(table) LIMIT 0", header: { names in columns += names.map { (table, $0) } }, row: { _ in })
      }
    }
    for (table, column) in columns {
      for number in [Int64.max, .max - 1, .min, -1, 1 << 62, 0] {
        let scratch = TemporaryFolder()
        try Self.filled(scratch)
        // Columns of text, of real numbers and of bytes refuse the number, and rows that may not be equal the second row.
        try? Connection(path: scratch.catalog, access: .readWrite).execute(
          """
          PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
          UPDATE OR IGNORE \(table) SET \(column) = \(number) WHERE \(column) = (SELECT max(\(column)) FROM \(table))
          """)
        do {
          try Self.useAll(scratch)
        } catch let error as EngramError {
          let codes: Set<EngramError.Code> = [.corrupt, .notFound, .invalidData, .unsupported, .exists]
          #expect(codes.contains(error.code), "\(table).\(column) = \(number): \(error)")
        }
      }
    }
  }
}
