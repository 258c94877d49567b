// SelectCommand.swift -- `engram select STORE`.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Cuts trajectories out of a store.
enum SelectCommand {
  /// How the selection is written.
  enum Format: String, Sendable, CaseIterable {
    case table, csv, json, npy, npz
  }

  static let statistics = SharedParameters.statistics(default: "all")
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

      In table, csv and json each row is one example: its metadata, then a column for each statistic and epoch, such \
      as weightabs_mean@5. An npy file holds the values alone (examples x epochs x statistics); an npz file holds them \
      as X, with example_id, the metadata and the names of the axes (no value is NaN among numbers, empty among texts). \
      Under a view, samples or their mean stand in the place of epochs, and an npz file has the positions of layers as \
      an array of their own. A z-score needs a train side, so it is export that takes it.

      \(Invocation.viewDiscussion)
      """,
    takes: [
      SharedParameters.store, SharedParameters.filter, statistics, SharedParameters.epochs,
      SharedParameters.view, SharedParameters.missing, format, output, limit, SharedParameters.elementType,
      SharedParameters.asOf,
      SharedParameters.threads,
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
      .init(
        "engram select lr.engram --view random-start:5x6+mean --format csv -o means.csv",
        "The mean of six consecutive epochs from a random start"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let format = format(of: invocation)
    let path = invocation[output]
    if path == nil, format == .npy || format == .npz {
      throw invocation.usageError(
        "--format \(format.rawValue) writes bytes that a terminal cannot show", expected: "-o FILE.\(format.rawValue)")
    }
    let view = try invocation.view()
    guard !view.isStandardized else {
      throw invocation.usageError(
        "a z-score needs a train side, which a selection has not", expected: "a view without zscore",
        found: view.text)
    }
    guard !view.hasPositions || format != .npy else {
      throw invocation.usageError(
        "an npy file has no place for the positions of layers", expected: "--format npz, or a view without positions",
        found: view.text)
    }
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    var examples = try snapshot.examples(
      where: invocation[SharedParameters.filter], limits: QueryLimits(work: invocation.work))
    if let limit = invocation[limit] { examples = examples.prefix(limit) }
    let selection = try snapshot.select(
      examples, statistics: invocation[statistics], view: view,
      missing: invocation[SharedParameters.missing])
    let writer = SelectionWriter(
      snapshot: snapshot, selection: selection,
      elementType: invocation.elementType(stored: snapshot.elementTypes(of: selection.examples)),
      work: invocation.work)
    switch format {
    case .npy, .npz:
      guard let path else { return }
      try format == .npy ? writer.writeNpy(path) : writer.writeNpz(path)
    case .table, .csv, .json:
      let text: Table.Format = format == .json ? .json : format == .csv ? .csv : .table
      try invocation.write(to: path) { (output) throws(EngramError) in
        try writer.writeRows(text, to: output, terminal: path == nil ? invocation.outputTerminal : .none)
      }
    }
    if let path, path != "-" {
      try invocation.note(
        "wrote \(countText(selection.examples.count)) examples x \(selection.columns.samplesPerStatistic) epochs x "
          + "\(selection.columns.statistics.count) statistics to \(path)")
    }
  }
}
