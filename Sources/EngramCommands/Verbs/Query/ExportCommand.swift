// ExportCommand.swift -- `engram export STORE --split NAME/INDEX -o FILE`.

import Base
import Formats
import Splits
import TrajectoryModel
import TrajectoryStore

/// Writes the matrices of a split for NumPy.
enum ExportCommand {
  static let split = Parameter.required(
    "split", .split, "the split set, and the number of the split from 0 or its name")
  static let output = Parameter.required("output", letter: "o", .file("FILE.npz"), "the file to write")
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
      The file holds X_train, y_train, X_test, y_test, the example ids of both sides (train_ids, test_ids), the names \
      of the columns, the statistics and epochs they come from, and the view as JSON. NumPy loads it without pickle. \
      Columns are statistic by statistic, the epochs of each side by side, as the published features are. By default \
      they are the admissible statistics of the split's examples.

      \(Invocation.viewDiscussion)
      """,
    takes: [
      SharedParameters.store, split, output, statistics, SharedParameters.epochs, SharedParameters.view, zscore,
      positions, SharedParameters.missing, order, SharedParameters.elementType, SharedParameters.threads,
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
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try TrajectoryStore(opening: invocation[SharedParameters.store])
    let reference = invocation[split]
    let set = try store.splitSet(reference.name)
    let chosen = try set.split(reference.key)
    let snapshot = try store.snapshot()
    let selection = try snapshot.select(
      chosen.train.union(chosen.test), statistics: invocation[statistics],
      view: try invocation.view(isStandardized: zscore, hasPositions: positions),
      missing: invocation[SharedParameters.missing])
    let train = chosen.train.intersection(selection.examples)
    let test = chosen.test.intersection(selection.examples)
    let elementType = invocation.elementType(stored: snapshot.elementTypes(of: selection.examples))
    let layout: MatrixLayout = invocation[order] == "row" ? .rowMajor : .columnMajor
    var trainMatrix = Matrix(elementType: elementType, layout: layout)
    var testMatrix = Matrix(elementType: elementType, layout: layout)
    try snapshot.materialize(
      train: train, into: &trainMatrix, test: test, into: &testMatrix, selection.columns, work: invocation.work)

    let file = try NpzWriter(creating: invocation[output])
    do throws(EngramError) {
      for (side, examples) in [("train", train), ("test", test)] {
        let labels = try snapshot.labels(of: set.specification.label, for: examples)
        try file.add("y_\(side)", texts: labels.codes.map { labels.classes[Int($0)].description })
        try file.add("\(side)_ids", integers: examples.ids)
      }
      try add(trainMatrix, as: "X_train", to: file)
      try add(testMatrix, as: "X_test", to: file)
      try file.add("columns", texts: selection.columns.names)
      try file.add("statistics", texts: selection.columns.statistics)
      try file.add("epochs", reals: selection.columns.epochsRead)
      try file.add("view", texts: [try selection.columns.view.json.text()])
      try invocation.work.checkCancelled("stopped on request")
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
    try show(trainMatrix, testMatrix, selection.columns, invocation)
  }

  private static func add(_ matrix: borrowing Matrix, as name: String, to file: NpzWriter) throws(EngramError) {
    let header = NpyHeader(
      type: NumPyType(matrix.elementType), shape: [matrix.rows, matrix.columns],
      isFortranOrder: matrix.layout == .columnMajor)
    try file.add(name, header, matrix.bytes)
  }

  private static func show(
    _ train: borrowing Matrix, _ test: borrowing Matrix, _ columns: FeatureColumns, _ invocation: Invocation
  ) throws(EngramError) {
    if invocation[CommonParameters.json] {
      try invocation.show(
        .object([
          ("file", .string(invocation[output])), ("train", .integer(Int64(train.rows))),
          ("test", .integer(Int64(test.rows))), ("columns", .integer(Int64(train.columns))),
          ("statistics", .array(columns.statistics.map { .string($0) })),
          ("epochs", .array(columns.epochsRead.map { .real($0) })), ("view", .string(columns.view.name)),
          ("type", .string(train.elementType.name)),
        ]))
    } else {
      let positions = columns.positionCount > 0 ? "\(columns.positionCount) positions and " : ""
      let samples =
        columns.view.isMean
        ? "the mean" : "\(columns.samplesPerStatistic) \(columns.view.hasRandomStart ? "samples" : "epochs")"
      try invocation.output.write(
        "wrote \(countText(train.rows)) train and \(countText(test.rows)) test examples x \(train.columns) columns "
          + "(\(positions)\(columns.statistics.count) statistics x \(samples)\(columns.view.isStandardized ? ", z-scored" : ""), "
          + "\(train.elementType.name)) to \(invocation[output])\n")
    }
  }
}
