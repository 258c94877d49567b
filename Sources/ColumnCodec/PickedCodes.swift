// PickedCodes.swift -- the codes of a few examples of a chunk, taken one by one.

import CCodecKernels

/// The codes of a few examples of a chunk, taken one by one; keeps its memory from chunk to chunk.
@safe struct PickedCodes: ~Copyable {
  private var picks = Scratch()
  private var bits = Scratch()
  /// The bytes of a sparse row.
  private var row = Scratch()
  private var count = 0

  /// Finds where the codes of some examples lie.
  ///
  /// - Parameters:
  ///   - examples: Examples of the chunk, ascending.
  ///   - copied: The bits of the examples that are copies, which have no code; nil where none is.
  ///   - grades: The grades of those that are none.
  ///   - width: The bits of a code.
  mutating func place(
    _ examples: [Int32], copied: UnsafePointer<UInt8>?, _ grades: UnsafePointer<engram_grades>, width: Int
  ) {
    picks.reserve(examples.count * MemoryLayout<engram_pick>.stride)
    bits.reserve((examples.count + 7) / 8)
    // SAFETY: there is room for a pick and a bit of every example, and the chunk has a bit of each.
    count = unsafe examples.withUnsafeBufferPointer { examples in
      unsafe engram_place_picks(
        examples.baseAddress, examples.count, copied, grades, UInt32(width),
        picks.base.assumingMemoryBound(to: engram_pick.self),
        bits.base.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// For each of the examples a bit, set where it is a copy; valid until the next ``place(_:copied:_:width:)``.
  @unsafe var copied: UnsafePointer<UInt8> { unsafe UnsafePointer(bits.base.assumingMemoryBound(to: UInt8.self)) }

  /// Takes the codes of the examples that are no copies, in order, out of those of all.
  @unsafe func take<Word: CodeWord>(of all: UnsafePointer<Word>, to codes: UnsafeMutablePointer<Word>) {
    // SAFETY: the picks have been placed.
    unsafe Word.pick(
      all, UnsafeBufferPointer(start: picks.base.assumingMemoryBound(to: engram_pick.self), count: count), to: codes)
  }

  /// Takes the codes of an epoch that are no copies, in order.
  ///
  /// - Parameters:
  ///   - epoch: The epoch.
  ///   - table: The front of the chunk, checked.
  ///   - chunk: The chunk.
  ///   - grades: Those of its codes.
  ///   - widths: The width of each grade at that epoch.
  ///   - rows: The rows of its frame, of as many bytes as it has kept examples.
  ///   - codes: Gets them.
  @unsafe mutating func take<Word: CodeWord>(
    epoch: Int, _ table: CodeTable, _ chunk: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>,
    _ widths: UnsafePointer<UInt8>, rows: (start: UnsafePointer<UInt8>, count: Int),
    to codes: UnsafeMutablePointer<Word>
  ) {
    let picks = unsafe UnsafeBufferPointer(
      start: self.picks.base.assumingMemoryBound(to: engram_pick.self), count: count)
    // SAFETY: `CodeTable` has checked that every part lies inside the chunk; picks are of kept examples.
    unsafe Word.pickLow(chunk + table.lowStarts[epoch], grades, widths, picks, to: codes)
    for plane in 0..<(Word.bitWidth / 8) {
      let index = plane * table.epochCount + epoch
      let (above, place) = (Int32(plane * 8), table.places[index])
      switch table.classes[index] {
      case .zero: break
      case .constant:
        unsafe row.reserve(rows.count)
        let bytes = unsafe row.base.assumingMemoryBound(to: UInt8.self)
        unsafe bytes.initialize(repeating: chunk[place], count: rows.count)
        unsafe Word.addPicked(bytes, picks, widths, above, to: codes)
      case .compressed:
        unsafe Word.addPicked(rows.start + place * rows.count, picks, widths, above, to: codes)
      case .sparse:
        unsafe row.reserve(rows.count)
        let bytes = unsafe row.base.assumingMemoryBound(to: UInt8.self)
        let total = unsafe Int(chunk[place]) | Int(chunk[place + 1]) << 8
        // SAFETY: the gaps were checked to lead to no byte beyond the row.
        unsafe engram_fill_sparse(chunk + place + 2, total, rows.count, bytes)
        unsafe Word.addPicked(bytes, picks, widths, above, to: codes)
      }
    }
  }
}
