// ExportCommand.swift -- `engram export STORE --split NAME/INDEX -o FILE`.

/// Writes the matrices of a split for NumPy.
enum ExportCommand {
  static let split = Parameter.required("split", .split, "the split set and the number of the split, from 0")
  static let output = Parameter.required("output", letter: "o", .file("FILE.npz"), "the file to write")
  static let order = Parameter.option(
    "order", .word(among: ["row", "column"], "ORDER"), default: "row",
    "row: the features of an example lie side by side; column: the examples of a feature do")

  static let command = Command(
    "export", "write the train and test matrices of a split",
    discussion: """
      The file holds X_train, y_train, X_test, y_test and the example ids of both sides. NumPy loads it without pickle. \
      Features are statistic by statistic, the epochs of each side by side.
      """,
    takes: [
      SharedParameters.store, split, output, SharedParameters.statistics, SharedParameters.epochs, order,
      SharedParameters.elementType, SharedParameters.threads, CommonParameters.json,
    ],
    examples: [
      .init("engram export lr.engram --split fig2a/0 -o split0.npz", "The first split with everything"),
      .init(
        "engram export lr.engram --split fig2a/0 --statistics admissible --type float32 -o split0.npz",
        "What the paper's classifiers see, in single precision"),
    ],
    body: notYetWired)
}
