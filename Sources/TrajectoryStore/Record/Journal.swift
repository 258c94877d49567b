// Journal.swift -- the file of a run in progress: open for one process, growing by whole blocks.

import Base
import Glibc
import TrajectoryModel

/// The journal of a run in progress, held by this process.
///
/// A child of fork does not have it: its lock ends with the process that opened it, and the child may not write.
final class Journal {
  let run: RecordedRun
  let name: String
  private let folder: DirectoryHandle
  private let descriptor: Int32
  private var checksum: UInt64
  private var end: Int
  private var isSynced = true
  private let generation = ForkGate.generation
  /// The hash of each checkpoint by its epoch.
  private(set) var checkpoints: [Double: String] = [:]

  /// The ending of the names of journals.
  static let suffix = ".journal"

  /// The name of the journal of a run.
  static func name(of run: RecordedRun) -> String { run.key + suffix }

  /// Whether a file of the folder is a journal by its name.
  static func isJournal(_ name: String) -> Bool {
    name.hasSuffix(suffix) && name.utf8.count == 32 + suffix.utf8.count
      && name.utf8.prefix(32).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// Opens the journal of a run, or begins it.
  ///
  /// - Throws: Code `busy` while another process records the run, `invalidData` when it has other layers, statistics or
  ///   another type, `corrupt` when the journal is damaged, `diskFull`, `io`.
  init(_ run: RecordedRun, in folder: DirectoryHandle) throws(EngramError) {
    self.run = run
    self.folder = folder
    name = Self.name(of: run)
    descriptor = try folder.open(name, O_RDWR | O_CREAT)
    (checksum, end) = (0, 0)
    // From here on an error ends in `deinit` too.
    ForkGate.closeInChildren(descriptor)
    try lock()
    try takeUp()
  }

  deinit {
    // In a child of fork the lock is the parent's, and the descriptor is closed.
    guard generation == ForkGate.generation else { return }
    ForkGate.keepInChildren(descriptor)
    // A process that was forked at this moment may have the descriptor too; closing ours would leave it locked.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private var path: String { folder.path(of: name) }

  /// Refuses to write in a child of fork, where the run is the parent's.
  ///
  /// - Throws: Code `usage`.
  func requireOwn() throws(EngramError) {
    guard generation == ForkGate.generation else {
      throw EngramError(
        .usage, "the run is recorded by the process before the fork", file: path,
        mend: "record it there, or begin another run in the new process")
    }
  }

  private func lock() throws(EngramError) {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      if errno != EWOULDBLOCK { throw .system("lock the journal of a run", path) }
      throw EngramError(
        .busy, "another process records this run", file: path, mend: "end it first, or give the run other metadata")
    }
    // It may have been ended, and its journal removed, between opening and locking.
    let opened = try FileStatus(of: descriptor, path: path)
    if try folder.status(of: name)?.isSameFile(as: opened) != true {
      throw EngramError(.busy, "the run was ended at this moment", file: path, mend: "try again")
    }
  }

  /// Reads what is there and cuts off what was being written when a process was killed; begins the journal where nothing is.
  private func takeUp() throws(EngramError) {
    let contents = try JournalContents(try InputFile(name, in: folder).contents(limit: JournalContents.mostBytes), path)
    if let known = contents.run {
      guard known.layers == run.layers, known.statistics == run.statistics, known.elementType == run.elementType else {
        let (expected, found) = Self.difference(known, run)
        throw EngramError(
          .invalidData, "the run is being recorded with other layers, statistics or another type", file: path,
          expected: expected, found: found)
      }
      guard Self.isSame(known.metadata, run.metadata) else {
        throw EngramError(
          .invalidData, "the run is being recorded with other metadata", file: path,
          expected: Self.text(known.metadata), found: Self.text(run.metadata),
          mend: "give the run the metadata that it was begun with, or other values of what tells runs apart")
      }
      for checkpoint in contents.checkpoints { checkpoints[checkpoint.epoch] = checkpoint.hash }
      (checksum, end) = (contents.checksum, contents.byteCount)
    }
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw .system("cut the journal of a run", path) }
    guard contents.run == nil else { return }
    try append(.run, Array(try run.json.text().utf8))
    try sync()
    try folder.sync()
  }

