// Recorder+State.swift -- what a run in progress goes on from, kept beside its journal.
//
// The file KEY.state lies in the folder of journals. It replaces the one before as a whole, and goes when the run ends. Nobody waits
// for the disk: after a loss of power it may be torn, so whoever keeps a state must tell a torn one.

package import Base
import Glibc

extension Recorder {
  /// A state larger than this is not read into memory.
  private static let mostBytes = 1 << 34

  private static func temporary(_ name: String) -> String { ".\(name).partial" }

  /// The name of the state of a run.
  static func stateName(of run: RecordedRun) -> String { run.key + ".state" }

  /// Whether a file of the folder of journals is a state by its name, or one that was being written.
  static func isState(_ name: String) -> Bool {
    func isWhole(_ name: String) -> Bool {
      name.hasSuffix(".state") && Journal.isJournal(String(name.dropLast(6)) + Journal.suffix)
    }
    return isWhole(name)
      || name.hasPrefix(".") && name.hasSuffix(".partial") && isWhole(String(name.dropFirst().dropLast(8)))
  }

  /// Keeps what the run goes on from, in the place of what was kept before.
  ///
  /// - Throws: ``EngramError`` with code `usage` in a child of fork, `diskFull`, `io`; what was kept before stays then.
  package func keep(state: [UInt8]) throws(EngramError) {
    try requireOwn()
    let (name, folder) = (Self.stateName(of: run), try stateFolder())
    let partial = Self.temporary(name)
    let descriptor = try folder.open(partial, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(descriptor) }
    var done = 0
    while done < state.count {
      // SAFETY: the array lends its bytes for the call.
      let count = unsafe state.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = EngramError.system("write the state of a run", folder.path(of: partial))
        try? folder.remove(partial)
        throw failure
      }
      done += count
    }
    try folder.move(partial, to: folder, as: name)
  }

  /// What was kept last; nil where nothing was.
  package func keptState() throws(EngramError) -> [UInt8]? {
    let (name, folder) = (Self.stateName(of: run), try stateFolder())
    guard try folder.status(of: name) != nil else { return nil }
    return try InputFile(name, in: folder).contents(limit: Self.mostBytes)
  }

  /// Removes what was kept of a run.
  static func forgetState(of run: RecordedRun, in store: TrajectoryStore) throws(EngramError) {
    let (name, folder) = (stateName(of: run), try stateFolder(of: store))
    try folder.remove(name)
    try folder.remove(temporary(name))
  }

  /// The folder of journals and of the states beside them.
  static func stateFolder(of store: TrajectoryStore) throws(EngramError) -> DirectoryHandle {
    try store.folder.root.directory(StoreFolder.recording)
  }
}
