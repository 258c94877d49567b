// Recorder+Resuming.swift -- which journal a run goes on with that is begun again.

import Base
import TrajectoryModel

extension Recorder {
  /// More runs of one key than anybody ends and then corrects; a purge may have removed any of them.
  private static let mostAttempts = 64

  /// Finds the journal of a run, and otherwise the number that a new one gets among the runs of its key.
  ///
  /// A purge removes what is remembered of runs that ended, so a journal may have a higher number than a new one would get.
  ///
  /// - Parameters:
  ///   - run: Gets the number.
  ///   - store: The store.
  /// - Returns: Whether there is a journal.
  /// - Throws: ``EngramError`` with code `exists` when the run has ended and is part of the store, `invalidData` when it was
  ///   begun with its layers in another order, `busy`, `io`.
  static func takeUp(_ run: inout RecordedRun, of store: TrajectoryStore) throws(EngramError) -> Bool {
    let journals = try store.journals()
    let names = Set(journals)
    var ended: [RecordedRun] = []
    while try store.hasEnded(run) {
      ended.append(run)
      run.attempt += 1
    }
    var begun: RecordedRun?
    if !names.isEmpty {
      var other = run
      for attempt in 0..<(ended.count + mostAttempts) where begun == nil {
        other.attempt = attempt
        guard names.contains(Journal.name(of: other)) else { continue }
        guard try store.hasRecordedHere(other) else {
          begun = other
          continue
        }
        // A process was killed after the run became part of the store and before its journal was removed.
        try Journal(other, in: try stateFolder(of: store)).remove()
        try forgetState(of: other, in: store)
      }
    }
    let hasFolder = try store.folder.root.status(of: StoreFolder.recording) != nil
    for known in ended where hasFolder && known.attempt != begun?.attempt { try forgetState(of: known, in: store) }
    for known in ended {
      guard var stored = try store.ended(known) else { continue }
      if begun != nil {
        stored.found = (stored.found ?? "") + "; another recording of it is in progress here, and stays so"
        stored.mend =
          "to go on with the recording in progress, hide the stored run and purge it; to give that up, remove its journal"
      }
      throw stored
    }
    if let begun {
      run = begun
      return true
    }
    if run.runKey != nil {
      for name in journals {
        guard let known = try? store.run(inJournal: name), run.differsInOrder(from: known) else { continue }
        throw EngramError(
          .invalidData, "the run is being recorded with its layers in another order", file: store.path,
          expected: known.layers.map(\.name).joined(separator: ", "),
          found: run.layers.map(\.name).joined(separator: ", "))
      }
    }
    return false
  }
}
