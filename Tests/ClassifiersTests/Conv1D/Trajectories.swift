// Trajectories.swift -- small data sets of made-up trajectories.

import Base
import Classifiers
import TrajectoryModel

/// Trajectories of several classes, each with a bump of its own width at a random place, in noise.
struct Trajectories {
  let columns: FeatureLayout
  let labels: ClassLabels
  private let values: [Double]

  init(
    rows: Int, positions: Int = 0, statistics: Int = 3, samples: Int = 9, classes: Int = 3, seed: UInt32 = 1
  ) {
    columns = FeatureLayout(positionCount: positions, statisticCount: statistics, sampleCount: samples)
    var random = RandomState(seed: seed)
    var values: [Double] = []
    var codes: [Int32] = []
    for row in 0..<rows {
      let code = row % classes
      codes.append(Int32(code))
      let position = positions == 0 ? 0 : Int(random.interval(UInt64(positions - 1)))
      values += (0..<positions).map { $0 == position ? 1 : 0 }
      for statistic in 0..<statistics {
        let start = Int(random.interval(UInt64(samples - 1)))
        for sample in 0..<samples {
          let noise = Double(random.nextUInt32() >> 16) / 65536 - 0.5
          let bump = statistic == code % statistics && sample >= start && sample <= start + code ? 2.0 : 0
          values.append(noise + bump)
        }
      }
    }
    self.values = values
    labels = ClassLabels(codes: codes, classCount: classes)
  }

  /// The matrix, of either type and layout.
  func matrix(_ type: ElementType = .float32, _ layout: MatrixLayout = .rowMajor) throws -> Matrix {
    try Self.matrix(values, columns: columns.columnCount, type, layout)
  }

  /// The matrix with one value changed.
  func matrix(row: Int, column: Int, becomes value: Double) throws -> Matrix {
    var changed = values
    changed[row * columns.columnCount + column] = value
    return try Self.matrix(changed, columns: columns.columnCount)
  }

  /// A matrix of values that are listed row by row.
  static func matrix(
    _ values: [Double], columns: Int, _ type: ElementType = .float32, _ layout: MatrixLayout = .rowMajor
  ) throws -> Matrix {
    let rows = values.count / columns
    var matrix = try Matrix(rows: rows, columns: columns, elementType: type, layout: layout)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = values[row * columns + column] }
    }
    return matrix
  }
}
