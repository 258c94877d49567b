// ChunkEntry.swift -- one entry of the chunk directory, 56 bytes.
//   offset  size  field        rule                   (little-endian; normative: schema/FORMAT.md, "Chunk directory")
//        0     8  offset       where the chunk before ends
//        8     4  byteCount    at least 1, at most the bytes of the values
//       12     4  finiteCount  at most the number of values
//       16     1  codec        0 raw, 1 codes
//       17     1  flags        bit 0: a Float64 chunk stored as Float32; bit 1: differences along the epochs; bit 2: of these
//                              what a trend leaves; bit 3: codes in grades; bit 4: those of the first epoch are repeats
//       18     1  predictor    0 none, 1 to 12 a formula
//       19     1  reserved     zero
//       20     6  operands     the statistics a, b, c of the formula; ffff where it has none
//       26     2  copySource   the statistic of which examples are copies; ffff for none
//       28     4  reserved     zero
//       32     8  checksum     XXH3-64 of the chunk
//       40     8  minimum      of the finite values, as Float64; +infinity where there is none
//       48     8  maximum      of the finite values, as Float64; -infinity where there is none

import Base
import ColumnCodec
import TrajectoryModel

/// One entry of the chunk directory.
struct ChunkEntry {
  /// Bytes of an entry.
  static let byteCount = 56
  /// No statistic.
  private static let none: UInt16 = 0xffff
  /// The bit that says that a Float64 chunk is stored as Float32.
  private static let narrowedFlag: UInt8 = 1
  /// The bit that says that residuals are stored as differences along the epochs.
  private static let differencedFlag: UInt8 = 2
  /// The bit that says that differences are predicted to go on as they were.
  private static let trendedFlag: UInt8 = 4
  /// The bit that says that codes lie in grades.
  private static let gradedFlag: UInt8 = 8
  /// The bit that says that the codes of the first epoch are repeats of each other.
  private static let repeatedFlag: UInt8 = 16

  /// The offset of the chunk in the file.
  let offset: Int
  /// The length of the chunk.
  let byteCount: Int
  /// How the chunk is stored.
  let storage: ChunkStorage
  /// XXH3-64 of the chunk.
  let checksum: UInt64
  /// The range of the values.
  let zone: ZoneMap

  /// Reads an entry that was checked before.
  init(trusted bytes: RawSpan, valueCount: Int) {
    offset = Int(truncatingIfNeeded: bytes.littleEndian(at: 0, as: UInt64.self))
    byteCount = Int(bytes.littleEndian(at: 8, as: UInt32.self))
    let flags = bytes.littleEndian(at: 17, as: UInt8.self)
    let copySource = bytes.littleEndian(at: 26, as: UInt16.self)
    let prediction = Predictor(rawValue: bytes.littleEndian(at: 18, as: UInt8.self)).map { predictor in
      Prediction(
        predictor,
        (0..<predictor.operandCount).map { Int(bytes.littleEndian(at: 20 + 2 * $0, as: UInt16.self)) })
    }
    storage = ChunkStorage(
      codec: ChunkCodec(rawValue: bytes.littleEndian(at: 16, as: UInt8.self)) ?? .raw,
      isNarrowed: flags & Self.narrowedFlag != 0, isDifferenced: flags & Self.differencedFlag != 0,
      isTrended: flags & Self.trendedFlag != 0, isGraded: flags & Self.gradedFlag != 0,
      isRepeated: flags & Self.repeatedFlag != 0, prediction: prediction,
      copySource: copySource == Self.none ? nil : Int(copySource))
    checksum = bytes.littleEndian(at: 32, as: UInt64.self)
    zone = ZoneMap(
      count: valueCount, finiteCount: Int(bytes.littleEndian(at: 12, as: UInt32.self)),
      minimum: bytes.float64(at: 40), maximum: bytes.float64(at: 48))
  }

