// Materializer.swift -- the hot path: each needed chunk is decoded once, straight into every destination.

import Base
import Catalog
import ColumnCodec
import SegmentFile
import TrajectoryModel

/// Fills matrices from opened extents.
///
/// Work is shared out by row groups, which have no state in common. A row group's chunks are decoded one after the
/// other into scratch memory that stays in the processor's cache, and from there each value is written once.
struct Materializer: Sendable {
  /// Values that are worth a thread of their own.
  private static let valuesPerThread = 1 << 16

  private let sources: [ExtentSource]
  private let maps: [AxisMap]
  private let statistics: [String]
  private let sampling: EpochSampling
  private let destinations: [DestinationRows]
  /// The epoch of each example, where each run gives its own.
  private let chosen: ChosenEpochs?
  private let tasks: [RowGroupTask]

  /// Plans the work.
  ///
  /// - Parameters:
  ///   - sources: Ascending extents that hold every example of every destination.
  ///   - statistics: The statistics to read; what a source lacks becomes NaN.
  ///   - sampling: What to read of the epochs.
  ///   - chosen: Which epoch stands for each example, where the sampling chooses.
  ///   - destinations: Where it goes; they do not overlap.
  init(
    sources: [ExtentSource], statistics: [String], sampling: EpochSampling, chosen: ChosenEpochs?,
    destinations: [DestinationRows]
  ) {
    self.sources = sources
    self.chosen = chosen
    self.statistics = statistics
    self.sampling = sampling
    self.destinations = destinations
    maps = sources.map {
      AxisMap($0, statistics: statistics, epochs: sampling.axis, hasNone: sampling.choice != nil)
    }
    tasks = RowGroupTask.tasks(sources: sources, destinations: destinations)
  }

  /// The values that are decoded: whole windows of row groups, also of statistics that others are predicted from; where they are
  /// kept, those that are copied.
  ///
  /// The first row group of a source stands for all of it.
  private func valueCount(_ kept: KeptRowGroups) -> Int {
    var chunkCounts: [Int: Int] = [:]
    return tasks.reduce(0) { sum, task in
      let map = maps[task.source]
      if chunkCounts[task.source] == nil, case .segment(let reader) = sources[task.source].values {
        let isKept = kept.holds(map.statistics, of: reader, rowGroup: task.rowGroup)
        chunkCounts[task.source] =
          isKept ? statistics.count : reader.chunkCount(toDecode: map.statistics, rowGroup: task.rowGroup)
      }
      let window = task.window(epochEnd: map.epochEnd)
      return sum + window.examples.count * window.epochEnd * (chunkCounts[task.source] ?? statistics.count)
    }
  }

  /// Does the work.
  ///
  /// - Parameters:
  ///   - pool: Lends the decoders.
  ///   - kept: Answers small reads of row groups that it keeps.
  ///   - work: How many threads share it, and whether to stop, asked before each statistic: one may touch much new memory.
  /// - Throws: What decoding throws, or `cancelled`.
  func run(pool: DecoderPool, _ kept: KeptRowGroups, _ work: WorkContext) throws(EngramError) {
    // Calling a thread takes up to as long as decoding this many values.
    let useful = work.limited(toThreads: valueCount(kept) / Self.valuesPerThread)
    let asked = useful.insideGate
    let exampleCount = destinations.reduce(0) { $0 + $1.examples.count }
    let hasFew = zip(sources, maps).map { (source, map) in
      guard case .segment(let reader) = source.values else { return false }
      let epochCount = reader.schema.epochs.count
      return kept.hasFew(map.statistics, of: reader, valueCount: exampleCount * epochCount * statistics.count)
    }
    try pool.lend(min(useful.threads, tasks.count)) { (decoders) throws(EngramError) in
      try parallelFor(count: tasks.count, work: useful) { (index, worker) throws(EngramError) in
        let (task, decoder) = (tasks[index], decoders[worker])
        try ForkGate.inside { () throws(EngramError) in
          try perform(task, hasFew: hasFew[task.source], decoder, kept, asked)
        }
      }
    }
  }

  private func perform(
    _ task: RowGroupTask, hasFew: Bool, _ decoder: RowGroupDecoder, _ kept: KeptRowGroups, _ work: WorkContext
  ) throws(EngramError) {
    let map = maps[task.source]
    if map.isIncomplete { try fillWithNaN(task, work) }
    let starts = starts(of: task)
    switch sources[task.source].values {
    case .segment(let reader):
      let window = task.window(epochEnd: map.epochEnd)
      let runs = task.runs(in: window)
      let isPlain = !sampling.isMean && !sampling.hasStarts && destinations.allSatisfy { $0.sampleStride == 1 }
      let tables = isPlain ? RowTable.tables(runs, of: destinations, exampleCount: window.count) : []
      try kept.read(
        reader, rowGroup: task.rowGroup, statistics: map.statistics, window: window, hasFew: hasFew, with: decoder
      ) { (position, block) throws(EngramError) in
        try work.checkCancelled()
        for table in tables { table.scatter(block, position: position, map) }
        if isPlain { return }
        for index in destinations.indices where !runs[index].isEmpty {
          scatter(block, position: position, to: destinations[index], map, runs: runs[index], starts: starts[index])
        }
      }
    case .staged(let batch):
      copy(batch, task, starts: starts)
    }
  }

