// SplitSpecification.swift -- everything that determines a split set, as a value; its JSON is beside it.
//   {"version": 1, "kind": "balanced", "label": "learning_rule", "where": "task = 'cifar10'", "repeats": 10, "seed": 0,
//    "test_per_class": 1296, "train_per_class": 3888, "compatibility": "lr-identify"}
//   {"version": 1, "kind": "holdout", "label": "learning_rule", "by": ["batch_size", "dataset_seed"]}
// The same specification and the same commit of a store give the same splits, on any machine and number of threads.

/// Everything that determines a split set.
public struct SplitSpecification: Sendable, Hashable {
  /// How train and test are told apart.
  public enum Kind: Sendable, Hashable {
    /// Equally many examples of each class, drawn at random, several times.
    case balanced(BalancedSplits)
    /// One split for each group: the group is the test side, all others are the train side.
    case holdout(HoldoutSplits)
    /// Folds that hold each class in equal parts; every fold is the test side once.
    case kFold(KFoldSplits)
    /// Folds of whole groups, of equal size as far as groups allow.
    case groupKFold(GroupKFoldSplits)
    /// Folds of whole groups that also hold each class in equal parts, as far as groups allow.
    case stratifiedGroupKFold(StratifiedGroupKFoldSplits)
    /// Whole groups drawn at random, several times.
    case groupShuffle(GroupShuffleSplits)
    /// Every group is the test side once.
    case leaveOneGroupOut(LeaveOneGroupOutSplits)
    /// Balanced splits of two classes, or a few, at a time.
    case pairs(PairSplits)
    /// Balanced splits of runs whose metric is comparable.
    case matched(MatchedSplits)
    /// Examples drawn at random, whatever their class.
    case random(RandomSplits)
    /// Train on what was there at a commit, test on what came after.
    case byCommit(CommitSplits)
    /// Sides that the user lists.
    case explicit(ExplicitSplits)

    /// The word for it in JSON and on the command line.
    public var name: String { type(of: plan).kind }
  }

  /// The version of the JSON form that this code writes and reads.
  public static let version: Int64 = 1

  /// How train and test are told apart.
  public var kind: Kind
  /// The column of the `example` view that holds the classes.
  public var label: String
  /// SQL that every example must satisfy, or nil for all.
  public var filter: String?
  /// SQL that examples to train on must satisfy as well.
  public var trainFilter: String?
  /// SQL that examples to test on must satisfy as well.
  public var testFilter: String?

  /// Makes a specification.
  public init(
    _ kind: Kind, label: String = "learning_rule", where filter: String? = nil, trainFilter: String? = nil,
    testFilter: String? = nil
  ) {
    self.kind = kind
    self.label = label
    self.filter = filter
    self.trainFilter = trainFilter
    self.testFilter = testFilter
  }
}
