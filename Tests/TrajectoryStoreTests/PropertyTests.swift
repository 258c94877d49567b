// PropertyTests.swift -- random sequences of operations against a model in memory.

import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct PropertyTests {
  /// What a store must hold: for each example its axes, type, bytes and task.
  private struct Model {
    struct Example: Equatable {
      let axes: Axes
      let type: ElementType
      let bytes: [UInt8]
      let task: MetadataValue
    }

    var examples: [Example] = []
    /// The number of examples after each commit.
    var ends: [Int] = []
  }

  private static func append(
    _ count: Int, to store: TrajectoryStore, _ model: inout Model, using generator: inout SeededGenerator
  ) throws {
    let axes = [Axes(), Axes(epochs: [0, 5], statistics: ["mine", "weightabs_mean"])][Int(generator.next() % 4 / 3)]
    let type: ElementType = generator.next() % 4 == 0 ? .float64 : .float32
    let task: MetadataValue = generator.next() % 5 == 0 ? .null : .text("task\(generator.next() % 3)")
    let made = Made.recording(count, axes, type, special: true, metadata: ["task": task], using: &generator)
    let report = try store.append([made], epochs: axes.epochs, statistics: axes.statistics)
    #expect(Int(report.examples.lowerBound) == model.examples.count)
    let bytes = made.values.bytes
    let size = axes.count * type.byteCount
    for row in 0..<count {
      model.examples.append(
        Model.Example(axes: axes, type: type, bytes: Array(bytes[(row * size)..<((row + 1) * size)]), task: task))
    }
  }

  private static func check(_ snapshot: Snapshot, _ model: Model, seed: UInt64) throws {
    let count = Int(snapshot.exampleCount)
    var start = 0
    while start < count {
      let first = model.examples[start]
      let end = model.examples[start..<count].firstIndex { $0.axes != first.axes || $0.type != first.type } ?? count
      let found = try snapshot.recorded(Int64(start)..<Int64(end), first.axes, first.type)
      #expect(found == model.examples[start..<end].flatMap(\.bytes), "seed \(seed), examples \(start) to \(end)")
      start = end
    }
    var tasks: [MetadataValue] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: ["task"]) { tasks.append($1[0]) }
    #expect(tasks == model.examples[..<count].map(\.task), "seed \(seed)")
    let selected = try snapshot.examples(where: "task = 'task1'").ids.map(Int.init)
    #expect(selected == (0..<count).filter { model.examples[$0].task == .text("task1") }, "seed \(seed)")
  }

  @Test(arguments: UInt64(1)...8)
  func `any sequence of appends, flushes, compactions and merges holds what a model holds`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["p.engram"])
    var model = Model()
    for step in 0..<14 {
      switch generator.next() % 8 {
      case 0: _ = try store.flush()
      case 1: _ = try store.compact(everything: generator.next() % 2 == 0)
      case 2:
        let other = try TrajectoryStore.create(at: folder["o\(step).engram"])
        var theirs = Model()
        for count in [3, 1_024] { try Self.append(count, to: other, &theirs, using: &generator) }
        if generator.next() % 2 == 0 { _ = try other.compact(everything: true) }
        _ = try store.merge([other.path])
        model.examples += theirs.examples
      case 3: try Self.append(1_024 + Int(generator.next() % 100), to: store, &model, using: &generator)
      default: try Self.append(1 + Int(generator.next() % 40), to: store, &model, using: &generator)
      }
      let commit = Int(try store.snapshot().commit)
      while model.ends.count < commit { model.ends.append(model.examples.count) }
    }
    try Self.check(store.snapshot(), model, seed: seed)
    for _ in 0..<3 {
      let commit = Int(generator.next() % UInt64(model.ends.count))
      let snapshot = try store.snapshot(asOf: Int64(commit + 1))
      #expect(Int(snapshot.exampleCount) == model.ends[commit], "seed \(seed), commit \(commit + 1)")
      try Self.check(snapshot, model, seed: seed)
    }
    let report = try store.verify()
    #expect(report.problems.isEmpty && report.leftovers.isEmpty, "seed \(seed)")
  }
}
