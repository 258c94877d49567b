// StatisticSelection.swift -- which statistics a caller asks for: a family, the admissible ones, or a list.

public import Base
public import TrajectoryModel

/// Which statistics to read.
///
/// In text: `all`, `admissible`, `weight`, `activation`, `layerwise`, or names separated by commas. A family means
/// its admissible statistics, of the published ones; a name of the user's own is of no family. A name that holds a comma stands
/// in double quotes, as in `m,"β norm, 95%"`.
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
      guard let names = QuotedList.names(in: text), !names.contains("") else {
        throw EngramError(
          .usage, "this is no list of statistics", expected: "NAME,NAME,…", found: "'\(text)'",
          mend: """
            give all, admissible, weight, activation, layerwise, or names separated by commas; a name that holds a comma \
            stands in double quotes
            """)
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
    case .names(let names): QuotedList.text(names)
    }
  }
}
