// PlaceTable.swift -- `example_place`: which measurement each example is of, found by binary search.

import Base
import SQLite

/// The table `example_place(example_id, first_example, ordinal)`, over which the view `example` is made for queries about
/// trajectories: so an example is found by its id without looking at every measurement.
final class PlaceTable: VirtualTable {
  let name = "example_place"
  let declaration = "CREATE TABLE example_place (example_id INTEGER, first_example INTEGER, ordinal INTEGER)"
  var failure: EngramError?
  /// The examples of each measurement that is shown, ascending.
  let measurements: [Range<Int64>]
  private let exampleCount: Int

  init(_ measurements: [Range<Int64>]) {
    self.measurements = measurements
    exampleCount = measurements.reduce(0) { $0 + $1.count }
  }

  func plan(_ constraints: [TableConstraint], columns: UInt64, order: [Int]) -> TablePlan {
    var plan = TablePlan()
    let layers = Double(exampleCount) / Double(max(1, measurements.count))
    (plan.rows, plan.cost) = (Double(max(1, exampleCount)), Double(max(1, exampleCount)))
    for constraint in constraints {
      switch (constraint.column, constraint.comparison) {
      case (0, .equal): (plan.rows, plan.cost) = (1, 4)
      case (1, .equal): (plan.rows, plan.cost) = (min(plan.rows, max(1, layers)), min(plan.cost, 4 + layers))
      case (0, _): (plan.rows, plan.cost) = (plan.rows / 4, plan.cost / 4)
      default: continue
      }
      plan.used.append(constraint)
    }
    plan.isOrdered = order == [0]
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(measurements) }

  /// A place among the examples.
  final class Cursor: VirtualCursor {
    private let measurements: [Range<Int64>]
    private var measurement = 0
    private var id: Int64 = 0
    private var last: Int64 = 0
    private(set) var isAtEnd = true
    var row: Int64 { id }

    init(_ measurements: [Range<Int64>]) { self.measurements = measurements }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var (ids, firsts) = (Bounds(), Bounds())
      for constraint in constraints {
        if constraint.column == 0 {
          ids.apply(constraint.comparison, constraint.value)
        } else {
          firsts.apply(constraint.comparison, constraint.value)
        }
      }
      isAtEnd = true
      guard var wanted = ids.ids, let firstIDs = firsts.ids else { return }
      if firstIDs.lowerBound == firstIDs.upperBound {
        let first = firstIDs.lowerBound
        let place = place(of: first)
        guard place < measurements.count, measurements[place].lowerBound == first else { return }
        let examples = measurements[place]
        guard wanted.overlaps(examples.lowerBound...(examples.upperBound - 1)) else { return }
        wanted = wanted.clamped(to: examples.lowerBound...(examples.upperBound - 1))
      }
      last = wanted.upperBound
      measurement = place(of: wanted.lowerBound)
      guard measurement < measurements.count else { return }
      id = max(wanted.lowerBound, measurements[measurement].lowerBound)
      isAtEnd = id > last
    }

    /// The first measurement that holds an example of at least an id.
    private func place(of id: Int64) -> Int { measurements.partitionPoint { $0.upperBound <= id } }

    func next() throws(EngramError) {
      id += 1
      if id >= measurements[measurement].upperBound {
        measurement += 1
        guard measurement < measurements.count else {
          isAtEnd = true
          return
        }
        id = measurements[measurement].lowerBound
      }
      isAtEnd = id > last
    }

    func value(_ column: Int) -> TableValue {
      switch column {
      case 0: .integer(id)
      case 1: .integer(measurements[measurement].lowerBound)
      default: .integer(id - measurements[measurement].lowerBound)
      }
    }
  }
}
