// HingeLine.swift -- the function of a linear SVM along a line, whose least point can be found exactly.

import CClassifierKernels

/// 1/2 |w|² + C Σ max(0, 1 - margin)² along the line from one w to another: convex, piecewise quadratic, cheap.
struct HingeLine {
  /// The change of each margin from the one end to the other.
  let changes: [Double]
  private let margins: [Double]
  private let cost: Double
  /// |w|², w·d and |d|².
  private let squares: (weights: Double, mixed: Double, change: Double)

  /// A line.
  init(weights: [Double], goal: [Double], margins: [Double], changes: [Double], cost: Double) {
    self.margins = margins
    self.changes = changes
    self.cost = cost
    var squares = (weights: 0.0, mixed: 0.0, change: 0.0)
    for (weight, goal) in zip(weights, goal) {
      let change = goal - weight
      squares.weights += weight * weight
      squares.mixed += weight * change
      squares.change += change * change
    }
    self.squares = squares
  }

  /// The value, slope and curvature at a place on the line, 0 at the one end and 1 at the other.
  ///
  /// - Complexity: O(rows).
  func at(_ step: Double) -> (value: Double, slope: Double, curvature: Double) {
    // SAFETY: both arrays have as many elements.
    let sums = unsafe engram_hinge(margins, changes, margins.count, step)
    return (
      0.5 * squares.weights + step * squares.mixed + 0.5 * step * step * squares.change + cost * sums.loss,
      squares.mixed + step * squares.change - 2 * cost * sums.slope, squares.change + 2 * cost * sums.curvature
    )
  }

  /// The place of the least value, by Newton's method on the slope inside the bracket that is known.
  ///
  /// The slope at 0 is `firstSlope`, which is negative; the place has a slope as small beside it as `tolerance`.
  func best(from firstSlope: Double, tolerance: Double, mostSteps: Int) -> Double {
    var (low, high, step) = (0.0, Double.infinity, 1.0)
    for _ in 0..<mostSteps {
      let (_, slope, curvature) = at(step)
      if abs(slope) <= tolerance * abs(firstSlope) { break }
      if slope > 0 { high = step } else { low = step }
      var next = step - slope / curvature
      if !(next > low && next < high) { next = high.isFinite ? (low + high) / 2 : 2 * step }
      if next == step { break }
      step = next
    }
    return step
  }
}
