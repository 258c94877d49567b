// Forking.swift -- children of fork while other threads of their parent ask, read or write.

import Base
import CFork
import Glibc
import Synchronization
import TrajectoryModel
import TrajectoryStore

/// What the threads of the parent do, and every child too.
enum Forking {
  /// What is done to the store.
  enum Kind: String { case sql, read, write }

  /// What a child needs.
  private final class Child {
    let kind: Kind
    let store: TrajectoryStore
    let snapshot: Snapshot

    init(_ kind: Kind, _ store: TrajectoryStore, _ snapshot: Snapshot) {
      (self.kind, self.store, self.snapshot) = (kind, store, snapshot)
    }
  }

  /// Forks many times beside threads that work without a pause, and says how the children ended; the store is a new one.
  static func many(_ path: String, _ kind: Kind, count: Int) throws(EngramError) {
    let store = try Main.open(path)
    try Writing.append(2_000, to: store, WriteOptions())
    let child = Child(kind, store, try store.snapshot())
    let isDone = Atomic(false)
    let rounds = Atomic(0)
    var endings: [Int32: Int] = [:]
    let threads = kind == .write ? 2 : 4
    let lent = Lent(child)
    try parallelFor(count: threads + 1, work: WorkContext(threads: threads + 1)) { (index, _) throws(EngramError) in
      if index > 0 {
        while !isDone.load(ordering: .relaxed) {
          try work(lent.child)
          rounds.add(1, ordering: .relaxed)
        }
        return
      }
      defer { isDone.store(true, ordering: .relaxed) }
      for _ in 0..<count { lent.endings[fork(lent.child), default: 0] += 1 }
    }
    endings = lent.endings
    if let problem = try store.verify().problems.first { throw problem }
    let writes = kind == .write ? rounds.load(ordering: .relaxed) + 2 * count : 0
    guard try store.snapshot().exampleCount == 2_000 + 3 * Int64(writes) else {
      throw EngramError(.corrupt, "a commit that was reported is lost", file: path)
    }
    let killed = endings[-1] ?? 0
    Main.say("forks \(count) good \(endings[0] ?? 0) hung \(killed) rounds \(rounds.load(ordering: .relaxed))")
    if endings[0] != count { Main.say("endings \(endings.sorted { $0.key < $1.key })") }
  }

  /// What the first thread counts.
  private final class Lent: @unchecked Sendable {
    // SAFETY of @unchecked: only the first thread changes `endings`; `child` does not change.
    let child: Child
    var endings: [Int32: Int] = [:]

    init(_ child: Child) { self.child = child }
  }

  private static func fork(_ child: Child) -> Int32 {
    // SAFETY: the child is alive during the call, which returns in the parent when the child process has ended.
    unsafe engram_test_fork(
      { context in
        guard let context = unsafe context else { return 99 }
        let child = unsafe Unmanaged<Child>.fromOpaque(context).takeUnretainedValue()
        do throws(EngramError) {
          for _ in 0..<2 { try Forking.work(child) }
          return 0
        } catch {
          let text = Array("child: \(error.code): \(error)\n".utf8)
          _ = unsafe Glibc.write(2, text, text.count)
          return 1
        }
      }, Unmanaged.passUnretained(child).toOpaque(), 20)
  }

  private static func work(_ child: Child) throws(EngramError) {
    switch child.kind {
    case .sql:
      var rows = 0
      try child.store.query("SELECT task, count(*) FROM example GROUP BY 1", header: { (_) throws(EngramError) in }) {
        (_) throws(EngramError) in rows += 1
      }
      guard rows > 0, try child.snapshot.examples(where: "layer_name LIKE '%r1%'").count > 0 else {
        throw EngramError(.corrupt, "a query finds nothing")
      }
    case .read: try Reading.compare(ExampleSet([0..<256]), try child.store.snapshot())
    case .write: try Writing.append(3, to: child.store, WriteOptions(waitSeconds: 60))
    }
  }
}
