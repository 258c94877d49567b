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
    _ words: UnsafePointer<UInt8>, _ count: Int, _ width: Int32, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>)
  /// Undoes the packing of single codes of a chunk with a number of lanes.
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, lanes: Int, _ width: Int32, _ picks: UnsafeBufferPointer<engram_pick>,
    to codes: UnsafeMutablePointer<Self>)
  /// Puts the byte of each pick into its code, from a bit on.
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ shift: Int32,
    to codes: UnsafeMutablePointer<Self>)
  /// Takes the byte of each code that starts at a bit.
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>)
  /// Puts a byte into each code, from a bit on.
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, to codes: UnsafeMutablePointer<Self>)
  /// Puts the bytes of a sparse row, which follow its gaps, into the codes that come before one, from a bit on.
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>)
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
    _ words: UnsafePointer<UInt8>, _ count: Int, _ width: Int32, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_unpack_low_32(words, count, width, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, lanes: Int, _ width: Int32, _ picks: UnsafeBufferPointer<engram_pick>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_low_32(words, lanes, width, picks.baseAddress, picks.count, codes) }
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ shift: Int32,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_bytes_32(bytes, picks.baseAddress, picks.count, shift, codes) }
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>
  ) { unsafe engram_code_bytes_32(codes, count, shift, bytes) }
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_bytes_32(bytes, count, shift, codes) }
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_sparse_32(gaps, gaps + count, count, shift, end, codes) }
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
    _ words: UnsafePointer<UInt8>, _ count: Int, _ width: Int32, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_unpack_low_64(words, count, width, wanted.lowerBound, wanted.upperBound, codes) }
  @unsafe static func pickLow(
    _ words: UnsafePointer<UInt8>, lanes: Int, _ width: Int32, _ picks: UnsafeBufferPointer<engram_pick>,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_low_64(words, lanes, width, picks.baseAddress, picks.count, codes) }
  @unsafe static func addPicked(
    _ bytes: UnsafePointer<UInt8>, _ picks: UnsafeBufferPointer<engram_pick>, _ shift: Int32,
    to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_pick_bytes_64(bytes, picks.baseAddress, picks.count, shift, codes) }
  @unsafe static func bytes(
    of codes: UnsafePointer<Self>, _ count: Int, _ shift: Int32, to bytes: UnsafeMutablePointer<UInt8>
  ) { unsafe engram_code_bytes_64(codes, count, shift, bytes) }
  @unsafe static func add(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_bytes_64(bytes, count, shift, codes) }
  @unsafe static func addSparse(
    _ gaps: UnsafePointer<UInt8>, _ count: Int, _ shift: Int32, below end: Int, to codes: UnsafeMutablePointer<Self>
  ) { unsafe engram_add_sparse_64(gaps, gaps + count, count, shift, end, codes) }
}