  /// What of the layers, the statistics or the type of two runs differs first, in words.
  private static func difference(_ known: RecordedRun, _ new: RecordedRun) -> (String, String) {
    if known.elementType != new.elementType { return (known.elementType.name, new.elementType.name) }
    func layers(_ run: RecordedRun) -> [String] {
      run.layers.map { layer in layer.name + (layer.position.map { " (\($0.rawValue))" } ?? "") }
    }
    let isOfLayers = known.layers != new.layers
    let (one, other) = isOfLayers ? (layers(known), layers(new)) : (known.statistics, new.statistics)
    let place = zip(one, other).enumerated().first { $1.0 != $1.1 }?.offset ?? min(one.count, other.count)
    func text(_ names: [String]) -> String {
      let name = place < names.count ? "'\(names[place])'" : "none"
      return "\(names.count) \(isOfLayers ? "layers" : "statistics"), number \(place + 1) of them \(name)"
    }
    return (text(one), text(other))
  }

  /// Whether two runs have the same values, fields without a value apart.
  private static func isSame(_ one: [String: MetadataValue], _ other: [String: MetadataValue]) -> Bool {
    func values(_ metadata: [String: MetadataValue]) -> [String: MetadataValue] {
      Dictionary(
        metadata.filter { $0.value != .null }.map { ($0.key.lowercased(), $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    return values(one) == values(other)
  }

  private static func text(_ metadata: [String: MetadataValue]) -> String {
    metadata.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
  }

  /// Adds a checkpoint; it is durable once ``sync()`` has returned.
  func append(_ checkpoint: RecordedCheckpoint) throws(EngramError) {
    try requireOwn()
    try append(.checkpoint, checkpoint.payload)
    checkpoints[checkpoint.epoch] = checkpoint.hash
  }

  private func append(_ kind: JournalBlock.Kind, _ payload: [UInt8]) throws(EngramError) {
    guard payload.count <= JournalBlock.mostBytes else {
      throw EngramError(.limit, "a checkpoint is too large", file: path, found: "\(payload.count) bytes")
    }
    let block = JournalBlock.bytes(kind, payload, after: checksum)
    // What is not read is not written.
    guard block.bytes.count <= JournalContents.mostBytes - end else {
      throw EngramError(
        .limit, "the journal of a run is full", file: path, expected: "at most \(JournalContents.mostBytes) bytes",
        found: "\(end + block.bytes.count) bytes",
        mend: "end the run, and record fewer statistics or layers in a run, or fewer checkpoints")
    }
    var written = 0
    while written < block.bytes.count {
      // SAFETY: the array lends its bytes for the call.
      let count = unsafe block.bytes.withUnsafeBytes { bytes in
        unsafe pwrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(end + written))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = EngramError.system("write the journal of a run", path)
        // What is half written is not part of the journal.
        ftruncate(descriptor, off_t(end))
        throw failure
      }
      written += count
    }
    end += block.bytes.count
    checksum = block.checksum
    isSynced = false
  }

  /// Makes what was added durable.
  func sync() throws(EngramError) {
    try requireOwn()
    if isSynced { return }
    guard fdatasync(descriptor) == 0 else { throw .system("sync the journal of a run", path) }
    isSynced = true
  }

  /// Every checkpoint, in the order of recording.
  func contents() throws(EngramError) -> JournalContents {
    try JournalContents(try InputFile(name, in: folder).contents(limit: JournalContents.mostBytes), path)
  }

  /// Removes the journal; its run is part of the store.
  func remove() throws(EngramError) {
    try requireOwn()
    try folder.remove(name)
    try folder.sync()
  }
}
