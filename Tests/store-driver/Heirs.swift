// Heirs.swift -- children of fork that inherit a run that is being recorded.

import Base
import CFork
import Glibc
import TrajectoryModel
import TrajectoryStore

/// Children of fork that inherit a run that is being recorded.
enum Heirs {
  /// What a child inherits, and what it does with it.
  private final class Estate {
    /// Nobody else holds it.
    var recorder: Recorder?
    var deed: (Estate) -> Int32 = { _ in 0 }

    init(_ recorder: Recorder) { self.recorder = recorder }

    /// Runs a deed in a child, and gives its exit code.
    func fork(_ deed: @escaping (Estate) -> Int32) -> Int32 {
      self.deed = deed
      // SAFETY: the estate is alive during the call, which returns in the parent when the child process has ended.
      return unsafe engram_test_fork(
        { context in
          guard let context = unsafe context else { return 99 }
          let estate = unsafe Unmanaged<Estate>.fromOpaque(context).takeUnretainedValue()
          return estate.deed(estate)
        }, Unmanaged.passUnretained(self).toOpaque(), 60)
    }
  }

  /// The run.
  private static func begin(_ store: TrajectoryStore) throws(EngramError) -> Recorder {
    try store.recorder(
      run: ["model_seed": .integer(1)], layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
  }

  /// How many of the things that a recorder does are refused as those of another process.
  private static func refusals(_ recorder: Recorder) -> Int32 {
    func isRefused(_ deed: () throws(EngramError) -> Void) -> Int32 {
      do throws(EngramError) {
        try deed()
        return 0
      } catch {
        return error.code == .usage ? 1 : 0
      }
    }
    return isRefused { () throws(EngramError) in _ = try recorder.record(epoch: 1, values: .float32([7])) }
      + isRefused { () throws(EngramError) in _ = try recorder.record(epoch: 0, values: .float32([1])) }
      + isRefused { () throws(EngramError) in try recorder.sync() }
      + isRefused { () throws(EngramError) in try recorder.keep(state: [1]) }
      + isRefused { () throws(EngramError) in _ = try recorder.finish() }
  }

  /// Records; has a child try to go on, and one let go of the run; goes on, beside a child that only lives.
  ///
  /// - Parameters:
  ///   - path: The store.
  ///   - seconds: How long the last child lives.
  /// - Throws: What recording throws.
  static func record(_ path: String, seconds: UInt32) throws(EngramError) {
    let store = try Main.open(path)
    let estate = Estate(try begin(store))
    try estate.recorder?.record(epoch: 0, values: .float32([1]))
    let refused = estate.fork { estate in
      guard let recorder = estate.recorder else { return 99 }
      return refusals(recorder)
    }
    _ = estate.fork { estate in
      estate.recorder = nil
      return 0
    }
    var second = "let in"
    do throws(EngramError) { _ = try begin(try TrajectoryStore(opening: path)) } catch { second = "\(error.code)" }
    try estate.recorder?.record(epoch: 1, values: .float32([2]))
    Main.say("refused \(refused) second \(second) epochs \(estate.recorder?.epochs ?? [])")
    _ = estate.fork { _ in
      let text = Array("alive\n".utf8)
      _ = unsafe Glibc.write(1, text, text.count)
      sleep(seconds)
      return 0
    }
  }
}
