// StudyRunCommand.swift -- `engram study run STORE TASK`.

import Base
import Studies
import TrajectoryStore

/// Does one task of a study.
enum StudyRunCommand {
  static let tasks = Parameter.arguments(.text("TASK"), "tasks, as `engram study make --list` names them")

  static let command = Command(
    "run", "do single tasks of a study",
    discussion: """
      A task whose results are in the store does nothing, so it may be done twice. Tasks need nothing of each other and may \
      be done by several processes at a time.
      """,
    takes: [
      SharedParameters.storeToChange, tasks, StudyParameters.studyOption, StudyParameters.grid,
      SharedParameters.into, SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram study run lr.engram 3f62a90c5b1e7d44 --study paper --grid coarse", "One task of the paper's study")
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let study = try invocation.study(invocation[StudyParameters.studyOption])
    let plan = try StudyPlan(study, grid: invocation[StudyParameters.grid], on: store, work: invocation.work)
    let known = try plan.tasks(for: study.figures, in: store)
    var chosen: [StudyTask] = []
    for word in invocation[tasks] {
      guard let task = known.first(where: { $0.id == word.lowercased() }) else {
        throw EngramError(
          .notFound, "the study '\(study.name)' has no such task on this store", file: store.path,
          expected: "one of \(countText(known.count)) tasks", found: word,
          mend:
            "`engram study make \(store.path) \(invocation[StudyParameters.studyOption]) --list` lists them; the grid counts"
        )
      }
      chosen.append(task)
    }
    try invocation.noteStaleSets(of: plan, for: chosen)
    let outcome = try store.run(chosen, of: plan, options: try invocation.classifyOptions(of: store))
    if let failure = outcome.failures.first { throw failure.error }
    if invocation[CommonParameters.json] {
      try invocation.show(["done": .count(outcome.done), "known": .count(outcome.known)])
    } else {
      try invocation.output.write(
        outcome.done == 0
          ? "these results were in the store already\n" : "done: \(countText(outcome.done))\n")
    }
  }
}
