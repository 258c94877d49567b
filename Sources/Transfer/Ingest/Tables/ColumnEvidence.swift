// ColumnEvidence.swift -- what the cells of a column looked like, and which of them decided its type.

public import TrajectoryModel

/// What the cells of a column looked like, and which of them decided its type.
public struct ColumnEvidence: Sendable, Hashable {
  /// A cell by its row, from 1, and its text.
  public struct Cell: Sendable, Hashable {
    /// The row, from 1, the header not counted.
    public let row: Int
    /// The text, as it stands in the file.
    public let text: String
  }

  /// The type of the values.
  public internal(set) var type = MetadataType.text
  /// Whether the type was declared, rather than found.
  public internal(set) var isDeclared = false
  /// The first cell that no narrower type could hold, or nil where the narrowest type holds all.
  public internal(set) var deciding: Cell?
  /// Cells without a value.
  public internal(set) var missing = 0
  /// Cells that are numbers, whole ones among them.
  var numbers = 0
  /// Whole numbers beyond 64 bits.
  var beyondInt64 = 0
  /// Digits with zeros in front, which are codes and not numbers.
  var codes = 0
  /// Cells that are numbers where a comma parts whole and fraction.
  var decimalCommas = 0
  /// Cells that are numbers whose commas all stand before three digits; of them those that have several commas, or a point.
  var (thousands, severalCommas) = (0, 0)
  /// Other cells, and the first few of them.
  var others = 0
  var firstOthers: [Cell] = []

  init() {}

  /// Cells that have a value.
  var present: Int { numbers + beyondInt64 + codes + decimalCommas + others }
}
