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
  package func name(beside fields: [String]) -> String { Self.name(rawValue, beside: fields) }

  /// A name, with as much in front as it takes that no field has it.
  package static func name(_ name: String, beside fields: [String]) -> String {
    let taken = Set(fields.map { $0.lowercased() })
    var name = name
    while taken.contains(name.lowercased()) { name = prefix + name }
    return name
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
