// Snapshot+Materialize.swift -- from sets of examples to dense matrices.

public import Base
public import TrajectoryModel

/// How matrices are filled.
public struct MaterializeOptions: Sendable {
  /// The type of the matrices' elements; a Float64 recording is rounded to Float32 where that is asked for.
  public var elementType: ElementType
  /// How elements follow one another.
  public var layout: MatrixLayout
  /// How many threads to use; the bytes are the same for any number.
  public var threads: Int
  /// Asked now and then; true stops with code `cancelled`.
  public var isCancelled: @Sendable () -> Bool

  /// Makes options; by default Float32, row-major, one thread for each core.
  public init(
    elementType: ElementType = .float32, layout: MatrixLayout = .rowMajor, threads: Int = Threads.available,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.elementType = elementType
    self.layout = layout
    self.threads = threads
    self.isCancelled = isCancelled
  }
}

extension Snapshot {
  /// Fills a matrix with the trajectories of some examples: one row an example, ascending by id.
  ///
  /// - Parameters:
  ///   - examples: The rows.
  ///   - columns: The features; see ``select(_:statistics:epochs:missing:)``.
  ///   - matrix: The destination, reshaped to rows x `columns.count`; give it again to use its memory again.
  ///   - options: Type, layout, threads.
  /// - Throws: ``EngramError`` with code `corrupt` or `truncated` when a segment is damaged, `limit` when there is no
  ///   memory, `cancelled` when asked to stop.
  public func materialize(
    _ examples: ExampleSet, _ columns: TrajectoryColumns, into matrix: inout Matrix,
    options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try materialize(examples, FeatureColumns(whole: columns), into: &matrix, options: options)
  }

  /// Fills a train and a test matrix at once; a chunk that both sides need is decoded once.
  ///
  /// - Parameters:
  ///   - train: The rows of `trainMatrix`.
  ///   - trainMatrix: The destination of the train side, reshaped; give it again to use its memory again.
  ///   - test: The rows of `testMatrix`; they may overlap those of the train side.
  ///   - testMatrix: The destination of the test side.
  ///   - columns: The features of both.
  ///   - options: Type, layout, threads.
  /// - Throws: As ``materialize(_:_:into:options:)``.
  public func materialize(
    train: ExampleSet, into trainMatrix: inout Matrix, test: ExampleSet, into testMatrix: inout Matrix,
    _ columns: TrajectoryColumns, options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try materialize(
      train: train, into: &trainMatrix, test: test, into: &testMatrix, FeatureColumns(whole: columns),
      options: options)
  }

  /// Reads examples back in the canonical order [example][epoch][statistic], as they were recorded.
  ///
  /// - Returns: Native bytes of `elementType`.
  package func canonicalValues(
    of examples: ExampleSet, _ columns: TrajectoryColumns, elementType: ElementType, threads: Int = Threads.available
  ) throws(EngramError) -> [UInt8] {
    try canonicalValues(of: examples, FeatureColumns(whole: columns), elementType: elementType, threads: threads)
  }

  /// Reads examples in the canonical order [example][sample][statistic], under a view without z-score.
  ///
  /// Positions of layers, which no statistic is, are left out; see ``layerPositions(of:)``.
  package func canonicalValues(
    of examples: ExampleSet, _ columns: FeatureColumns, elementType: ElementType, threads: Int = Threads.available
  ) throws(EngramError) -> [UInt8] {
    try checkMembers(examples)
    precondition(!columns.view.isStandardized, "a z-score is over columns, which this order has not")
    var bytes = [UInt8](
      repeating: 0, count: examples.count * columns.statisticColumnCount * elementType.byteCount)
    var failure: EngramError?
    unsafe bytes.withUnsafeMutableBytes { block in
      guard let base = block.baseAddress, block.count > 0 else { return }
      do throws(EngramError) {
        let destination = unsafe MatrixDestination(
          canonical: examples, statisticCount: columns.trajectory.statistics.count,
          sampleCount: columns.samplesPerStatistic, elementType: elementType, base: base)
        try fill([destination], columns, MaterializeOptions(elementType: elementType, threads: threads))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills blocks of memory from the extents that hold their examples.
  func fill(
    _ destinations: [MatrixDestination], _ columns: FeatureColumns, _ options: MaterializeOptions
  ) throws(EngramError) {
    let needed = destinations.reduce(ExampleSet()) { $0.union($1.examples) }
    let sources = try openExtents(holding: needed)
    try Materializer(
      sources: sources, statistics: columns.trajectory.statistics, sampling: columns.sampling,
      destinations: destinations
    )
    .run(threads: options.threads, pool: store.decoders, isCancelled: options.isCancelled)
  }
}
