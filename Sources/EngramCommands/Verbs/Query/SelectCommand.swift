// SelectCommand.swift -- `engram select STORE`.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Cuts trajectories out of a store.
enum SelectCommand {
  /// How the selection is written.
  enum Format: String, Sendable, CaseIterable {
    case table, csv
    case csvLong = "csv-long"
    case json, jsonl, npy, npz

    /// The format of a file that programs read; nil for a table, which is for people.
    var ofFiles: SelectionExport.Format? { SelectionExport.Format(rawValue: rawValue) }
  }

  static let statistics = SharedParameters.statistics(default: "all")
  static let format = Parameter.option(
    "format", ValueType<Format>.choice("FORMAT"),
    "table, csv, csv-long, json, jsonl, npy or npz (by the ending of the file unless given, table where there is none)")
  static let fields = Parameter.option(
    "fields", .list(of: .field), "only these columns of metadata, in this order (all of them unless given)")
  static let output = Parameter.option("output", letter: "o", .file(), "the file to write; npy and npz need one")
  static let inProgress = Parameter.flag(
    "in-progress", "only runs that are being recorded or were cut short, with the epochs they have so far")
  static let allSoFar = Parameter.flag(
    "all-epochs-so-far", "runs in progress too, beside those that have ended, with the epochs they have so far")
  static let limit = Parameter.option("limit", .integer(in: 1...Int.max), "at most this many examples, the first ones")

  private static let endings = FileEndings<Format>(
    [
      "csv": [.csv, .csvLong], "json": [.json], "jsonl": [.jsonl], "ndjson": [.jsonl], "npy": [.npy], "npz": [.npz],
      "txt": [.table],
    ], bare: .table)

  /// The format that was asked for, by name, by flag or by the ending of the file.
  private static func format(of invocation: Invocation, to path: String?) throws(EngramError) -> Format {
    let asked: (format: Format, words: String)? =
      invocation[CommonParameters.csv]
      ? (.csv, "--csv") : invocation[format].map { ($0, "--format \($0.rawValue)") }
    if let path { return try endings.format(of: path, asked: asked, invocation) }
    guard invocation[CommonParameters.json] else { return asked?.format ?? .table }
    guard let asked, asked.format != .json else { return .json }
    throw invocation.usageError(
      "--json and \(asked.words) ask for two formats of standard output", expected: "one of them, or -o FILE")
  }

