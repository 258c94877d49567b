// SplitAuditCommand.swift -- `engram split audit STORE NAME`.

import Base
import TrajectoryModel
import Splits
import TrajectoryStore

/// Says what the sides of splits have in common.
enum SplitAuditCommand {
  static let name = Parameter.argument(.splitSet(), "the name of the split set")
  static let index = Parameter.option(
    "index", .text("SPLIT"), "only this split: a name such as architecture=alexnet, or a number from 0")
  static let skipsValues = Parameter.flag(
    "skip-values", "do not read the trajectories, so that equal ones are not found")

  static let command = Command(
    "audit", "say what the two sides of a split have in common, and what they lack",
    discussion: """
      Counts the classes of each side; tells how many test examples have layers of their own network in train, and of \
      every field that has values how many of them stand on both sides, those first that touch the most test examples; \
      finds trajectories that stand on both sides bit for bit, and layers that were measured twice. Each line has a \
      verdict: ok, note or warning. Values that name individuals, such as subjects, are a warning: a split by groups, \
      --by subject, keeps them on one side.
      """,
    takes: [SharedParameters.store, name, index, skipsValues, CommonParameters.json],
    examples: [
      .init("engram split audit lr.engram fig2a --index 0", "The first of the paper's balanced splits"),
      .init("engram split audit lr.engram fig2a --json", "All splits of a set, for a program"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let audits = try store.auditSplits(
      invocation[name], split: invocation[index], comparesValues: !invocation[skipsValues],
      work: invocation.work)
    if let key = invocation[index], let remark = try store.splitSet(invocation[name]).remark(onKey: key) {
      try invocation.note("note: \(remark)")
    }
    if invocation[CommonParameters.json] { return try invocation.show(.array(audits.map(json))) }
    if let summary = try store.splitSets().first(where: { $0.name == invocation[name] }),
      let staleness = try store.staleness(of: summary)
    {
      try invocation.output.write(try StalenessText.line(summary.name, staleness, of: store))
    }
    for audit in audits {
      try invocation.output.write(
        "split \(printable(audit.split)): \(countText(audit.trainCount)) train, \(countText(audit.testCount)) test\n")
      var table = Table(columns: ["check", "verdict", "finding"])
      for finding in audit.findings {
        table.append([.text(finding.check), .text(finding.level.rawValue), .text(finding.sentence)])
      }
      try invocation.show(table)
      var classes = Table(columns: [audit.label, "train", "test"])
      for count in audit.classes {
        classes.append([TableCell(count.label), .integer(count.train), .integer(count.test)])
      }
      try invocation.show(classes)
    }
  }

  private static func json(_ audit: SplitAudit) -> JSONValue {
    func count(_ number: Int) -> JSONValue { .count(number) }
    func texts(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
    return [
      "split": .string(audit.split), "train_count": count(audit.trainCount), "test_count": count(audit.testCount),
      "label": .string(audit.label),
      "classes": .array(
        audit.classes.map {
          ["class": TableCell($0.label).json, "train": count($0.train), "test": count($0.test)]
        }),
      "overlaps": .array(
        audit.overlaps.map {
          [
            "name": .string($0.name), "columns": texts($0.columns), "train_values": count($0.trainValues),
            "test_values": count($0.testValues), "shared_values": count($0.sharedValues),
            "test_examples": count($0.testExamples), "only_train": texts($0.onlyTrain), "only_test": texts($0.onlyTest),
            "names_individuals": .bool($0.namesIndividuals),
          ]
        }), "repeated_measurements": count(audit.repeatedMeasurements),
      "duplicates": audit.duplicates.map(count) ?? .null,
      "findings": .array(
        audit.findings.map {
          ["check": .string($0.check), "verdict": .string($0.level.rawValue), "finding": .string($0.sentence)]
        }),
    ]
  }
}
