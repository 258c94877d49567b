// IdentifyWarning.swift -- what to know before an answer is believed.

/// Something to know before the answer is believed.
public struct IdentifyWarning: Sendable, Hashable {
  /// What it is about; stable, for programs.
  public enum Kind: String, Sendable, Hashable {
    /// The examples lie outside the training data.
    case novel
    /// Some runs have layers on both sides.
    case sharedRuns = "shared_runs"
    /// Confidence was calibrated on runs of kinds that the examples are not of.
    case otherKind = "other_kind"
    /// There are too few held-out examples to tell what is new.
    case fewReferences = "few_references"
    /// The measures, each learned from alone, agree on the runs hardly more than guesses do.
    case doubtful
    /// The measures, each learned from alone, agree on the runs clearly less than on every part that was held out.
    case unlike
    /// The runs are told apart less surely than any part that was held out, as those of a class that was not learned are.
    case unsure
    /// Some kind that was held out was identified no better than by guessing, and it is not known how far the measures agree.
    case nearChance = "near_chance"
    /// Most prediction sets hold every class.
    case everyClass = "every_class"

    /// Whether it says that the examples may be of a class that no training run has.
    public var speaksOfNewClass: Bool { [.novel, .doubtful, .unlike, .unsure].contains(self) }
  }

  /// What it is about.
  public let kind: Kind
  /// The warning, for people.
  public let sentence: String
}
