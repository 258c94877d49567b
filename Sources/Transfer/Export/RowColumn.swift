// RowColumn.swift -- the columns that a store writes behind the metadata, and what they are called beside its fields.

/// A column that a store writes behind the metadata of rows.
package enum RowColumn: String, CaseIterable {
  /// The epoch, or the name of a sample.
  case epoch
  /// The name of the statistic.
  case statistic
  /// The value.
  case value

  /// What a name gets in front when a field has it.
  private static let prefix = "chosen_"

  /// The name of the column, such that no field has it.
  package func name(beside fields: [String]) -> String {
    let taken = Set(fields.map { $0.lowercased() })
    var name = rawValue
    while taken.contains(name) { name = Self.prefix + name }
    return name
  }

  /// Names of statistics as columns, such that no field and no other statistic has them.
  package static func names(of statistics: [String], beside fields: [String]) -> [String] {
    let fields = Set(fields)
    var taken = fields.union(statistics)
    return statistics.map { statistic in
      guard fields.contains(statistic) else { return statistic }
      var name = statistic
      while taken.contains(name) { name = prefix + name }
      taken.insert(name)
      return name
    }
  }

  /// The names of the columns of the long form.
  static func names(beside fields: [String]) -> [String] { allCases.map { $0.name(beside: fields) } }

  /// Whether a store may have given the column a name.
  func isName(_ name: String) -> Bool {
    var rest = Substring(name)
    while rest.hasPrefix(Self.prefix) { rest = rest.dropFirst(Self.prefix.count) }
    return rest == rawValue
  }
}
