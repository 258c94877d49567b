// LayerColumns.swift -- which layer each row of metadata is about, and where in its network it sits.

import Base
import TrajectoryModel

/// Which layer each row of metadata is about.
struct LayerColumns {
  static let name = "layer_name"
  static let position = "layer_position"
  /// Names under which people have the layer, the surest first; `region` and `area` are those of a brain.
  static let aliases = ["layer", "region", "area"]
  /// What a layer is called where the input names none.
  static let unnamed = "layer"

  /// The layer of each row.
  let layers: [Layer]
  /// The column that names the layers, as it is called in the input; nil where none does.
  let source: String?
  /// The columns that are no fields of runs.
  let columns: Set<String>
  /// What a user should know.
  let notes: [String]

  /// Finds the column of the layers.
  ///
  /// - Parameters:
  ///   - input: The metadata.
  ///   - rowCount: The number of rows.
  ///   - fields: Fields that tell runs apart or that the store has, which are no layers whatever they are called.
  /// - Throws: ``EngramError`` with code `invalidData` for a position that is none.
  init(_ input: IngestInput, rowCount: Int, fields: Set<String>) throws(EngramError) {
    let found = Self.column(among: input.columns.map(\.name), except: fields)
    let column = found.flatMap { name in input.columns.first { $0.name == name } }
    var notes: [String] = []
    if let column, column.name != Self.name {
      notes.append(
        "the column '\(column.name)' names the layers; to make it a field of runs instead, map it to another name")
    }
    source = column.map { $0.sourceName ?? $0.name }
    columns = Set([column?.name, Self.position].compactMap { $0 })
    let nameless = column?.values.count { $0 == .null } ?? 0
    if let column, nameless > 0, rowCount > 0 {
      notes.append(
        """
        \(nameless) of \(rowCount) rows have no value in the column '\(column.sourceName ?? column.name)', which names the \
        layers; their layer is called '\(Self.unnamed)'
        """)
    }
    self.notes = notes
    let positions = input.columns.first { $0.name == Self.position }?.values
    var layers: [Layer] = []
    layers.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let position = try positions.map { (values) throws(EngramError) in
        try Self.position(values[row], row, input)
      }
      layers.append(
        Layer(
          name: column.map { $0.values[row] == .null ? Self.unnamed : $0.values[row].description } ?? Self.unnamed,
          position: position.flatMap { $0 } ?? input.positions?[row]))
    }
    self.layers = layers
  }

  /// Which of the names of columns is that of the layers; nil where none is.
  ///
  /// - Parameters:
  ///   - names: The names.
  ///   - fields: Fields in lower case that tell runs apart or that the store has, which are no layers.
  /// - Returns: The name.
  static func column(among names: [String], except fields: Set<String>) -> String? {
    if names.contains(name) { return name }
    for alias in aliases where !fields.contains(alias) {
      if let column = names.first(where: { $0.lowercased() == alias }) { return column }
    }
    return nil
  }

  private static func position(
    _ value: MetadataValue, _ row: Int, _ input: IngestInput
  ) throws(EngramError) -> LayerPosition? {
    switch value {
    case .null: return nil
    case .text(let word):
      if let known = LayerPosition(rawValue: word) { return known }
      throw EngramError(
        .invalidData, "there is no such position of a layer", file: input.source,
        place: "row \(input.row(row)), field \(position)", expected: "early, middle or deep, or nothing",
        found: "'\(word)'",
        mend: "use one of the three words, or give the column another name with \(map: "NEW_NAME", to: position)")
    case .integer, .real:
      throw EngramError(
        .invalidData, "the position of a layer is a word", file: input.source,
        place: "row \(input.row(row)), field \(position)",
        expected: "early, middle or deep, or nothing", found: "'\(value)'")
    }
  }
}
