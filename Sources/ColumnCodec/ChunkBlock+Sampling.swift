// ChunkBlock+Sampling.swift -- handing out samples of the epochs: from a start of each example's own, or their mean.

import CCodecKernels
package import TrajectoryModel

extension ChunkBlock {
  /// Writes samples of the decoded chunk into a matrix, from a start of each example's own.
  ///
  /// Sample `k` of the `j`-th example over all runs is epoch `epochs[starts[j] + k * step]` of the chunk and goes to
  /// element `row * exampleStride + k * epochStride`; where that epoch is -1, nothing is written. Values are converted
  /// as by ``scatter(runs:epochs:elementType:exampleStride:epochStride:base:)``.
  ///
  /// - Parameters:
  ///   - runs: The examples; each within the chunk.
  ///   - epochs: For each place of an axis the index of a decoded epoch, or -1.
  ///   - starts: For each example of the runs the place of its first sample; the last must be a place as well.
  ///   - step: Places from one sample to the next.
  ///   - sampleCount: Samples of each example.
  ///   - elementType: The type of the matrix.
  ///   - exampleStride: Elements from one row to the next.
  ///   - epochStride: Elements from one sample to the next.
  ///   - base: Element 0 of the matrix; every element that is named must exist.
  @unsafe package func scatter(
    runs: Span<RowRun>, epochs: Span<Int32>, starts: Span<Int32>, step: Int, sampleCount: Int,
    elementType: ElementType, exampleStride: Int, epochStride: Int, base: UnsafeMutableRawPointer
  ) {
    check(runs, epochs, starts, step: step, sampleCount: sampleCount)
    if runs.isEmpty || sampleCount == 0 { return }
    let values = unsafe self.values(as: elementType)
    tile.reserve(Int(ENGRAM_SCATTER_TILE) * epochs.count * elementType.byteCount)
    // SAFETY: sources, epochs and starts were checked above; the caller vouches for the destinations. `RowRun` has the
    // layout of `engram_row_run`.
    unsafe runs.withUnsafeBytes { runBytes in
      unsafe epochs.withUnsafeBufferPointer { epochs in
        unsafe starts.withUnsafeBufferPointer { starts in
          let runs = unsafe runBytes.assumingMemoryBound(to: engram_row_run.self)
          if elementType == .float32 {
            unsafe engram_scatter_started_32(
              values.assumingMemoryBound(to: UInt32.self), exampleCount, epochs.baseAddress, epochs.count,
              starts.baseAddress, step, sampleCount, runs.baseAddress, runs.count, exampleStride, epochStride,
              base.assumingMemoryBound(to: UInt32.self), tile.base.assumingMemoryBound(to: UInt32.self))
          } else {
            unsafe engram_scatter_started_64(
              values.assumingMemoryBound(to: UInt64.self), exampleCount, epochs.baseAddress, epochs.count,
              starts.baseAddress, step, sampleCount, runs.baseAddress, runs.count, exampleStride, epochStride,
              base.assumingMemoryBound(to: UInt64.self), tile.base.assumingMemoryBound(to: UInt64.self))
          }
        }
      }
    }
  }

  /// Writes the mean of samples of the decoded chunk into a column of a matrix.
  ///
  /// The samples of an example are added as Float64 in order of epoch, then divided by their number and rounded to the
  /// type of the matrix; an epoch of -1 makes the mean NaN. The mean goes to element `row * exampleStride`.
  ///
  /// - Parameters:
  ///   - runs: The examples; each within the chunk.
  ///   - epochs: For each place of an axis the index of a decoded epoch, or -1.
  ///   - starts: As for the samples, or empty when every example starts at the first place.
  ///   - step: Places from one sample to the next.
  ///   - sampleCount: Samples of each example.
  ///   - elementType: The type of the matrix.
  ///   - exampleStride: Elements from one row to the next.
  ///   - base: Element 0 of the column; every element that is named must exist.
  @unsafe package func scatterMeans(
    runs: Span<RowRun>, epochs: Span<Int32>, starts: Span<Int32>, step: Int, sampleCount: Int,
    elementType: ElementType, exampleStride: Int, base: UnsafeMutableRawPointer
  ) {
    check(runs, epochs, starts, step: step, sampleCount: sampleCount)
    if runs.isEmpty || sampleCount == 0 { return }
    let values = unsafe self.values(as: .float64).assumingMemoryBound(to: Double.self)
    var total = 0
    for index in runs.indices { total += Int(runs[index].count) }
    means.reserve(total * MemoryLayout<Double>.stride)
    let means = unsafe self.means.base.assumingMemoryBound(to: Double.self)
    // SAFETY: as above; there is room for a mean of every example.
    unsafe runs.withUnsafeBytes { runBytes in
      unsafe epochs.withUnsafeBufferPointer { epochs in
        unsafe starts.withUnsafeBufferPointer { starts in
          let runs = unsafe runBytes.assumingMemoryBound(to: engram_row_run.self)
          unsafe engram_sample_means(
            values, exampleCount, epochs.baseAddress, starts.isEmpty ? nil : starts.baseAddress, step, sampleCount,
            runs.baseAddress, runs.count, means)
        }
      }
    }
    var next = 0
    for index in runs.indices {
      let run = runs[index]
      for offset in 0..<Int(run.count) {
        let element = (run.destination &+ offset) &* exampleStride
        // SAFETY: the caller vouches for the destinations; `next` counts the examples of the runs.
        if elementType == .float32 {
          unsafe base.storeBytes(of: Float(means[next]), toByteOffset: element &* 4, as: Float.self)
        } else {
          unsafe base.storeBytes(of: means[next], toByteOffset: element &* 8, as: Double.self)
        }
        next &+= 1
      }
    }
  }

  private func check(
    _ runs: Span<RowRun>, _ epochs: Span<Int32>, _ starts: Span<Int32>, step: Int, sampleCount: Int
  ) {
    precondition(step >= 1 && sampleCount >= 0, "samples go forward")
    var total = 0
    for index in runs.indices {
      let run = runs[index]
      precondition(
        run.source >= 0 && run.count >= 0 && Int(run.source) + Int(run.count) <= exampleCount,
        "the examples are in the chunk")
      total += Int(run.count)
    }
    for index in epochs.indices { precondition(Int(epochs[index]) < epochEnd, "the epochs were decoded") }
    let length = (sampleCount - 1) * step + 1
    precondition(starts.isEmpty ? length <= epochs.count : starts.count == total, "the samples are on the axis")
    for index in starts.indices {
      precondition(starts[index] >= 0 && Int(starts[index]) + length <= epochs.count, "the samples are on the axis")
    }
  }
}
