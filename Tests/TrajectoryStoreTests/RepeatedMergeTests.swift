// RepeatedMergeTests.swift -- a store that has grown since it was merged brings what is new, whatever was done to both meanwhile.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct RepeatedMergeTests {
  /// A run of some layers that is known by a number.
  @discardableResult
  private static func append(
    _ tag: Int64, _ layers: Int = 3, to store: TrajectoryStore, _ metadata: [String: MetadataValue] = [:]
  ) throws -> [UInt8] {
    try Made.append(
      layers, to: store, special: true, metadata: metadata.merging(["tag": .integer(tag)]) { $1 },
      seed: UInt64(tag) + 1_000
    ).values.bytes
  }

  /// The numbers of the runs that are seen, each as often as it was measured.
  private static func tags(_ store: TrajectoryStore) throws -> [Int64] {
    let snapshot = try store.snapshot()
    var tags: [Int64] = []
    for group in try snapshot.groups(by: ["tag", "observation_id"]) {
      if case .integer(let tag) = group.key[0] { tags.append(tag) }
    }
    return tags.sorted()
  }

  /// What is said of examples that were removed.
  private static let instead =
    "; if that store is a copy that has others in their place, select those there and ingest them"

  /// Removes what is hidden for good.
  private static func purge(_ store: TrajectoryStore) throws {
    _ = try store.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
  }

  /// The values of a run.
  private static func values(_ tag: Int64, _ store: TrajectoryStore) throws -> [UInt8] {
    let snapshot = try store.snapshot()
    return try snapshot.examples(where: "tag = \(tag)").ranges.flatMap { try snapshot.recorded($0) }
  }

  @Test func `what is new comes, out of segments of which a part is here, and out of staged batches`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    var made: [Int64: [UInt8]] = [:]
    made[1] = try Self.append(1, to: source)
    made[2] = try Self.append(2, 1_100, to: source)
    #expect(try target.merge([source.path]).known == [0])
    _ = try target.compact(everything: true)
    made[3] = try Self.append(3, 1_030, to: source)
    _ = try source.compact(everything: true)
    made[4] = try Self.append(4, to: source)
    #expect(try source.snapshot().extents.map(\.exampleCount) == [2_133, 3])
    let report = try target.merge([source.path])
    #expect(report.known == [1_103] && report.examples == [1_103..<2_136] && report.runs == 2 && report.remarks.isEmpty)
    #expect(try Self.tags(target) == [1, 2, 3, 4])
    for (tag, bytes) in made { #expect(try Self.values(tag, target) == bytes) }
    let commit = try target.snapshot().commit
    #expect(try target.merge([source.path]).commit == nil && target.snapshot().commit == commit)
    // What is remembered is remembered by a third store too, and by the first when it comes back.
    let third = try TrajectoryStore.create(at: folder["u.engram"])
    _ = try third.merge([target.path])
    _ = try third.compact(everything: true)
    made[5] = try Self.append(5, to: source)
    #expect(try third.merge([source.path]).known == [2_136] && Self.tags(third) == [1, 2, 3, 4, 5])
    #expect(try source.merge([third.path]).commit == nil)
    made[6] = try Self.append(6, to: third)
    #expect(try source.merge([third.path, target.path]).known == [2_139, 2_136])
    for store in [source, third] {
      #expect(try Self.tags(store) == [1, 2, 3, 4, 5, 6])
      for (tag, bytes) in made { #expect(try Self.values(tag, store) == bytes) }
    }
    for store in [target, source, third] {
      #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty)
    }
  }

  @Test func `what is hidden or gone here stays so, what became hidden there is hidden here, and each is said`() throws
  {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    for tag in Int64(1)...5 { try Self.append(tag, to: source, ["subject": .text("subject \(tag)")]) }
    _ = try target.merge([source.path])
    _ = try target.hide(where: "tag = 1")
    try Self.purge(target)
    _ = try target.hide(where: "tag = 2")
    _ = try source.hide(where: "tag = 3")
    // A measurement that took the place of the hidden one.
    try Self.append(3, 3, to: source, ["subject": .text("subject 3, again")])
    _ = try source.compact(everything: true)
    let report = try target.merge([source.path])
    #expect(report.examples == [15..<18] && report.runs == 1 && report.known == [12])
    #expect(
      report.remarks == [
        "of the examples of \(source.path) 3 were removed here for good, and stay out\(Self.instead)",
        "of the examples of \(source.path) 3 are hidden here, and stay so",
        "of the examples of \(source.path) 3 were hidden there since, and are hidden here now",
      ])
    #expect(try Self.tags(target) == [3, 4, 5])
    #expect(try target.snapshot().examples(where: "subject = 'subject 1'").isEmpty)
    #expect(try target.snapshot().runs(fields: ["subject"]).rows.count == 3)
    _ = try target.unhide(where: "tag = 2")
    #expect(try Self.tags(target) == [2, 3, 4, 5])
    #expect(try target.merge([source.path]).commit == nil)
    #expect(try target.verify().problems.isEmpty)
  }

  @Test func `metadata that came since fill what a run lacks, and others are refused`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source)
    try Self.append(2, to: source, ["site": .text("Basel")])
    _ = try target.merge([source.path])
    _ = try source.edit(where: "tag = 1", set: ["site": .text("Bern")])
    let report = try target.merge([source.path])
    #expect(report.commit != nil && report.examples[0].isEmpty && report.known == [6])
    #expect(try target.snapshot().examples(where: "site = 'Bern' AND tag = 1").count == 3)
    #expect(try target.merge([source.path]).commit == nil)
    _ = try target.edit(where: "tag = 2", set: ["site": .text("Genf")])
    let before = try target.snapshot().commit
    let error = refusal(.invalidData) { _ = try target.merge([source.path]) }
    #expect(error?.found == "'Basel'" && error?.place == "run 2, field site")
    #expect(try target.snapshot().commit == before && target.verify().leftovers.isEmpty)
  }

  @Test func `copies of one store that went different ways both bring what is theirs`() throws {
    let folder = TemporaryFolder()
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source)
    #expect(ChildProcess("cp", ["-r", source.path, folder["copy.engram"]]).wait() == 0)
    let copy = try TrajectoryStore(opening: folder["copy.engram"])
    let second = try Self.append(2, to: source)
    let third = try Self.append(3, to: copy)
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    _ = try target.merge([source.path])
    // The identifier says that examples 3 to 5 are here; their values say that they are not.
    let report = try target.merge([copy.path])
    #expect(report.known == [3] && report.examples == [6..<9])
    #expect(try Self.tags(target) == [1, 2, 3])
    #expect(try Self.values(2, target) == second && Self.values(3, target) == third)
    #expect(try target.merge([source.path]).commit == nil)
  }

  @Test func `a run goes on: its new layers come to it, with a key and without`() throws {
    for key in [nil, ["tag"]] {
      let folder = TemporaryFolder()
      let source = try TrajectoryStore.create(at: folder["s.engram"])
      try Self.append(1, to: source)
      if let key {
        try source.write("key") { (session) throws(EngramError) in
          _ = try session.correct(Correction(runKey: key), operation: "key", message: "tags")
        }
      }
      let target = try TrajectoryStore.create(at: folder["t.engram"])
      _ = try target.merge([source.path])
      // The same layers again, as a further measurement that the source has taken.
      let other = try TrajectoryStore.create(at: folder["o.engram"])
      try Self.append(1, 4, to: other, ["learning_rule": .text("adam")])
      _ = try source.merge([other.path], allowsRepeat: true)
      let report = try target.merge([source.path])
      #expect(report.known == [3] && report.examples == [3..<7])
      #expect(report.runs == (key == nil ? 1 : 0))
      #expect(try target.snapshot().groups(by: ["run_id"]).map(\.examples.count) == (key == nil ? [3, 4] : [7]))
      #expect(try target.merge([source.path]).commit == nil)
    }
  }

  @Test func `what came by a merge of its own and was purged stays out, and no path of it is kept`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["subject-anna.engram"])
    try Self.append(1, to: source)
    _ = try target.merge([source.path])
    func catalogNamesSource() -> Bool {
      TestFiles.names(in: target.path).contains { name in
        name.hasPrefix("catalog.sqlite") && folder.text("t.engram/\(name)").contains("subject-anna")
      }
    }
    #expect(catalogNamesSource())
    _ = try target.hide(where: "tag = 1")
    try Self.purge(target)
    #expect(!catalogNamesSource())
    #expect(try target.verify().problems.isEmpty)
    try Self.append(2, to: source)
    let report = try target.merge([source.path])
    #expect(report.runs == 1 && report.examples == [3..<6] && report.known == [0])
    #expect(
      report.remarks == [
        "of the examples of \(source.path) 3 were removed here for good, and stay out\(Self.instead)"
      ])
    #expect(try Self.tags(target) == [2])
  }

  @Test func `what was shown here again stays shown until it is hidden there anew`() async throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source)
    try Self.append(2, to: source)
    _ = try source.hide(where: "tag = 1")
    _ = try target.merge([source.path])
    #expect(try Self.tags(target) == [2])
    // The log of commits has milliseconds.
    try await Task.sleep(for: .milliseconds(20))
    _ = try target.unhide(where: "tag = 1")
    let report = try target.merge([source.path])
    #expect(report.commit == nil)
    #expect(
      report.remarks == [
        "of the examples of \(source.path) 3 are hidden there and were shown here again since, and stay so"
      ])
    #expect(try Self.tags(target) == [1, 2])
    try await Task.sleep(for: .milliseconds(20))
    _ = try source.unhide(where: "tag = 1")
    _ = try source.hide(where: "tag = 1")
    #expect(
      try target.merge([source.path]).remarks == [
        "of the examples of \(source.path) 3 were hidden there since, and are hidden here now"
      ])
    #expect(try Self.tags(target) == [2])
  }

  @Test func `a value that was taken away here is not filled again, but another one is`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source, ["site": .text("Basel")])
    _ = try target.merge([source.path])
    _ = try target.edit(where: "tag = 1", set: ["site": .null])
    let report = try target.merge([source.path])
    #expect(report.commit == nil && report.filledValues == 0)
    #expect(
      report.remarks == [
        "of the values of runs of \(source.path) 1 was taken away here by an edit, and is not filled again"
      ])
    #expect(try target.snapshot().examples(where: "site IS NULL").count == 3)
    _ = try source.edit(where: "tag = 1", set: ["site": .text("Bern")])
    #expect(try target.merge([source.path]).filledValues == 1)
    #expect(try target.snapshot().examples(where: "site = 'Bern'").count == 3)
  }

  @Test func `a field that was renamed here goes on under its new name, and fields and metrics that come are counted`()
    throws
  {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source, ["site": .text("Basel")])
    #expect(try target.merge([source.path]).newFields == 2)
    _ = try target.renameField("site", to: "lab")
    try Self.append(2, to: source, ["site": .text("Bern"), "dose": .real(0.5)])
    let report = try target.merge([source.path])
    #expect(report.runs == 1 && report.newFields == 1 && report.filledValues == 0 && report.metrics == 0)
    #expect(report.remarks == ["the field site of \(source.path) is lab here, as it was renamed"])
    #expect(Set(try target.snapshot().fields().map(\.name).suffix(3)) == ["tag", "lab", "dose"])
    #expect(try target.snapshot().examples(where: "lab = 'Bern' AND tag = 2").count == 3)
    _ = try source.addMetrics([RunMetric(run: 1, MetricValue("loss", epoch: 5, 0.25))])
    let metrics = try target.merge([source.path])
    #expect(metrics.commit != nil && metrics.examples[0].isEmpty && metrics.metrics == 1 && metrics.newFields == 0)
  }

  @Test func `a run that is hidden here keeps its metadata, and blocks no merge`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Self.append(1, to: source)
    _ = try target.merge([source.path])
    _ = try target.hide(where: "tag = 1")
    _ = try source.edit(where: "tag = 1", set: ["learning_rule": .text("sgd")])
    try Self.append(2, to: source)
    let report = try target.merge([source.path])
    #expect(report.runs == 1 && report.known == [3])
    #expect(
      report.remarks == [
        "of the examples of \(source.path) 3 are hidden here, and stay so",
        "of the runs of \(source.path) 1 is hidden here, and keeps metadata that differ",
      ])
    _ = try target.unhide(where: "tag = 1")
    #expect(try target.snapshot().examples(where: "learning_rule = 'adam' AND tag = 1").count == 3)
    refusal(.invalidData) { _ = try target.merge([source.path]) }
  }

  @Test func `what a store measured twice since it was merged comes as two further measurements`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    let other = try TrajectoryStore.create(at: folder["o.engram"])
    try Self.append(1, to: source)
    try source.write("key") { (session) throws(EngramError) in
      _ = try session.correct(Correction(runKey: ["tag"]), operation: "key", message: "tags")
    }
    _ = try target.merge([source.path])
    try Self.append(1, 4, to: other)
    for _ in 0..<2 { _ = try source.merge([other.path], allowsRepeat: true) }
    let report = try target.merge([source.path])
    #expect(report.known == [3] && report.examples == [3..<11] && report.runs == 0)
    #expect(try target.merge([source.path]).commit == nil)
  }

  @Test func `hiding what is wrong makes room for the same layers of another store`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    try Self.append(1, to: target)
    try target.write("key") { (session) throws(EngramError) in
      _ = try session.correct(Correction(runKey: ["tag"]), operation: "key", message: "tags")
    }
    let other = try TrajectoryStore.create(at: folder["o.engram"])
    try Self.append(1, 4, to: other)
    refusal(.exists) { _ = try target.merge([other.path]) }
    _ = try target.hide(where: "tag = 1")
    #expect(try target.merge([other.path]).runs == 0)
    #expect(try target.snapshot().exampleCount == 4)
  }

  @Test(arguments: UInt64(1)...12)
  func `however stores grow and are merged, each measurement is there once`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let stores = try (0..<4).map { try TrajectoryStore.create(at: folder["\($0).engram"]) }
    var made: [Int64: [UInt8]] = [:]
    let none = [Set<Int64>](repeating: [], count: 4)
    var (has, hidden, gone, purged) = (none, none, none, Set<Int64>())
    for step in 0..<40 {
      let place = Int(generator.next() % 4)
      let store = stores[place]
      switch generator.next() % 10 {
      case 0...3:
        let tag = Int64(step)
        made[tag] = try Self.append(tag, generator.next() % 6 == 0 ? 1_024 : 1 + Int(generator.next() % 9), to: store)
        has[place].insert(tag)
      case 4: _ = try store.compact(everything: generator.next() % 2 == 0)
      case 5:
        guard let tag = has[place].subtracting(hidden[place]).sorted().last else { continue }
        _ = try store.hide(where: "tag = \(tag)")
        hidden[place].insert(tag)
      case 6:
        try Self.purge(store)
        purged.formUnion(hidden[place])
        gone[place].formUnion(hidden[place])
        has[place].subtract(hidden[place])
        hidden[place] = []
      default:
        let from = [0, 1, 2, 3].filter { $0 != place && generator.next() % 2 == 0 }
        if from.isEmpty { continue }
        _ = try store.merge(from.map { stores[$0].path })
        for other in from {
          let came = has[other].subtracting(has[place]).subtracting(gone[place])
          hidden[place].formUnion(hidden[other].intersection(has[place].union(came)))
          has[place].formUnion(came)
        }
      }
    }
    for (place, store) in stores.enumerated() {
      let tags = try Self.tags(store)
      // What one store purged may come to a third one, or not, as it went there before or after.
      let seen = has[place].subtracting(hidden[place]).subtracting(purged).sorted()
      #expect(tags.filter { !purged.contains($0) } == seen, "seed \(seed), store \(place)")
      #expect(gone[place].isDisjoint(with: tags), "seed \(seed), store \(place)")
      #expect(Set(tags).count == tags.count, "seed \(seed), store \(place)")
      for tag in tags { #expect(try Self.values(tag, store) == made[tag], "seed \(seed), store \(place), tag \(tag)") }
      #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty, "seed \(seed)")
    }
  }

  @Test func `what was removed for good in its source is said to be here still, until it is hidden`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    for tag in Int64(1)...2 { try Self.append(tag, to: source) }
    _ = try target.merge([source.path])
    _ = try source.hide(where: "tag = 1")
    try Self.purge(source)
    let said =
      "3 examples here that came from \(source.path) were removed there for good; hide and purge what shall go here too"
    #expect(try target.merge([source.path]).remarks == [said])
    #expect(try Self.tags(target) == [1, 2])
    _ = try target.hide(where: "tag = 1")
    #expect(try target.merge([source.path]).remarks == [])
  }
}
