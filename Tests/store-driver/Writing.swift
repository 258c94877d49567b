// Writing.swift -- operations that change a store, each reported when it is done.

import Base
import TrajectoryStore

enum Writing {
  /// Appends of every size, flushes and compactions, chosen by a seed.
  static func anything(_ path: String, seed: UInt64, operations: Int64?) throws(EngramError) {
    let store = try Main.open(path)
    var options = WriteOptions()
    options.work.threads = 2
    var step: UInt64 = 0
    while operations.map({ step < UInt64($0) }) ?? true {
      let draw = Numbers.mixed(seed << 32 | step)
      switch draw % 16 {
      case 0, 1: _ = try store.flush(options: options)
      case 2: _ = try store.compact(options: options)
      case 3: _ = try store.compact(everything: true, options: options)
      case 4, 5: try append(1_024 + Int64(draw >> 8 & 1_023), to: store, options)  // a segment
      case 6, 7, 8: try append(512 + Int64(draw >> 8 & 511), to: store, options)  // staged, soon flushed
      default: try append(1 + Int64(draw >> 8 & 15), to: store, options)
      }
      try report(store)
      step += 1
    }
  }

  /// Small appends and nothing else but the flushes they cause.
  static func smallAppends(_ path: String, operations: Int64?) throws(EngramError) {
    let store = try Main.open(path)
    var step: Int64 = 0
    while operations.map({ step < $0 }) ?? true {
      try append(1 + step % 16, to: store, WriteOptions())
      try report(store)
      step += 1
    }
  }

  static func append(
    _ count: Int64, to store: TrajectoryStore, _ options: WriteOptions
  ) throws(EngramError) {
    let start = try store.snapshot().exampleCount
    // Runs of at most 16 layers, so that there are few layer sets.
    var recordings: [Recording] = []
    var next = start
    while next < start + count {
      let end = min(next + 16, start + count)
      recordings.append(Numbers.recording(next..<end))
      next = end
    }
    _ = try store.append(recordings, epochs: Numbers.epochs, statistics: Numbers.statistics, options: options)
  }

  private static func report(_ store: TrajectoryStore) throws(EngramError) {
    let snapshot = try store.snapshot()
    Main.say("done \(snapshot.commit) \(snapshot.exampleCount)")
  }
}
