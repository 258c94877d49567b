// SplitHoldoutCommand.swift -- `engram split holdout STORE`.

/// Makes splits that hold out one group each.
enum SplitHoldoutCommand {
  static let columns = Parameter.required(
    "by", .list(of: .field), "the field, or fields, whose every value, or tuple of values, is held out in turn")

  static let command = Command(
    "holdout", "hold out each value of a field, or of several, in turn",
    discussion: "No value (NULL) is a value like any other.",
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, columns, SharedParameters.filter,
      SharedParameters.label, SharedParameters.asOf, CommonParameters.json,
    ],
    examples: [
      .init("engram split holdout lr.engram --name animal --by architecture", "Each architecture"),
      .init(
        "engram split holdout lr.engram --name curriculum --by batch_size,dataset_seed",
        "Each curriculum, which is a batch size and a dataset seed"),
    ],
    body: notYetWired)
}
