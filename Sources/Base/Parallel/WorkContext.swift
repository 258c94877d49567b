// WorkContext.swift -- how a long operation works: threads, cancellation, progress.

/// How a long operation works: on how many threads, whether it is to stop, and whom it tells how far it has come.
///
/// Nothing in it changes a result. The options of a long operation hold one; an operation without options takes it as
/// `work`.
///
/// ```swift
/// let work = WorkContext(threads: 4, progress: { print($0.stage, $0.done, "of", $0.total, $0.unit) })
/// let report = try store.verify(work: work)
/// ```
public struct WorkContext: Sendable {
  /// The most threads that work at a time, at least 1.
  public var threads: Int
  /// Asked now and then, from any thread; true stops the operation with code `cancelled`.
  public var isCancelled: @Sendable () -> Bool
  /// Told now and then, from any thread, how far the operation has come.
  public var progress: @Sendable (Progress) -> Void

  /// Makes a context; by default one thread for each core, never cancelled, telling nobody.
  public init(
    threads: Int = Threads.available, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.threads = max(1, threads)
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// Stops when the caller asked to.
  ///
  /// - Parameters:
  ///   - message: What was stopped, and what is left of it.
  ///   - file: The file that was being read or written.
  /// - Throws: ``EngramError`` with code `cancelled`.
  package func checkCancelled(_ message: String = "the work was stopped", file: String? = nil) throws(EngramError) {
    if isCancelled() { throw EngramError(.cancelled, message, file: file) }
  }

  /// Tells how much of a stage is done.
  package func report(_ stage: String, _ done: Int, of total: Int, _ unit: Progress.Unit = .things("examples")) {
    progress(Progress(stage: stage, done: done, total: total, unit: unit))
  }

  /// The context of a part of the work: however the part counts, it is told as `range` of `total` of the whole.
  ///
  /// - Parameters:
  ///   - range: Where the part begins and ends.
  ///   - total: How much there is in all.
  ///   - found: How much of what lies before `range` was found done.
  ///   - stage: What is told as being done; nil tells what the part tells.
  ///   - unit: What `range` counts; with `share`, parts of a step are told too.
  /// - Returns: The context for the part.
  package func part(
    _ range: Range<Int>, of total: Int, found: Int = 0, stage: String? = nil, unit: Progress.Unit = .share
  ) -> WorkContext {
    var part = self
    part.progress = { [progress] inner in
      let done = Double(range.lowerBound) + inner.share * Double(range.count)
      let known = Double(found) + inner.foundShare * Double(range.count)
      let scale = unit == .share ? Double(Progress.shareTotal) / Double(max(1, total)) : 1
      progress(
        Progress(
          stage: stage ?? inner.stage, done: Int((done * scale).rounded()), found: Int((known * scale).rounded()),
          total: unit == .share ? Progress.shareTotal : total,
          unit: unit))
    }
    return part
  }

  /// The same context with at most so many threads.
  package func limited(toThreads count: Int) -> WorkContext {
    var limited = self
    limited.threads = max(1, min(threads, count))
    return limited
  }

  /// The same context for work inside the gate of forks, which it leaves while it asks: the answer is the caller's code.
  package var insideGate: WorkContext {
    var inside = self
    inside.isCancelled = { [isCancelled] in ForkGate.outside(isCancelled) }
    return inside
  }

  /// The same context, which tells nobody.
  package var silent: WorkContext { WorkContext(threads: threads, isCancelled: isCancelled) }
}
