// StatisticChoice.swift -- which statistics, as the command line says it: a family, `admissible`, `all` or a list.

package import TrajectoryModel

/// Which statistics of a store are meant.
package enum StatisticChoice: Sendable, Hashable {
  /// Every statistic.
  case all
  /// Those that are finite in every selected example.
  case admissible
  /// These, each a family or a name.
  case list([Item])

  /// A part of a list.
  package enum Item: Sendable, Hashable {
    /// All statistics of a family.
    case family(StatisticFamily)
    /// The statistic of a name.
    case name(String)
  }
}

extension ValueType where Value == StatisticChoice {
  /// `all`, `admissible`, or a list of families and names; that a name is known only the store can say.
  package static var statistics: Self {
    let words = StatisticFamily.allCases.map(\.rawValue) + ["admissible", "all"]
    return Self("STATISTICS", completion: .words(words)) { (text: String) throws(ConversionFailure) in
      if text == "all" { return .all }
      if text == "admissible" { return .admissible }
      let names = try ValueType<[String]>.list(of: .text("NAME")).convert(text)
      for name in names where name == "all" || name == "admissible" {
        throw ConversionFailure(expected: "'\(name)' alone, or a list without it", found: text)
      }
      return .list(names.map { name in StatisticFamily(rawValue: name).map { .family($0) } ?? .name(name) })
    }
  }
}
