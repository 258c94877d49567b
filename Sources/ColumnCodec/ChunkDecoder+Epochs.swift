// ChunkDecoder+Epochs.swift -- codes to values, epoch by epoch.

import CCodecKernels

extension ChunkDecoder {
  /// Makes the values of the first epoch from repeats.
  func decodeFirstEpoch<Word: CodeWord>(
    _ repeats: CodeRepeats.Place, _ chunk: UnsafeRawBufferPointer, count: Int, _ picks: Bool,
    _ plan: inout engram_residual_plan, to out: UnsafeMutablePointer<Word>
  ) {
    guard let base = unsafe chunk.baseAddress?.assumingMemoryBound(to: UInt8.self), unsafe plan.epoch_count > 0 else {
      return
    }
    // SAFETY: the repeats have been checked, and there is room for all codes in either scratch.
    let room = unsafe picks ? graded.base : codes.base
    let all = unsafe room.assumingMemoryBound(to: Word.self)
    unsafe Word.repeat(base + repeats.repeats, repeats.count, alone: base + repeats.alone, count, to: all)
    unsafe Word.startDecoding(&plan)
    if picks { unsafe picked.take(of: all, to: codes.base.assumingMemoryBound(to: Word.self)) }
    unsafe Word.decode(&plan, 0, codes.base.assumingMemoryBound(to: Word.self), to: out)
  }

  /// Makes the values of every epoch from one on from its codes.
  func decodeEpochs<Word: CodeWord>(
    from first: Int, _ table: CodeTable, _ chunk: UnsafeRawBufferPointer, count: Int, _ picks: Bool,
    _ plan: inout engram_residual_plan, to out: UnsafeMutablePointer<Word>
  ) {
    guard let base = unsafe chunk.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    // SAFETY: as the caller says.
    let codes = unsafe self.codes.base.assumingMemoryBound(to: Word.self)
    let rows = unsafe (start: self.rows.base.assumingMemoryBound(to: UInt8.self), count: count)
    let grades = unsafe self.grades.layout
    let places = unsafe grades.pointee.places
    // What the kernel reads: the kept examples of the window, and one more.
    let wanted = unsafe plan.before..<min(count, plan.before + plan.count + 1)
    // Grades are unpacked whole.
    let (unpacked, target) =
      unsafe places == nil ? (wanted, codes) : (0..<count, graded.base.assumingMemoryBound(to: Word.self))
    if first == 0 { unsafe Word.startDecoding(&plan) }
    unsafe table.shifts.withUnsafeBufferPointer { shifts in
      guard let shifts = shifts.baseAddress else { return }
      for epoch in unsafe first..<max(first, plan.epoch_count) {
        let widths = unsafe shifts + epoch * table.gradeCount
        if picks {
          unsafe picked.take(
            epoch: epoch, table, base, grades, widths, rows: (UnsafePointer(rows.start), count), to: codes)
        } else {
          unsafe Word.unpackLow(base + table.lowStarts[epoch], grades, widths, unpacked, to: target)
          unsafe addPlanes(of: epoch, table, base, grades, widths, rows: rows, unpacked, to: target)
          if let places = unsafe places { unsafe Word.order(target, places, wanted, to: codes) }
        }
        unsafe Word.decode(&plan, epoch, codes, to: out)
      }
    }
  }

  /// Adds the byte planes of an epoch to the wanted codes: rows of bytes, or the few bytes of a sparse one.
  @inline(__always)
  private func addPlanes<Word: CodeWord>(
    of epoch: Int, _ table: CodeTable, _ chunk: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>,
    _ widths: UnsafePointer<UInt8>, rows: (start: UnsafeMutablePointer<UInt8>, count: Int), _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Word>
  ) {
    for plane in 0..<(Word.bitWidth / 8) {
      let index = plane * table.epochCount + epoch
      let (above, place) = (Int32(plane * 8), table.places[index])
      // SAFETY: `CodeTable` has checked the places; a row of the frame and the row to fill have `count` bytes.
      switch table.classes[index] {
      case .zero: break
      case .constant:
        let filled = unsafe rows.start + table.compressedCount * rows.count
        unsafe filled.initialize(repeating: chunk[place], count: rows.count)
        unsafe Word.add(filled, grades, widths, above, wanted, to: codes)
      case .compressed:
        unsafe Word.add(rows.start + place * rows.count, grades, widths, above, wanted, to: codes)
      case .sparse:
        let total = unsafe Int(chunk[place]) | Int(chunk[place + 1]) << 8
        unsafe Word.addSparse(chunk + place + 2, total, grades, widths, above, below: wanted.upperBound, to: codes)
      }
    }
  }
}
