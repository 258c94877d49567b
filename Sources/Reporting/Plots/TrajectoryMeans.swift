// TrajectoryMeans.swift -- the mean of every panel, colour, statistic and epoch, in one pass.

import Base
import TrajectoryModel
import TrajectoryStore

/// The mean and its standard error of every panel, colour, statistic and epoch, in one pass (Welford 1962).
///
/// Sums are kept with what rounding loses of them (Neumaier 1974), so that values of 1e30 that cancel leave those of 1.
struct TrajectoryMeans {
  private var counts: [Int]
  private var sums: [Double], lost: [Double]
  private var means: [Double]
  private var squares: [Double]
  private let colours: Int, columns: Int
  /// Values that are not finite, and stand in no mean.
  private(set) var notFinite = 0

  init(_ groups: TrajectoryGroups, _ columns: FeatureColumns, in snapshot: Snapshot, work: WorkContext)
    throws(EngramError)
  {
    colours = groups.colours.count
    self.columns = columns.count
    let size = groups.facets.count * colours * columns.count
    counts = Array(repeating: 0, count: size)
    means = Array(repeating: 0, count: size)
    (squares, sums, lost) = (means, means, means)
    /// Examples in memory at a time.
    let part = 8_192
    var values = Matrix(elementType: snapshot.widestElementType(of: groups.examples))
    var row = 0
    for block in groups.examples.parts(of: part) {
      try work.checkCancelled("stopped while trajectories were read")
      try snapshot.materialize(block, columns, into: &values, work: work)
      for member in 0..<values.rows {
        let first = (groups.facetOf[row] * colours + groups.colourOf[row]) * columns.count
        for column in 0..<columns.count { add(values[member, column], at: first + column) }
        row += 1
      }
      work.report("reading trajectories", row, of: groups.examples.count)
    }
  }

  private mutating func add(_ value: Double, at place: Int) {
    guard value.isFinite else {
      notFinite += 1
      return
    }
    counts[place] += 1
    let change = value - means[place]
    means[place] += change / Double(counts[place])
    squares[place] += change * (value - means[place])
    let sum = sums[place] + value
    lost[place] += sums[place].magnitude >= value.magnitude ? (sums[place] - sum) + value : (value - sum) + sums[place]
    sums[place] = sum
  }

  /// The mean, its standard error (nil of one value) and the number of values; nil where there is none.
  func mean(facet: Int, colour: Int, column: Int) -> (mean: Double, error: Double?, count: Int)? {
    let place = (facet * colours + colour) * columns + column
    let count = counts[place]
    if count == 0 { return nil }
    let error = count > 1 ? (squares[place] / Double(count - 1) / Double(count)).squareRoot() : nil
    let mean = (sums[place] + lost[place]) / Double(count)
    return (mean.isFinite ? mean : means[place], error, count)
  }
}
