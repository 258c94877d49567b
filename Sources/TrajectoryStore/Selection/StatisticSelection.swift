// StatisticSelection.swift -- which statistics a caller asks for: a family, the admissible ones, or a list.

public import Base
public import TrajectoryModel

/// Which statistics to read.
///
/// In text: `all`, `admissible`, `weight`, `activation`, `layerwise`, or names separated by commas. A family means
/// its admissible statistics, of the published ones; a name of the user's own is of no family.
public enum StatisticSelection: Sendable, Hashable {
  /// Every statistic that all the examples have.
  case all
  /// Those that are finite at every epoch in every selected example (paper Section 3.2: 24 of the 45).
  case admissible
  /// The admissible ones of one family.
  case family(StatisticFamily)
  /// These, in this order.
  case names([String])

  /// Parses the text form.
  ///
  /// - Throws: ``EngramError`` with code `usage` when a name is empty or stands twice.
  public init(parsing text: String) throws(EngramError) {
    switch text {
    case "all": self = .all
    case "admissible": self = .admissible
    default:
      if let family = StatisticFamily(rawValue: text) {
        self = .family(family)
        return
      }
      let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
      guard !names.contains("") else {
        throw EngramError(
          .usage, "an empty name in the list of statistics", expected: "NAME,NAME,…", found: "'\(text)'",
          mend: "give all, admissible, weight, activation, layerwise, or names separated by commas")
      }
      let words = ["all", "admissible"] + StatisticFamily.allCases.map(\.rawValue)
      if let word = names.first(where: words.contains) {
        throw EngramError(
          .usage, "'\(word)' stands alone", expected: "'\(word)', or names of statistics", found: "'\(text)'",
          mend: "give '\(word)' by itself, or a list of names")
      }
      guard Set(names).count == names.count else {
        throw EngramError(.usage, "a statistic stands twice in the list", found: "'\(text)'", mend: "name each once")
      }
      self = .names(names)
    }
  }

  /// The text form, which ``init(parsing:)`` reads back.
  public var text: String {
    switch self {
    case .all: "all"
    case .admissible: "admissible"
    case .family(let family): family.rawValue
    case .names(let names): names.joined(separator: ",")
    }
  }
}
