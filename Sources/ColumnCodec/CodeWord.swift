// CodeWord.swift -- the integers that codes are, 32 or 64 bits wide, and the kernels of each width under one name.

import CCodecKernels

/// The bits of a value, and its code: as wide as the stored type.
///
/// CCodecKernels says what each kernel needs.
protocol CodeWord: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  /// Values to codes of `[epoch][kept example]`.
  @unsafe static func encode(
    _ plan: inout engram_residual_plan, _ block: UnsafePointer<Self>, to codes: UnsafeMutablePointer<Self>)
  /// Prepares the scratch of a plan for ``decode(_:_:_:to:)``.
  @unsafe static func startDecoding(_ plan: inout engram_residual_plan)
  /// The codes of an epoch to values, epochs ascending from the first.
  @unsafe static func decode(
    _ plan: inout engram_residual_plan, _ epoch: Int, _ codes: UnsafePointer<Self>,
    to block: UnsafeMutablePointer<Self>)
  /// Marks the examples that are the same in two blocks; returns their number.
  @unsafe static func markEqual(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, _ shape: ChunkShape,
    _ bits: UnsafeMutablePointer<UInt8>
  ) -> Int
  /// Counts the codes of each length; returns the bits in which any two differ.
  @unsafe static func lengths(
    _ codes: UnsafePointer<Self>, _ count: Int, _ lengths: UnsafeMutablePointer<UInt32>
  ) -> Self
  /// Packs the low bits of each code.
  @unsafe static func packLow(
    _ codes: UnsafePointer<Self>, _ count: Int, _ width: Int32, to words: UnsafeMutablePointer<Self>)
  /// Undoes the packing of some of the codes, and of others beside them.
  @unsafe static func unpackLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>)
  /// Undoes the packing of single codes.
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>)
  /// Puts the byte of each pick into its code, so many bits above the width of its grade.
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, to codes: UnsafeMutablePointer<Self>)
  /// Takes the code of each pick.
  @unsafe static func pick(
    _ all: UnsafePointer<Self>, _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>)
  /// Finds codes that came before; returns the number of repeats and of codes that stand for themselves.
  @unsafe static func findRepeats(
    _ codes: UnsafePointer<Self>, _ count: Int, bits: Int, heads: UnsafeMutablePointer<UInt32>,
    repeats: UnsafeMutablePointer<UInt8>, alone: UnsafeMutablePointer<Self>
  ) -> (repeats: Int, alone: Int)
  /// Makes codes of repeats and of those that stand for themselves.
  @unsafe static func `repeat`(
    _ repeats: UnsafePointer<UInt8>, _ repeatCount: Int, alone: UnsafePointer<UInt8>, _ count: Int,
    to codes: UnsafeMutablePointer<Self>)
  /// Puts codes in the order of their places.
  @unsafe static func grade(
    _ codes: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ count: Int, to graded: UnsafeMutablePointer<Self>)
  /// Puts some codes back in the order of their examples.
  @unsafe static func order(
    _ graded: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>)
  /// Adds the length of each code to the sum of its example.
  @unsafe static func addLengths(of codes: UnsafePointer<Self>, _ count: Int, to sums: UnsafeMutablePointer<UInt32>)
  /// By how many sixteenths the changes of an epoch go on to the next, both as codes.
  @unsafe static func damping(_ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int) -> Int32
  /// The codes of what so many sixteenths of the changes before leave of the changes now; returns by how many bits these are shorter.
  @unsafe static func damp(
    _ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int, _ damping: Int32,
    to codes: UnsafeMutablePointer<Self>
  ) -> Int64
  /// Takes the byte of each code that starts at a bit.
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>)
  /// Puts a byte into each of the wanted codes, so many bits above the width of its grade.
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>)
  /// Puts the bytes of a sparse row, which follow its gaps, into the codes that come before one, so many bits above the width of
  /// their grade.
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ grades: UnsafePointer<engram_grades>,
    _ widths: UnsafePointer<UInt8>, _ above: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>)
}

