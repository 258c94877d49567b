// VerifyCommand.swift -- `engram verify STORE`.

import Base
import Splits
import TrajectoryStore

/// Reads a whole store and checks it.
enum VerifyCommand {
  static let command = Command(
    "verify", "read a whole store and check every checksum and rule",
    discussion: """
      Exit code 0 says that all is well, 3 that something is damaged or needs a newer program; nothing is changed.
      """,
    takes: [SharedParameters.store, CommonParameters.json],
    examples: [.init("engram verify lr.engram", "After copying a store to another machine")],
    body: run)

  /// Checks the split sets; where the catalog is damaged, that they cannot be read is one problem more.
  private static func splitSets(
    of store: TrajectoryStore, _ report: VerifyReport
  ) throws(EngramError) -> (count: Int, problems: [EngramError]) {
    do throws(EngramError) {
      return try store.verifySplitSets()
    } catch {
      guard !report.problems.isEmpty, [.corrupt, .notFound, .invalidData].contains(error.code) else { throw error }
      return (0, [error])
    }
  }

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let report = try store.verify(work: invocation.work)
    let splitSets = try splitSets(of: store, report)
    let problems = report.problems + splitSets.problems
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "examples": .integer(report.examples), "extents": .count(report.extents), "bytes": .count(report.byteCount),
          "split_sets": .count(splitSets.count), "unsealed_pages": .count(report.unsealedPages),
          "problems": .array(problems.map { .string($0.text(in: CommandWording())) }),
          "leftovers": .array(report.leftovers.map { .string($0) }),
        ])
    } else {
      for problem in problems {
        let kind = problem.code == .unsupported ? "newer" : "damaged"
        try invocation.output.write("\(kind): \(printable(problem.text(in: CommandWording())))\n")
      }
      if !report.leftovers.isEmpty {
        try invocation.output.write(
          "\(report.leftovers.count) files belong to no commit; the next write removes them\n")
      }
      if report.unsealedPages > 0 {
        try invocation.output.write(
          "\(countText(report.unsealedPages)) pages of the catalog have no checksum: another program than engram had it open "
            + "and brought them into the file; engram compact writes them anew\n")
      }
      if problems.isEmpty {
        try invocation.output.write(
          "all is well: \(countText(Int(report.examples))) examples in \(report.extents) segments and staged batches, "
            + "\(byteText(report.byteCount)), \(splitSets.count) split sets\n")
      }
    }
    let damaged = problems.count { $0.code != .unsupported }
    guard damaged > 0 || problems.isEmpty else {
      throw EngramError(
        .unsupported, "\(problems.count) places need a newer version of this program, and were not checked",
        file: store.path, mend: "upgrade the program, then verify again")
    }
    guard problems.isEmpty else {
      throw EngramError(
        .corrupt, "the store is damaged in \(damaged) places", file: store.path,
        mend: "restore what is named above from a copy")
    }
  }
}
