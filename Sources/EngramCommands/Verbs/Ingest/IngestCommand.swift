// IngestCommand.swift -- `engram ingest SRC STORE`.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Brings a data set into a store.
enum IngestCommand {
  static let source = Parameter.argument(
    .file("SRC"),
    "a pickle in the published layout, a .npy or .npz array (examples x epochs x statistics), or a table of trajectories"
  )
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let mappings = Parameter.repeated("map", .mapping, "the name in the file under which a field stands")
  static let array = Parameter.option("array", .text("NAME"), "the array of the .npz that holds the trajectories")
  static let metadata = Parameter.option(
    "metadata", .file(),
    "a CSV, TSV or JSON table with one row for each example, or, beside a table of trajectories, for each value of the columns "
      + "that both have; new columns become fields")
  static let statistics = Parameter.option(
    "statistics", .text("NAME,…|FILE", completion: .file),
    "the names of the last axis, a file with one on each line, or 'published' for the 45 of the paper")
  static let epochs = Parameter.option(
    "epochs", .text("EPOCHS|FILE", completion: .file),
    "the epochs of the middle axis: a list, FIRST:LAST or FIRST:LAST:STEP with both ends, or a file with one on each line"
  )
  static let runFields = Parameter.option(
    "run", .list(of: .text("FIELD")), "the fields that tell runs apart (all of them unless given)")
  static let types = Parameter.repeated(
    "type", .columnType,
    "what a column of the table holds: integer, real, text or boolean; a cell that does not fit is an error")
  static let missing = Parameter.repeated(
    "na", .text("TEXT"), "a word that stands for no value, in quotes too, beside the usual ones")
  static let decimal = Parameter.option(
    "decimal", .decimalMark, default: ".", "the decimal mark of numbers, . or ,")
  static let delimiter = Parameter.option(
    "delimiter", .delimiter, "what parts the fields of a row: , ; tab or | (what the header has most of unless given)")
  static let format = Parameter.option(
    "format", ValueType<SeriesFormat>.choice("FORMAT"), default: SeriesFormat.auto.rawValue,
    "how a table of trajectories holds them: auto, wide, long, mlflow, wandb, tensorboard or aim; a table of other columns "
      + "is refused")
  static let valueType = Parameter.option(
    "value-type", .word(among: ["float32", "float64"], "TYPE"),
    "the type of the values of a table of trajectories (float64 unless given)")
  static let description = Parameter.option(
    "description", .file("FILE.json"),
    "a recording description, as schema/recording-description.schema.json has it; options here come before it")
  static let dryRun = Parameter.flag("dry-run", "say what was understood and what would be done, and change nothing")
  static let writtenDescription = Parameter.option(
    "write-description", .file("FILE.json"), "write what was understood as a recording description for the next batch")
  static let newRuns = Parameter.flag(
    "new-runs", "what repeats a layer of a run is a run of its own, told apart by the field replicate")
  static let force = Parameter.flag(
    "force", "add the content even if the store already has it, as further measurements of its runs")
  static let update = Parameter.flag(
    "update",
    "take the input as a correction: fields of stored runs are edited, and trajectories that differ take the place of the "
      + "stored ones, which earlier commits go on showing")
  static let noVerify = Parameter.flag("no-verify", "do not read back what was written to compare every bit")

