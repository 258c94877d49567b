// SplitPlan.swift -- what every kind of split can do: read and write its JSON, refuse what cannot be, make the splits.

import Base

/// One kind of split with its choices.
protocol SplitPlan: Sendable, Hashable {
  /// The word for the kind in JSON and on the command line.
  static var kind: String { get }
  /// The JSON keys of its own.
  static var keys: [String] { get }

  /// Reads its keys.
  init(reading object: JSONObject) throws(EngramError)

  /// Sets its keys, with every choice spelled out.
  func write(to object: inout JSONObject)

  /// Refuses choices that cannot be, with code `usage`.
  func check() throws(EngramError)

  /// Makes the splits in order, handing over each as soon as it is made.
  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError)
}

extension SplitSpecification.Kind {
  /// The choices of whatever kind it is.
  var plan: any SplitPlan {
    switch self {
    case .balanced(let plan): plan
    case .holdout(let plan): plan
    case .kFold(let plan): plan
    case .groupKFold(let plan): plan
    case .stratifiedGroupKFold(let plan): plan
    case .groupShuffle(let plan): plan
    case .leaveOneGroupOut(let plan): plan
    case .pairs(let plan): plan
    case .matched(let plan): plan
    case .random(let plan): plan
    case .byCommit(let plan): plan
    case .explicit(let plan): plan
    }
  }

  /// How the JSON of each kind is read, in the order in which help lists them.
  static let readers: [KindReader] = [
    KindReader(BalancedSplits.self) { .balanced($0) }, KindReader(HoldoutSplits.self) { .holdout($0) },
    KindReader(KFoldSplits.self) { .kFold($0) }, KindReader(GroupKFoldSplits.self) { .groupKFold($0) },
    KindReader(StratifiedGroupKFoldSplits.self) { .stratifiedGroupKFold($0) },
    KindReader(GroupShuffleSplits.self) { .groupShuffle($0) },
    KindReader(LeaveOneGroupOutSplits.self) { .leaveOneGroupOut($0) }, KindReader(PairSplits.self) { .pairs($0) },
    KindReader(MatchedSplits.self) { .matched($0) }, KindReader(RandomSplits.self) { .random($0) },
    KindReader(CommitSplits.self) { .byCommit($0) },
    KindReader(ExplicitSplits.self) { .explicit($0) },
  ]
}

/// How the JSON of one kind is read.
struct KindReader: Sendable {
  let kind: String
  let keys: [String]
  let read: @Sendable (JSONObject) throws(EngramError) -> SplitSpecification.Kind

  init<Plan: SplitPlan>(_: Plan.Type, _ wrap: @escaping @Sendable (Plan) -> SplitSpecification.Kind) {
    kind = Plan.kind
    keys = Plan.keys
    read = { (object) throws(EngramError) in wrap(try Plan(reading: object)) }
  }
}
