// JournalContents.swift -- what the file of a run in progress holds.

package import Base
import TrajectoryModel

/// The run and the checkpoints that the bytes of a journal hold.
package struct JournalContents {
  /// The run; nil in a journal that was begun and never written.
  private(set) var run: RecordedRun?
  /// The checkpoints, in the order of recording.
  private(set) var checkpoints: [RecordedCheckpoint] = []
  /// The bytes of whole blocks, and the checksum of the last.
  private(set) var byteCount = 0
  private(set) var checksum: UInt64 = 0
  /// Whether bytes follow the last whole block.
  private(set) var isTorn = false

  /// A journal larger than this is not read into memory.
  static let mostBytes = 1 << 32

  /// Reads a journal.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: The file, for errors.
  /// - Throws: ``EngramError`` with code `corrupt` for whole bytes that are no block, `unsupported` for a journal of a newer
  ///   version.
  package init(_ bytes: [UInt8], _ path: String) throws(EngramError) {
    reading: while true {
      switch JournalBlock.read(bytes, at: byteCount, after: checksum) {
      case .end: break reading
      case .damage(let message):
        throw EngramError(
          .corrupt, message, file: path, place: "block \(checkpoints.count + (run == nil ? 0 : 1))", offset: byteCount,
          mend: "restore the journal from a copy, or remove it and record the run again")
      case .block(let block):
        do throws(EngramError) {
          if let run {
            checkpoints.append(try RecordedCheckpoint(block.payload, of: run))
          } else {
            run = try RecordedRun(journal: try JSONValue(parsing: Array(block.payload)))
          }
        } catch {
          var damaged = error.inFile(path)
          if damaged.code != .unsupported { damaged.code = .corrupt }
          throw damaged
        }
        byteCount += block.byteCount
        checksum = block.checksum
      }
    }
    isTorn = byteCount < bytes.count
  }
}
