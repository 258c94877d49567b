// ClassifyCommand.swift -- `engram classify STORE --split NAME --model KIND`.

import Base
import Classifiers
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Trains and tests a classifier on the splits of a set.
enum ClassifyCommand {
  static let split = Parameter.required(
    "split", .splits, "the split set, or one split of it by its number from 0 or its name")
  static let model = Parameter.required(
    "model", ValueType<ClassifierKind>.choice("MODEL"), "the kind of classifier: random-forest, linear-svm or conv1d")
  static let statistics = SharedParameters.statistics(default: "admissible")
  static let grid = Parameter.option(
    "grid", .gridName, default: "coarse",
    "the candidates to choose from: those of the paper, a few of them, or those that a JSON file lists")
  static let settings = Parameter.repeated(
    "set", .setting, "in place of a grid, one candidate with this parameter; the others have their defaults")
  static let search = Parameter.option(
    "search", .word(among: ["exhaustive", "halving"], "SEARCH"), default: "exhaustive",
    "exhaustive: every candidate on all train examples; halving: all on few, the best third on three times as many, and so "
      + "on")
  static let folds = Parameter.option(
    "folds", .integer(in: 2...1_000), default: "5", "how many folds of the train side choose among candidates")
  static let foldGroups = Parameter.option(
    "fold-by", .list(of: .field),
    "keep examples of equal values of these fields in one fold (as the splits do, unless given)")
  static let foldSeed = Parameter.option(
    "fold-seed", .integer(in: 0...Int(UInt32.max)),
    "shuffle the train side before it is cut into folds (in order of id unless given, as published)")
  static let seed = Parameter.option(
    "seed", .integer(in: 0...Int.max), default: "0", "decides every random choice of the classifier")
  static let zscore = Parameter.flag(
    "zscore", "z-score each column by the train side before the classifier sees it; short for +zscore in --view")
  static let positions = Parameter.flag(
    "positions", "put the position of the layer first, as three columns; short for +positions in --view")
  static let acceptsLeakage = Parameter.flag(
    "accept-leakage", "do not warn that the two sides of the splits are not independent")
  static let savedModel = Parameter.option(
    "save-model", .file(), "write the model of the split to a file, which `engram predict` reads; with one split only")

