// SplitHoldoutCommand.swift -- `engram split holdout STORE`.

import Splits
import TrajectoryModel
import TrajectoryStore

/// Makes splits that hold out one group each.
enum SplitHoldoutCommand {
  static let columns = Parameter.required(
    "by", .list(of: .field), "the field, or fields, whose every value, or tuple of values, is held out in turn")

  static let command = Command(
    "holdout", "hold out each value of a field, or of several, in turn",
    discussion: "No value (NULL) is a value like any other.",
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, columns, SharedParameters.filter,
      SharedParameters.trainFilter, SharedParameters.testFilter, SharedParameters.label, SharedParameters.asOf,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram split holdout lr.engram --name animal --by architecture", "Each architecture"),
      .init(
        "engram split holdout lr.engram --name curriculum --by batch_size,dataset_seed",
        "Each curriculum, which is a batch size and a dataset seed"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    try SplitReport.create(
      SplitSpecification(
        .holdout(HoldoutSplits(by: invocation[columns])), label: invocation[SharedParameters.label],
        where: invocation[SharedParameters.filter], trainFilter: invocation[SharedParameters.trainFilter],
        testFilter: invocation[SharedParameters.testFilter]), invocation)
  }
}
