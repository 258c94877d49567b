// RecordCommand.swift -- `engram record STORE`: runs that grow, as lines of JSON on standard input.

import Base
import TrajectoryStore

/// Records runs as they grow.
enum RecordCommand {
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")

  static let command = Command(
    "record", "record runs checkpoint by checkpoint, from lines of JSON on standard input",
    discussion: """
      Each line of standard input is an object, and each is answered by a line on standard output.

        {"run": {"learning_rule": "adam", "model_seed": 3}, "layers": ["conv1", {"name": "fc", "position": "deep"}],
         "statistics": ["weightabs_mean", "weightabs_var"], "type": "float32"}
        {"epoch": 5, "values": [[0.1, 0.2], [0.3, 0.4]], "metrics": {"loss": 0.7}}
        {"end": true}

      values has a list for each layer, or one list of all of them. Values are stored as float32 unless type says float64; an \
      answer has a "note" where float32 makes infinities or zeros of them. A line with "id" is about the run that was begun with \
      that id, so several runs may be recorded side by side. The answer is {"ok": "started"|"resumed", "epochs": […]}, \
      {"ok": "recorded"|"repeated", "epoch": …} or {"ok": "ended", "first_example": …, "examples": …, "commit": …}; or \
      {"error": {…}}, after which the next line is read. What was answered survives a kill and a loss of power.

      A run that was cut short is resumed by beginning it again: runs of equal metadata are one run. A checkpoint that is \
      there already is skipped when it is equal, and refused when it is not. A run becomes part of the store when it ends. \
      Where the store declares what tells runs apart (engram ingest --run), runs that are equal in that are one run, and its \
      metadata must agree. A run that the store has, ingested or corrected too, gets the layers that it has not; a layer that it \
      has and a run that is hidden are refused.
      """,
    takes: [store, SharedParameters.author, SharedParameters.waitSeconds],
    examples: [.init("engram record lr.engram", "What a training loop writes to the standard input of this")],
    body: run)

  /// Bytes that are read at a time.
  private static let chunk = 1 << 16
  /// A line longer than this is no checkpoint.
  private static let longestLine = 1 << 28

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let (store, isNew) = try TrajectoryStore.openOrCreate(at: invocation[store])
    do throws(EngramError) {
      try record(into: store, invocation)
    } catch {
      // A store that nothing came into is not kept.
      if isNew { try? store.removeIfEmpty() }
      throw error
    }
    guard isNew, try store.snapshot().commit == 0, try store.runsInProgress().isEmpty else { return }
    try store.removeIfEmpty()
    throw EngramError(
      .invalidData, "nothing was recorded, and no store was made", file: store.path,
      expected: "lines of JSON on standard input, the first of which begins a run", found: "no run")
  }

  private static func record(into store: TrajectoryStore, _ invocation: Invocation) throws(EngramError) {
    let options = WriteOptions(
      waitSeconds: invocation[SharedParameters.waitSeconds], work: invocation.work,
      author: invocation[SharedParameters.author])
    let session = RecordingSession(store, options)
    // However it ends, runs may be left in progress.
    defer { try? noteOpenRuns(of: session, invocation) }
    var pending: [UInt8] = []
    var isOpen = true
    while isOpen {
      let bytes = try invocation.readInput(
        upTo: chunk, ifStopped: "the recording was stopped; what was answered is kept")
      isOpen = !bytes.isEmpty
      pending += bytes
      var start = 0
      while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
        session.take(Array(pending[start..<end]))
        start = end + 1
      }
      pending.removeFirst(start)
      if !isOpen, !pending.isEmpty { session.take(pending) }
      guard pending.count <= longestLine else {
        throw EngramError(.limit, "a line is too long", expected: "at most \(longestLine) bytes")
      }
      // One wait for the disk for all lines that came together, then their answers.
      try session.sync()
      try invocation.output.write(session.answers())
      try invocation.output.flush()
    }
    if let error = session.firstError {
      throw EngramError(
        error.code, "\(session.errorCount) lines were refused, the first of them: \(error.message)", file: error.file,
        place: error.place, expected: error.expected, found: error.found, mend: error.mend)
    }
  }

  private static func noteOpenRuns(of session: RecordingSession, _ invocation: Invocation) throws(EngramError) {
    if session.openRuns == 0 { return }
    let runs = session.openRuns == 1 ? "1 run is" : "\(session.openRuns) runs are"
    try invocation.note("\(runs) in progress; a line that begins a run again goes on with it")
  }
}
