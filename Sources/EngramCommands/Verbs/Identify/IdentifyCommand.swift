// IdentifyCommand.swift -- `engram identify STORE`.

import Base
import Studies
import TrajectoryStore

/// Says which class examples of unknown class look like.
enum IdentifyCommand {
  static let examples = Parameter.required(
    "examples", .text("SQL"), "the examples to identify: those for which this SQL expression is true")
  static let train = Parameter.option(
    "train", .text("SQL"), "the examples to learn from (every labelled one that is not to be identified, unless given)")
  static let label = Parameter.option(
    "label", .field, default: "learning_rule", "the field of runs whose values are told apart")
  static let statistics = SharedParameters.statistics(default: "admissible")
  static let calibrateBy = Parameter.option(
    "calibrate-by", .list(of: .field),
    "hold out the values of this field, or of these together, such as run_id or architecture, to calibrate confidence "
      + "(chosen unless given)")
  static let likeRecording = Parameter.option(
    "like-recording", .text("own|SQL"),
    "learn from observations like the recordings: own, those with their unit_fraction and noise_sd, or an SQL expression"
  )
  static let trees = Parameter.option(
    "trees", .integer(in: 1...100_000), default: "200", "how many trees the forest has")
  static let neighbours = Parameter.option(
    "neighbours", .integer(in: 1...1_000), default: "5", "how many of the nearest training runs to name")
  static let draws = Parameter.option(
    "draws", .integer(in: 0...100_000), default: "8",
    "orders of the statistics to try for each example, to find the most important ones; 0 finds none")

  static let command = Command(
    "identify", "say which learning rule unknown recordings look like",
    discussion: """
      A random forest learns from the labelled examples, on the statistics and epochs that they and the examples to \
      identify both have. For each example, for each run and for the group there are class probabilities, the nearest \
      training runs, the most important statistics, and the novelty of the recording. CSV has a line for each example; \
      JSON has everything.

      Confidence is calibrated on training runs that further forests did not see, by one exponent for the probabilities \
      of examples and one for those of runs (temperature scaling, Guo et al. 2017). A run is the mean log-probability of \
      its layers, the group that of its runs: neither layers nor runs count as independent. Where the examples have \
      an architecture, a task or another text field of which no training run has the value, whole values of that field are \
      held out, since confidence on further runs of trained kinds would be far too high; where two fields are new, what \
      is held out has one value of each, and what is learned from neither. --calibrate-by says otherwise.

      Forests that see one measure each (weights, activations, activity changes) are asked as well. Where they agree on the \
      runs hardly more than guesses do, and no two held-out parts that cannot be told from them by that were identified correctly all the same, the \
      answer may be a guess, which neither confidence nor distance shows: a warning says so, no confidence is left, and sets hold \
      every class. Held-out parts of which this is true calibrate nothing.

      --like-recording learns on labelled runs that were measured with as few units and as much noise as the recordings, \
      which engram observe makes, and holds out the same runs measured perfectly, to say what the condition costs.

      Distances are Euclidean over asinh((x - median) / (1.4826 MAD)) of each column. The novelty of an example is its \
      conformal p-value: how often a held-out training example is as far from the training data. A warning is given \
      where more than 5 in 100 are farther than 99 in 100. What a statistic adds is its Shapley value by sampling \
      (Štrumbelj and Kononenko 2014), in the forest's own probabilities, against training examples drawn at random.
      """,
    takes: [
      SharedParameters.store, examples, train, label, statistics, SharedParameters.epochs, SharedParameters.view,
      calibrateBy, likeRecording, trees, neighbours, draws, SplitParameters.seed, SharedParameters.asOf,
      SharedParameters.threads,
      CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram identify lr.engram --train \"learning_rule != 'unknown'\" --examples \"task = 'neural'\"",
        "Which learning rule recordings of one's own look like"),
      .init(
        "engram identify lr.engram --examples \"architecture = 'knet'\" --calibrate-by architecture --json",
        "How well it does on an architecture that it has not seen, for a program"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    let request = IdentifyRequest(
      examples: invocation[examples], train: invocation[train], label: invocation[label],
      features: FeatureRequest(statistics: invocation[statistics], view: try invocation.view()),
      treeCount: invocation[trees], calibrateBy: invocation[calibrateBy] ?? [],
      likeRecording: invocation[likeRecording].map { $0 == "own" ? .own : .filter($0) },
      neighbourCount: invocation[neighbours],
      draws: invocation[draws], seed: invocation.splitSeed)
    let found = try snapshot.identify(request, work: invocation.work)
    switch invocation.tableFormat {
    case .json: try invocation.show(found.json)
    case .csv: try invocation.show(IdentifyReportText.examples(found), as: .csv)
    case .table: try IdentifyReportText.show(found, invocation)
    }
    for warning in found.warnings where invocation.tableFormat != .json { try invocation.warn(warning.sentence) }
  }
}
