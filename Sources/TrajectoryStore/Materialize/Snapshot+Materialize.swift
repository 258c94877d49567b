// Snapshot+Materialize.swift -- from sets of examples to dense matrices.

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
  ///   - columns: The features; see ``columns(for:statistics:epochs:missing:)``.
  ///   - matrix: The destination, reshaped to rows x `columns.count`; give it again to use its memory again.
  ///   - options: Type, layout, threads.
  /// - Throws: ``EngramError`` with code `corrupt` or `truncated` when a segment is damaged, `limit` when there is no
  ///   memory, `cancelled` when asked to stop.
  public func materialize(
    _ examples: ExampleSet, _ columns: TrajectoryColumns, into matrix: inout Matrix,
    options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try checkMembers(examples)
    try reshape(&matrix, for: examples, columns, options)
    try unsafe matrix.withMutableBytes { (block) throws(EngramError) in
      guard let base = block.baseAddress, block.count > 0 else { return }
      try fill(
        [
          unsafe MatrixDestination(
            examples, columns, elementType: options.elementType, layout: options.layout, base: base)
        ], columns, options)
    }
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
    try checkMembers(train)
    try checkMembers(test)
    try reshape(&trainMatrix, for: train, columns, options)
    try reshape(&testMatrix, for: test, columns, options)
    try unsafe trainMatrix.withMutableBytes { (trainBlock) throws(EngramError) in
      try unsafe testMatrix.withMutableBytes { (testBlock) throws(EngramError) in
        var destinations: [MatrixDestination] = []
        func add(_ examples: ExampleSet, _ block: UnsafeMutableRawBufferPointer) {
          guard let base = block.baseAddress, block.count > 0 else { return }
          destinations.append(
            unsafe MatrixDestination(
              examples, columns, elementType: options.elementType, layout: options.layout, base: base))
        }
        unsafe add(train, trainBlock)
        unsafe add(test, testBlock)
        try fill(destinations, columns, options)
      }
    }
  }

  /// Reads examples back in the canonical order [example][epoch][statistic], as they were recorded.
  ///
  /// - Returns: Native bytes of `elementType`.
  package func canonicalValues(
    of examples: ExampleSet, _ columns: TrajectoryColumns, elementType: ElementType, threads: Int = Threads.available
  ) throws(EngramError) -> [UInt8] {
    try checkMembers(examples)
    var bytes = [UInt8](repeating: 0, count: examples.count * columns.count * elementType.byteCount)
    var failure: EngramError?
    unsafe bytes.withUnsafeMutableBytes { block in
      guard let base = block.baseAddress, block.count > 0 else { return }
      do throws(EngramError) {
        try fill(
          [unsafe MatrixDestination(canonical: examples, columns, elementType: elementType, base: base)], columns,
          MaterializeOptions(elementType: elementType, threads: threads))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func reshape(
    _ matrix: inout Matrix, for examples: ExampleSet, _ columns: TrajectoryColumns, _ options: MaterializeOptions
  ) throws(EngramError) {
    try matrix.reshape(
      rows: examples.count, columns: columns.count, elementType: options.elementType, layout: options.layout)
  }

  private func fill(
    _ destinations: [MatrixDestination], _ columns: TrajectoryColumns, _ options: MaterializeOptions
  ) throws(EngramError) {
    let needed = destinations.reduce(ExampleSet()) { $0.union($1.examples) }
    let sources = try openExtents(holding: needed)
    try Materializer(sources: sources, columns: columns, destinations: destinations)
      .run(threads: options.threads, isCancelled: options.isCancelled)
  }
}
