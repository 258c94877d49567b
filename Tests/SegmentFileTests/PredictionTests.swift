// PredictionTests.swift -- statistics predicted from one another come back bit by bit, and cost little.

import Base
import ColumnCodec
import SegmentFile
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct PredictionTests {
  /// What there is of the statistics decides from what they are predicted.
  static let axes: [@Sendable ([String]) -> [String]] = [
    { $0 }, { $0.reversed().filter { $0 != "weightraw_norm" } },
    { $0.filter { $0 != "weightsq_mean" && $0 != "weightraw_norm" } },
  ]

  @Test(arguments: ElementType.allCases, SegmentCodec.allCases)
  func `statistics of tensors come back bit by bit, whole, alone and in part`(
    type: ElementType, codec: SegmentCodec
  ) throws {
    for axis in Self.axes {
      try comeBack(
        SegmentSample.tensors(examples: 150, epochs: 6, type: type, seed: 17, axis: axis), rowGroupSize: 64, codec)
    }
    // Enough for grades, which rest on few neighbours, on a few far apart, and on all.
    try comeBack(
      SegmentSample.tensors(examples: 1_300, epochs: 6, type: type, seed: 18, learning: true), rowGroupSize: 640, codec)
  }

  private func comeBack(_ sample: SegmentSample, rowGroupSize: Int, _ codec: SegmentCodec) throws {
    let directory = TemporaryFolder()
    var sample = sample
    sample.codec = codec
    let type = sample.schema.elementType
    let path = directory["tensors.seg"]
    try sample.write(to: path, work: WorkContext(threads: 2), rowGroupSize: rowGroupSize)
    #expect(try canonicalBytes(path, work: WorkContext(threads: 2)) == sample.bytes)
    let reader = try SegmentReader(InputFile(opening: path))
    try reader.verify(work: WorkContext(threads: 2))
    let decoder = RowGroupDecoder()
    let count = reader.schema.statistics.count
    let picks = [2, 30, 31, 63].map { RowRun(source: Int32($0), destination: 0, count: 1) }
    let windows = [ChunkWindow(examples: 5..<41, epochEnd: 4), ChunkWindow(runs: [picks], epochEnd: 4)]
    #expect(windows.map { $0.picked == nil } == [true, false])
    for (statistic, window) in (0..<count).flatMap({ statistic in windows.map { (statistic, $0) } }) {
      try decoder.decode(reader, rowGroup: 1, statistics: [statistic], window: window) {
        (_, block) throws(EngramError) in
        let found = unsafe block.values(as: .float64)
        for epoch in 0..<4 {
          for (place, example) in (window.picked?.map(Int.init) ?? Array(window.examples)).enumerated() {
            let bits = sample.bits[((rowGroupSize + example) * 6 + epoch) * count + statistic]
            let value = unsafe found.load(fromByteOffset: (epoch * window.count + place) * 8, as: Double.self)
            let expected = type == .float32 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
            #expect(value == expected || (value.isNaN && expected.isNaN), "\(reader.schema.statistics[statistic])")
          }
        }
      }
    }
  }

  @Test func `tensors that learn are repeated, graded and trended beside copies and predictions`() throws {
    let directory = TemporaryFolder()
    let path = directory["tensors.seg"]
    try SegmentSample.tensors(examples: 640, epochs: 9, type: .float32, seed: 6, learning: true).write(to: path)
    let reader = try SegmentReader(InputFile(opening: path))
    let storages = reader.schema.statistics.indices.map { reader.storage(rowGroup: 0, statistic: $0) }
    #expect(storages.contains { $0.isRepeated && $0.isGraded && $0.isTrended && $0.copySource != nil })
    #expect(storages.contains { $0.isRepeated && $0.isGraded && $0.prediction?.predictor.isOfChange == true })
    // What others are told from is read fast.
    let norm = try #require(reader.schema.statistics.firstIndex(of: "weightraw_norm"))
    #expect(storages[norm].isRepeated && !storages[norm].isGraded && !storages[norm].isTrended)
  }

  @Test func `every predictor is chosen for some chunk, and copies are found`() throws {
    let directory = TemporaryFolder()
    let path = directory["tensors.seg"]
    var sample = try SegmentSample.tensors(examples: 300, epochs: 9, type: .float32, seed: 3)
    let predicted = try sample.write(to: path)
    let reader = try SegmentReader(InputFile(opening: path))
    let storages = reader.schema.statistics.indices.map { reader.storage(rowGroup: 0, statistic: $0) }
    let wide = directory["wide.seg"]
    try SegmentSample.tensors(examples: 50, epochs: 5, type: .float64, seed: 45).write(to: wide)
    let others = try SegmentReader(InputFile(opening: wide))
    var all = storages + others.schema.statistics.indices.map { others.storage(rowGroup: 0, statistic: $0) }
    for (number, axis) in Self.axes.enumerated() {
      let path = directory["part\(number).seg"]
      try SegmentSample.tensors(examples: 300, epochs: 9, type: .float32, seed: 3, axis: axis).write(to: path)
      let part = try SegmentReader(InputFile(opening: path))
      all += part.schema.statistics.indices.map { part.storage(rowGroup: 0, statistic: $0) }
    }
    #expect(Set(all.compactMap { $0.prediction?.predictor }) == Set(Predictor.allCases))
    #expect(storages.contains { $0.copySource != nil && $0.prediction == nil })
    sample.codec = .independent
    let independent = try sample.write(to: directory["independent.seg"])
    #expect(predicted.valuesHash == independent.valuesHash)
    #expect(Double(independent.byteCount) / Double(predicted.byteCount) > 1.5)
    let alone = try SegmentReader(InputFile(opening: directory["independent.seg"]))
    for statistic in alone.schema.statistics.indices {
      #expect(alone.storage(rowGroup: 0, statistic: statistic).dependencies.isEmpty)
    }
  }

  @Test func `reading every statistic decodes each chunk once, in an order that dependencies allow`() throws {
    let directory = TemporaryFolder()
    let path = directory["tensors.seg"]
    try SegmentSample.tensors(examples: 80, epochs: 5, type: .float32, seed: 4).write(to: path)
    let reader = try SegmentReader(InputFile(opening: path))
    var seen: [Int] = []
    let wanted = Array(reader.schema.statistics.indices.reversed())
    try RowGroupDecoder().decode(reader, rowGroup: 0, statistics: wanted) { (place, _) throws(EngramError) in
      seen.append(place)
    }
    #expect(seen.count == wanted.count && Set(seen).count == wanted.count)
  }

  @Test func `chunks that depend on one another in a circle are corrupt`() throws {
    let directory = TemporaryFolder()
    let path = directory["tensors.seg"]
    try SegmentSample.tensors(examples: 40, epochs: 3, type: .float32, seed: 5).write(to: path)
    var bytes = TestFiles.read(path)
    let reader = try SegmentReader(InputFile(opening: path))
    let count = reader.schema.statistics.count
    let copy = try #require(
      reader.schema.statistics.indices.first { reader.storage(rowGroup: 0, statistic: $0).copySource != nil })
    let source = try #require(reader.storage(rowGroup: 0, statistic: copy).copySource)
    let entry = bytes.count - 32 - 56 * (count - source)
    SegmentBytes.put(UInt64(copy), 2, at: entry + 26, in: &bytes)
    SegmentBytes.resealTrailer(&bytes)
    TestFiles.write(bytes, to: directory["circle.seg"])
    let circle = try SegmentReader(InputFile(opening: directory["circle.seg"]))
    for statistic in [copy, source] {
      let error = #expect(throws: EngramError.self) {
        try RowGroupDecoder().decode(circle, rowGroup: 0, statistics: [statistic]) { (_, _) throws(EngramError) in }
      }
      #expect(error?.code == .corrupt)
    }
    #expect(throws: EngramError.self) { try circle.verify() }
  }

  @Test func `random changes to predicted chunks never do harm`() throws {
    let directory = TemporaryFolder()
    let path = directory["tensors.seg"]
    try SegmentSample.tensors(examples: 30, epochs: 3, type: .float64, seed: 6).write(to: path)
    let sound = TestFiles.read(path)
    let count = 42
    let seed: UInt64 = 99
    var generator = SeededGenerator(seed: seed)
    var counts: [EngramError.Code?: Int] = [:]
    for _ in 0..<1_500 {
      var bytes = sound
      let directoryStart = bytes.count - 32 - 56 * count
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let isEntry = Bool.random(using: &generator)
        let offset =
          isEntry
          ? directoryStart + 56 * Int.random(in: 0..<count, using: &generator)
            + Int.random(in: 16..<28, using: &generator)
          : Int.random(in: 40..<directoryStart, using: &generator)
        bytes[offset] = UInt8.random(in: isEntry ? 0...42 : .min ... .max, using: &generator)
      }
      SegmentBytes.reseal(&bytes, chunkCount: count)
      counts[SegmentDamageTests.code(bytes, at: directory["mutant.seg"]), default: 0] += 1
    }
    #expect(Set(counts.keys).isSubset(of: [nil, .corrupt, .unsupported]), "seed \(seed): \(counts)")
    #expect(counts[.corrupt, default: 0] > 500, "seed \(seed): \(counts)")
  }
}
