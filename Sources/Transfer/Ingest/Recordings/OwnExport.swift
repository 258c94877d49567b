// OwnExport.swift -- what a selection that a store wrote is told by, so that it can be taken in again as it is.

import Formats
import TrajectoryModel

/// A selection that a store wrote, as arrays or as a table.
///
/// It holds the ids of examples and of runs, which have a meaning in that store only: examples get new ids, and runs stay
/// apart as they were there.
struct OwnExport {
  /// The column of the runs.
  let runs = "run_id"
  /// Columns that have a meaning in the store that wrote them only.
  private static let ids = ["example_id", "run_id", "observation_id", "layer_ordinal", "layer_set_id", "example_count"]

  /// The array of an .npz that has the types of fields with gaps, each as `dose=real`.
  static let types = "types"

  /// Tells a selection by its columns; nil for what a store did not write.
  init?(_ names: [String]) {
    guard ["example_id", "run_id", "layer_name", "layer_position", "unit_fraction"].allSatisfy(names.contains) else {
      return nil
    }
  }

  /// The columns that are metadata, with no value where the store had none; ids only where they are mapped to a field.
  func metadata(
    _ columns: [(name: String, values: [MetadataValue])], keeping mapped: Set<String>,
    types: [String: MetadataType] = [:], _ notes: inout [String]
  ) -> [(name: String, values: [MetadataValue])] {
    notes.append("the file is a selection of a store: examples get new ids, and its runs stay apart as they were there")
    return columns.compactMap { column in
      if Self.ids.contains(column.name), !mapped.contains(column.name) { return nil }
      if column.values.allSatisfy({ $0 == .null }) { return nil }
      return (column.name, types[column.name] == nil ? column.values.withLongNumbers : column.values)
    }
  }

  /// The arrays of an .npz that are no metadata.
  private static let arrays = Set(
    AxisNames.statisticMembers + AxisNames.epochMembers + [
      "X", "samples", "positions", "view", "chosen_epochs", types,
    ])
  /// What stands before the name of a field that one of ``arrays`` has.
  private static let prefix = "field_"

  /// The array of a field in an .npz, such as `field_X` for X.
  static func array(ofField name: String) -> String { isTaken(name) ? prefix + name : name }

  /// The field of an array in an .npz.
  static func field(ofArray name: String) -> String {
    guard name.hasPrefix(prefix), isTaken(String(name.dropFirst(prefix.count))) else { return name }
    return String(name.dropFirst(prefix.count))
  }

  /// The types of fields that an array of an .npz has; nil for a field that is called so.
  static func types(in values: [MetadataValue]) -> [String: MetadataType]? {
    var types: [String: MetadataType] = [:]
    for value in values {
      guard case .text(let text) = value, let equals = text.lastIndex(of: "="),
        let type = MetadataType(rawValue: String(text[text.index(after: equals)...]))
      else { return nil }
      types[String(text[..<equals])] = type
    }
    return types.isEmpty ? nil : types
  }

  private static func isTaken(_ name: String) -> Bool {
    var name = name[...]
    while name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
    return arrays.contains(String(name))
  }

  /// Cells of JSON rows, with infinities in place of the texts that JSON has for them, in columns of numbers.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - texts: For each column whether it is one of texts, as it is declared or stored.
  ///   - notes: Gets how many columns have nothing else, which may have been texts.
  /// - Returns: The rows with numbers.
  static func withInfinities(
    _ rows: [[TextTable.Cell]], texts: [Bool], _ notes: inout [String]
  ) -> [[TextTable.Cell]] {
    let numbers: [TextTable.Cell: Double] = [.text("Infinity"): .infinity, .text("-Infinity"): -.infinity]
    var guessed = 0
    let isNumeric = (rows.first ?? []).indices.map { column -> Bool in
      if texts[column] { return false }
      var (hasNumber, hasInfinity, hasText) = (false, false, false)
      for row in rows {
        switch row[column] {
        case .integer, .real: hasNumber = true
        case .empty: break
        case .text, .field: if numbers[row[column]] == nil { hasText = true } else { hasInfinity = true }
        }
      }
      if hasInfinity, !hasNumber, !hasText { guessed += 1 }
      return hasNumber || hasInfinity && !hasText
    }
    if guessed > 0 {
      notes.append("columns of metadata that hold nothing but Infinity are read as numbers: \(guessed)")
    }
    return rows.map { row in
      row.indices.map { isNumeric[$0] ? numbers[row[$0]].map { .real($0) } ?? row[$0] : row[$0] }
    }
  }

  /// A cell of a table, of which a store has put in quotes what is text although it does not look so.
  static func cell(_ cell: TextTable.Cell) -> TextTable.Cell {
    if case .field(let text, isQuoted: true) = cell { .text(text) } else { cell }
  }
}

extension [MetadataValue] {
  /// The values, with whole numbers in place of texts where there are gaps, all texts are whole numbers and one is no float64.
  ///
  /// A store writes such numbers as texts (``NpzWriter/add(_:metadata:)``).
  fileprivate var withLongNumbers: [MetadataValue] {
    var (hasGap, isLong) = (false, false)
    var numbers: [MetadataValue] = []
    for value in self {
      switch value {
      case .null:
        hasGap = true
        numbers.append(.null)
      case .text(let text):
        guard case .whole(let number) = CellNumber(text, decimal: .point) else { return self }
        if Double(exactly: number) == nil { isLong = true }
        numbers.append(.integer(number))
      case .integer, .real: return self
      }
    }
    return hasGap && isLong ? numbers : self
  }

  /// The values, with whole numbers in place of reals where there are gaps and all reals are whole.
  ///
  /// NumPy can hold whole numbers with gaps as reals only.
  var withoutGaps: [MetadataValue] {
    var hasGap = false
    for value in self {
      switch value {
      case .null: hasGap = true
      case .real(let number) where Int64(exactly: number) != nil: break
      default: return self
      }
    }
    guard hasGap else { return self }
    return map { value in
      if case .real(let number) = value, let whole = Int64(exactly: number) { .integer(whole) } else { value }
    }
  }
}
