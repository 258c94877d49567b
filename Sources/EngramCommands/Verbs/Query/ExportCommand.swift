// ExportCommand.swift -- `engram export STORE --split NAME/INDEX -o FILE`.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Writes the matrices of a split.
enum ExportCommand {
  static let split = Parameter.required(
    "split", .split, "the split set, and the number of the split from 0 or its name")
  static let output = Parameter.required("output", letter: "o", .file(), "the file to write")
  static let format = Parameter.option(
    "format", ValueType<SplitExport.Format>.choice("FORMAT"),
    "npz, csv, csv-long or jsonl (by the ending of the file unless given, npz where it has none)")
  static let fields = Parameter.option(
    "fields", .list(of: .field), "columns of metadata that rows of text have beside the label")
  static let statistics = SharedParameters.statistics(default: "admissible")
  static let order = Parameter.option(
    "order", .word(among: ["row", "column"], "ORDER"), default: "row",
    "row: the features of an example lie side by side; column: the examples of a feature do")

  static let zscore = Parameter.flag(
    "zscore", "z-score each column with the mean and standard deviation of the train side; short for +zscore in --view")
  static let positions = Parameter.flag(
    "positions", "put the position of the layer first, as three columns; short for +positions in --view")

  static let command = Command(
    "export", "write the train and test matrices of a split",
    discussion: """
      An npz file holds X_train, y_train, X_test, y_test, the example ids of both sides (train_ids, test_ids), the names \
      of the columns, the statistics and epochs they come from, and the view as JSON. NumPy loads it without pickle. \
      Columns are statistic by statistic, the epochs of each side by side, as the published features are. By default \
      they are the admissible statistics of the split's examples. Where each run gives an epoch of its own, such as by \
      --epochs last, train_epochs and test_epochs say which; rows of text have it in the column epoch. Labels are those of the commit of which the split \
      set was made, unless --as-of names another.

      csv and jsonl have a row for each example: side (train or test), example_id, the label, --fields, then the features. \
      csv-long has a row for each value: …, epoch, statistic, value.

      \(Invocation.viewDiscussion)
      """,
    takes: [
      SharedParameters.store, split, output, format, fields, statistics, SharedParameters.epochs, SharedParameters.view,
      zscore,
      positions, SharedParameters.missing, order, SharedParameters.elementType, SharedParameters.asOf,
      SharedParameters.threads,
      CommonParameters.json,
    ],
    examples: [
      .init("engram export lr.engram --split fig2a/0 -o split0.npz", "What the paper's classifiers see"),
      .init(
        "engram export lr.engram --split animal/alexnet --statistics weight --type float32 -o alexnet.npz",
        "Weight statistics only, in single precision, of the split that holds out one architecture"),
      .init(
        "engram export lr.engram --split fig2a/0 --zscore --positions -o svm0.npz",
        "z-scored columns after the position of the layer, 507 columns in all"),
      .init(
        "engram export lr.engram --split fig2a/0 --view random-start:15x4 -o sparse0.npz",
        "Four samples of each trajectory, 15 epochs apart, from a random start, as in Fig. 4a of the paper"),
      .init(
        "engram export lr.engram --split fig2a/0 --epochs last --fields architecture,layer_name -o split0.csv",
        "Both sides as a table, each run at its last epoch"),
    ],
    body: run)

  private static let endings = FileEndings<SplitExport.Format>(
    ["npz": [.npz], "csv": [.csv, .csvLong], "jsonl": [.jsonl], "ndjson": [.jsonl]], bare: .npz)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    if invocation[output] == "-" {
      throw invocation.usageError(
        "an export goes into a file", expected: "the path of a file; ./- for one of that name", found: "-")
    }
    let store = try invocation.open(SharedParameters.store)
    let reference = invocation[split]
    let export = SplitExport(
      reference.name, split: reference.key, statistics: invocation[statistics],
      view: try invocation.view(isStandardized: zscore, hasPositions: positions),
      missing: invocation[SharedParameters.missing], layout: invocation[order] == "row" ? .rowMajor : .columnMajor,
      elementType: invocation.elementType, asOf: invocation[SharedParameters.asOf].map(Int64.init),
      fields: invocation[fields] ?? [])
    let format = try endings.format(
      of: invocation[output], asked: invocation[format].map { ($0, "--format \($0.rawValue)") }, invocation)
    if format == .npz, !export.fields.isEmpty {
      throw invocation.usageError(
        "--fields belongs to rows of text", expected: "--format csv, csv-long or jsonl", found: "npz")
    }
    let work = try invocation.detailedWork()
    let report = try export.write(from: store, to: invocation[output], as: format, work: work)
    try invocation.detail(report.columns, report.elementType)
    for remark in report.remarks { try invocation.note("note: \(remark)") }
    try StalenessText.note(reference.name, of: store, invocation)
    let columns = report.columns
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "file": .string(report.file), "format": .string(format.rawValue), "train": .count(report.trainExamples),
          "test": .count(report.testExamples),
          "columns": .count(columns.count), "statistics": .array(columns.statistics.map { .string($0) }),
          "epochs": .array(columns.epochsRead.map { .real($0) }), "view": .string(columns.view.name),
          "type": .string(report.elementType.name),
        ])
      return
    }
    let positions = columns.positionCount > 0 ? "\(columns.positionCount) positions and " : ""
    let samples =
      columns.view.isMean
      ? "the mean" : "\(columns.samplesPerStatistic) \(columns.view.hasRandomStart ? "samples" : "epochs")"
    try invocation.output.write(
      "wrote \(countText(report.trainExamples)) train and \(countText(report.testExamples)) test examples x "
        + "\(columns.count) columns (\(positions)\(columns.statistics.count) statistics x \(samples)"
        + "\(columns.view.isStandardized ? ", z-scored" : ""), \(report.elementType.name)) "
        + "to \(printable(report.file))\n")
  }
}
