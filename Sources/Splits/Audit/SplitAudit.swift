// SplitAudit.swift -- what the two sides of a split have in common, and what they lack.

public import TrajectoryModel

/// What the two sides of a split have in common, and what they lack.
///
/// ```swift
/// let audit = try store.auditSplits("fig2a")[0]
/// print(audit.overlap("run")?.testExamples ?? 0)  // test examples that have layers of their own network in train
/// for finding in audit.findings where finding.level == .warning { print(finding.sentence) }
/// ```
public struct SplitAudit: Sendable, Hashable {
  /// The examples of a class on each side.
  public struct ClassCount: Sendable, Hashable {
    /// The class.
    public let label: MetadataValue
    /// The numbers of its examples on the train side and on the test side.
    public let train: Int, test: Int
  }

  /// The values of a column, or of a tuple of columns, that occur on each side.
  public struct Overlap: Sendable, Hashable {
    /// What the values name, such as `run` or `curriculum`.
    public let name: String
    /// The columns.
    public let columns: [String]
    /// How many different values each side has.
    public let trainValues: Int, testValues: Int
    /// How many different values both sides have.
    public let sharedValues: Int
    /// How many test examples have a value that also occurs in train.
    public let testExamples: Int
    /// Values that only one side has, the first few of each.
    public let onlyTrain: [String], onlyTest: [String]
    /// Whether the values name individuals, such as subjects: to recognise one of them is to know its class, or it is called so.
    public let namesIndividuals: Bool
  }

  /// The name of the split.
  public let split: String
  /// The numbers of examples.
  public let trainCount: Int, testCount: Int
  /// The label column.
  public let label: String
  /// Every class of either side.
  public let classes: [ClassCount]
  /// What both sides share: the run, then the group of the specification and every field that has values, those first that
  /// touch the most test examples.
  public let overlaps: [Overlap]
  /// Test examples whose layer of the same run is in train too, measured another time.
  public let repeatedMeasurements: Int
  /// Test examples whose trajectory stands in train bit for bit; nil where values were not compared.
  public let duplicates: Int?

  /// The findings that say that test accuracy is likely to mislead, since the sides are not independent.
  public var leaks: [AuditFinding] {
    findings.filter { $0.level == .warning && $0.check != "missing classes" }
  }

  /// What is shared by a name such as `run`, or nil when it was not looked at.
  public func overlap(_ name: String) -> Overlap? { overlaps.first { $0.name == name } }
}

/// One line of an audit: what was looked at, and what is to be thought of it.
public struct AuditFinding: Sendable, Hashable {
  /// How much it matters.
  public enum Level: String, Sendable, Hashable, CaseIterable {
    /// Nothing is wrong.
    case ok
    /// Worth knowing; whether it is wrong depends on the question.
    case note
    /// Test accuracy is likely to mislead.
    case warning
  }

  /// What was looked at, such as `classes` or `run`.
  public let check: String
  /// How much it matters.
  public let level: Level
  /// What was found, in a sentence without a full stop.
  public let sentence: String
}
