// Study.swift -- a plan that makes results: experiments, and the figures that are drawn from them, as data.

public import Base
public import Classifiers
public import Splits
public import TrajectoryStore

/// A plan that makes results: experiments, each a way to split with what is classified, and figures drawn from them.
///
/// Its JSON form is described by `schema/study.schema.json`. The study `paper` holds every figure of the paper.
public struct Study: Sendable, Hashable {
  /// The name: letters, digits, `_` and `-`; split sets of the study begin with it.
  public var name: String
  /// What it is, for people.
  public var title: String
  /// The column of the `example` view that holds the classes.
  public var label: String
  /// What is classified.
  public var experiments: [StudyExperiment]
  /// What is drawn, in order.
  public var figures: [StudyFigure]

  /// Makes a study.
  public init(
    name: String, title: String, label: String = "learning_rule", experiments: [StudyExperiment], figures: [StudyFigure]
  ) {
    self.name = name
    self.title = title
    self.label = label
    self.experiments = experiments
    self.figures = figures
  }

  /// The names of the studies that are compiled in.
  public static let builtInNames = ["paper", "beyond", "identify-evaluation"]

  /// A study that is compiled in; nil for another name.
  ///
  /// `paper` holds every figure of the paper that is drawn from data; `beyond` the same figures on splits that keep every network
  /// on one side, learning curves and rules that nobody trained on; `identify-evaluation` says how far identification is true.
  ///
  /// - Throws: Nothing but a fault of this build.
  public static func builtIn(_ name: String) throws(EngramError) -> Study? {
    switch name {
    case "paper": try paper()
    case "beyond": try Study(json: JSONValue(parsing: String(decoding: PackageResources.beyond_json, as: UTF8.self)))
    case "identify-evaluation":
      try Study(json: JSONValue(parsing: String(decoding: PackageResources.identify_evaluation_json, as: UTF8.self)))
    default: nil
    }
  }

  /// The study of the paper: every one of its figures that is drawn from data.
  ///
  /// - Throws: Nothing but a fault of this build, for the study is compiled in.
  public static func paper() throws(EngramError) -> Study {
    try Study(json: JSONValue(parsing: String(decoding: PackageResources.paper_json, as: UTF8.self)))
  }

  /// The experiment of a name, or nil.
  public func experiment(_ name: String) -> StudyExperiment? { experiments.first { $0.name == name } }

  /// The figure of a name.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, with what there is.
  public func figure(_ wanted: String) throws(EngramError) -> StudyFigure {
    if let figure = figures.first(where: { $0.name.lowercased() == wanted.lowercased() }) { return figure }
    let names = figures.map(\.name)
    throw EngramError(
      .notFound, "the study '\(name)' has no figure '\(wanted)'", expected: "one of \(names.joined(separator: ", "))",
      found: wanted, mend: closestName(to: wanted, among: names).map { "did you mean '\($0)'?" })
  }
}

/// What is classified: splits, statistics, views and classifiers, every combination of which is done.
public struct StudyExperiment: Sendable, Hashable {
  /// The name, unique in its study.
  public var name: String
  /// What it is, in a few words that stand above a panel.
  public var title: String
  /// What determines the splits.
  public var splits: SplitSpecification
  /// The study that is compiled in whose experiment of this name it is; nil for one of its own.
  ///
  /// Its splits and results are shared with that study.
  public var owner: String?
  /// The shares of the runs, or of whatever the splits keep on one side, that are learned from, the experiment being done once for
  /// each; empty for all there are.
  public var trainFractions: [Double]
  /// Columns for each of whose values the experiment is done once, on the examples that have it; empty for once in all.
  public var each: [String]
  /// Which statistics classifiers see.
  public var statistics: [StatisticSelection]
  /// How trajectories are looked at: views in their text form, `portions:N` for every portion, `random-starts` for the numbers of
  /// samples and periods of paper figure 4a, as far as they fit the epochs.
  public var views: [String]
  /// Whether what is learned under each view is also tested under every other.
  public var isCrossed: Bool
  /// What learns.
  public var classifiers: [StudyClassifier]
  /// How often statistics are dealt out anew to see what is lost.
  public var permutationRepeats: Int
  /// Whether the predicted class of each test example is kept.
  public var keepsPredictions: Bool
  /// Whether test sides are identified as recordings of unknown origin are, to see how far the answers are true.
  public var identifies: Bool
  /// What a store must hold for this, in words, said where it does not.
  public var needs: String

