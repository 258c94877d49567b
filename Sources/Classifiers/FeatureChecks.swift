// FeatureChecks.swift -- what every classifier asks of its input before it learns or predicts.

import Base
import TrajectoryModel

extension Matrix {
  /// Refuses a matrix whose columns are not those of a layout.
  borrowing func requireColumns(_ count: Int) throws(EngramError) {
    guard columns == count else {
      throw EngramError(
        .invalidData, "the matrix has another number of columns than the classifier was made for",
        expected: "\(count)", found: "\(columns)",
        mend: "select the same statistics, epochs and view as for training")
    }
  }

  /// Refuses a matrix with nothing to learn from.
  borrowing func requireSomeColumn() throws(EngramError) {
    guard columns > 0 else {
      throw EngramError(.invalidData, "there is no feature to learn from", mend: "select at least one statistic")
    }
  }

  /// Refuses a matrix with a value that is not finite in some rows; says the first, by row and column.
  ///
  /// - Complexity: O(values).
  borrowing func requireFinite(rows: [Int32]?) throws(EngramError) {
    if isAllFinite { return }
    let wanted = rows ?? (0..<Int32(self.rows)).map { $0 }
    for row in wanted {
      for column in 0..<columns where !self[Int(row), column].isFinite {
        throw EngramError(
          .invalidData, "a feature is not finite", place: "row \(row), column \(column)",
          expected: "finite values only", found: "\(self[Int(row), column])",
          mend: "select admissible statistics only (\(set: .statistics, to: "admissible")), or leave that example out")
      }
    }
  }
}

extension Matrix {
  /// An error about values that are too large, with the column of the largest.
  ///
  /// - Parameters:
  ///   - error: What a classifier could not do with finite values.
  ///   - rows: The rows that it learned from.
  /// - Returns: The error with a place, unless it has one that names a column or is of another kind.
  borrowing func naming(_ error: EngramError, rows: [Int32]) -> EngramError {
    guard error.code == .invalidData, error.place?.contains("column") != true else { return error }
    var largest = (column: 0, value: 0.0)
    for row in rows {
      for column in 0..<columns where abs(self[Int(row), column]) > largest.value {
        largest = (column, abs(self[Int(row), column]))
      }
    }
    var placed = error
    let column = "column \(largest.column), whose values reach \(largest.value)"
    placed.place = error.place.map { "\($0), \(column)" } ?? column
    return placed
  }
}

extension Standardization {
  /// Refuses means or deviations that overflowed, by which every value would become 0 or NaN.
  ///
  /// - Parameter offset: The columns that were put before those of the feature matrix.
  /// - Throws: ``EngramError`` with code `invalidData` that names the first such column of the feature matrix.
  func requireFiniteScales(offset: Int = 0) throws(EngramError) {
    guard let place = means.indices.first(where: { !means[$0].isFinite || !scales[$0].isFinite }) else { return }
    throw EngramError(
      .invalidData, "the values of a column are too large for a z-score",
      place: "column \(firstColumn + place - offset)",
      expected: "values whose squares are finite", mend: "leave that statistic out")
  }
}

extension ClassLabels {
  /// Refuses labels that nothing can be learned from; returns the rows of each class among those used.
  func requireClasses(among rows: [Int32]?, of matrixRows: Int) throws(EngramError) -> [Int] {
    guard codes.count == matrixRows else {
      throw EngramError(
        .invalidData, "there are not as many labels as rows", expected: "\(matrixRows)", found: "\(codes.count)")
    }
    let counts = counts(of: rows)
    let present = counts.count { $0 > 0 }
    guard present >= 2 else {
      throw EngramError(
        .invalidData, "there is nothing to tell apart in the training examples", expected: "at least two classes",
        found: present == 1 ? "one class" : "no example",
        mend: "choose a label with several values, or a split whose train side has several")
    }
    return counts
  }
}
