// Materializer.swift -- the hot path: each needed chunk is decoded once, straight into every destination.

import Catalog
import ColumnCodec
import SegmentFile
import TrajectoryModel

/// Fills matrices from opened extents.
///
/// Work is shared out by row groups, which have no state in common. A row group's chunks are decoded one after the
/// other into scratch memory that stays in the processor's cache, and from there each value is written once.
struct Materializer: Sendable {
  /// One row group, and for each destination the rows of it that go there.
  private struct Task: Sendable {
    let source: Int
    let rowGroup: Int
    var runs: [[RowRun]]
  }

  /// Where the wanted statistics and epochs stand on the axes of one source.
  private struct AxisMap: Sendable {
    /// For each wanted statistic its index, or nil where the source lacks it.
    let statistics: [Int?]
    /// Stretches of wanted epochs that the source has: the position of the first, and their indices.
    let stretches: [(first: Int, indices: [Int32])]
    /// Whether anything wanted is missing.
    let isIncomplete: Bool

    init(_ source: ExtentSource, _ columns: TrajectoryColumns) {
      let places = Dictionary(
        source.extent.statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      let times = Dictionary(
        source.extent.epochs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      statistics = columns.statistics.map { places[$0] }
      var stretches: [(first: Int, indices: [Int32])] = []
      var isBroken = true
      for (position, epoch) in columns.epochs.enumerated() {
        guard let index = times[epoch] else {
          isBroken = true
          continue
        }
        if isBroken { stretches.append((position, [])) }
        stretches[stretches.count - 1].indices.append(Int32(index))
        isBroken = false
      }
      self.stretches = stretches
      isIncomplete =
        statistics.contains(nil) || stretches.reduce(0) { $0 + $1.indices.count } != columns.epochs.count
    }
  }

  private let sources: [ExtentSource]
  private let maps: [AxisMap]
  private let columns: TrajectoryColumns
  private let destinations: [MatrixDestination]
  private let tasks: [Task]

  /// Plans the work.
  ///
  /// - Parameters:
  ///   - sources: Ascending extents that hold every example of every destination.
  ///   - columns: What to read; what a source lacks becomes NaN.
  ///   - destinations: Where it goes; they do not overlap.
  init(sources: [ExtentSource], columns: TrajectoryColumns, destinations: [MatrixDestination]) {
    self.sources = sources
    self.columns = columns
    self.destinations = destinations
    maps = sources.map { AxisMap($0, columns) }
    var tasks: [Task] = []
    var taskOfGroup: [Int64: Int] = [:]
    for (destination, target) in destinations.enumerated() {
      var row = 0
      var source = 0
      for range in target.examples.ranges {
        var next = range.lowerBound
        while next < range.upperBound {
          while sources[source].extent.examples.upperBound <= next { source += 1 }
          let offset = Int(next - sources[source].extent.firstExample)
          let size = sources[source].rowGroupSize
          let group = offset / size
          let first = offset - group * size
          let end = min(range.upperBound, sources[source].extent.examples.upperBound)
          let count = min(Int(end - next), size - first)
          let key = Int64(source) << 32 | Int64(group)
          if taskOfGroup[key] == nil {
            taskOfGroup[key] = tasks.count
            tasks.append(Task(source: source, rowGroup: group, runs: Array(repeating: [], count: destinations.count)))
          }
          let task = taskOfGroup[key, default: 0]
          tasks[task].runs[destination].append(
            RowRun(source: Int32(first), destination: row, count: Int32(count)))
          row += count
          next += Int64(count)
        }
      }
    }
    self.tasks = tasks
  }

  /// Does the work.
  ///
  /// - Parameters:
  ///   - threads: How many threads share it; the bytes are the same for any number.
  ///   - isCancelled: Asked before each row group; true stops with code `cancelled`.
  /// - Throws: What decoding throws, or `cancelled`.
  func run(threads: Int, isCancelled: @Sendable () -> Bool) throws(EngramError) {
    let decoders = DecoderPool(count: min(threads, tasks.count))
    try parallelFor(count: tasks.count, threads: threads) { (index, worker) throws(EngramError) in
      if isCancelled() { throw EngramError(.cancelled, "reading was stopped") }
      try perform(tasks[index], decoder: decoders[worker])
    }
  }

  private func perform(_ task: Task, decoder: ChunkDecoder) throws(EngramError) {
    let map = maps[task.source]
    if map.isIncomplete { fillWithNaN(task) }
    switch sources[task.source].values {
    case .segment(let reader):
      for (position, statistic) in map.statistics.enumerated() {
        guard let statistic else { continue }
        try reader.decode(rowGroup: task.rowGroup, statistic: statistic, with: decoder)
        for (destination, runs) in zip(destinations, task.runs) where !runs.isEmpty {
          for stretch in map.stretches {
            let first = position * destination.statisticStride + stretch.first * destination.epochStride
            // SAFETY: rows, statistics and epochs of the plan lie inside the destination's block.
            unsafe decoder.scatter(
              runs: runs.span, epochs: stretch.indices.span, elementType: destination.elementType,
              exampleStride: destination.exampleStride, epochStride: destination.epochStride,
              base: destination.base + first * destination.elementType.byteCount)
          }
        }
      }
    case .staged(let batch):
      forEachElement(task) { destination, row, element, position, epochPosition in
        guard let statistic = map.statistics[position],
          let stretch = map.stretches.last(where: { $0.first <= epochPosition }),
          epochPosition - stretch.first < stretch.indices.count
        else { return }
        // SAFETY: `element` is inside the destination's block.
        unsafe batch.copy(
          example: row, epoch: Int(stretch.indices[epochPosition - stretch.first]), statistic: statistic,
          to: destination.base, element: element, as: destination.elementType)
      }
    }
  }

  private func fillWithNaN(_ task: Task) {
    forEachElement(task) { destination, _, element, _, _ in
      // SAFETY: `element` is inside the destination's block.
      if destination.elementType == .float32 {
        unsafe destination.base.storeBytes(of: Float.nan, toByteOffset: element * 4, as: Float.self)
      } else {
        unsafe destination.base.storeBytes(of: Double.nan, toByteOffset: element * 8, as: Double.self)
      }
    }
  }

  /// Visits every element that a task fills: destination, row in the source, element, statistic, epoch position.
  private func forEachElement(_ task: Task, _ body: (MatrixDestination, Int, Int, Int, Int) -> Void) {
    for (destination, runs) in zip(destinations, task.runs) {
      for run in runs {
        for offset in 0..<Int(run.count) {
          let first = (run.destination + offset) * destination.exampleStride
          for statistic in columns.statistics.indices {
            for epoch in columns.epochs.indices {
              let element = first + statistic * destination.statisticStride + epoch * destination.epochStride
              body(destination, Int(run.source) + offset, element, statistic, epoch)
            }
          }
        }
      }
    }
  }
}

/// A decoder for each thread of a loop.
private struct DecoderPool: @unchecked Sendable {
  // SAFETY of @unchecked: a loop never gives one worker number to two calls that run at the same time.
  private let decoders: [ChunkDecoder]

  init(count: Int) { decoders = (0..<max(1, count)).map { _ in ChunkDecoder() } }

  subscript(worker: Int) -> ChunkDecoder { decoders[worker] }
}
