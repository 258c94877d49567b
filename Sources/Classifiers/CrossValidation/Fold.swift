// Fold.swift -- one fold of cross-validation, as rows of a matrix.

import Base

/// One fold of cross-validation: rows to learn from, and rows to predict.
public struct Fold: Sendable, Hashable {
  /// The rows to learn from, ascending.
  public let train: [Int32]
  /// The rows to predict, ascending; none is among ``train``.
  public let validation: [Int32]

  /// Makes a fold.
  public init(train: [Int32], validation: [Int32]) {
    self.train = train
    self.validation = validation
  }

  /// Folds of which each is predicted once, given the number of the fold of each row.
  ///
  /// - Parameters:
  ///   - numbers: The fold of each row, from 0.
  ///   - count: The number of folds.
  /// - Returns: The folds, in order.
  public static func folds(_ numbers: [Int32], count: Int) -> [Fold] {
    (0..<Int32(count)).map { fold in
      Fold(
        train: numbers.indices.filter { numbers[$0] != fold }.map(Int32.init),
        validation: numbers.indices.filter { numbers[$0] == fold }.map(Int32.init))
    }
  }

  /// Refuses a fold that nothing can be learned or said from.
  func check(_ index: Int, _ labels: ClassLabels) throws(EngramError) {
    let classes = labels.counts(of: train).count { $0 > 0 }
    guard classes >= 2, !validation.isEmpty else {
      throw EngramError(
        .invalidData, "a fold has too few examples", place: "fold \(index)",
        expected: "at least two classes to learn from, and an example to predict",
        found: "\(classes) of \(labels.classCount) classes in \(train.count) examples, \(validation.count) to predict",
        mend: "ask for fewer folds, or choose a split whose train side is larger")
    }
  }
}
