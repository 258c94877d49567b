// ChunkEncoder+Refining.swift -- the best codes made shorter: repeats at the first epoch, changes that go on, grades.

import CCodecKernels
import TrajectoryModel

extension ChunkEncoder {
  /// Replaces the best codes of the first epoch by zeros where they are mostly repeats of each other.
  ///
  /// - Returns: The part of the chunk that has them; nil where it does not pay, and codes are as they were.
  func findRepeats<Word: CodeWord>(_ type: Word.Type, _ kept: ChunkShape) -> [UInt8]? {
    let count = kept.exampleCount
    // SAFETY: `choose` left the codes of every epoch.
    let codes = unsafe bestCodes.base.assumingMemoryBound(to: Word.self)
    let row = ChunkShape(epochCount: 1, exampleCount: count, elementType: kept.elementType)
    let bits = unsafe CodeLayout.plainCost(UnsafePointer(codes), shape: row, limit: .infinity)
    guard let bytes = unsafe repeats.find(codes, count, limit: Int(bits / Double(UInt8.bitWidth))) else { return nil }
    unsafe codes.update(repeating: 0, count: count)
    return bytes
  }

  /// Replaces the best codes by those of what a trend leaves of their changes.
  ///
  /// - Returns: For each epoch the sixteenths of the change before that are expected again; nil where it does not pay, and codes are
  ///   as they were.
  func followTrend<Word: CodeWord>(_ type: Word.Type, _ kept: ChunkShape) -> [Int8]? {
    let (epochs, count) = (kept.epochCount, kept.exampleCount)
    guard epochs > 2 else { return nil }
    // SAFETY: `choose` left the codes of every epoch, and the scratch for others is as large.
    let codes = unsafe bestCodes.base.assumingMemoryBound(to: Word.self)
    let tried = unsafe self.codes.base.assumingMemoryBound(to: Word.self)
    var dampings = [Int8](repeating: 0, count: epochs)
    // From the last epoch down, so that those before are as they were. The first is no change, so the second follows none.
    for epoch in (2..<epochs).reversed() {
      let now = unsafe codes + epoch * count
      let then = unsafe UnsafePointer(now - count)
      let damping = unsafe Word.damping(then, now, count)
      if damping == 0 { continue }
      if unsafe Word.damp(then, now, count, damping, to: tried) <= Int64(Int8.bitWidth) { continue }
      dampings[epoch] = Int8(damping)
      unsafe now.update(from: tried, count: count)
    }
    return dampings.contains { $0 != 0 } ? dampings : nil
  }

  /// Replaces the best codes by the same in grades, by the lengths that they have.
  ///
  /// - Parameters:
  ///   - type: What the codes are.
  ///   - kept: Their axes.
  ///   - worth: The bits that must be saved of each code.
  /// - Returns: The part of the chunk that says so, and the codes of each epoch, which lie in `lengthCounts` too; nil where it does not
  ///   pay, and codes are as they were.
  func grade<Word: CodeWord>(
    _ type: Word.Type, _ kept: ChunkShape, worth: Double
  ) -> (bytes: [UInt8], rows: [GradedRow<Word>])? {
    let (epochs, count) = (kept.epochCount, kept.exampleCount)
    // SAFETY: the codes of every epoch, and scratch for as many; a sum for each example.
    let codes = unsafe UnsafePointer(bestCodes.base.assumingMemoryBound(to: Word.self))
    let tried = unsafe self.codes.base.assumingMemoryBound(to: Word.self)
    lengthSums.reserve(count * MemoryLayout<UInt32>.stride)
    let sums = unsafe lengthSums.base.assumingMemoryBound(to: UInt32.self)
    unsafe sums.initialize(repeating: 0, count: count)
    // The first epoch is no change, and of the others every second is enough.
    var added = 0
    for epoch in stride(from: min(1, epochs - 1), to: epochs, by: 2) {
      unsafe Word.addLengths(of: codes + epoch * count, count, to: sums)
      added += 1
    }
    let bytes = unsafe grades.choose(sums, codesEach: added, exampleCount: count)
    guard grades.count > 1, let places = unsafe grades.layout.pointee.places else { return nil }
    let rowLengthCount = GradedRow<Word>.lengthCount(grades: grades.count)
    lengthCounts.reserve(epochs * rowLengthCount * MemoryLayout<UInt32>.stride)
    let lengths = unsafe lengthCounts.base.assumingMemoryBound(to: UInt32.self)
    var rows: [GradedRow<Word>] = []
    rows.reserveCapacity(epochs)
    for epoch in 0..<epochs {
      let row = unsafe tried + epoch * count
      unsafe Word.grade(codes + epoch * count, places, count, to: row)
      unsafe rows.append(GradedRow(UnsafePointer(row), grades.starts, lengths: lengths + epoch * rowLengthCount))
    }
    guard CodeLayout.pays(rows, shape: kept, worth: worth) else {
      grades.setSingle(codeCount: count)
      return nil
    }
    swap(&self.codes, &bestCodes)
    return (bytes, rows)
  }
}