  static let command = Command(
    "ingest", "bring a data set into a store",
    discussion: """
      Rows keep their order: the example id of a row in a new store is its row number. Either everything is added or \
      nothing. A pickle is read as data: nothing in it is executed.

      An array needs --metadata, and --statistics and --epochs unless the .npz has arrays of those names. A learning \
      rule that is not known is written 'unknown', left empty or NULL: it is never learned as a class.

      A table of trajectories (CSV, TSV or JSON lines, plain, gzip or zstd) has a row for each epoch: fields of the run, \
      the layer, epoch, and a column for each statistic; or a row for each value: …, epoch, statistic, value. What \
      MLflow, W&B, TensorBoard and Aim export is read as it is; --map epoch=NAME names the column of the epochs. Of a chart \
      of W&B (Step, and columns RUN - METRIC) the runs are the field tracker_run. Runs may have epochs of their own.

      Rows that agree in all fields, or in those that --run names, are one run; a run that the store has already is that \
      run. A column layer_name, layer, region or area names the layer. What was understood is said; --dry-run says it \
      and changes nothing.

      With --update the input corrects what is stored. A run is found by what tells runs apart or, where that was wrong, by \
      its trajectories, bit for bit. Cells with a value edit the run's fields, equal trajectories stay, others take the \
      place of the stored ones, and what the store has not is added: all in one commit.

      In tables these words stand for no value unless they are in quotes: nothing, \
      \(TableRules.usualMissing.filter { !$0.isEmpty }.sorted().joined(separator: ", ")).
      """,
    takes: [
      source, store, mappings, array, metadata, statistics, epochs, runFields, types, missing, decimal, delimiter,
      format, valueType, description, dryRun, writtenDescription, newRuns, update, force, noVerify,
      SharedParameters.codec, SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [[newRuns, update, force]],
    examples: [
      .init("engram ingest dataset.pkl lr.engram", "The published data set into a new store"),
      .init(
        "engram ingest dataset.pkl lr.engram --map learning_rule=optimizer --map task=dataset",
        "The same layout under other names"),
      .init(
        "engram ingest recordings.npz lr.engram --metadata trials.csv --statistics names.txt --epochs 0:100:5 --dry-run",
        "What would be understood of recordings of your own"),
      .init(
        "engram ingest day2.npy lr.engram --metadata day2.csv --description lab.json --run animal,session",
        "A further batch that is described in a file; the same animal and session is the same run"),
      .init(
        "engram ingest day2.npy lr.engram --metadata fixed.csv --statistics m,v --epochs 0:100:5 --update",
        "The same batch after its table was corrected"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let described = try invocation[description].map { (path) throws(EngramError) in try readDescription(path) }
    let description = try merged(described ?? RecordingDescription(), invocation)
    var request = IngestRequest(source: invocation[source], metadata: invocation[metadata], description)
    request.format = invocation[format]
    request.valueType = invocation[valueType].flatMap { ElementType(name: $0) }
    let options = IngestOptions(
      runFields: description.runFields,
      repeats: repeats(invocation),
      verifies: !invocation[noVerify],
      write: invocation.writeOptions(codec: invocation[SharedParameters.codec]))
    let start = MonotonicClock.seconds
    if invocation[dryRun] {
      let preview = try request.preview(into: invocation[store], options: options)
      try writeDescription(request, preview, description.runFields, invocation)
      return try IngestReportText.show(preview, invocation)
    }
    let report = try request.ingest(into: invocation[store], options: options)
    try writeDescription(request, report.preview, description.runFields, invocation)
    try IngestReportText.show(report, seconds: MonotonicClock.seconds - start, invocation)
  }

  /// What becomes of what is stored already.
  static func repeats(_ invocation: Invocation) -> RepeatPolicy {
    if invocation[newRuns] { return .newRuns }
    if invocation[update] { return .update }
    return invocation[force] ? .measurements : .ask
  }

  private static func readDescription(_ path: String) throws(EngramError) -> RecordingDescription {
    /// A description is a page of text.
    let value = try JSONValue(reading: path, limit: 1 << 20)
    do throws(EngramError) {
      return try RecordingDescription(json: value)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Our names of fields to those in the file, as the command line says.
  static func map(_ invocation: Invocation) throws(EngramError) -> [String: String] {
    var map: [String: String] = [:]
    for mapping in invocation[mappings] {
      guard map.updateValue(mapping.name, forKey: mapping.field) == nil else {
        throw invocation.usageError("--map names '\(mapping.field)' twice", expected: "each field once")
      }
    }
    return map
  }

  /// A description with what the command line says in place of its own.
  private static func merged(
    _ description: RecordingDescription, _ invocation: Invocation
  ) throws(EngramError) -> RecordingDescription {
    var merged = description
    for (field, name) in try map(invocation) { merged.map[field] = name }
    merged.array = invocation[array] ?? merged.array
    merged.statistics = invocation[statistics] ?? merged.statistics
    merged.epochs = invocation[epochs] ?? merged.epochs
    merged.runFields = invocation[runFields] ?? merged.runFields
    for type in invocation[types] { merged.rules.declare(type.name, type.type) }
    merged.rules.missing += invocation[missing]
    if invocation.isGiven(decimal) { merged.rules.decimal = invocation[decimal] }
    merged.rules.delimiter = invocation[delimiter] ?? merged.rules.delimiter
    return merged
  }

  private static func writeDescription(
    _ request: IngestRequest, _ preview: IngestPreview, _ runFields: [String]?, _ invocation: Invocation
  ) throws(EngramError) {
    guard let path = invocation[writtenDescription] else { return }
    let text = try request.description(after: preview, runFields: runFields).json.text(.pretty)
    try invocation.write(to: path) { (output) throws(EngramError) in try output.write(text + "\n") }
  }
}
