// IngestCommand.swift -- `engram ingest SRC STORE`.

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
    "statistics", .list(of: .text("NAME"), "NAME,…|FILE"), "the names of the last axis, or a file with one on each line"
  )
  static let epochs = Parameter.option(
    "epochs", .epochs, "the epochs of the middle axis: a list, or FIRST:LAST:STEP with both ends")
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
      source, store, mappings, array, metadata, statistics, epochs, force, noVerify, SharedParameters.threads,
      CommonParameters.json,
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
    body: notYetWired)
}
