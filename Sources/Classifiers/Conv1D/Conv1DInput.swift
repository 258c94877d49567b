// Conv1DInput.swift -- rows of a matrix as a network sees them: samples of channels, in single precision.

package import Base
package import TrajectoryModel

/// Rows of a matrix as a network sees them: [example][sample][channel], positions before statistics.
package struct Conv1DInput: Sendable {
  /// All numbers; each row is rounded up with zeros to `rowCount`.
  let numbers: LaneBuffer<Float>
  /// Numbers from one row to the next.
  let rowCount: Int
  /// The number of rows.
  package let exampleCount: Int

  /// The z-scores of every column by some rows; one-hot positions stay as they are.
  package static func scaling(
    of features: borrowing Matrix, columns: FeatureLayout, rows: [Int32], work: WorkContext
  ) throws(EngramError) -> Standardization {
    let scaling = try Standardization(of: features.elements, from: columns.positionCount, rows: rows, work: work)
    try scaling.requireFiniteScales()
    return scaling.ofEveryColumn
  }

  /// Takes rows of a matrix, scaled if there is a scaling.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when a value is too large for single precision; `cancelled`.
  /// - Complexity: O(rows x columns).
  package init(
    _ features: borrowing Matrix, columns: FeatureLayout, rows: [Int32], scaling: Standardization?,
    work: WorkContext = WorkContext()
  ) throws(EngramError) {
    let channelCount = columns.positionCount + columns.statisticCount
    rowCount = Conv1DShape.rounded(columns.sampleCount * channelCount)
    exampleCount = rows.count
    numbers = try LaneBuffer(count: rows.count * rowCount)
    for (example, row) in rows.enumerated() {
      try work.checkCancelled()
      // SAFETY: the row is one of `rows.count`, and sample and channel are below what it has room for.
      let out = unsafe numbers.start + example * rowCount
      for column in 0..<columns.columnCount {
        var value = features[Int(row), column]
        if let scaling { value = (value - scaling.means[column]) / scaling.scales[column] }
        let number = Float(value)
        guard number.isFinite else {
          throw EngramError(
            .invalidData, "a feature is too large for single precision", place: "row \(row), column \(column)",
            expected: "at most \(Float.greatestFiniteMagnitude)", found: "\(value)",
            mend: "standardise the features, or leave that statistic out")
        }
        let statistic = column - columns.positionCount
        if statistic < 0 {
          for sample in 0..<columns.sampleCount { unsafe out[sample * channelCount + column] = number }
        } else {
          let channel = columns.positionCount + statistic / columns.sampleCount
          unsafe out[statistic % columns.sampleCount * channelCount + channel] = number
        }
      }
    }
  }
}
