// SplitExplicitCommand.swift -- `engram split explicit STORE FILE`.

import Base
import Splits
import TrajectoryStore
import Transfer

/// Stores splits that another program drew.
enum SplitExplicitCommand {
  static let file = Parameter.argument(.file("FILE"), "the file of example ids: .npz, .json, .csv or .tsv")

  static let command = Command(
    "explicit", "take the example ids of both sides from a file",
    discussion: """
      .npz: arrays train_ids and test_ids, as export writes them, or train_0, test_0, train_1 and so on. .json: \
      {"splits": [{"name": …, "train": [ids], "test": [ids]}, …]}, as split show --json --indices writes them, with their label. \
      .csv and .tsv: columns example_id and side (train or test), and split where there are several.

      Ids must be in the store, none twice on a side and none on both sides.
      """,
    takes: [
      SharedParameters.storeToChange, file, SharedParameters.splitName, SharedParameters.label, SharedParameters.asOf,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram split explicit lr.engram mine.csv --name mine", "The splits of a file"),
      .init("engram split explicit other.engram split0.npz --name same", "The sides of a split that was exported"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    var notes: [String] = []
    let (plan, written) = try ExplicitSplits.read(from: invocation[file], &notes)
    for note in notes { try invocation.note("note: \(note)") }
    let given = invocation[SharedParameters.label]
    let label = invocation.isGiven(SharedParameters.label) ? given : written ?? given
    if label != given { try invocation.note("note: the label is \(label), as the file says") }
    try SplitReport.create(SplitSpecification(.explicit(plan), label: label), invocation)
  }
}
