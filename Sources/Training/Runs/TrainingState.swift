// TrainingState.swift -- what a run that was cut short goes on from.
//
//   offset  size  field      rule                                       (little-endian)
//        0     4  magic      "ETS" and 1
//        4     4  length     n, bytes of the header, at most 2^20
//        8     n  header     JSON: settings, library, step, diverged, diverged_at_step, threads, data
//      8+n     m  numbers    the network's own: weights, moving averages, feedback, optimiser
//    8+n+m     8  checksum   XXH3-64 of all bytes before
//
// It is written without a wait for the disk: one that is torn fails its checksum, and then the run begins anew and comes to the
// same numbers.

import Base

/// What a run goes on from.
struct TrainingState: Sendable, Hashable {
  /// Which run it is of, and what computed it.
  let settings: String
  let library: String
  /// Steps that were taken.
  let step: Int
  /// Whether the loss was no number.
  let isDiverged: Bool
  /// The step at which it first was; nil where there was none, and in states of before it was kept.
  let divergedAtStep: Int?
  /// Threads that computed it; nil in states of before they were kept.
  let threads: Int?
  /// The data that it was trained on; nil of those that are bundled, and in states of before it was kept.
  let data: DataFingerprint?
  /// The numbers of the network.
  let numbers: [UInt8]

  private static let magic: [UInt8] = [0x45, 0x54, 0x53, 1]
  private static let longestHeader = 1 << 20

  init(
    settings: String, library: String, threads: Int, step: Int, isDiverged: Bool, divergedAtStep: Int?,
    data: DataFingerprint?, numbers: [UInt8]
  ) {
    self.settings = settings
    self.library = library
    self.threads = threads
    self.step = step
    self.isDiverged = isDiverged
    self.divergedAtStep = divergedAtStep
    self.data = data
    self.numbers = numbers
  }

  /// Its bytes.
  func bytes() throws(EngramError) -> [UInt8] {
    let header: JSONValue = [
      "settings": .string(settings), "library": .string(library), "step": .count(step), "diverged": .bool(isDiverged),
      "diverged_at_step": divergedAtStep.map { .count($0) } ?? .null, "threads": threads.map { .count($0) } ?? .null,
      "data": data?.json ?? .null,
    ]
    let text = Array(try header.text(.compact).utf8)
    var bytes = Self.magic
    bytes.reserveCapacity(text.count + numbers.count + 16)
    bytes += Self.littleEndian(UInt64(text.count)).prefix(4)
    bytes += text
    bytes += numbers
    bytes += Self.littleEndian(XXH3.hash64(bytes))
    return bytes
  }

  /// Reads a state; nil for bytes that are none, or that were torn.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 16, bytes.starts(with: Self.magic) else { return nil }
    let length = Int(Self.number(bytes[4..<8]))
    guard length <= Self.longestHeader, 8 + length + 8 <= bytes.count else { return nil }
    let end = bytes.count - 8
    guard XXH3.hash64(Array(bytes[..<end])) == Self.number(bytes[end...]) else { return nil }
    do throws(EngramError) {
      let header = try JSONValue(parsing: Array(bytes[8..<(8 + length)])).asObject()
      settings = try header.string("settings")
      library = try header.string("library")
      isDiverged = try header.bool("diverged")
      guard let step = Int(exactly: try header.integer("step")), step >= 0 else { return nil }
      self.step = step
      let number = { (value: JSONValue) throws(EngramError) in Int(clamping: try value.asInteger()) }
      divergedAtStep = try header.optional("diverged_at_step", number)
      threads = try header.optional("threads", number)
      data = try header.optional("data") { (value) throws(EngramError) in try DataFingerprint(value) }
    } catch {
      return nil
    }
    numbers = Array(bytes[(8 + length)..<end])
  }

  private static func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
