// MaxFeatures.swift -- how many columns a tree looks at for each cut.

public import Base
import Glibc

/// How many columns, drawn at random, a tree looks at for each cut.
///
/// As scikit-learn's `max_features`: columns without different values count, but the search goes on until one with
/// different values was found.
public enum MaxFeatures: Sendable, Hashable {
  /// The square root of the number of columns, rounded down.
  case sqrt
  /// The logarithm to base 2 of the number of columns, rounded down.
  case log2
  /// All columns.
  case all
  /// A number of columns, at least 1; more than there are means all.
  case count(Int)
  /// A share of the columns, above 0 and at most 1, rounded down.
  case fraction(Double)

  /// The number of columns to look at among `columnCount`, at least 1.
  package func count(of columnCount: Int) -> Int {
    let wanted =
      switch self {
      case .sqrt: Int(Double(columnCount).squareRoot())
      case .log2: Int(Glibc.log2(Double(max(1, columnCount))))
      case .all: columnCount
      case .count(let count): count
      case .fraction(let fraction): Int(fraction * Double(columnCount))
      }
    return max(1, min(wanted, columnCount))
  }

  /// As JSON: `"sqrt"`, `"log2"`, `"all"`, a whole number for a count, or a real number for a share.
  public var json: JSONValue {
    switch self {
    case .sqrt: "sqrt"
    case .log2: "log2"
    case .all: "all"
    case .count(let count): .integer(Int64(count))
    case .fraction(let fraction): .real(fraction)
    }
  }

  /// Reads what ``json`` writes; null means all, as in scikit-learn.
  ///
  /// - Throws: ``EngramError`` with code `usage` for anything else.
  public init(json: JSONValue) throws(EngramError) {
    switch json {
    case "sqrt": self = .sqrt
    case "log2": self = .log2
    case "all", .null: self = .all
    case .integer(let count) where count >= 1 && count <= Int64(Int32.max): self = .count(Int(count))
    case .real(let fraction) where fraction > 0 && fraction <= 1: self = .fraction(fraction)
    default:
      throw EngramError(
        .usage, "this is no number of features", place: "key \"max_features\"",
        expected: "sqrt, log2, all, a whole number from 1, or a real number above 0 and at most 1",
        found: try json.text())
    }
  }
}
