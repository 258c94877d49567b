// CompactCommand.swift -- `engram compact STORE`.

import Base
import TrajectoryStore

/// Joins small files.
enum CompactCommand {
  static let everything = Parameter.flag(
    "all", "rewrite every segment, also large ones and those that stand alone, in the format of today")

  static let command = Command(
    "compact", "join many small appends into few large files",
    discussion: """
      Example ids, commits and split sets stay. Readers go on reading meanwhile. What is rewritten is on the disk twice until it \
      is done.
      """,
    takes: [
      SharedParameters.storeToChange, everything, SharedParameters.codec, SharedParameters.threads,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [.init("engram compact lr.engram", "After many small appends")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let report = try store.compact(
      everything: invocation[everything],
      options: invocation.writeOptions(codec: invocation[SharedParameters.codec]))
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "extents_before": .count(report.extentsBefore), "extents_after": .count(report.extentsAfter),
          "bytes_before": .count(report.bytesBefore), "bytes_after": .count(report.bytesAfter),
        ])
    } else {
      try invocation.output.write(
        "\(report.extentsBefore) segments and staged batches of \(byteText(report.bytesBefore)) are now "
          + "\(report.extentsAfter) of \(byteText(report.bytesAfter))\n")
    }
  }
}
