// SelectCommand.swift -- `engram select STORE`.

/// Cuts trajectories out of a store.
enum SelectCommand {
  /// How the selection is written.
  enum Format: String, Sendable, CaseIterable {
    case table, csv, json, npy, npz
  }

  static let format = Parameter.option(
    "format", ValueType<Format>.choice("FORMAT"), default: Format.table.rawValue, "table, csv, json, npy or npz")
  static let output = Parameter.option("output", letter: "o", .file(), "the file to write; npy and npz need one")
  static let limit = Parameter.option("limit", .integer(in: 1...Int.max), "at most this many examples, the first ones")

  /// The format that was asked for, by name or by flag.
  static func format(of invocation: Invocation) -> Format {
    if invocation[CommonParameters.json] { return .json }
    return invocation[CommonParameters.csv] ? .csv : invocation[format]
  }

  static let command = Command(
    "select", "cut trajectories out of a store, as a table or as arrays",
    discussion: """
      A filter is SQL over the fields of an example: those that info lists, and example_id, layer_name and \
      layer_position.

      In table and csv each line is one example, statistic and epoch. An npy file holds the values alone (examples x \
      epochs x statistics); an npz file also holds example ids, metadata and the names of the axes.
      """,
    takes: [
      SharedParameters.store, SharedParameters.filter, SharedParameters.statistics, SharedParameters.epochs, format,
      output, limit, SharedParameters.elementType, SharedParameters.asOf, SharedParameters.threads,
      CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[format, CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram select lr.engram --where \"task = 'cifar10' AND layer_position = 'deep'\" --statistics weight",
        "The weight statistics of the deep layers trained on CIFAR-10"),
      .init(
        "engram select lr.engram --statistics admissible --epochs 0:100:25 --format npz -o five.npz",
        "Five epochs of all that is finite, for NumPy"),
    ],
    body: notYetWired)
}
