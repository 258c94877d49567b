// WorkContextTests.swift -- threads, cancellation and progress of long operations.

import Synchronization
import Testing

import Base

struct WorkContextTests {
  /// Remembers what it was told.
  private final class Listener: Sendable {
    private let heard = Mutex<[WorkContext.Progress]>([])

    var all: [WorkContext.Progress] { heard.withLock { $0 } }

    var work: WorkContext { WorkContext(progress: { progress in self.heard.withLock { $0.append(progress) } }) }
  }

  @Test func `a part of the work is told as a part of the whole`() {
    let listener = Listener()
    let part = listener.work.part(1..<3, of: 4, stage: "classifying")
    part.report("training", 1, of: 2, .things("trees"))
    part.part(1..<2, of: 2).report("training", 1, of: 2, .things("trees"))
    #expect(
      listener.all == [
        WorkContext.Progress(stage: "classifying", done: 5_000, total: 10_000, unit: .share),
        WorkContext.Progress(stage: "classifying", done: 6_250, total: 10_000, unit: .share),
      ])
  }

  @Test func `a part may count in the units of the whole`() {
    let listener = Listener()
    listener.work.part(10..<20, of: 40, unit: .things("examples")).report("training", 1, of: 2)
    #expect(listener.all == [WorkContext.Progress(stage: "training", done: 15, total: 40, unit: .things("examples"))])
  }

  @Test func `what was found done is told as a part of the whole too`() {
    let listener = Listener()
    listener.work.part(2..<4, of: 4, found: 1).progress(
      WorkContext.Progress(stage: "training", done: 3, found: 1, total: 4, unit: .share))
    #expect(
      listener.all == [
        WorkContext.Progress(stage: "training", done: 8_750, found: 3_750, total: 10_000, unit: .share)
      ])
  }

  @Test func `a cancelled context throws cancelled with the message that it is given`() throws {
    try WorkContext().checkCancelled()
    let error = #expect(throws: EngramError.self) {
      try WorkContext(isCancelled: { true }).checkCancelled("the merge was stopped", file: "a.engram")
    }
    #expect(error == EngramError(.cancelled, "the merge was stopped", file: "a.engram"))
  }

  @Test func `a context has one thread at least, and a silent one tells nobody`() {
    let listener = Listener()
    listener.work.silent.report("reading", 1, of: 2)
    #expect(listener.all.isEmpty)
    #expect(WorkContext(threads: 0).threads == 1)
    #expect(WorkContext(threads: 8).limited(toThreads: 3).threads == 3)
    #expect(WorkContext(threads: 2).limited(toThreads: 0).threads == 1)
  }
}
