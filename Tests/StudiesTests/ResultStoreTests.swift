// ResultStoreTests.swift -- results that are kept in a store of their own, and brought in.

import Base
import Foundation
import Studies
import TestSupport
import Testing
import TrajectoryStore

struct ResultStoreTests {
  /// The results of a store without times, which differ.
  private static func results(_ store: TrajectoryStore) throws -> [String: [String]] {
    var found: [String: [String]] = [:]
    for summary in try store.classifications() {
      let plan = try JSONValue.object(summary.plan).text()
      found[plan] = try store.classification(summary.id).splits.map {
        "\($0.ordinal) \($0.train) \($0.test) \($0.parameters) \(String(describing: $0.predictions))"
      }
    }
    return found
  }

  @Test func `results that are computed elsewhere are the same, and the store is only read meanwhile`() throws {
    try BundledStore.with { bundled in
      let folder = TemporaryFolder()
      let store = try TrajectoryStore(opening: bundled.path)
      let study = try StudyTests.study()
      func plan(_ store: TrajectoryStore) throws -> StudyPlan { try StudyPlan(study, grid: .coarse, on: store) }
      var options = ClassifyOptions()
      options.resultStore = try store.resultStore(at: folder["0.engram"])
      let early = try plan(store)
      let refused = refusal(.notFound) {
        _ = try store.run(try early.tasks(for: study.figures, in: store), of: early, options: options)
      }
      #expect(refused?.mend?.description.contains("splits") == true)
      try store.storeSplitSets(of: try early.tasks(for: study.figures, in: store), early, ClassifyOptions())
      let here = folder["here.engram"]
      try FileManager.default.copyItem(atPath: store.path, toPath: here)

      let commit = try store.snapshot().commit
      let ready = try plan(store)
      let tasks = try ready.tasks(for: study.figures, in: store)
      for (index, task) in tasks.enumerated() {
        options.resultStore = try store.resultStore(at: folder["\(index % 2).engram"])
        #expect(try store.run([task], of: ready, options: options).done == 1)
        #expect(try store.run([task], of: ready, options: options).failures.isEmpty)
      }
      #expect(try store.snapshot().commit == commit && store.classifications().isEmpty)
      let places = [folder["0.engram"], folder["1.engram"]]
      for place in places { #expect(try TrajectoryStore(opening: place).verify().problems.isEmpty) }

      let merged = try store.mergeResults(of: places)
      #expect(merged.added > tasks.count && merged.known == 0)
      let again = try store.mergeResults(of: places)
      #expect(again.added == 0 && again.known == merged.added)
      #expect(try store.snapshot().commit == commit + 1 && store.verify().problems.isEmpty)
      #expect(try plan(store).tasks(for: study.figures, in: store).allSatisfy(\.isDone))

      let serial = try TrajectoryStore(opening: here)
      _ = try serial.run(tasks, of: ready)
      #expect(try Self.results(serial) == Self.results(store))
      // Of a copy they are taken as well.
      #expect(try store.mergeResults(of: [here]).added == 0)
    }
  }

  @Test func `results of another store, of other splits and of a plan that was changed are refused`() throws {
    try BundledStore.with { bundled in
      let folder = TemporaryFolder()
      let store = try TrajectoryStore(opening: bundled.path)
      let other = try TrajectoryStore.create(at: folder["other.engram"])
      refusal(.usage) { _ = try store.mergeResults(of: [other.path]) }
      refusal(.usage) { _ = try store.resultStore(at: other.path) }
      refusal(.usage) { _ = try store.resultStore(at: store.path) }
      let linked = folder["linked.engram"]
      try FileManager.default.createSymbolicLink(atPath: linked, withDestinationPath: store.path)
      refusal(.usage) { _ = try store.resultStore(at: linked) }

      let study = try StudyTests.study()
      let early = try StudyPlan(study, grid: .coarse, on: store)
      try store.storeSplitSets(of: try early.tasks(for: study.figures, in: store), early, ClassifyOptions())
      let plan = try StudyPlan(study, grid: .coarse, on: store)
      let task = try #require(try plan.tasks(for: study.figures, in: store).first)
      var options = ClassifyOptions()
      let place = folder["r.engram"]
      options.resultStore = try store.resultStore(at: place)
      _ = try store.run([task], of: plan, options: options)
      let changed = folder["changed.engram"]
      try FileManager.default.copyItem(atPath: place, toPath: changed)
      tamper(changed + "/catalog.sqlite", "UPDATE classification SET plan = replace(plan, '\"seed\"', '\"sead\"')")
      refusal(.corrupt) { _ = try store.mergeResults(of: [changed]) }
      try store.removeSplitSet(task.splitSet)
      let error = refusal(.invalidData) { _ = try store.mergeResults(of: [place]) }
      #expect(error?.expected?.contains(task.splitSet) == true)
      #expect(try store.classifications().isEmpty)
    }
  }
}
