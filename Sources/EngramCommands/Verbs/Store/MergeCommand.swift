// MergeCommand.swift -- `engram merge STORE SOURCE…`.

import Base
import Studies
import TrajectoryStore

/// Brings other stores into one.
enum MergeCommand {
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let sources = Parameter.arguments(.store("SOURCE"), "the stores to bring in; they stay as they are")
  static let force = Parameter.flag(
    "force", "bring in everything, also what the store has already, as further measurements of its runs")
  static let results = Parameter.flag(
    "results", "bring in results of classifiers and no examples: of copies of STORE, or of stores that --into made")

  static let command = Command(
    "merge", "bring other stores into one",
    discussion: """
      Files are linked or copied, not decoded. Examples are added in the order of the sources and get new example \
      ids. Either all the sources are brought in or none. What lay uncompressed in the catalogs of small sources is \
      compressed afterwards. Split sets, results and runs in progress stay in the sources, and are counted in a note.

      A source that has grown since it was merged is named again, and brings what is new. What is here already, bit for bit, \
      is left out and counted. What was hidden there since is hidden here too; what is hidden here stays hidden, what was \
      shown here again since stays shown, and what was purged here stays out, each with a note. A field that was renamed \
      here or there is known by its earlier name, and a value that an edit here took away is not filled again. A run that \
      has another value there, as after an edit of one side, is refused until one is corrected, unless it is hidden here. \
      Of a file of which only a part is new, that part is written anew.

      Where the store declares what tells runs apart (engram ingest --run), a run of a source with the same values is the \
      same run: fields that it lacks are filled, and its layers come beside those that are there. A store without runs \
      takes over the declaration of the first source.
      """,
    takes: [store, sources, force, results, SharedParameters.waitSeconds, CommonParameters.json],
    exclusive: [[force, results]],
    examples: [
      .init("engram merge lr.engram worker-0.engram worker-1.engram", "What two workers recorded, as one"),
      .init("engram merge lr.engram worker-0.engram", "What the first has recorded since"),
      .init("engram merge lr.engram host-1.engram host-2.engram --results", "What two hosts have classified"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let path = invocation[store]
    if invocation[results] { return try mergeResults(invocation) }
    let (target, isNew) = try TrajectoryStore.openOrCreate(at: path)
    let report: MergeReport
    do throws(EngramError) {
      report = try target.merge(
        invocation[sources], allowsRepeat: invocation[force], options: invocation.writeOptions())
    } catch {
      if isNew { try? target.removeIfEmpty() }
      throw error
    }
    for remark in report.remarks { try invocation.note("note: \(remark)") }
    let count = report.examples.reduce(0) { $0 + $1.count }
    let known = report.known.reduce(0, +)
    let (values, fields, metrics) = (report.filledValues, report.newFields, report.metrics)
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "commit": report.commit.map { .integer($0) } ?? .null, "runs": .count(report.runs), "examples": .count(count),
          "known_examples": .count(known), "filled_values": .count(values), "new_fields": .count(fields),
          "metrics": .count(metrics),
          "sources": .array(
            zip(invocation[sources], zip(report.examples, report.known)).map { source, brought in
              [
                "store": .string(source), "first_example": .integer(brought.0.lowerBound),
                "examples": .count(brought.0.count),
                "known_examples": .count(brought.1),
              ]
            }), "notes": .array(report.remarks.map { .string($0) }),
        ])
    } else {
      let sources = report.examples.count
      try invocation.output.write(
        "merged \(countText(count)) examples (\(countText(report.runs)) new \(report.runs == 1 ? "run" : "runs")) of \(sources) \(sources == 1 ? "store" : "stores")"
          + (known == 0 ? "" : "; \(countText(known)) \(known == 1 ? "was" : "were") here already") + "\n")
      // What comes with new examples needs no words.
      let others = [
        (values, "value that a run lacked", "values that runs lacked"), (fields, "field", "fields"),
        (metrics, "value of a metric", "values of metrics"),
      ].filter { $0.0 > 0 }
      if count > 0 || others.isEmpty { return }
      let words = others.map { "\(countText($0.0)) \($0.0 == 1 ? $0.1 : $0.2)" }
      try invocation.output.write("also brought in: \(words.joined(separator: ", "))\n")
    }
  }

  private static func mergeResults(_ invocation: Invocation) throws(EngramError) {
    let target = try invocation.open(store)
    let report = try target.mergeResults(of: invocation[sources], options: invocation.writeOptions())
    if invocation[CommonParameters.json] {
      return try invocation.show(["added": .count(report.added), "known": .count(report.known)])
    }
    try invocation.output.write(
      "brought in \(countText(report.added)) results of splits; \(countText(report.known)) were here already\n")
  }
}