  /// Hands out one statistic of a row group to one destination.
  private func scatter(
    _ block: ChunkBlock, position: Int, to destination: DestinationRows, _ map: AxisMap, runs: [RowRun],
    starts: [Int32]
  ) {
    let first = position * destination.statisticStride
    if sampling.isMean {
      // SAFETY: rows, statistics and epochs of the plan lie inside the destination's block.
      unsafe block.scatterMeans(
        runs: runs.span, epochs: map.epochs.span, starts: starts.span, step: sampling.step, sampleCount: sampling.count,
        elementType: destination.elementType, exampleStride: destination.exampleStride,
        base: destination.base + first * destination.elementType.byteCount)
    } else if sampling.hasStarts {
      // SAFETY: as above.
      unsafe block.scatter(
        runs: runs.span, epochs: map.epochs.span, starts: starts.span, step: sampling.step, sampleCount: sampling.count,
        elementType: destination.elementType, exampleStride: destination.exampleStride,
        epochStride: destination.sampleStride, base: destination.base + first * destination.elementType.byteCount)
    } else {
      for stretch in map.stretches {
        let element = first + stretch.first * destination.sampleStride
        // SAFETY: as above.
        unsafe block.scatter(
          runs: runs.span, epochs: stretch.indices.span, elementType: destination.elementType,
          exampleStride: destination.exampleStride, epochStride: destination.sampleStride,
          base: destination.base + element * destination.elementType.byteCount)
      }
    }
  }

  /// Where each example of a task starts, for each destination; empty where all start at the first epoch.
  private func starts(of task: RowGroupTask) -> [[Int32]] {
    guard sampling.hasStarts else { return Array(repeating: [], count: destinations.count) }
    let source = sources[task.source]
    let first = source.extent.firstExample + Int64(task.rowGroup * source.rowGroupSize)
    return task.runs.map { runs in
      var starts: [Int32] = []
      for run in runs {
        let example = first + Int64(run.source)
        let examples = example..<(example + Int64(run.count))
        if let plan = sampling.start {
          plan.starts(of: examples, among: sampling.places, into: &starts)
        } else {
          chosen?.appendPlaces(of: examples, to: &starts)
        }
      }
      return starts
    }
  }

  private func copy(_ batch: StagedBatch, _ task: RowGroupTask, starts: [[Int32]]) {
    let map = maps[task.source]
    forEachRow(task) { index, ordinal, row, element in
      let destination = destinations[index]
      let start = starts[index].isEmpty ? 0 : Int(starts[index][ordinal])
      for (position, statistic) in map.statistics.enumerated() {
        guard let statistic else { continue }
        let first = element + position * destination.statisticStride
        var sum = 0.0
        for sample in 0..<sampling.count {
          let epoch = Int(map.epochs[start + sample * sampling.step])
          if sampling.isMean {
            let value = epoch < 0 ? .nan : batch.value(example: row, epoch: epoch, statistic: statistic)
            sum = sample == 0 ? value : sum + value
          } else if epoch >= 0 {
            // SAFETY: the element is inside the destination's block.
            unsafe batch.copy(
              example: row, epoch: epoch, statistic: statistic, to: destination.base,
              element: first + sample * destination.sampleStride, as: destination.elementType)
          }
        }
        if sampling.isMean { destination.store(sum / Double(sampling.count), at: first) }
      }
    }
  }

  private func fillWithNaN(_ task: RowGroupTask, _ work: WorkContext) throws(EngramError) {
    for statistic in statistics.indices {
      try work.checkCancelled()
      forEachRow(task) { index, _, _, element in
        let destination = destinations[index]
        for sample in 0..<sampling.outputCount {
          destination.store(
            .nan, at: element + statistic * destination.statisticStride + sample * destination.sampleStride)
        }
      }
    }
  }

  /// Visits every row that a task fills: destination, ordinal among its rows, row in the source, first element.
  private func forEachRow(_ task: RowGroupTask, _ body: (Int, Int, Int, Int) -> Void) {
    for (index, runs) in task.runs.enumerated() {
      var ordinal = 0
      for run in runs {
        for offset in 0..<Int(run.count) {
          body(
            index, ordinal, Int(run.source) + offset,
            (run.destination + offset) * destinations[index].exampleStride)
          ordinal += 1
        }
      }
    }
  }
}