  /// Reads and checks an entry.
  ///
  /// - Parameters:
  ///   - bytes: The entry.
  ///   - place: Its offset in the file.
  ///   - expectedOffset: Where the chunk before it ends.
  ///   - shape: What the chunk holds.
  ///   - statistic: The index of its statistic.
  ///   - statisticCount: The number of statistics.
  /// - Throws: `unsupported` for a codec, a flag or a predictor that is not known, `corrupt` for anything else.
  init(
    checking bytes: RawSpan, at place: Int, expectedOffset: Int, shape: ChunkShape, statistic: Int, statisticCount: Int
  ) throws(EngramError) {
    func fault(_ message: String, _ offset: Int, expected: String, found: String) -> EngramError {
      .rule(message, "chunk directory", place + offset, expected: expected, found: found)
    }
    let codec = bytes.littleEndian(at: 16, as: UInt8.self)
    let flags = bytes.littleEndian(at: 17, as: UInt8.self)
    let predictor = bytes.littleEndian(at: 18, as: UInt8.self)
    let known =
      Self.narrowedFlag | Self.differencedFlag | Self.trendedFlag | Self.gradedFlag | Self.repeatedFlag
    guard ChunkCodec(rawValue: codec) != nil, flags & ~known == 0,
      predictor == 0 || Predictor(rawValue: predictor) != nil
    else {
      throw EngramError(
        .unsupported, "a chunk needs a newer version of this program", place: "chunk directory", offset: place + 16,
        expected: "codec 0 or 1, flags 0 to \(known), predictor 0 to \(Predictor.allCases.count)",
        found: "codec \(codec), flags \(flags), predictor \(predictor)", mend: "upgrade the program")
    }
    self.init(trusted: bytes, valueCount: shape.valueCount)
    let offset = bytes.littleEndian(at: 0, as: UInt64.self)
    guard offset == UInt64(expectedOffset) else {
      throw fault("chunks have a gap or overlap", 0, expected: "\(expectedOffset)", found: "\(offset)")
    }
    guard byteCount >= 1, byteCount <= shape.byteCount else {
      throw fault("the length of a chunk cannot be", 8, expected: "1 to \(shape.byteCount)", found: "\(byteCount)")
    }
    guard !storage.isNarrowed || shape.elementType == .float64 else {
      throw fault("a float32 chunk cannot be narrowed", 17, expected: "bit 0 not set", found: "\(flags)")
    }
    guard bytes.littleEndian(at: 19, as: UInt8.self) == 0, bytes.littleEndian(at: 28, as: UInt32.self) == 0 else {
      throw fault("reserved bytes are not zero", 19, expected: "0", found: "others")
    }
    try checkDependencies(bytes, statistic: statistic, statisticCount: statisticCount, fault: fault)
    let (low, high) = (zone.minimum, zone.maximum)
    let isRange =
      zone.finiteCount == 0 ? low == .infinity && high == -.infinity : low.isFinite && low <= high && high.isFinite
    guard zone.finiteCount <= shape.valueCount, isRange else {
      throw fault(
        "a zone map cannot be", 12, expected: "at most \(shape.valueCount) finite values in ascending range",
        found: "\(zone.finiteCount) from \(low) to \(high)")
    }
  }

  private func checkDependencies(
    _ bytes: RawSpan, statistic: Int, statisticCount: Int,
    fault: (_ message: String, _ offset: Int, _ expected: String, _ found: String) -> EngramError
  ) throws(EngramError) {
    guard
      storage.codec != .raw
        || (storage.prediction == nil && storage.copySource == nil && !storage.isDifferenced && !storage.isGraded
          && !storage.isRepeated)
    else {
      throw fault("a raw chunk depends on nothing", 16, "flags 0 or 1, no predictor, no copy source", "others")
    }
    guard storage.prediction?.predictor.isOfChange != true || storage.isDifferenced else {
      throw fault("a change is predicted without differences", 17, "bit 1 set", "not set")
    }
    guard !storage.isTrended || storage.isDifferenced else {
      throw fault("a trend is of no differences", 17, "bit 1 set", "not set")
    }
    for unused in (storage.prediction?.operands.count ?? 0)..<3 {
      let found = bytes.littleEndian(at: 20 + 2 * unused, as: UInt16.self)
      guard found == Self.none else {
        throw fault("a formula has too many operands", 20 + 2 * unused, "ffff", String(found, radix: 16))
      }
    }
    for other in storage.dependencies where other >= statisticCount || other == statistic {
      throw fault(
        "a chunk depends on a statistic that cannot be", 20, "another statistic below \(statisticCount)", "\(other)")
    }
  }

  /// The bytes of the entry of a chunk.
  static func bytes(of chunk: EncodedChunk, offset: Int) -> [UInt8] {
    let storage = chunk.storage
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    bytes.appendLittleEndian(UInt64(offset))
    bytes.appendLittleEndian(UInt32(chunk.bytes.count))
    bytes.appendLittleEndian(UInt32(chunk.zone.finiteCount))
    bytes.append(storage.codec.rawValue)
    let trend = (storage.isDifferenced ? differencedFlag : 0) | (storage.isTrended ? trendedFlag : 0)
    bytes.append(
      (storage.isNarrowed ? narrowedFlag : 0) | trend | (storage.isGraded ? gradedFlag : 0)
        | (storage.isRepeated ? repeatedFlag : 0))
    bytes.append(storage.prediction?.predictor.rawValue ?? 0)
    bytes.append(0)
    let operands = storage.prediction?.operands ?? []
    for slot in 0..<3 { bytes.appendLittleEndian(slot < operands.count ? UInt16(operands[slot]) : none) }
    bytes.appendLittleEndian(storage.copySource.map { UInt16($0) } ?? none)
    bytes.appendLittleEndian(UInt32(0))
    bytes.appendLittleEndian(XXH3.hash64(chunk.bytes))
    bytes.appendLittleEndian(chunk.zone.minimum.bitPattern)
    bytes.appendLittleEndian(chunk.zone.maximum.bitPattern)
    return bytes
  }
}
