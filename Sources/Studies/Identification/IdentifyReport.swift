// IdentifyReport.swift -- everything that was worked out, put together into an answer.

import Base
import Classifiers
import TrajectoryModel
import TrajectoryStore

/// Everything that was worked out, put together into an answer.
struct IdentifyReport {
  /// Statistics that are named for each example.
  private static let leadingStatistics = 5
  /// A warning is given when more than this share of examples is beyond 99 in 100, where 0.01 is to be expected.
  private static let novelShare = 0.05
  /// Distances that it takes to tell 1 in 100.
  private static let fewestReferences = 99

  let request: IdentifyRequest
  let snapshot: Snapshot
  let unknown: ExampleSet
  let runs: ExampleRuns
  let training: TrainingRuns
  let unlabelled: Int
  let columns: CommonColumns
  let groups: CalibrationGroups
  let confidence: Confidence
  let logs: LogProbabilities
  let near: NearestRuns
  let shares: StatisticShares?
  let perfectBeside: PerfectBeside?
  let agreement: MeasureAgreement?

  private var classCount: Int { training.classes.values.count }

  /// The answer.
  func identification() throws(EngramError) -> Identification {
    let pooled = logs.means(of: runs.codes, groupCount: runs.count)
    let whole = pooled.means(of: [Int32](repeating: 0, count: runs.count), groupCount: 1)
    let fields = try RunFieldTable(training: training.runs, unknown: runs, in: snapshot)
    let exampleVerdicts = try exampleVerdicts(confidence.examples.probabilities(of: logs))
    let runVerdicts = runVerdicts(confidence.runs.probabilities(of: pooled), fields)
    let group = groupVerdict(confidence.runs.probabilities(of: whole), exampleVerdicts, runVerdicts, fields)
    return Identification(
      label: request.label, classes: training.classes.values,
      training: TrainingSummary(
        filter: request.trainFilter, examples: training.examples.count, runs: training.runs.count,
        classExamples: training.labels.counts(), classRuns: training.runCounts, unlabelled: unlabelled,
        treeCount: request.treeCount, seed: request.seed),
      columns: columns, calibrationGroups: groups, exampleConfidence: confidence.exampleLevel,
      runConfidence: confidence.runLevel, runSets: confidence.sets, agreement: agreement, perfectBeside: perfectBeside,
      group: group, runs: runVerdicts, examples: exampleVerdicts,
      known: try knownLabels(exampleVerdicts, runVerdicts), warnings: try warnings(group, runVerdicts))
  }

  private func exampleVerdicts(_ probabilities: [Double]) throws(EngramError) -> [ExampleVerdict] {
    var verdicts: [ExampleVerdict] = []
    let trainingIds = training.examples.ids
    var row = 0
    try snapshot.metadata(of: unknown, columns: ["layer_name"]) { (example, values) throws(EngramError) in
      let own = Array(probabilities[(row * classCount)..<((row + 1) * classCount)])
      let nearest = near.nearest[row]
      verdicts.append(
        ExampleVerdict(
          example: example, run: runs.ids[Int(runs.codes[row])], layer: values[0], probabilities: own,
          distance: Double(nearest.distance), noveltyPValue: near.exampleNovelty.pValue(of: nearest.distance),
          nearestExample: trainingIds[nearest.row], nearestRun: training.runs.ids[nearest.run],
          statistics: Array(statistics(mostLikely(own[...]), rows: row..<(row + 1)).prefix(Self.leadingStatistics))))
      row += 1
    }
    return verdicts
  }

  private func runVerdicts(_ probabilities: [Double], _ fields: RunFieldTable) -> [RunVerdict] {
    let members = runs.rows
    return (0..<runs.count).map { run in
      let mean = members[run].reduce(0) { $0 + near.nearest[$1].distance } / Float(members[run].count)
      return RunVerdict(
        run: runs.ids[run], fields: fields.unknown[run], exampleCount: members[run].count,
        probabilities: Array(probabilities[(run * classCount)..<((run + 1) * classCount)]),
        noveltyPValue: near.runNovelty.pValue(of: mean),
        nearestRuns: nearRuns(near.nearest(toRun: run, count: request.neighbourCount), fields))
    }
  }

  private func groupVerdict(
    _ probabilities: [Double], _ examples: [ExampleVerdict], _ runs: [RunVerdict], _ fields: RunFieldTable
  ) -> GroupVerdict {
    func counts(_ all: [[Double]]) -> [Int] {
      ClassLabels(codes: all.map { Int32(mostLikely($0[...])) }, classCount: classCount).counts()
    }
    return GroupVerdict(
      probabilities: probabilities, classExamples: counts(examples.map(\.probabilities)),
      classRuns: counts(runs.map(\.probabilities)),
      nearestRuns: nearRuns(near.nearest(count: request.neighbourCount), fields),
      statistics: statistics(mostLikely(probabilities[...]), rows: 0..<examples.count),
      examplesBeyond95: examples.count { $0.noveltyPValue <= 0.05 },
      examplesBeyond99: examples.count { $0.noveltyPValue <= 0.01 })
  }

  private func nearRuns(_ found: [(run: Int, distance: Double)], _ fields: RunFieldTable) -> [NearRun] {
    found.map { run, distance in
      NearRun(
        run: training.runs.ids[run], label: training.classes.values[Int(training.runClasses[run])],
        fields: fields.training[run], distance: distance)
    }
  }

