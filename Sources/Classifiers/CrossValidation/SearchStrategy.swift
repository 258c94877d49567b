// SearchStrategy.swift -- how the best candidate of a grid is looked for.

public import Base

/// How the best candidate of a grid is looked for.
public enum SearchStrategy: Sendable, Hashable {
  /// Every candidate on all train rows, as published.
  case exhaustive
  /// Successive halving: every candidate on few rows, the best of them on `factor` times as many, and so on.
  ///
  /// K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization" (AISTATS
  /// 2016), with the sizes of scikit-learn's `HalvingGridSearchCV` (`min_resources='exhaust'`). It may miss the best
  /// candidate; what it dropped, and at how many rows, is part of the result.
  case halving(factor: Int)

  /// Successive halving keeps a third unless told otherwise, as scikit-learn's does.
  public static let standardFactor = 3

  /// The word for it: `exhaustive` or `halving`.
  public var name: String {
    switch self {
    case .exhaustive: "exhaustive"
    case .halving: "halving"
    }
  }

  /// As JSON.
  public var json: JSONValue {
    switch self {
    case .exhaustive: ["search": "exhaustive"]
    case .halving(let factor): ["search": "halving", "factor": .integer(Int64(factor))]
    }
  }

  /// How many of the train rows each rung learns from, ascending; the last is all of them or nearly.
  ///
  /// - Parameters:
  ///   - rows: The train rows of the whole side.
  ///   - candidates: The number of candidates.
  ///   - folds: The number of folds.
  ///   - classes: The number of classes.
  /// - Returns: The rows of each rung.
  func rungs(rows: Int, candidates: Int, folds: Int, classes: Int) -> [Int] {
    guard case .halving(let factor) = self, candidates > 1 else { return [rows] }
    func steps(_ ratio: Int) -> Int {
      var (count, power) = (0, factor)
      while power <= ratio {
        count += 1
        power *= factor
      }
      return count
    }
    func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { product, _ in product * factor } }
    let needed = 1 + steps(candidates)
    let smallest = max(2 * folds * classes, rows / power(needed - 1))
    guard smallest < rows else { return [rows] }
    let count = min(needed, 1 + steps(rows / smallest))
    return (0..<count).map { min(rows, smallest * power($0)) }
  }
}
