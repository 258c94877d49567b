// TrajectoryStore+Purging.swift -- removing hidden data for good, with the split sets and results that rest on them.

public import Base
public import Splits
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Removes what is hidden for good, from every file of the store: a request for privacy, or a mistake.
  ///
  /// Ids of examples are not given again and those of others stay. Split sets that hold any of it and results that rest on
  /// any of it are removed too, for they could neither be read nor be made again. It cannot be undone.
  ///
  /// - Parameters:
  ///   - isTrial: Whether only to say what would be removed.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What is gone.
  /// - Throws: ``EngramError`` with code `busy` while others read or write the store, `corrupt` when a segment is damaged,
  ///   `diskFull`, `io`, `cancelled`.
  public func purge(isTrial: Bool = false, options: WriteOptions = WriteOptions()) throws(EngramError) -> PurgeReport {
    try purge(isTrial: isTrial, confirmed: nil, options: options)
  }

  /// Removes what is hidden for good, if it is what somebody was shown and agreed to.
  ///
  /// - Parameters:
  ///   - isTrial: Whether only to say what would be removed.
  ///   - confirmed: What a trial said; nil for whatever is hidden.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What is gone.
  /// - Throws: As ``purge(isTrial:options:)``, and code `busy` when others changed what would be removed since.
  package func purge(
    isTrial: Bool, confirmed: PurgeReport?, options: WriteOptions
  ) throws(EngramError) -> PurgeReport {
    try purge(isTrial: isTrial, confirmed: confirmed, options: options) { (examples, texts) throws(EngramError) in
      var uses = PurgedUses()
      let texts = Set(texts)
      var broken: Set<String> = []
      var known: Set<String> = []
      for summary in try splitSets() {
        known.insert(summary.name)
        let set = try splitSet(summary.name)
        if !set.members.isDisjoint(with: examples) {
          broken.insert(summary.name)
        } else if Self.names(set.specification.json, anyOf: texts) {
          uses.naming.append("split set \(summary.name)")
        }
      }
      uses.splitSets = broken.sorted()
      for summary in try classifications() {
        if try rests(summary, on: examples, broken, known) {
          uses.classifications.append(summary.id)
        } else if Self.names(.object(summary.plan), anyOf: texts) {
          uses.naming.append("result \(summary.id)")
        }
      }
      return uses
    }
  }

  /// Whether a specification or a plan has a text as a value, or in the quotes of SQL.
  private static func names(_ json: JSONValue, anyOf texts: Set<String>) -> Bool {
    switch json {
    case .string(let string): texts.contains(string) || quoted(in: string).contains(where: texts.contains)
    case .array(let elements): elements.contains { names($0, anyOf: texts) }
    case .object(let object): object.members.contains { names($0.value, anyOf: texts) }
    default: false
    }
  }

  /// The texts in the single quotes of SQL; a doubled quote is one of the text.
  private static func quoted(in sql: String) -> [String] {
    // Every other part is inside of quotes; an empty one between two of them is a doubled quote.
    let parts = sql.split(separator: "'", omittingEmptySubsequences: false)
    var texts: [String] = []
    var place = 1
    while place < parts.count {
      var text = String(parts[place])
      while place + 2 < parts.count, parts[place + 1].isEmpty {
        text += "'\(parts[place + 2])"
        place += 2
      }
      texts.append(text)
      place += 2
    }
    return texts
  }

  /// Whether results rest on any of some examples.
  private func rests(
    _ results: ClassificationSummary, on examples: ExampleSet, _ broken: Set<String>, _ known: Set<String>
  ) throws(EngramError) -> Bool {
    for split in try classification(results.id).splits {
      if let predictions = split.predictions, predictions.examples.contains(where: examples.contains) { return true }
    }
    guard !results.isImported, case .string(let name)? = results.plan["split_set"] else { return false }
    if known.contains(name) { return broken.contains(name) }
    // Of a split set that was removed nobody knows what it held; it may have held any example of its commit.
    guard case .integer(let commit)? = results.plan["commit"], let first = examples.ranges.first else { return true }
    return try snapshot(asOf: commit).exampleEnd > first.lowerBound
  }

  /// Why stored results would be others if they were made of the newest data; nil where they would not.
  ///
  /// - Complexity: O(1) where nothing was edited since.
  public func staleness(of results: ClassificationSummary) throws(EngramError) -> Staleness? {
    guard !results.isImported, case .integer(let commit)? = results.plan["commit"],
      let edits = try edits(since: commit)
    else { return nil }
    var plans = [JSONValue.object(results.plan)]
    var members = ExampleSet()
    if case .string(let name)? = results.plan["split_set"], case .string(let sha)? = results.plan["splits_sha256"],
      let summary = try splitSets().first(where: { $0.name == name && $0.sha256 == sha })
    {
      let set = try splitSet(summary.name)
      plans.append(set.specification.json)
      members = set.members
    }
    return Staleness(edits, commit: commit, namedIn: plans, members: members)
  }
}
