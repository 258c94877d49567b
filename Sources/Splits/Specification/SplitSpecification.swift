// SplitSpecification.swift -- everything that determines a split set, as a value and as JSON.
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

    /// The word for it in JSON and on the command line.
    public var name: String {
      switch self {
      case .balanced: "balanced"
      case .holdout: "holdout"
      }
    }
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

/// How balanced splits are drawn (the published `get_splits`; paper Section 4: ten splits of 75% and 25%).
public struct BalancedSplits: Sendable, Hashable {
  /// How many examples of each class one side gets.
  public enum Size: Sendable, Hashable {
    /// So many of each class.
    case perClass(Int)
    /// This fraction of what the smallest class has, rounded to the nearest whole number.
    case fraction(Double)
    /// As many of each class as the class with the fewest has left.
    case rest
  }

  /// The number of splits.
  public var repeats: Int
  /// The seed of NumPy's legacy generator, which draws all splits one after the other.
  public var seed: UInt32
  /// The size of the test side; never `rest`.
  public var test: Size
  /// The size of the train side.
  public var train: Size

  /// Makes a plan.
  public init(repeats: Int = 10, seed: UInt32 = 0, test: Size = .fraction(0.25), train: Size = .rest) {
    self.repeats = repeats
    self.seed = seed
    self.test = test
    self.train = train
  }
}

/// How groups are held out (paper Section 5).
public struct HoldoutSplits: Sendable, Hashable {
  /// The columns of the `example` view whose values name a group; null is a value like any other.
  public var by: [String]

  /// Makes a plan.
  public init(by columns: [String]) { by = columns }
}
