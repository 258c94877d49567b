// Work.swift -- how an operation works, as C says it.

import Base
import CEngram
import TrajectoryModel
import TrajectoryStore

/// The callbacks of a caller, which any thread may call.
@safe private struct Callbacks: @unchecked Sendable {
  // SAFETY of @unchecked: engram.h says that any thread calls them.
  let work: engram_work

  var isCancelled: Bool { unsafe work.is_cancelled?(work.context) ?? 0 != 0 }

  func report(_ progress: WorkContext.Progress) {
    guard let tell = unsafe work.progress else { return }
    let unit =
      switch progress.unit {
      case .bytes: "bytes"
      case .things(let name): name
      case .share: "share"
      }
    unsafe progress.stage.withCString { stage in
      unsafe unit.withCString { unit in
        var one = unsafe engram_progress(
          size: MemoryLayout<engram_progress>.size, stage: stage, done: Int64(progress.done),
          total: Int64(progress.total), unit: unit)
        // SAFETY: the texts live as long as the call.
        unsafe tell(work.context, &one)
      }
    }
  }
}

/// The context that a caller asks for.
func workContext(_ pointer: UnsafePointer<engram_work>?) throws(EngramError) -> WorkContext {
  let callbacks = unsafe Callbacks(work: try options(pointer, engram_work()))
  let threads = unsafe callbacks.work.threads
  guard threads >= 0 else {
    throw EngramError(.usage, "a number of threads is not negative", place: "engram_work.threads", found: "\(threads)")
  }
  return WorkContext(
    threads: threads == 0 ? Threads.available : Int(threads), isCancelled: { callbacks.isCancelled },
    progress: { callbacks.report($0) })
}

/// How long a query may run, as a caller asks for it.
func queryLimits(
  seconds: Double = 0, _ work: UnsafePointer<engram_work>?
) throws(EngramError) -> QueryLimits {
  guard seconds >= 0, seconds.isFinite else {
    throw EngramError(.usage, "a time is a number of seconds", place: "argument seconds", found: "\(seconds)")
  }
  let context = try unsafe workContext(work)
  return seconds == 0 ? QueryLimits(work: context) : QueryLimits(seconds: seconds, work: context)
}

/// How a caller wants to write.
func writeOptions(
  _ pointer: UnsafePointer<engram_write_options>?, _ work: UnsafePointer<engram_work>? = nil
) throws(EngramError) -> WriteOptions {
  let given = try unsafe options(pointer, engram_write_options())
  var write = WriteOptions(work: try unsafe workContext(work))
  if unsafe given.wait_seconds != 0 { write.waitSeconds = unsafe max(0, given.wait_seconds) }
  write.author = try unsafe optionalText(given.author, "author")
  write.reason = try unsafe optionalText(given.reason, "reason")
  return write
}