  static let command = Command(
    "select", "cut trajectories out of a store, as a table or as arrays",
    discussion: """
      A filter is SQL over the fields of an example: those that info lists, and example_id, layer_name and \
      layer_position.

      In table, csv, json and jsonl each row is one example: its metadata, then a column for each statistic and epoch, \
      such as weightabs_mean@5. In csv-long each row is one value: metadata, epoch, statistic, value; one that is \
      a field of the store too is called chosen_epoch, chosen_statistic or chosen_value. `engram ingest` \
      takes csv, csv-long, jsonl and npz as they are. An npy file holds the values alone (examples x epochs x statistics); an npz file holds them \
      as X, with example_id, the metadata and the names of the axes (no value is NaN among numbers, empty among \
      texts; whole numbers with gaps that are longer than float64 holds are texts). \
      Under a view, samples or their mean stand in the place of epochs, and an npz file has the positions of layers as \
      an array of their own. A z-score needs a train side, so it is export that takes it.

      With a file, --json says on standard output what was written.

      Runs that were recorded at epochs of their own share some of them; what is dropped is said. An epoch of each run, such \
      as --epochs last, gives each its own in the same column, and the column epoch (chosen_epochs in npz) says which it is. \
      Runs in progress have no example_id and no run_id yet.

      \(Invocation.viewDiscussion)
      """,
    takes: [
      SharedParameters.store, SharedParameters.filter, statistics, SharedParameters.epochs,
      SharedParameters.view, SharedParameters.missing, format, fields, output, limit, SharedParameters.elementType,
      SharedParameters.asOf, inProgress, allSoFar,
      SharedParameters.threads,
      CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [
      [format, CommonParameters.csv], [CommonParameters.json, CommonParameters.csv],
      [inProgress, allSoFar, SharedParameters.asOf],
    ],
    examples: [
      .init(
        "engram select lr.engram --where \"task = 'cifar10' AND layer_position = 'deep'\" --statistics weight",
        "The weight statistics of the deep layers trained on CIFAR-10"),
      .init(
        "engram select lr.engram --statistics admissible --epochs 0:100:25 -o five.npz",
        "Five epochs of all that is finite, for NumPy"),
      .init(
        "engram select lr.engram --view random-start:5x6+mean -o means.csv",
        "The mean of six consecutive epochs from a random start"),
      .init(
        "engram select lr.engram --epochs best:top1 --all-epochs-so-far -o best.npz",
        "Each run at its most accurate epoch, those that are still training among them"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let path = invocation[output].flatMap { $0 == "-" ? nil : $0 }
    let format = try format(of: invocation, to: path)
    if path == nil, format == .npy || format == .npz {
      throw invocation.usageError(
        "--format \(format.rawValue) writes bytes that a terminal cannot show", expected: "-o FILE.\(format.rawValue)")
    }
    let export = SelectionExport(
      filter: invocation[SharedParameters.filter], limit: invocation[limit],
      statistics: invocation[statistics], view: try invocation.view(),
      missing: invocation[SharedParameters.missing], elementType: invocation.elementType, fields: invocation[fields],
      runs: invocation[inProgress] ? .inProgress : invocation[allSoFar] ? .all : .ended)
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    let work = try invocation.detailedWork()
    if let path, let fileFormat = format.ofFiles {
      let report = try export.write(from: snapshot, to: path, as: fileFormat, work: work)
      try invocation.detail(report.columns, report.elementType)
      try tell(report.remarks, snapshot, invocation)
      return try tell(format, report.examples, report.columns, report.elementType, in: path, invocation)
    }
    let selected = try export.select(from: snapshot, for: format.ofFiles, work: work)
    try invocation.detail(selected.columns, selected.elementType)
    try tell(selected.remarks, snapshot, invocation)
    try invocation.write(to: path) { (output) throws(EngramError) in
      if let rows = format.ofFiles {
        return try selected.writeRows(as: rows, isForTerminal: invocation.outputTerminal.isTerminal) {
          (text) throws(EngramError) in try output.write(text)
        }
      }
      try writeTables(selected, to: output, terminal: path == nil ? invocation.outputTerminal : .none)
    }
    for remark in selected.remarksOnValues { try invocation.note("note: \(remark)") }
    if let path {
      try tell(format, selected.exampleCount, selected.columns, selected.elementType, in: path, invocation)
    }
  }

  /// Says what of the selection was dropped, and what of the filter is likely a mistake.
  private static func tell(
    _ remarks: [String], _ snapshot: Snapshot, _ invocation: Invocation
  ) throws(EngramError) {
    let filter = try invocation[SharedParameters.filter].map { (text) throws(EngramError) in
      try snapshot.remarks(onFilter: text)
    }
    for remark in remarks + (filter ?? []) { try invocation.note("note: \(remark)") }
  }

  /// Writes tables for a person, each of as many examples as are read at a time.
  private static func writeTables(
    _ selected: SelectedTrajectories, to output: ByteOutput, terminal: Terminal
  ) throws(EngramError) {
    let fields = try selected.fields()
    let columns =
      fields + (selected.hasChosenEpochs ? [selected.nameOfEpochs(beside: fields)] : []) + selected.columns.names
    let count = selected.columns.count
    try selected.forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      var table = Table(columns: columns)
      for (row, known) in metadata.enumerated() {
        var cells = known.values.map { TableCell($0) }
        if selected.hasChosenEpochs { cells.append(known.epoch.map { .real($0) } ?? .missing) }
        for column in 0..<count { cells.append(.real(values[row, column])) }
        table.append(cells)
      }
      try output.write(table.text(as: .table, terminal: terminal))
    }
  }

  /// Says what was written.
  private static func tell(
    _ format: Format, _ examples: Int, _ columns: FeatureColumns, _ type: ElementType, in path: String,
    _ invocation: Invocation
  ) throws(EngramError) {
    if invocation[CommonParameters.json] {
      return try invocation.show(
        [
          "file": .string(path), "format": .string(format.rawValue), "examples": .count(examples),
          "statistics": .array(columns.statistics.map { .string($0) }),
          "epochs": .array(columns.epochsRead.map { .real($0) }), "view": .string(columns.view.name),
          "type": .string(type.name),
        ])
    }
    try invocation.note(
      "wrote \(countText(examples)) examples x \(columns.samplesPerStatistic) epochs x \(columns.statistics.count) "
        + "statistics to \(path)")
  }
}
