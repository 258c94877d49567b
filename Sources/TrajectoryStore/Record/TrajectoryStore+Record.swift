// TrajectoryStore+Record.swift -- recording runs as they grow, and seeing those that are in progress.

public import Base
import Catalog
public import TrajectoryModel

/// A run that is being recorded, or that was cut short and may be resumed.
public struct RunInProgress: Sendable, Hashable {
  /// What it is.
  public let run: RecordedRun
  /// The epochs that are recorded, ascending.
  public let epochs: [Double]
  /// For each epoch, ascending, its values [layer][statistic] as Float64.
  public let values: [[Double]]
  /// The metrics, by epoch.
  public let metrics: [MetricValue]
  /// Bytes of its journal.
  public let byteCount: Int
}

extension TrajectoryStore {
  /// Begins a run that grows, or resumes one of the same metadata that was cut short.
  ///
  /// - Parameters:
  ///   - metadata: Metadata of the run by field name; runs of equal metadata are one run, or those that are equal in the
  ///     fields that the store declares to tell runs apart.
  ///   - layers: The layers, in the order of values.
  ///   - statistics: The names of the statistics, in the order of values.
  ///   - elementType: The type of the values.
  ///   - options: How the end of the run waits for other writers.
  /// - Returns: A recorder that holds the run for this process.
  /// - Throws: ``EngramError`` with code `busy` while another process records the run, `exists` when it has ended and is
  ///   stored, `invalidData` when it was begun with other layers, statistics or another type, or is stored with other metadata,
  ///   `corrupt`, `io`.
  public func recorder(
    run metadata: [String: MetadataValue], layers: [Layer], statistics: [String], elementType: ElementType = .float32,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Recorder {
    func described(_ runKey: [String]?) throws(EngramError) -> RecordedRun {
      try RecordedRun(
        metadata: metadata, layers: layers, statistics: statistics, elementType: elementType, runKey: runKey)
    }
    let run = try described(try snapshot().runKey())
    if run.runKey != nil, try !journals().contains(Journal.name(of: run)) {
      // It may have been begun before the store declared what tells runs apart.
      let before = try described(nil)
      if let known = try readJournal(Journal.name(of: before))?.run, known.layers == layers {
        return try Recorder(before, in: self, options: options)
      }
    }
    return try Recorder(run, in: self, options: options)
  }

  /// Whether a run was recorded to its end, hidden or not, so that it cannot be recorded again.
  ///
  /// One that was corrected to be another run since is no longer it.
  ///
  /// - Parameters:
  ///   - metadata: Metadata of the run by field name.
  ///   - layers: The layers.
  ///   - statistics: The names of the statistics.
  /// - Returns: Whether it was.
  /// - Throws: ``EngramError`` with code `invalidData` for what cannot be a run, `corrupt`.
  package func hasRecorded(
    run metadata: [String: MetadataValue], layers: [Layer], statistics: [String]
  ) throws(EngramError) -> Bool {
    try ended(
      RecordedRun(
        metadata: metadata, layers: layers, statistics: statistics, elementType: .float32,
        runKey: try snapshot().runKey())) != nil
  }

  /// Whether the store has what was recorded of a run, whatever its metadata and their fields are today.
  ///
  /// - Parameters:
  ///   - metadata: Metadata of the run by field name, as it was recorded.
  ///   - layers: The layers.
  ///   - statistics: The names of the statistics.
  /// - Returns: Whether it has, hidden or not.
  /// - Throws: ``EngramError`` with code `invalidData` for what cannot be a run, `corrupt`.
  package func holdsRecorded(
    run metadata: [String: MetadataValue], layers: [Layer], statistics: [String]
  ) throws(EngramError) -> Bool {
    var run = try RecordedRun(
      metadata: metadata, layers: layers, statistics: statistics, elementType: .float32,
      runKey: try snapshot().runKey())
    while try hasEnded(run) {
      if try isThere(run) { return true }
      run.attempt += 1
    }
    return false
  }

  /// Every run that is being recorded or was cut short, in no order that means anything.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when a journal is damaged.
  public func runsInProgress() throws(EngramError) -> [RunInProgress] {
    var found: [RunInProgress] = []
    for journal in try journals() {
      if try hasRecordedHere(journal: journal) { continue }
      guard let contents = try readJournal(journal), let run = contents.run else { continue }
      let checkpoints = contents.checkpoints.sorted { $0.epoch < $1.epoch }
      found.append(
        RunInProgress(
          run: run, epochs: checkpoints.map(\.epoch),
          values: checkpoints.map { checkpoint in
            let values = TrajectoryValues(nativeBytes: checkpoint.bytes, run.elementType)
            return (0..<values.count).map { values.double(at: $0) }
          },
          metrics: checkpoints.flatMap { checkpoint in
            checkpoint.metrics.sorted { $0.key < $1.key }.map { MetricValue($0.key, epoch: checkpoint.epoch, $0.value) }
          }, byteCount: contents.byteCount))
    }
    return found
  }

  /// The names of the journals there are.
  func journals() throws(EngramError) -> [String] {
    guard try folder.root.status(of: StoreFolder.recording) != nil else { return [] }
    return try folder.root.directory(StoreFolder.recording).names().filter(Journal.isJournal).sorted()
  }

  /// The run of a journal, without its checkpoints; nil where nothing says which it is.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when the run has ended meanwhile, `corrupt` when the journal is damaged.
  func run(inJournal name: String) throws(EngramError) -> RecordedRun? {
    let file = try InputFile(name, in: try folder.root.directory(StoreFolder.recording))
    // Far more than the names and values of most runs take.
    let count = min(file.byteCount, 1 << 16)
    let start = try FileSlice(file: file, offset: 0, byteCount: count).bytes(0..<count)
    guard case .block(let block) = JournalBlock.read(start, at: 0, after: 0) else { return try readJournal(name)?.run }
    return try RecordedRun(journal: try JSONValue(parsing: Array(block.payload)))
  }

  /// What a journal holds; nil when its run has ended meanwhile.
  func readJournal(_ name: String) throws(EngramError) -> JournalContents? {
    guard try folder.root.status(of: StoreFolder.recording) != nil else { return nil }
    let folder = try folder.root.directory(StoreFolder.recording)
    guard try folder.status(of: name) != nil else { return nil }
    let bytes: [UInt8]
    do throws(EngramError) {
      bytes = try InputFile(name, in: folder).contents(limit: JournalContents.mostBytes)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
    return try JournalContents(bytes, folder.path(of: name))
  }
}

extension TrajectoryValues {
  /// Values from their bytes in memory.
  init(nativeBytes bytes: [UInt8], _ type: ElementType) {
    switch type {
    case .float32:
      self = .float32(
        stride(from: 0, to: bytes.count, by: 4).map { place in
          Float(bitPattern: UInt32(JournalBlock.number(bytes[place..<(place + 4)])))
        })
    case .float64:
      self = .float64(
        stride(from: 0, to: bytes.count, by: 8).map { place in
          Double(bitPattern: JournalBlock.number(bytes[place..<(place + 8)]))
        })
    }
  }

  /// One value as Float64.
  func double(at index: Int) -> Double {
    switch self {
    case .float32(let values): Double(values[index])
    case .float64(let values): values[index]
    }
  }
}