  /// What statistics add to the probability of a class, the mean over some rows, the largest first.
  private func statistics(_ code: Int, rows: Range<Int>) -> [StatisticShare] {
    guard let shares else { return [] }
    let names = columns.columns.statistics + ["layer position"]
    return (0..<shares.playerCount).map { player in
      StatisticShare(
        statistic: names[player],
        share: rows.reduce(0) { $0 + shares[$1, player, code] } / Double(rows.count))
    }.sorted { ($1.share, $0.statistic) < ($0.share, $1.statistic) }
  }

  private func knownLabels(
    _ examples: [ExampleVerdict], _ runs: [RunVerdict]
  ) throws(EngramError) -> KnownLabels? {
    let labels = try snapshot.labels(of: request.label, for: unknown)
    let codes = labels.classes.map { training.classes.values.firstIndex(of: $0) }
    var (exampleCount, rightExamples) = (0, 0)
    var runCodes: [MetadataValue: Int] = [:]
    for (row, label) in labels.codes.enumerated() {
      guard let code = codes[Int(label)] else { continue }
      exampleCount += 1
      if mostLikely(examples[row].probabilities[...]) == code { rightExamples += 1 }
      runCodes[examples[row].run] = code
    }
    if exampleCount == 0 { return nil }
    let known = runs.filter { runCodes[$0.run] != nil }
    return KnownLabels(
      examples: exampleCount, rightExamples: rightExamples, runs: known.count,
      rightRuns: known.count { mostLikely($0.probabilities[...]) == runCodes[$0.run] })
  }

  private func warnings(_ group: GroupVerdict, _ runs: [RunVerdict]) throws(EngramError) -> [IdentifyWarning] {
    var warnings: [IdentifyWarning] = []
    let count = unknown.count
    let novelRuns = runs.count { $0.noveltyPValue <= 0.01 }
    func warn(_ kind: IdentifyWarning.Kind, _ sentence: String) {
      warnings.append(IdentifyWarning(kind: kind, sentence: sentence))
    }
    let isNovel = group.examplesBeyond99 > max(1, Int(Self.novelShare * Double(count)))
    if isNovel || novelRuns > Int(Self.novelShare * Double(runs.count)) {
      warn(
        .novel,
        "\(group.examplesBeyond99) of \(count) examples and \(novelRuns) of \(runs.count) runs lie farther from the training "
          + "data than 99 in 100 that were held out by \(heldOutBy); what is said of them is a guess")
    }
    let shared = Set(self.runs.ids).intersection(training.runs.ids).count
    if shared > 0 {
      warn(
        .sharedRuns,
        "\(shared) of \(runs.count) runs have other layers among the training examples, so that the answer is easier than "
          + "for a run of its own")
    }
    if groups.isByRun, !groups.newValues.isEmpty {
      warn(
        .otherKind,
        "no training run has \(groups.newValues.joined(separator: ", ")), and confidence was calibrated on further runs of "
          + "the trained kinds, \(groups.reason); it is likely to be too high")
    }
    warnOfDoubt(runs, warn)
    let references = near.exampleNovelty.reference.count
    if references < Self.fewestReferences {
      warn(.fewReferences, "\(references) held-out examples cannot tell what is farther than 99 in 100")
    }
    return warnings
  }

  /// By what training runs were held out.
  private var heldOutBy: String { groups.fields.joined(separator: " and ") }

  /// Warns where what is said may be a guess.
  private func warnOfDoubt(_ runs: [RunVerdict], _ warn: (IdentifyWarning.Kind, String) -> Void) {
    let sets = confidence.sets
    func percent(_ share: Double) -> Int { Int((100 * share).rounded()) }
    if let agreement, agreement.isDoubtful {
      warn(
        .doubtful,
        "\(agreement.measures.joined(separator: ", ")), each learned from alone, say the same of "
          + "\(percent(agreement.share)) % of runs, where guesses do of \(percent(1 / Double(classCount))) %: the runs may be "
          + "identified no better than by guessing, so no confidence is left and sets hold every \(request.label)")
      return
    }
    let least = sets.kinds.filter { !$0.isDoubtful }.compactMap(\.agreement?.share).min()
    if let agreement, agreement.isUnlike, let least {
      warn(
        .unlike,
        "\(agreement.measures.joined(separator: ", ")), each learned from alone, say the same of "
          + "\(percent(agreement.share)) % of runs, and of \(percent(least)) % or more in each part that was held out: the runs are "
          + "unlike those, their confidence may be far too high, and sets hold every \(request.label)")
    }
    let own = runs.map(\.confidence)
    if confidence.sureness.isAbove(own) {
      warn(
        .unsure,
        "the mean confidence of the runs is \(percent(Sureness.mean(own))) %, that of runs held out by \(heldOutBy) "
          + "\(percent(confidence.sureness.mean)) %, and \(percent(confidence.sureness.leastMean)) % in the least sure part of them: "
          + "they may be of a \(request.label) that no training run has")
    }
    let blind = sets.kinds.filter(\.isNearChance)
    if agreement == nil, !groups.isByRun, !blind.isEmpty {
      warn(
        .nearChance,
        "held out in turn, \(blind.count) of \(sets.kinds.count) parts by \(heldOutBy) were identified no better than by "
          + "guessing (\(blind.map(\.name).joined(separator: "; "))); the examples may be "
          + "of such a kind, whatever the confidence")
    }
    let silent = runs.count { sets.codes(of: $0.probabilities).count == classCount }
    if silent * 2 > runs.count, !(agreement?.isUnlike ?? false) {
      warn(
        .everyClass,
        "the sets of \(silent) of \(runs.count) runs hold every \(request.label): at \(Int(100 * sets.level)) % nothing can be said"
      )
    }
  }
}
