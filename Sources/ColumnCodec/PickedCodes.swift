// PickedCodes.swift -- the codes of a few examples of a chunk, taken one by one.

import CCodecKernels

/// The codes of a few examples of a chunk, taken one by one; keeps its memory from chunk to chunk.
@safe struct PickedCodes: ~Copyable {
  private var picks = Scratch()
  private var bits = Scratch()
  private var count = 0
  private var lanes = 0

  /// Finds where the codes of some examples lie.
  ///
  /// - Parameters:
  ///   - examples: Examples of the chunk, ascending.
  ///   - copied: The bits of the examples that are copies, which have no code; nil where none is.
  ///   - keptCount: The examples of the chunk that are no copies.
  ///   - width: The bits of a code.
  mutating func place(_ examples: [Int32], copied: UnsafePointer<UInt8>?, keptCount: Int, width: Int) {
    lanes = (keptCount + width - 1) / width
    picks.reserve(examples.count * MemoryLayout<engram_pick>.stride)
    bits.reserve((examples.count + 7) / 8)
    // SAFETY: there is room for a pick and a bit of every example, and the chunk has a bit of each.
    count = unsafe examples.withUnsafeBufferPointer { examples in
      unsafe engram_place_picks(
        examples.baseAddress, examples.count, copied, lanes, picks.base.assumingMemoryBound(to: engram_pick.self),
        bits.base.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// For each of the examples a bit, set where it is a copy; valid until the next ``place(_:copied:keptCount:width:)``.
  @unsafe var copied: UnsafePointer<UInt8> { unsafe UnsafePointer(bits.base.assumingMemoryBound(to: UInt8.self)) }

  /// Takes the codes of an epoch that are no copies, in order.
  ///
  /// - Parameters:
  ///   - epoch: The epoch.
  ///   - table: The front of the chunk, checked.
  ///   - chunk: The chunk.
  ///   - rows: The rows of its frame, of as many bytes as it has kept examples.
  ///   - codes: Gets them.
  @unsafe func take<Word: CodeWord>(
    epoch: Int, _ table: CodeTable, _ chunk: UnsafePointer<UInt8>, rows: (start: UnsafePointer<UInt8>, count: Int),
    to codes: UnsafeMutablePointer<Word>
  ) {
    let picks = unsafe UnsafeBufferPointer(
      start: self.picks.base.assumingMemoryBound(to: engram_pick.self), count: count)
    // SAFETY: `CodeTable` has checked that every part lies inside the chunk; picks are of kept examples.
    unsafe Word.pickLow(chunk + table.lowStarts[epoch], lanes: lanes, Int32(table.shifts[epoch]), picks, to: codes)
    for plane in 0..<(Word.bitWidth / 8) {
      let index = plane * table.shifts.count + epoch
      let (shift, place) = (Int(table.shifts[epoch]) + plane * 8, table.places[index])
      switch table.classes[index] {
      case .zero: break
      case .constant:
        let byte = unsafe Word(truncatingIfNeeded: chunk[place]) &<< Word(truncatingIfNeeded: shift)
        for number in 0..<count { unsafe codes[number] |= byte }
      case .compressed:
        unsafe Word.addPicked(rows.start + place * rows.count, picks, Int32(shift), to: codes)
      case .sparse:
        unsafe addSparse(chunk + place, picks, shift, to: codes)
      }
    }
  }

  /// Adds the bytes of a sparse row to the codes that it has one of.
  @unsafe private func addSparse<Word: CodeWord>(
    _ row: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ shift: Int,
    to codes: UnsafeMutablePointer<Word>
  ) {
    // SAFETY: the row was checked to lie in the chunk.
    let total = unsafe Int(row[0]) | Int(row[1]) << 8
    let (gaps, bytes) = unsafe (row + 2, row + 2 + total)
    var (next, pick) = (0, 0)
    for number in 0..<total {
      let gap = unsafe Int(gaps[number])
      next += gap
      if gap == RowClass.longestGap { continue }
      while pick < count, unsafe Int(picks[pick].number) < next { pick += 1 }
      if pick == count { return }
      if unsafe Int(picks[pick].number) == next {
        unsafe codes[pick] |= Word(truncatingIfNeeded: bytes[number]) &<< Word(truncatingIfNeeded: shift)
      }
      next += 1
    }
  }
}
