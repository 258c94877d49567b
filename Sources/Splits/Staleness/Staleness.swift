// Staleness.swift -- what was edited since a split set or a result was made, of what it rests on.

public import Base
package import TrajectoryModel
public import TrajectoryStore

/// Why a split set or a result would be another one if it were made today.
public struct Staleness: Sendable, Hashable {
  /// A field that it rests on and that was edited since.
  public struct Field: Sendable, Hashable {
    /// The name that the field had then.
    public let name: String
    /// The runs of which it was edited.
    public let runs: Int
  }

  /// The commit that it was made of.
  public let commit: Int64
  /// The fields that it rests on and that were edited since, by name.
  public let fields: [Field]
  /// Its examples that are hidden or gone now.
  public let absentExamples: Int

  /// The whole of it in one clause.
  public var sentence: String {
    var parts = fields.map { "\($0.name) was edited in \($0.runs == 1 ? "1 run" : "\($0.runs) runs")" }
    if absentExamples > 0 {
      parts.append(
        absentExamples == 1
          ? "1 of its examples is hidden or gone" : "\(absentExamples) of its examples are hidden or gone")
    }
    return parts.joined(separator: ", ") + " since commit \(commit)"
  }

  /// Puts together what was edited; nil where nothing of it matters.
  ///
  /// - Parameters:
  ///   - edits: What was edited since.
  ///   - commit: The commit since which.
  ///   - plans: What determined it, in whose texts the fields that it rests on are named.
  ///   - members: Its examples.
  package init?(_ edits: EditsSince, commit: Int64, namedIn plans: [JSONValue], members: ExampleSet) {
    var words: Set<String> = []
    for plan in plans { Self.add(wordsOf: plan, to: &words) }
    self.commit = commit
    fields = edits.runs.filter { words.contains($0.key.lowercased()) }
      .map { Field(name: $0.key, runs: $0.value.count) }.sorted { $0.name < $1.name }
    absentExamples = members.intersection(edits.absent).count
    if fields.isEmpty && absentExamples == 0 { return nil }
  }

  /// Keys whose texts are words of ours and name no field.
  private static let wordsOfOurs: Set = [
    "compatibility", "kind", "classifier", "split_set", "splits_sha256", "missing", "search", "statistics", "rule",
    "view",
  ]

  /// Adds the words of every text in a value: names of columns, and those in conditions.
  private static func add(wordsOf value: JSONValue, to words: inout Set<String>) {
    switch value {
    case .string(let text):
      words.formUnion(text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    case .array(let values): for value in values { add(wordsOf: value, to: &words) }
    case .object(let object):
      for member in object.members where !wordsOfOurs.contains(member.key) { add(wordsOf: member.value, to: &words) }
    default: break
    }
  }
}

extension TrajectoryStore {
  /// Why a stored split set would be another one if it were made of the newest data; nil where it would not.
  ///
  /// Only what was edited or hidden counts, of fields that its specification names; new data do not.
  ///
  /// - Complexity: O(1) where nothing was edited since.
  public func staleness(of set: SplitSetSummary) throws(EngramError) -> Staleness? {
    guard let edits = try edits(since: set.commit) else { return nil }
    return Staleness(edits, of: try splitSet(set.name))
  }

  /// The same of a split set that was read.
  ///
  /// - Complexity: O(1) where nothing was edited since.
  public func staleness(of set: SplitSet) throws(EngramError) -> Staleness? {
    guard let edits = try edits(since: set.commit) else { return nil }
    return Staleness(edits, of: set)
  }
}

extension Staleness {
  fileprivate init?(_ edits: EditsSince, of set: SplitSet) {
    self.init(edits, commit: set.commit, namedIn: [set.specification.json], members: set.members)
  }
}

extension SplitSet {
  /// Every example of any split.
  package var members: ExampleSet {
    ExampleSet(splits.flatMap { $0.train.ranges + $0.test.ranges })
  }
}
