// ViewsSupport.swift -- small stores for the tests of views, in folders that remove themselves.

import TestSupport
import TrajectoryModel
import TrajectoryStore

/// A store in a folder of its own.
final class ViewsStore {
  private let toy: ToyStore
  var store: TrajectoryStore { toy.store }

  /// Makes an empty store.
  init() throws { toy = try ToyStore() }

  /// Every fifth epoch from 0 to 100, as published.
  static let epochs = Array(stride(from: 0.0, through: 100, by: 5))

  /// The three layers of every run here.
  static let layers = LayerPosition.allCases.map { Layer(name: $0.rawValue, position: $0) }

  /// Appends runs of three layers each; `values` are [example][epoch][statistic].
  func append(
    _ values: [Double], statistics: [String], as type: ElementType, epochs: [Double] = ViewsStore.epochs,
    layers: [Layer] = ViewsStore.layers
  ) throws {
    let size = layers.count * epochs.count * statistics.count
    let recordings = stride(from: 0, to: values.count, by: size).map { start in
      let part = Array(values[start..<(start + size)])
      return Recording(
        metadata: ["task": .text("t")], layers: layers,
        values: type == .float64 ? .float64(part) : .float32(part.map { Float($0) }))
    }
    _ = try store.append(recordings, epochs: epochs, statistics: statistics)
  }

  /// A store whose value of (example, epoch index, statistic) says where it stands.
  static func numbered(examples: Int, statistics: [String] = ["a", "b"], type: ElementType = .float32) throws
    -> ViewsStore
  {
    let made = try ViewsStore()
    var values: [Double] = []
    for example in 0..<examples {
      for epoch in epochs.indices {
        for statistic in statistics.indices {
          values.append(Double(example * 1_000 + epoch * 10 + statistic))
        }
      }
    }
    try made.append(values, statistics: statistics, as: type)
    return made
  }
}

/// A matrix as the bits of its elements, row by row, big-endian and in hexadecimal.
func bits(of matrix: borrowing Matrix) -> String {
  var text = ""
  for row in 0..<matrix.rows {
    for column in 0..<matrix.columns {
      let digits: String
      let width: Int
      if matrix.elementType == .float32 {
        digits = String(Float(matrix[row, column]).bitPattern, radix: 16)
        width = 8
      } else {
        digits = String(matrix[row, column].bitPattern, radix: 16)
        width = 16
      }
      text += String(repeating: "0", count: width - digits.count) + digits
    }
  }
  return text
}
