// IngestCommand.swift -- `engram ingest SRC STORE`.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Brings a data set into a store.
enum IngestCommand {
  static let source = Parameter.argument(
    .file("SRC"), "a pickle in the published layout, or a .npy or .npz array (examples x epochs x statistics)")
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let mappings = Parameter.repeated("map", .mapping, "the name in the file under which a field stands")
  static let array = Parameter.option("array", .text("NAME"), "the array of the .npz that holds the trajectories")
  static let metadata = Parameter.option(
    "metadata", .file(), "a CSV, TSV or JSON file with one row for each example; new columns become fields")
  static let statistics = Parameter.option(
    "statistics", .text("NAME,…|FILE"),
    "the names of the last axis, a file with one on each line, or 'published' for the 45 of the paper")
  static let epochs = Parameter.option(
    "epochs", .text("EPOCHS|FILE"),
    "the epochs of the middle axis: a list, FIRST:LAST:STEP with both ends, or a file with one on each line")
  static let runFields = Parameter.option(
    "run", .list(of: .text("FIELD")), "the fields that tell runs apart (all of them unless given)")
  static let force = Parameter.flag("force", "add the content even if the store already has it")
  static let noVerify = Parameter.flag("no-verify", "do not read back what was written to compare every bit")

  static let command = Command(
    "ingest", "bring a data set into a store",
    discussion: """
      Rows keep their order: the example id of a row in a new store is its row number. Either everything is added or \
      nothing. A pickle is read as data: nothing in it is executed.

      An array needs --metadata, and --statistics and --epochs unless the .npz has arrays of those names. A learning \
      rule that is not known is written 'unknown'.
      """,
    takes: [
      source, store, mappings, array, metadata, statistics, epochs, runFields, force, noVerify,
      SharedParameters.codec, SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram ingest dataset.pkl lr.engram", "The published data set into a new store"),
      .init(
        "engram ingest dataset.pkl lr.engram --map learning_rule=optimizer --map task=dataset",
        "The same layout under other names"),
      .init(
        "engram ingest recordings.npz lr.engram --metadata trials.csv --statistics names.txt --epochs 0:100:5",
        "Recordings of your own"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let mappings = invocation[mappings]
    var map: [String: String] = [:]
    for mapping in mappings {
      guard map.updateValue(mapping.name, forKey: mapping.field) == nil else {
        throw invocation.usageError("--map names '\(mapping.field)' twice", expected: "each field once")
      }
    }
    let request = IngestRequest(
      source: invocation[source], array: invocation[array], metadata: invocation[metadata],
      statistics: invocation[statistics], epochs: invocation[epochs], map: map)
    let start = MonotonicClock.seconds
    let report = try request.ingest(
      into: invocation[store],
      options: IngestOptions(
        runFields: invocation[runFields], allowsRepeat: invocation[force], verifies: !invocation[noVerify],
        write: invocation.writeOptions(codec: invocation[SharedParameters.codec])))
    try detail(report, invocation)
    for note in report.notes { try invocation.note("note: \(note)") }
    try show(report, seconds: MonotonicClock.seconds - start, invocation)
  }

  private static func detail(_ report: IngestReport, _ invocation: Invocation) throws(EngramError) {
    try invocation.detail("read as \(report.format)")
    try invocation.detail("statistics: \(report.statistics.joined(separator: ", "))")
    try invocation.detail("epochs: \(EpochSelection.text(report.epochs))")
    let fields = report.fields.map { "\($0.name) (\($0.type.rawValue))" }.joined(separator: ", ")
    try invocation.detail("fields of runs: \(fields.isEmpty ? "none" : fields)")
    let runFields = invocation[runFields]?.joined(separator: ", ") ?? "all fields, as --run is not given"
    try invocation.detail("runs told apart by \(runFields)")
  }

  private static func show(
    _ report: IngestReport, seconds: Double, _ invocation: Invocation
  ) throws(EngramError) {
    let examples = report.append.examples
    let ratio = Double(report.valueBytes) / Double(max(1, report.append.byteCount))
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "store": .string(invocation[store]), "commit": .integer(report.append.commit),
          "first_example": .integer(examples.lowerBound), "examples": .count(examples.count),
          "runs": .count(report.append.runs), "observations": .count(report.observations),
          "statistics": .count(report.statistics.count), "epochs": .count(report.epochs.count),
          "type": .string(report.elementType.name), "value_bytes": .count(report.valueBytes),
          "stored_bytes": .count(report.append.byteCount), "verified": .bool(!invocation[noVerify]),
          "seconds": .real(seconds), "notes": .array(report.notes.map { .string($0) }),
        ])
      return
    }
    try invocation.output.write(
      """
      ingested \(countText(examples.count)) examples (\(countText(report.append.runs)) runs) x \
      \(report.epochs.count) epochs x \(report.statistics.count) statistics, \(report.elementType.name)
      ids      \(examples.lowerBound) to \(examples.upperBound - 1)
      size     \(byteText(report.valueBytes)) of values in \(byteText(report.append.byteCount)) \
      (\(fixed(ratio, digits: 2)) to 1)
      checked  \(invocation[noVerify] ? "no" : "read back; the hash of every value's bits agrees")
      time     \(durationText(seconds: seconds))

      """)
  }
}
