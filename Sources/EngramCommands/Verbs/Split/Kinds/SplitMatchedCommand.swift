// SplitMatchedCommand.swift -- `engram split matched STORE`.

import Base
import Splits
import TrajectoryModel
import TrajectoryStore

/// Makes balanced splits of runs that do equally well.
enum SplitMatchedCommand {
  static let metric = Parameter.required("metric", .text("NAME"), "the metric of runs, such as top1")
  static let moment = Parameter.option(
    "at", .text("MOMENT"), default: "last", "which epoch stands for a run: last, best, highest, lowest or epoch:90")
  static let band = Parameter.option(
    "band", .list(of: .real()), "keep runs whose value is from the first to the second of two numbers")
  static let classes = Parameter.option(
    "classes", .list(of: .text("CLASS")), "pair runs of these two classes, whose values are close")
  static let tolerance = Parameter.option(
    "tolerance", .real(in: 0...1e300), "by how much the values of a pair may differ")
  static let same = Parameter.option(
    "same", .list(of: .field), "the two runs of a pair have equal values in these fields")

  static let command = Command(
    "matched", "balanced splits of runs whose metric is comparable",
    discussion: """
      A control: are learning rules told apart only because networks do better under one of them? Keeps the runs whose \
      metric lies in a band, or pairs runs of two classes, as many as can be, and draws balanced splits of their \
      examples. Metrics are added with ingest-metrics.
      """,
    takes: SplitParameters.first + [
      metric, moment, band, classes, tolerance, same, SplitParameters.repeats, SplitParameters.seed,
    ] + SplitParameters.balancedSizes + SplitParameters.last,
    exclusive: SplitParameters.balancedExclusive + [[band, classes], [band, tolerance], [band, same]],
    examples: [
      .init(
        "engram split matched lr.engram --name good --metric top1 --band 0.6,0.7",
        "Only networks with a top-1 accuracy from 0.6 to 0.7"),
      .init(
        "engram split matched lr.engram --name two --metric top1 --classes adam,sgdm --tolerance 0.01 "
          + "--same architecture,task", "Networks of two rules, of one architecture and task, equally good to 0.01"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let matching: MatchedSplits.Matching
    if let band = invocation[band] {
      guard band.count == 2 else {
        throw invocation.usageError("a band is two numbers", expected: "such as --band 0.6,0.7")
      }
      matching = .band(lowest: band[0], highest: band[1])
    } else {
      guard let words = invocation[classes], words.count == 2, let tolerance = invocation[tolerance] else {
        throw invocation.usageError(
          "what is comparable is missing", expected: "--band LOW,HIGH, or --classes A,B with --tolerance X")
      }
      let snapshot = try invocation.snapshot(SharedParameters.storeToChange, asOf: SharedParameters.asOf)
      let label = invocation[SharedParameters.label]
      let keys = try HoldoutSplits.keys(named: words, by: [label], among: try snapshot.groups(by: [label]))
      matching = .pairs(
        first: keys[0][0], second: keys[1][0], tolerance: tolerance, same: invocation[same] ?? [])
    }
    let plan = MatchedSplits(
      metric: invocation[metric], at: try MetricMoment(parsing: invocation[moment]), matching,
      balanced: invocation.sized(
        BalancedSplits(repeats: invocation[SplitParameters.repeats], seed: invocation.splitSeed)))
    try SplitReport.create(invocation.specification(.matched(plan)), invocation)
  }
}
