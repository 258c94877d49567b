// ClassWeight.swift -- how much the examples of each class count.

public import Base

/// How much the examples of each class count when a classifier learns.
public enum ClassWeight: Sendable, Hashable {
  /// Every example counts 1.
  case none
  /// Examples of a class count the more the fewer there are: examples / (classes x examples of the class).
  case balanced
  /// A positive weight for each class code.
  case given([Double])

  /// The weight of each class.
  ///
  /// - Parameter counts: The training examples of each class.
  /// - Returns: A positive number for each class.
  /// - Throws: ``EngramError`` with code `usage` when the weights given are not one positive number for each class.
  func weights(for counts: [Int]) throws(EngramError) -> [Double] {
    switch self {
    case .none: return counts.map { _ in 1 }
    case .balanced:
      let (all, present) = (Double(counts.reduce(0, +)), Double(counts.count { $0 > 0 }))
      return counts.map { $0 > 0 ? all / (present * Double($0)) : 1 }
    case .given(let weights):
      guard weights.count == counts.count, weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw EngramError(
          .usage, "the class weights do not fit the classes", place: "key \"class_weight\"",
          expected: "\(counts.count) positive numbers", found: "\(weights)")
      }
      return weights
    }
  }

  /// As JSON: null, `"balanced"`, or an array of numbers.
  public var json: JSONValue {
    switch self {
    case .none: .null
    case .balanced: "balanced"
    case .given(let weights): .array(weights.map { .real($0) })
    }
  }

  /// Reads what ``json`` writes.
  ///
  /// - Throws: ``EngramError`` with code `usage` for anything else.
  public init(json: JSONValue) throws(EngramError) {
    switch json {
    case .null: self = .none
    case "balanced": self = .balanced
    case .array: self = .given(try json.asReals())
    default:
      throw EngramError(
        .usage, "these are no class weights", place: "key \"class_weight\"",
        expected: "null, balanced, or a number for each class", found: try json.text())
    }
  }
}