extension UInt32: CodeWord {
  @unsafe static func encode(
    _ plan: inout engram_residual_plan, _ block: UnsafePointer<Self>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_codes_of_block_32(&plan, block, codes) }
  @unsafe static func startDecoding(_ plan: inout engram_residual_plan) {
    unsafe engram_start_values_32(&plan)
  }
  @unsafe static func decode(
    _ plan: inout engram_residual_plan, _ epoch: Int, _ codes: UnsafePointer<Self>,
    to block: UnsafeMutablePointer<Self>
  ) { unsafe engram_values_of_codes_32(&plan, epoch, codes, block) }
  @unsafe static func markEqual(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, _ shape: ChunkShape,
    _ bits: UnsafeMutablePointer<UInt8>
  ) -> Int { unsafe engram_equal_examples_32(left, right, shape.epochCount, shape.exampleCount, bits) }
  @unsafe static func lengths(
    _ codes: UnsafePointer<Self>, _ count: Int, _ lengths: UnsafeMutablePointer<UInt32>
  ) -> Self { unsafe engram_code_lengths_32(codes, count, lengths) }
  @unsafe static func packLow(
    _ codes: UnsafePointer<Self>, _ count: Int, _ width: Int32, to words: UnsafeMutablePointer<Self>
  ) { unsafe engram_pack_low_32(codes, count, width, words) }
  @unsafe static func unpackLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_unpack_low_32(words, grades, widths, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_low_32(words, grades, widths, picks.baseAddress, picks.count, codes) }
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_bytes_32(bytes, picks.baseAddress, picks.count, widths, above, codes) }
  @unsafe static func grade(
    _ codes: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ count: Int, to graded: UnsafeMutablePointer<Self>
  ) { unsafe engram_grade_codes_32(codes, places, count, graded) }
  @unsafe static func pick(
    _ all: UnsafePointer<Self>, _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_codes_32(all, picks.baseAddress, picks.count, codes) }
  @unsafe static func findRepeats(
    _ codes: UnsafePointer<Self>, _ count: Int, bits: Int, heads: UnsafeMutablePointer<UInt32>,
    repeats: UnsafeMutablePointer<UInt8>, alone: UnsafeMutablePointer<Self>
  ) -> (repeats: Int, alone: Int) {
    var left = 0
    let found = unsafe engram_find_repeats_32(codes, count, Int32(bits), heads, repeats, alone, &left)
    return (found, left)
  }
  @unsafe static func `repeat`(
    _ repeats: UnsafePointer<UInt8>, _ repeatCount: Int, alone: UnsafePointer<UInt8>, _ count: Int,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_repeat_codes_32(repeats, repeatCount, alone, count, codes) }
  @unsafe static func order(
    _ graded: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_order_codes_32(graded, places, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func addLengths(of codes: UnsafePointer<Self>, _ count: Int, to sums: UnsafeMutablePointer<UInt32>) {
    unsafe engram_add_lengths_32(codes, count, sums)
  }
  @unsafe static func damping(_ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int) -> Int32 {
    unsafe engram_damping_32(then, now, count)
  }
  @unsafe static func damp(
    _ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int, _ damping: Int32,
    to codes: UnsafeMutablePointer<Self>
  ) -> Int64 { unsafe engram_damp_codes_32(then, now, count, damping, codes) }
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>
  ) { unsafe engram_code_bytes_32(codes, count, shift, bytes) }
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_bytes_32(bytes, grades, widths, above, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ grades: UnsafePointer<engram_grades>,
    _ widths: UnsafePointer<UInt8>, _ above: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_sparse_32(gaps, count, grades, widths, above, end, codes) }
}

extension UInt64: CodeWord {
  @unsafe static func encode(
    _ plan: inout engram_residual_plan, _ block: UnsafePointer<Self>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_codes_of_block_64(&plan, block, codes) }
  @unsafe static func startDecoding(_ plan: inout engram_residual_plan) {
    unsafe engram_start_values_64(&plan)
  }
  @unsafe static func decode(
    _ plan: inout engram_residual_plan, _ epoch: Int, _ codes: UnsafePointer<Self>,
    to block: UnsafeMutablePointer<Self>
  ) { unsafe engram_values_of_codes_64(&plan, epoch, codes, block) }
  @unsafe static func markEqual(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, _ shape: ChunkShape,
    _ bits: UnsafeMutablePointer<UInt8>
  ) -> Int { unsafe engram_equal_examples_64(left, right, shape.epochCount, shape.exampleCount, bits) }
  @unsafe static func lengths(
    _ codes: UnsafePointer<Self>, _ count: Int, _ lengths: UnsafeMutablePointer<UInt32>
  ) -> Self { unsafe engram_code_lengths_64(codes, count, lengths) }
  @unsafe static func packLow(
    _ codes: UnsafePointer<Self>, _ count: Int, _ width: Int32, to words: UnsafeMutablePointer<Self>
  ) { unsafe engram_pack_low_64(codes, count, width, words) }
  @unsafe static func unpackLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_unpack_low_64(words, grades, widths, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_low_64(words, grades, widths, picks.baseAddress, picks.count, codes) }
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_bytes_64(bytes, picks.baseAddress, picks.count, widths, above, codes) }
  @unsafe static func grade(
    _ codes: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ count: Int, to graded: UnsafeMutablePointer<Self>
  ) { unsafe engram_grade_codes_64(codes, places, count, graded) }
  @unsafe static func pick(
    _ all: UnsafePointer<Self>, _ picks: UnsafeBufferPointer<engram_pick>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_codes_64(all, picks.baseAddress, picks.count, codes) }
  @unsafe static func findRepeats(
    _ codes: UnsafePointer<Self>, _ count: Int, bits: Int, heads: UnsafeMutablePointer<UInt32>,
    repeats: UnsafeMutablePointer<UInt8>, alone: UnsafeMutablePointer<Self>
  ) -> (repeats: Int, alone: Int) {
    var left = 0
    let found = unsafe engram_find_repeats_64(codes, count, Int32(bits), heads, repeats, alone, &left)
    return (found, left)
  }
  @unsafe static func `repeat`(
    _ repeats: UnsafePointer<UInt8>, _ repeatCount: Int, alone: UnsafePointer<UInt8>, _ count: Int,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_repeat_codes_64(repeats, repeatCount, alone, count, codes) }
  @unsafe static func order(
    _ graded: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_order_codes_64(graded, places, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func addLengths(of codes: UnsafePointer<Self>, _ count: Int, to sums: UnsafeMutablePointer<UInt32>) {
    unsafe engram_add_lengths_64(codes, count, sums)
  }
  @unsafe static func damping(_ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int) -> Int32 {
    unsafe engram_damping_64(then, now, count)
  }
  @unsafe static func damp(
    _ then: UnsafePointer<Self>, _ now: UnsafePointer<Self>, _ count: Int, _ damping: Int32,
    to codes: UnsafeMutablePointer<Self>
  ) -> Int64 { unsafe engram_damp_codes_64(then, now, count, damping, codes) }
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>
  ) { unsafe engram_code_bytes_64(codes, count, shift, bytes) }
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ grades: UnsafePointer<engram_grades>, _ widths: UnsafePointer<UInt8>,
    _ above: Int32, _ wanted: Range<Int>, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_bytes_64(bytes, grades, widths, above, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ grades: UnsafePointer<engram_grades>,
    _ widths: UnsafePointer<UInt8>, _ above: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_sparse_64(gaps, count, grades, widths, above, end, codes) }
}
