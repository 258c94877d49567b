// FuzzTargets.swift -- what is fuzzed: each takes bytes, and does with them what the product does with a file or a text.

import Base
import Classifiers
import Formats
import SegmentFile
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Takes an input; throwing an ``EngramError`` is a right answer.
typealias FuzzTarget = @Sendable ([UInt8]) throws(EngramError) -> Void

enum FuzzTargets {
  /// Every target by the name that scripts/fuzz takes.
  static let all: [String: FuzzTarget] = [
    "pickle": { (bytes) throws(EngramError) in
      try onFile(bytes) { (path) throws(EngramError) in _ = try PickleFile.read(path: path, limits: limits) }
    },
    "dataset": { (bytes) throws(EngramError) in
      try onFile(bytes) { (path) throws(EngramError) in _ = try IngestRequest(source: path).open() }
    },
    "npy": { (bytes) throws(EngramError) in
      try onFile(bytes) { (path) throws(EngramError) in try use(NpyFile.open(path)) }
    },
    "npz": { (bytes) throws(EngramError) in
      try onFile(bytes) { (path) throws(EngramError) in
        let file = try NpzFile(opening: path)
        for name in file.names { try use(file.array(name)) }
      }
    },
    "table": { (bytes) throws(EngramError) in _ = try MetadataTable(TextTable(delimited: bytes, file: "fuzz.csv")) },
    "json-table": { (bytes) throws(EngramError) in _ = try MetadataTable(TextTable(json: bytes, file: "fuzz.json")) },
    "json": { (bytes) throws(EngramError) in
      let value = try JSONValue(parsing: bytes)
      let text = try value.text()
      guard try JSONValue(parsing: text).text() == text else {
        fault("JSON that was written is read as something else")
      }
    },
    "view": { (bytes) throws(EngramError) in
      let view = try TrajectoryView(parsing: String(decoding: bytes, as: UTF8.self))
      guard try TrajectoryView(json: view.json) == view else { fault("a view is read from JSON as another") }
    },
    "choices": { (bytes) throws(EngramError) in
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try? EpochSelection(parsing: text)
      _ = try? StatisticSelection(parsing: text)
      _ = try? MetricMoment(parsing: text)
      _ = Statistic(name: text)
    },
    "specification": { (bytes) throws(EngramError) in
      try SplitSpecification(json: JSONValue(parsing: bytes)).check()
    },
    "grid": { (bytes) throws(EngramError) in _ = try GridSpecification(json: JSONValue(parsing: bytes)) },
    "description": { (bytes) throws(EngramError) in
      let description = try RecordingDescription(json: JSONValue(parsing: bytes))
      guard try RecordingDescription(json: description.json) == description else {
        fault("a recording description is read from its own JSON as another")
      }
    },
    "journal": { (bytes) throws(EngramError) in _ = try JournalContents(bytes, "fuzz.journal") },
    "model": { (bytes) throws(EngramError) in _ = try TrainedModel(parsing: bytes) },
    "segment": { (bytes) throws(EngramError) in
      try onFile(bytes) { (path) throws(EngramError) in try SegmentReader(InputFile(opening: path)).verify() }
    },
    "split-blob": { (bytes) throws(EngramError) in
      let half = bytes.count / 2
      let record = SplitRecord(
        title: "", trainCount: 0, testCount: 0, train: Array(bytes[..<half]), test: Array(bytes[half...]))
      _ = try record.unpacked()
    },
    "where": { (bytes) throws(EngramError) in
      let limits = QueryLimits(seconds: 1)
      _ = try SmallStore.shared.snapshot().examples(where: String(decoding: bytes, as: UTF8.self), limits: limits)
    },
    "sql": { (bytes) throws(EngramError) in
      try SmallStore.shared.query(
        String(decoding: bytes, as: UTF8.self), limits: QueryLimits(seconds: 1), header: { (_) throws(EngramError) in },
        row: { (_) throws(EngramError) in })
    },
    "store": { (bytes) throws(EngramError) in try SmallStore.openMutated(catalog: bytes) },
  ]

  /// Small enough that a hostile pickle costs little time.
  private static let limits = PickleLimits.standard

  /// Reads every value of an array, as numbers or as metadata.
  private static func use(_ array: NumPyArray) throws(EngramError) {
    let count = array.payload.byteCount
    _ = try array.payload.bytes(0..<min(count, 1 << 16))
    if array.shape.count <= 1 { _ = try array.metadataValues() }
  }

  /// Puts bytes into a file, for parsers that read files.
  private static func onFile(
    _ bytes: [UInt8], _ body: (String) throws(EngramError) -> Void
  ) throws(EngramError) {
    try Scratch.write(bytes, to: Scratch.file)
    try body(Scratch.file)
  }

  /// Ends the process, so that the fuzzer keeps the input.
  static func fault(_ what: String) -> Never { fatalError(what) }
}
