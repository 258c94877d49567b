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
  /// Bytes of its journal.
  public let byteCount: Int
}

extension TrajectoryStore {
  /// Begins a run that grows, or resumes one of the same metadata that was cut short.
  ///
  /// - Parameters:
  ///   - metadata: Metadata of the run by field name; runs of equal metadata are one run.
  ///   - layers: The layers, in the order of values.
  ///   - statistics: The names of the statistics, in the order of values.
  ///   - elementType: The type of the values.
  ///   - options: How the end of the run waits for other writers.
  /// - Returns: A recorder that holds the run for this process.
  /// - Throws: ``EngramError`` with code `busy` while another process records the run, `exists` when it has ended and is
  ///   stored, `invalidData` when it was begun with other layers, statistics or another type, `corrupt`, `io`.
  public func recorder(
    run metadata: [String: MetadataValue], layers: [Layer], statistics: [String], elementType: ElementType = .float32,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Recorder {
    try Recorder(
      try RecordedRun(metadata: metadata, layers: layers, statistics: statistics, elementType: elementType), in: self,
      options: options)
  }

  /// Every run that is being recorded or was cut short, in no order that means anything.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when a journal is damaged.
  public func runsInProgress() throws(EngramError) -> [RunInProgress] {
    var found: [RunInProgress] = []
    for journal in try journals() {
      guard let contents = try readJournal(journal), let run = contents.run else { continue }
      let checkpoints = contents.checkpoints.sorted { $0.epoch < $1.epoch }
      found.append(
        RunInProgress(
          run: run, epochs: checkpoints.map(\.epoch),
          values: checkpoints.map { checkpoint in
            let values = TrajectoryValues(nativeBytes: checkpoint.bytes, run.elementType)
            return (0..<values.count).map { values.double(at: $0) }
          }, byteCount: contents.byteCount))
    }
    return found
  }

  /// The names of the journals there are.
  func journals() throws(EngramError) -> [String] {
    guard try folder.root.status(of: StoreFolder.recording) != nil else { return [] }
    return try folder.root.directory(StoreFolder.recording).names().filter(Journal.isJournal).sorted()
  }

  /// What a journal holds; nil when its run has ended meanwhile.
  func readJournal(_ name: String) throws(EngramError) -> JournalContents? {
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

  /// What the store remembers of a run that was recorded, so that it is not recorded twice.
  func recordingHash(of run: RecordedRun) -> String { "recording \(run.key)" }

  /// The error for a run that has ended and is part of the store, or nil.
  func ended(_ run: RecordedRun) throws(EngramError) -> EngramError? {
    let hash = recordingHash(of: run)
    guard let stored = try read({ (catalog) throws(EngramError) in try catalog.ingested(hash) }) else { return nil }
    return EngramError(
      .exists, "the run was recorded to its end and is part of the store", file: path,
      found: "examples \(stored.examples.lowerBound) to \(stored.examples.upperBound - 1), commit \(stored.commit.id)",
      mend: "give another run other metadata")
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
