// IngestMetricsCommand.swift -- `engram ingest-metrics STORE FILE`.

import Base
import TrajectoryStore
import Transfer

/// Adds loss, top-1 and other scalars to runs of a store.
enum IngestMetricsCommand {
  static let source = Parameter.argument(
    .file(), "a CSV, TSV or JSON table with columns that name a run, epoch, and the metrics")
  static let by = Parameter.option(
    "by", .list(of: .field),
    "the columns that name a run: run_id, or fields (run_id if it is there, else all fields, unless given)")

  static let command = Command(
    "ingest-metrics", "add loss, accuracy and other scalars to the runs of a store",
    discussion: """
      What trackers write is read as it is: MLflow (run_id, key, value, step, timestamp), W&B (_step, _timestamp, or \
      columns RUN - METRIC), TensorBoard (Wall time, Step, Value), Aim (metric, value, step, context.KEY); run_id may hold the ids of a tracker, if a field \
      has them all, such as tracker_run; numbers that may be those of the store too are asked about.

      Each row is about one run at one epoch. Every column that neither names the run, nor is epoch, nor a field of the \
      store, is a metric; or the columns metric and value give one on each row. Fields beside run_id must say what the store \
      says of the run; by --by they are left out, which a note says. What is empty was not recorded; nan and inf are values, \
      and in SQL a NaN is NULL.

      Either everything is added or nothing. Values that are stored never change, so a split that was made by a metric \
      can be made again. Metrics serve filters:

        --where "run_id IN (SELECT run_id FROM run_metric_last WHERE metric = 'top1' AND value >= 0.6)"
      """,
    takes: [
      SharedParameters.storeToChange, source, by, IngestCommand.mappings, SharedParameters.waitSeconds,
      CommonParameters.json,
    ],
    examples: [
      .init(
        "engram ingest-metrics lr.engram metrics.csv", "Metrics of runs that the file names by run_id, or by all fields"
      ),
      .init(
        "engram ingest-metrics lr.engram log.tsv --by task,architecture,learning_rule,model_seed",
        "Runs named by four fields; a row that several runs fit is an error"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let report = try MetricsIngest(
      source: invocation[source], by: invocation[by], map: try IngestCommand.map(invocation)
    ).ingest(into: invocation[SharedParameters.storeToChange], options: invocation.writeOptions())
    for note in report.notes { try invocation.note("note: \(note)") }
    if invocation[CommonParameters.json] {
      try invocation.show(
        [
          "commit": .integer(report.commit), "values": .count(report.values), "known": .count(report.known),
          "runs": .count(report.runs), "notes": .array(report.notes.map { .string($0) }),
          "metrics": .array(report.metrics.map { .string($0) }),
        ])
    } else {
      try invocation.output.write(
        "added \(countText(report.values)) values of \(printable(report.metrics.joined(separator: ", "))) "
          + "for \(countText(report.runs)) runs"
          + (report.known > 0 ? "; \(countText(report.known)) were stored already, the same" : "") + "\n")
    }
  }
}
