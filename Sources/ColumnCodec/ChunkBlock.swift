// ChunkBlock.swift -- the decoded values of a chunk, and handing them out.

import CCodecKernels
package import TrajectoryModel

/// The decoded values of a chunk, or of a window of its examples; keeps its memory from chunk to chunk.
///
/// One thread writes a block or hands its values out at a time; several may decode other chunks from its values.
@safe package final class ChunkBlock {
  /// The values of the stored type, `[epoch][example]`.
  private var block = Scratch()
  /// The block whose values stand here, where they are not its own.
  private var lender: ChunkBlock?
  /// The same values as the other type, made when they are first asked for.
  private var converted = Scratch()
  var tile = Scratch()
  var means = Scratch()
  private var rows = unsafe [UnsafeMutableRawPointer?]()
  private var hasConverted = false

  /// The type that the values are stored as; Float32 for a narrowed Float64 chunk.
  private(set) var storedType = ElementType.float32
  /// The number of examples in the block.
  package private(set) var exampleCount = 0
  /// The number of epochs, from the first on, that were decoded.
  package private(set) var epochEnd = 0

  /// Makes an empty block.
  package init() {}

  /// Makes room for values of a shape, which are unspecified until they are written.
  func prepare(exampleCount: Int, epochEnd: Int, storedType: ElementType) -> UnsafeMutableRawPointer {
    hasConverted = false
    lender = nil
    self.exampleCount = exampleCount
    self.epochEnd = epochEnd
    self.storedType = storedType
    block.reserve(exampleCount * epochEnd * storedType.byteCount)
    return unsafe block.base
  }

  /// Forgets the values.
  func clear() {
    lender = nil
    exampleCount = 0
    epochEnd = 0
  }

  /// Copies a window of the values of a block that holds a whole chunk.
  ///
  /// Several threads may take windows of one block at a time, as long as nobody writes it.
  ///
  /// - Parameters:
  ///   - window: What is wanted of the chunk.
  ///   - whole: Its values.
  package func copy(_ window: ChunkWindow, of whole: ChunkBlock) {
    precondition(
      window.epochEnd >= 0 && window.epochEnd <= whole.epochEnd && window.examples.lowerBound >= 0
        && window.examples.upperBound <= whole.exampleCount, "the window is in the chunk")
    let out = unsafe prepare(exampleCount: window.count, epochEnd: window.epochEnd, storedType: whole.storedType)
    // SAFETY: the window lies inside the whole chunk, and this block has room for it.
    unsafe window.copy(
      from: whole.storedValues, exampleCount: whole.exampleCount, valueByteCount: storedType.byteCount, to: out)
  }

  /// Stands for a window of the values of a block that holds a whole chunk: by a copy, or by those values where it is all of them.
  package func borrow(_ window: ChunkWindow, of whole: ChunkBlock) {
    guard window.count == whole.exampleCount, window.epochEnd == whole.epochEnd else {
      copy(window, of: whole)
      return
    }
    hasConverted = false
    lender = whole
    (exampleCount, epochEnd, storedType) = (whole.exampleCount, whole.epochEnd, whole.storedType)
  }

  /// Bytes of the values.
  package var byteCount: Int { exampleCount * epochEnd * storedType.byteCount }

  /// The values of the stored type.
  @unsafe var storedValues: UnsafeRawPointer {
    if let lender { return unsafe lender.storedValues }
    return unsafe UnsafeRawPointer(block.base)
  }

  /// Writes examples and epochs of the decoded chunk into a matrix.
  ///
  /// Value `(run.source + i, epochs[k])` goes to element `(run.destination + i) * exampleStride + k * epochStride`.
  /// Float32 values become Float64 exactly, by bits, NaN payloads included. Float64 values become Float32 by rounding;
  /// a NaN stays a NaN, of whatever payload. Fast when either stride is 1.
  ///
  /// - Parameters:
  ///   - runs: The examples; each within the chunk.
  ///   - epochs: Indices of epochs that were decoded, in the order of the columns.
  ///   - elementType: The type of the matrix.
  ///   - exampleStride: Elements from one row to the next.
  ///   - epochStride: Elements from one epoch to the next.
  ///   - base: Element 0 of the matrix, aligned to its type; every element that is named must exist.
  @unsafe package func scatter(
    runs: Span<RowRun>, epochs: Span<Int32>, elementType: ElementType, exampleStride: Int, epochStride: Int,
    base: UnsafeMutableRawPointer
  ) {
    for index in runs.indices {
      let run = runs[index]
      precondition(
        run.source >= 0 && run.count >= 0 && Int(run.source) + Int(run.count) <= exampleCount,
        "the examples are in the chunk")
    }
    for index in epochs.indices {
      precondition(epochs[index] >= 0 && Int(epochs[index]) < epochEnd, "the epochs were decoded")
    }
    if runs.isEmpty || epochs.isEmpty { return }
    if epochStride == 1 {
      unsafe rows.removeAll(keepingCapacity: true)
      unsafe rows.append(contentsOf: repeatElement(nil, count: exampleCount))
      let rowByteCount = exampleStride * elementType.byteCount
      for index in runs.indices {
        let run = runs[index]
        for offset in 0..<Int(run.count) {
          unsafe rows[Int(run.source) + offset] = base + (run.destination + offset) * rowByteCount
        }
      }
      unsafe scatter(rows: rows, offset: 0, epochs: epochs, elementType: elementType)
      return
    }
    let values = unsafe self.values(as: elementType)
    // SAFETY: sources and epochs were checked above; the caller vouches for the destinations. `RowRun` has the layout
    // of `engram_row_run`, which a test checks.
    unsafe runs.withUnsafeBytes { runBytes in
      unsafe epochs.withUnsafeBufferPointer { epochs in
        let runs = unsafe runBytes.assumingMemoryBound(to: engram_row_run.self)
        if elementType == .float32 {
          unsafe engram_scatter_32(
            values.assumingMemoryBound(to: UInt32.self), exampleCount, epochs.baseAddress, epochs.count,
            runs.baseAddress, runs.count, exampleStride, epochStride, base.assumingMemoryBound(to: UInt32.self))
        } else {
          unsafe engram_scatter_64(
            values.assumingMemoryBound(to: UInt64.self), exampleCount, epochs.baseAddress, epochs.count,
            runs.baseAddress, runs.count, exampleStride, epochStride, base.assumingMemoryBound(to: UInt64.self))
        }
      }
    }
  }

  /// Writes epochs of every example to a row of its own, whatever matrix that is part of.
  ///
  /// Value `(example, epochs[k])` goes to element `offset + k` of the example's row. Conversion is as above.
  ///
  /// - Parameters:
  ///   - rows: For each example of the block the start of its row, aligned to the type, or nil where it goes nowhere.
  ///   - offset: Elements before the first that is written; every element that is named must exist.
  ///   - epochs: Indices of epochs that were decoded.
  ///   - elementType: The type of the rows.
  @unsafe package func scatter(
    rows: [UnsafeMutableRawPointer?], offset: Int, epochs: Span<Int32>, elementType: ElementType
  ) {
    unsafe precondition(rows.count == exampleCount, "every example has a row or none")
    for index in epochs.indices {
      precondition(epochs[index] >= 0 && Int(epochs[index]) < epochEnd, "the epochs were decoded")
    }
    if exampleCount == 0 || epochs.isEmpty { return }
    let values = unsafe self.values(as: elementType)
    tile.reserve(epochs.count * elementType.byteCount)
    // SAFETY: the epochs were checked, there is a row for each example, and the caller vouches for the rows.
    unsafe rows.withUnsafeBytes { rows in
      unsafe epochs.withUnsafeBufferPointer { epochs in
        if elementType == .float32 {
          unsafe engram_scatter_rows_32(
            values.assumingMemoryBound(to: UInt32.self), exampleCount, epochs.baseAddress, epochs.count,
            rows.baseAddress?.assumingMemoryBound(to: UnsafeMutablePointer<UInt32>?.self), offset,
            tile.base.assumingMemoryBound(to: UInt32.self))
        } else {
          unsafe engram_scatter_rows_64(
            values.assumingMemoryBound(to: UInt64.self), exampleCount, epochs.baseAddress, epochs.count,
            rows.baseAddress?.assumingMemoryBound(to: UnsafeMutablePointer<UInt64>?.self), offset,
            tile.base.assumingMemoryBound(to: UInt64.self))
        }
      }
    }
  }

  /// The decoded values as a type, `[epoch][example]`; valid until the next call of any method.
  @unsafe package func values(as elementType: ElementType) -> UnsafeRawPointer {
    let count = exampleCount * epochEnd
    if elementType == storedType { return unsafe storedValues }
    if !hasConverted {
      converted.reserve(count * elementType.byteCount)
      // SAFETY: the block holds `count` values of the stored type and the scratch has room for as many of the other.
      if elementType == .float64 {
        unsafe engram_widen(
          storedValues.assumingMemoryBound(to: UInt32.self), count, converted.base.assumingMemoryBound(to: UInt64.self))
      } else {
        unsafe engram_round(
          storedValues.assumingMemoryBound(to: Double.self), count, converted.base.assumingMemoryBound(to: Float.self))
      }
      hasConverted = true
    }
    return unsafe UnsafeRawPointer(converted.base)
  }
}