  /// Makes an experiment.
  public init(
    name: String, title: String? = nil, splits: SplitSpecification, owner: String? = nil, trainFractions: [Double] = [],
    each: [String] = [],
    statistics: [StatisticSelection] = [.admissible],
    views: [String] = ["positions"], isCrossed: Bool = false, classifiers: [StudyClassifier],
    permutationRepeats: Int = 0,
    keepsPredictions: Bool = false, identifies: Bool = false, needs: String = ""
  ) {
    self.name = name
    self.title = title ?? name
    self.splits = splits
    self.owner = owner
    self.trainFractions = trainFractions
    self.each = each
    self.statistics = statistics
    self.views = views
    self.isCrossed = isCrossed
    self.classifiers = classifiers
    self.permutationRepeats = permutationRepeats
    self.keepsPredictions = keepsPredictions
    self.identifies = identifies
    self.needs = needs
  }
}

/// A kind of classifier with the candidates among which it is chosen.
public struct StudyClassifier: Sendable, Hashable {
  /// The kind.
  public var kind: ClassifierKind
  /// The candidates; nil for those of the grid that whoever runs the study names.
  public var grid: GridSpecification?
  /// Parameters that every candidate of a named grid has.
  public var settings: JSONObject

  /// Makes one.
  public init(_ kind: ClassifierKind, grid: GridSpecification? = nil, settings: JSONObject = JSONObject()) {
    self.kind = kind
    self.grid = grid
    self.settings = settings
  }

  /// The candidates.
  ///
  /// - Parameters:
  ///   - named: Which, where the study names none.
  ///   - samples: The samples of a trajectory that the classifier sees.
  ///   - rows: The examples of the smallest train side.
  /// - Returns: The grid that the study names, or the named one with the study's settings.
  func grid(_ named: StudyGrid, samples: Int, rows: Int) -> GridSpecification {
    if let grid { return grid }
    let whole = named == .paper ? GridSpecification.paper(kind) : .single(kind, samples: samples, rows: rows)
    let parts = whole.parts.map { part in
      var part = part
      for setting in settings.members { part[setting.key] = setting.value }
      return part
    }
    return GridSpecification(kind, parts: parts)
  }
}

/// The candidates of classifiers for which a study names none.
public enum StudyGrid: String, Sendable, Hashable, CaseIterable {
  /// One for each classifier, with which nothing is searched: thousands of classifications end in minutes.
  case coarse
  /// Those of the paper, each tried in five folds of every train side.
  case paper

  /// What is chosen from, in words that stand in reports.
  package var sentence: String {
    switch self {
    case .coarse: "One candidate for each classifier, so nothing was searched (grid 'coarse')"
    case .paper: "The candidates of the paper, of which folds of each train side choose (grid 'paper')"
    }
  }
}

/// What is drawn of experiments.
public struct StudyFigure: Sendable, Hashable {
  /// How it is drawn.
  public enum Drawing: String, Sendable, Hashable, CaseIterable {
    /// Bars of accuracy by classifier and statistics: paper figures 2a, S2a, S2b.
    case accuracy
    /// Bars for each group that is held out: 2b, S3, S4.
    case holdouts
    /// Confusion matrices: 2c.
    case confusion
    /// Bars of importance by statistic: 3.
    case importances
    /// Lines of accuracy by the number of samples: 4a, S5.
    case samples
    /// Bars for each portion learned from and tested on: 4b, S7.
    case crossPortions = "cross-portions"
    /// Lines of accuracy by portion: S6.
    case portions
    /// Cells by noise and units: 5, S8.
    case conditions
    /// Bars for each pair of classes: S1.
    case pairs
    /// Lines of accuracy by the number of runs that are learned from.
    case learningCurve = "learning-curve"
    /// How far identification is true: accuracy and confidence, sets, warnings, novelty.
    case identification
  }

  /// The name, such as `2a`.
  public var name: String
  /// What it shows, in a few words.
  public var title: String
  /// How it is drawn.
  public var drawing: Drawing
  /// The experiments, in the order in which they are drawn.
  public var experiments: [String]
  /// Which statistics of theirs; nil for all.
  public var statistics: [StatisticSelection]?
  /// Which classifiers of theirs; nil for all.
  public var classifiers: [ClassifierKind]?
  /// The experiment whose accuracy is the red line; nil for none.
  public var reference: String?

  /// Makes a figure.
  public init(
    name: String, title: String, drawing: Drawing, experiments: [String], statistics: [StatisticSelection]? = nil,
    classifiers: [ClassifierKind]? = nil, reference: String? = nil
  ) {
    self.name = name
    self.title = title
    self.drawing = drawing
    self.experiments = experiments
    self.statistics = statistics
    self.classifiers = classifiers
    self.reference = reference
  }
}