  static let command = Command(
    "classify", "train and test a classifier on the splits of a set",
    discussion: """
      Of each split: parameters are chosen in stratified folds of the train side, the best mean accuracy winning; the \
      chosen candidate learns from the whole train side; then it is tested. Folds are cut in order of id, as published, so \
      where neighbouring examples are alike, --fold-seed makes them fairer. Where a split set keeps runs or other groups \
      on one side, the folds keep them together as well; those of a hold-out do so only by --fold-by, as published.

      Each result is kept in the store as soon as it is there. The same command is answered from the store at once, and \
      one that was stopped, by Ctrl-C or a kill, goes on where it stopped. `engram results` shows what is there.

      A grid file lists choices for each parameter, of which every combination is tried:

            {"version": 1, "classifier": "random-forest",
             "parameters": {"max_features": ["sqrt", 0.1], "n_estimators": [100, 500]}}

      Parameters have the names of the published code: n_estimators, max_features, max_depth, … of a forest; C, \
      n_components, … of an SVM; ksize, num_filters, pool_type, … of a network. `--grid paper` has 15, 84 and 720 \
      candidates and takes its time.

      \(Invocation.viewDiscussion)
      """,
    takes: [
      SharedParameters.storeToChange, split, model, statistics, grid, settings, search, folds, foldGroups, foldSeed,
      seed,
      SharedParameters.epochs, SharedParameters.view, zscore, positions, SharedParameters.missing, acceptsLeakage,
      savedModel, SharedParameters.into,
      SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [[grid, settings]],
    examples: [
      .init(
        "engram classify lr.engram --split fig2a --model random-forest --positions --grid paper",
        "Figure 2a of the paper for the forest: ten splits, its whole grid"),
      .init(
        "engram classify lr.engram --split fig2a/0 --model random-forest --set n_estimators=500 --statistics weight",
        "One forest on the weight statistics of one split"),
      .init(
        "engram classify lr.engram --split animal --model linear-svm --zscore --search halving --grid paper",
        "An SVM on hold-outs, searching the paper's grid by successive halving"),
      .init(
        "engram classify lr.engram --split fig2a/0 --model conv1d --grid mine.json --save-model conv.model",
        "A grid of your own; the chosen network goes to a file"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let reference = invocation[split]
    let set = try store.splitSet(reference.name)
    let index = try reference.key.map { (key) throws(EngramError) in try set.index(of: key) }
    if invocation[savedModel] != nil, index == nil, set.splits.count > 1 {
      throw invocation.usageError(
        "--save-model needs one split", expected: "--split \(set.name)/0, or another", found: "--split \(set.name)")
    }
    let plan = ClassificationPlan(
      splitSet: set.name,
      features: FeatureRequest(
        statistics: invocation[statistics], view: try invocation.view(isStandardized: zscore, hasPositions: positions),
        missing: invocation[SharedParameters.missing]),
      grid: try grid(invocation),
      strategy: invocation[search] == "halving" ? .halving(factor: SearchStrategy.standardFactor) : .exhaustive,
      folds: try foldPlan(set, invocation), seed: UInt64(invocation[seed]))
    let remarks = try remarks(on: set, index, of: store, invocation)
    // With --json they are part of the answer: programs read standard error, too, and an error there is one JSON object.
    if !invocation[CommonParameters.json] {
      for note in remarks.notes { try invocation.note("note: \(note)") }
      for warning in remarks.warnings { try invocation.warn(warning) }
    }
    let start = MonotonicClock.seconds
    let options = try invocation.classifyOptions(of: store, split: index)
    let known = try store.finishedSplits(of: plan)
    let results: Classification
    do throws(EngramError) {
      var model: TrainedModel?
      if invocation[savedModel] != nil {
        let ordinal = index ?? 0
        if known.contains(ordinal) {
          try invocation.note("the store has the result and not the model, which is learned again")
        }
        model = try store.trainedModel(plan, split: ordinal, options: options)
      }
      results = try store.classify(plan, options: options)
      if let path = invocation[savedModel], let bytes = try model?.encoded() {
        try invocation.write(to: path) { (output) throws(EngramError) in try output.write(bytes) }
      }
    } catch {
      if error.code == .cancelled { try invocation.note("what is done is kept; the same command goes on from there") }
      throw error
    }
    let wanted = index.map { [$0] } ?? Array(set.splits.indices)
    let isFromStore = wanted.allSatisfy(known.contains)
    if invocation[CommonParameters.json] {
      var object = ResultsReport.json(results, splits: wanted, isFromStore: isFromStore)
      object["notes"] = .array(remarks.notes.map { .string($0) })
      object["warnings"] = .array(remarks.warnings.map { .string($0) })
      return try invocation.show(.object(object))
    }
    try ResultsReport.show(results, splits: wanted, invocation)
    try invocation.output.write(
      isFromStore
        ? "these results were in the store already\n"
        : "kept as results \(results.summary.id)\(options.resultStore.map { " of \(printable($0.path))" } ?? ""); took \(durationText(seconds: MonotonicClock.seconds - start))\n"
    )
  }

  /// What of the splits is not as a user may think: sides that are not independent, examples without a label.
  private static func remarks(
    on set: SplitSet, _ index: Int?, of store: TrajectoryStore, _ invocation: Invocation
  ) throws(EngramError) -> (notes: [String], warnings: [String]) {
    var notes = [invocation[split].key.flatMap { set.remark(onKey: $0) }].compactMap(\.self)
    if let staleness = try store.staleness(of: set) {
      notes.append(try StalenessText.sentence(set.name, staleness, of: store))
    }
    let snapshot = try store.snapshot(asOf: set.commit)
    let splits = index.map { [set.splits[$0]] } ?? Array(set.splits)
    let all = splits.reduce(ExampleSet()) { $0.union($1.train).union($1.test) }
    let unlabelled = try snapshot.unlabelled(by: set.specification.label)
    let silent = unlabelled.intersection(all).count
    if silent > 0 { notes.append("\(countText(silent)) examples have no \(set.specification.label) and are left out") }
    let features = FeatureRequest(
      statistics: invocation[statistics], view: try invocation.view(isStandardized: zscore, hasPositions: positions),
      missing: invocation[SharedParameters.missing])
    // What cannot be selected is refused below, with its reason.
    notes += (try? features.select(all.subtracting(unlabelled), in: snapshot))?.remarks ?? []
    let audits = try store.auditSplits(
      set.name, split: invocation[split].key, comparesValues: false, work: invocation.work)
    let unlearned = audits.filter { $0.missingClasses?.level == .warning }
    if let first = unlearned.first, let finding = first.missingClasses {
      let others = unlearned.count > 1 ? " (the like is so of \(unlearned.count - 1) more splits)" : ""
      notes.append("split \(first.split): \(finding.sentence)\(others)")
    }
    if invocation[acceptsLeakage] { return (notes, []) }
    guard let worst = audits.max(by: { $0.leaks.count < $1.leaks.count }), !worst.leaks.isEmpty else {
      return (notes, [])
    }
    let leaks = worst.leaks.map {
      $0.check == "run" || $0.check == "near-duplicates" ? $0.sentence : "\($0.check): \($0.sentence)"
    }
    let warning =
      "the sides of split \(worst.split) are not independent: \(leaks.prefix(3).joined(separator: "; ")); "
      + "`engram split audit \(store.path) \(set.name)` shows more, --accept-leakage says that this is known"
    return (notes, [warning])
  }

  private static func grid(_ invocation: Invocation) throws(EngramError) -> GridSpecification {
    let kind = invocation[model]
    if !invocation[settings].isEmpty {
      var parameters = JSONObject()
      for setting in invocation[settings] {
        guard parameters[setting.name] == nil else {
          throw invocation.usageError(
            "--set gives \(setting.name) twice",
            expected: "one value for each parameter; a file for --grid lists values to choose from")
        }
        parameters[setting.name] = setting.value
      }
      let specification = GridSpecification(kind, parameters: parameters)
      do throws(EngramError) {
        _ = try specification.makeGrid()
      } catch {
        var usage = error
        usage.code = .usage
        throw usage
      }
      return specification
    }
    switch invocation[grid] {
    case "paper": return .paper(kind)
    case "coarse": return .coarse(kind)
    case let path:
      /// A grid is a page of text.
      let value = try JSONValue(reading: path, limit: 1 << 20)
      do throws(EngramError) {
        return try GridSpecification(json: value, for: kind)
      } catch {
        throw error.inFile(path)
      }
    }
  }

  private static func foldPlan(_ set: SplitSet, _ invocation: Invocation) throws(EngramError) -> FoldPlan {
    var plan = FoldPlan(
      count: invocation[folds], seed: invocation[foldSeed].map { UInt32($0) }, for: set.specification)
    if let groups = invocation[foldGroups] { plan.groups = groups }
    return plan
  }
}

extension ValueType where Value == String {
  /// `paper`, `coarse` or the path of a grid.
  fileprivate static var gridName: Self {
    Self("paper|coarse|FILE", completion: .words(["paper", "coarse"])) { (word: String) throws(ConversionFailure) in
      guard !word.isEmpty else { throw ConversionFailure(expected: "paper, coarse or a file", found: "empty text") }
      return word
    }
  }
}
