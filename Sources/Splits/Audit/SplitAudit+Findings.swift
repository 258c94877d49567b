// SplitAudit+Findings.swift -- the audit in sentences.

import TrajectoryModel

extension SplitAudit {
  /// A verdict on each thing that was looked at, in the order of looking.
  public var findings: [AuditFinding] {
    [classBalance, missingClasses].compactMap { $0 } + overlaps.map(finding) + missingGroups
      + [measurementFinding, duplicateFinding].compactMap { $0 }
  }

  private var classBalance: AuditFinding {
    func isEven(_ counts: [Int]) -> Bool { counts.min() == counts.max() }
    func text(_ counts: [Int]) -> String {
      guard let least = counts.min(), let most = counts.max() else { return "none" }
      return least == most ? "\(least) of each" : "\(least) to \(most) of each"
    }
    let (train, test) = (classes.map(\.train), classes.map(\.test))
    let even = isEven(train) && isEven(test)
    return AuditFinding(
      check: "classes", level: even ? .ok : .note,
      sentence: "\(classes.count) classes: \(text(train)) in train, \(text(test)) in test")
  }

  /// What is said of classes that only one side has: a warning where that is the test side, as none of its examples can be told.
  package var missingClasses: AuditFinding? {
    let noTrain = classes.filter { $0.train == 0 }.map(\.label.description)
    let noTest = classes.filter { $0.test == 0 }.map(\.label.description)
    if noTrain.isEmpty && noTest.isEmpty { return nil }
    var parts: [String] = []
    if !noTrain.isEmpty { parts.append("\(noTrain.joined(separator: ", ")) cannot be learnt, for it is not in train") }
    if !noTest.isEmpty { parts.append("\(noTest.joined(separator: ", ")) is not tested") }
    return AuditFinding(
      check: "missing classes", level: noTrain.isEmpty ? .note : .warning, sentence: parts.joined(separator: "; "))
  }

  private func finding(_ overlap: Overlap) -> AuditFinding {
    if overlap.name == "run" {
      if overlap.sharedValues == 0 {
        return AuditFinding(check: "run", level: .ok, sentence: "no run has layers on both sides")
      }
      return AuditFinding(
        check: "run", level: .warning,
        sentence: "\(overlap.testExamples) of \(testCount) test examples have layers of their own network in train "
          + "(\(overlap.sharedValues) of \(overlap.testValues) runs of the test side)")
    }
    if overlap.sharedValues == 0 {
      return AuditFinding(check: overlap.name, level: .ok, sentence: "no value is on both sides")
    }
    return AuditFinding(
      check: overlap.name, level: overlap.namesIndividuals ? .warning : .note,
      sentence: "\(overlap.sharedValues) of \(overlap.testValues) values of the test side are in train, "
        + "with \(overlap.testExamples) of \(testCount) test examples")
  }

  private var missingGroups: [AuditFinding] {
    overlaps.compactMap { overlap in
      // Runs are meant to be on one side; a group wholly on one side is what a hold-out is for.
      guard overlap.name != "run", overlap.sharedValues > 0 else { return nil }
      var parts: [String] = []
      if overlap.sharedValues < overlap.trainValues {
        parts.append("not tested: \(list(overlap.onlyTrain, of: overlap.trainValues - overlap.sharedValues))")
      }
      if overlap.sharedValues < overlap.testValues {
        parts.append("not trained on: \(list(overlap.onlyTest, of: overlap.testValues - overlap.sharedValues))")
      }
      if parts.isEmpty { return nil }
      return AuditFinding(check: "missing \(overlap.name)", level: .note, sentence: parts.joined(separator: "; "))
    }
  }

  private func list(_ names: [String], of count: Int) -> String {
    names.joined(separator: ", ") + (count > names.count ? " and \(count - names.count) more" : "")
  }

  private var measurementFinding: AuditFinding {
    repeatedMeasurements == 0
      ? AuditFinding(
        check: "near-duplicates", level: .ok, sentence: "no layer of a run that was measured twice is on both sides")
      : AuditFinding(
        check: "near-duplicates", level: .warning,
        sentence: "\(repeatedMeasurements) of \(testCount) test examples are further measurements of a layer in train")
  }

  private var duplicateFinding: AuditFinding? {
    guard let duplicates else { return nil }
    return duplicates == 0
      ? AuditFinding(check: "duplicates", level: .ok, sentence: "no trajectory is on both sides bit for bit")
      : AuditFinding(
        check: "duplicates", level: .warning,
        sentence: "\(duplicates) of \(testCount) test examples have their trajectory in train bit for bit")
  }
}
