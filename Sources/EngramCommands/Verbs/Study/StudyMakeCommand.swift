// StudyMakeCommand.swift -- `engram study make STORE STUDY`.

import Base
import Classifiers
import Reporting
import Splits
import Studies
import TrajectoryStore

/// Computes what a study asks for and is not there.
enum StudyMakeCommand {
  static let only = Parameter.option("only", .list(of: .text("FIGURE")), "only what these figures need, such as 2a,4b")
  static let workers = Parameter.option(
    "workers", .integer(in: 1...256), default: "1", "how many tasks are done at a time, sharing the threads")
  static let list = Parameter.flag("list", "list the tasks, finished ones too, and do none")

  static let splitsOnly = Parameter.flag("splits-only", "make the splits that are missing, and do no task")

  static let command = Command(
    "make", "compute what a study asks for and is not there yet",
    discussion: """
      The splits that are missing are made, and each result is kept as soon as it is there: the command can be stopped or \
      killed at any moment and goes on from there. What figures share is computed once; results of the same plan that are \
      in the store, from wherever, are never computed again. A figure for which the store lacks something is named with \
      what it needs, and keeps nothing from the others.

      Tasks are independent: `--list --json` gives a command for each, and several machines or processes may do them.
      """,
    takes: [
      SharedParameters.storeToChange, StudyParameters.study, only, StudyParameters.grid, workers, list,
      splitsOnly,
      SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv], [list, splitsOnly]],
    examples: [
      .init("engram study make lr.engram paper --grid coarse", "Everything that the figures of the paper need"),
      .init("engram study make lr.engram paper --only 2b --list", "The tasks behind one figure"),
      .init("engram study make lr.engram mine.json --workers 4", "A study of your own, four tasks at a time"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let study = try invocation.study(invocation[StudyParameters.study])
    var figures = study.figures
    if let names = invocation[only] {
      figures = try names.map { (name) throws(EngramError) in
        do throws(EngramError) {
          return try study.figure(name)
        } catch {
          var usage = error
          usage.code = .usage
          throw usage
        }
      }
    }
    let needed = StudyFigures.experiments(of: figures)
    let plan = try StudyPlan(
      study, grid: invocation[StudyParameters.grid], experiments: needed, on: store, work: invocation.work)
    let tasks = try plan.tasks(for: figures, in: store)
    try invocation.noteStaleSets(of: plan, for: tasks)
    if invocation[list] {
      try invocation.show(table(of: tasks, plan, invocation), as: invocation.tableFormat)
      return try refuseConflicts(of: plan)
    }
    let options = ClassifyOptions(waitSeconds: invocation[SharedParameters.waitSeconds], work: invocation.work)
    if invocation[splitsOnly] {
      var table = Table(columns: ["split_set", "commit", "splits"])
      for (name, set) in try store.storeSplitSets(of: tasks, plan, options).sorted(by: { $0.key < $1.key }) {
        table.append([.text(name), .integer(Int(set.commit)), .integer(set.splits.count)])
      }
      try invocation.show(table, as: invocation.tableFormat)
      return try refuseConflicts(of: plan)
    }
    let start = MonotonicClock.seconds
    let outcome: StudyOutcome
    do throws(EngramError) {
      outcome = try store.run(tasks, of: plan, workers: invocation[workers], options: options)
    } catch {
      if error.code == .cancelled { try invocation.note("what is done is kept; the same command goes on from there") }
      throw error
    }
    let after = try StudyPlan(study, grid: plan.grid, experiments: needed, on: store, work: invocation.work)
    try invocation.show(try summary(figures, after, store), as: invocation.tableFormat)
    if invocation.tableFormat == .table {
      try invocation.output.write(
        "\(countText(outcome.done)) of \(countText(tasks.count)) tasks were done now in "
          + "\(durationText(seconds: MonotonicClock.seconds - start)); \(countText(outcome.known)) were in the store already\n"
      )
    }
    let bare = try store.resultsWithoutPredictions(of: tasks, in: plan).map(String.init)
    if !bare.isEmpty {
      try invocation.note(
        "note: results \(bare.joined(separator: ", ")) were kept without predictions, so their accuracies have no intervals; "
          + "after `engram results \(shellWord(store.path)) \(bare.joined(separator: " ")) --remove` the same command makes "
          + "them anew")
    }
    try report(outcome.failures, invocation)
    try refuseConflicts(of: plan)
  }

  /// Ends with an error where a split set is stored and is another than the study's: what needs it was not done.
  private static func refuseConflicts(of plan: StudyPlan) throws(EngramError) {
    guard var first = plan.conflicts.first else { return }
    let others = plan.conflicts.count - 1
    if others > 0 { first.message += "; and \(others) more split sets are" }
    throw first
  }

  /// A row for each figure: how much of it is there, or what the store lacks.
  private static func summary(
    _ figures: [StudyFigure], _ plan: StudyPlan, _ store: TrajectoryStore
  ) throws(EngramError) -> Table {
    var table = Table(columns: ["figure", "title", "done", "of", "state"])
    for figure in figures {
      if let reason = plan.whyImpossible(figure) {
        table.append([
          .text(figure.name), .text(figure.title), .missing, .missing, .text("not possible here: \(reason)"),
        ])
        continue
      }
      let tasks = try plan.tasks(for: [figure], in: store)
      let done = tasks.count { $0.isDone }
      table.append([
        .text(figure.name), .text(figure.title), .integer(done), .integer(tasks.count),
        .text(done == tasks.count ? "complete" : "\(tasks.count - done) tasks are missing"),
      ])
    }
    return table
  }

  /// A row for each task, with the command that does it.
  private static func table(of tasks: [StudyTask], _ plan: StudyPlan, _ invocation: Invocation) -> Table {
    let isForPrograms = invocation.tableFormat != .table
    var table = Table(
      columns: ["task", "experiments", "classifier", "statistics", "view", "tests", "split", "done"]
        + (isForPrograms ? ["command"] : []))
    let store = invocation[SharedParameters.storeToChange]
    for task in tasks {
      guard let first = task.cells.first else { continue }
      var names: [String] = []
      for cell in task.cells where !names.contains(cell.experiment) { names.append(cell.experiment) }
      var row: [TableCell] = [
        .text(task.id), .text(names.joined(separator: ",")), .text(first.kind.rawValue),
        .text(first.statistics.text), .text(first.view.text), .integer(task.cells.count),
        .text("\(task.splitSet)/\(task.splitName)"), .boolean(task.isDone),
      ]
      if isForPrograms {
        row.append(
          .text(
            "engram study run \(shellWord(store)) \(task.id) --study \(shellWord(invocation[StudyParameters.study])) "
              + "--grid \(plan.grid.rawValue)"))
      }
      table.append(row)
    }
    return table
  }

  /// Says which tasks failed, some of them by name.
  private static func report(
    _ failures: [(task: StudyTask, error: EngramError)], _ invocation: Invocation
  ) throws(EngramError) {
    guard let first = failures.first else { return }
    /// Failures of one kind come together; a few show it.
    let shown = 5
    for failure in failures.prefix(shown) {
      let cell = failure.task.cells.first
      try invocation.warn(
        "task \(failure.task.id) failed (\(cell?.experiment ?? ""), \(cell?.kind.rawValue ?? ""), "
          + "\(cell?.statistics.text ?? ""), split \(failure.task.splitName)): \(failure.error.message)")
    }
    var error = first.error
    error.message =
      "\(failures.count) tasks could not be done; the results of the others are kept. The first: \(error.message)"
    throw error
  }
}

/// A word that a shell reads as one.
func shellWord(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || [43, 44, 45, 46, 47, 58, 61, 95].contains(byte)
  }
  if isPlain, !text.isEmpty { return text }
  return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
