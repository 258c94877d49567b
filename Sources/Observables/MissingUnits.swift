// MissingUnits.swift -- which units of a recording are NaN somewhere, and which stimuli were not shown at all.

import CObservableKernels
import TrajectoryModel

/// Which units of a recording are NaN at a stimulus that other units have a value for.
///
/// A stimulus at which all units are NaN was not shown, and says nothing about units.
package struct MissingUnits: Sendable {
  /// For every unit 1 where it is NaN somewhere.
  private var isMissing: [UInt8]

  /// Starts with no unit missing.
  package init(unitCount: Int) { isMissing = [UInt8](repeating: 0, count: unitCount) }

  /// Looks at some stimuli, and says which of them are NaN throughout.
  ///
  /// - Precondition: The numbers are whole stimuli.
  package mutating func look<Number: MeasurableNumber>(at activations: Span<Number>) -> [Bool] {
    let rows = NumberRows(activations, columnCount: isMissing.count)
    var isEmpty = [UInt8](repeating: 0, count: rows.rowCount)
    rows.markMissing(units: &isMissing, stimuli: &isEmpty)
    return isEmpty.map { $0 != 0 }
  }

  /// The units that have a value at every stimulus, ascending.
  package var present: [Int] { isMissing.indices.filter { isMissing[$0] == 0 } }
}

extension NumberRows {
  /// Marks columns that have a NaN in a row that is not NaN throughout, and rows that are.
  func markMissing(units: inout [UInt8], stimuli: inout [UInt8]) {
    precondition(units.count == columnCount && stimuli.count == rowCount, "there is room for every column and row")
    unsafe units.withUnsafeMutableBufferPointer { units in
      unsafe stimuli.withUnsafeMutableBufferPointer { stimuli in
        guard let units = units.baseAddress, let stimuli = stimuli.baseAddress else { return }
        // SAFETY: the precondition gives the room, and the rows lie in the memory.
        unsafe mark(units, stimuli)
      }
    }
  }

  @unsafe private func mark(_ units: UnsafeMutablePointer<UInt8>, _ stimuli: UnsafeMutablePointer<UInt8>) {
    guard let base = unsafe base else { return }
    switch type {
    case .float32:
      _ = unsafe engram_mark_missing_32(
        base.assumingMemoryBound(to: Float.self), rowCount, columnCount, units, stimuli)
    case .float64:
      _ = unsafe engram_mark_missing_64(
        base.assumingMemoryBound(to: Double.self), rowCount, columnCount, units, stimuli)
    }
  }
}
