// Snapshot+Materialize.swift -- from sets of examples to dense matrices.

public import Base
public import TrajectoryModel

extension Snapshot {
  /// Fills a matrix with some examples under a view: one row an example, ascending by id.
  ///
  /// Float64 recordings are rounded where the destination is of Float32, after a z-score. That is over these examples themselves.
  ///
  /// - Parameters:
  ///   - examples: The rows.
  ///   - columns: The features; see ``select(_:statistics:view:missing:)``.
  ///   - destination: Where they go: a ``Matrix``, which takes the shape, or memory of the caller's of that shape, of any
  ///     element type and layout.
  ///   - work: Threads and cancellation; the bytes are the same for any number of threads.
  /// - Throws: ``EngramError`` with code `corrupt` or `truncated` when a segment is damaged, `limit` when there is no
  ///   memory, `usage` when the destination has another shape, `cancelled` when asked to stop, `invalidData` when the view
  ///   has positions and that of a layer is unknown.
  public func materialize<Destination: MatrixDestination & ~Copyable & ~Escapable>(
    _ examples: ExampleSet, _ columns: FeatureColumns, into destination: inout Destination,
    work: WorkContext = WorkContext()
  ) throws(EngramError) {
    try checkMembers(examples)
    try destination.withRoom(rows: examples.count, columns: columns.count) { (matrix) throws(EngramError) in
      if isRoundedAfterwards(examples, columns, matrix.elementType) {
        var exact = Matrix(elementType: .float64)
        try materialize(examples, columns, into: &exact, work: work)
        return try matrix.round(exact.elements, work: work)
      }
      try writePositions(of: examples, columns, into: &matrix)
      // SAFETY: the rows are filled while the matrix is lent.
      let rows = unsafe [DestinationRows(examples, columns, in: matrix)]
      try fill(rows.compactMap { $0 }, columns, work)
      try standardization(of: matrix.elements, columns, work)?.apply(to: &matrix, work: work)
    }
  }

  /// Fills a train and a test matrix under a view; a chunk that both sides need is decoded once.
  ///
  /// A z-score takes means and standard deviations from the train side and applies them to both.
  ///
  /// - Parameters:
  ///   - train: The rows of the train matrix.
  ///   - trainDestination: Where they go.
  ///   - test: The rows of the test matrix; they may overlap with those of the other.
  ///   - testDestination: Where they go.
  ///   - columns: The features of both; see ``select(_:statistics:view:missing:)``.
  ///   - work: Threads and cancellation; the bytes are the same for any number of threads.
  /// - Throws: As for one matrix.
  public func materialize<
    Train: MatrixDestination & ~Copyable & ~Escapable, Test: MatrixDestination & ~Copyable & ~Escapable
  >(
    train: ExampleSet, into trainDestination: inout Train, test: ExampleSet, into testDestination: inout Test,
    _ columns: FeatureColumns, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    try checkMembers(train)
    try checkMembers(test)
    try trainDestination.withRoom(rows: train.count, columns: columns.count) { (trainMatrix) throws(EngramError) in
      try testDestination.withRoom(rows: test.count, columns: columns.count) { (testMatrix) throws(EngramError) in
        if isRoundedAfterwards(train, columns, trainMatrix.elementType)
          || isRoundedAfterwards(test, columns, testMatrix.elementType)
        {
          var exactTrain = Matrix(elementType: .float64)
          var exactTest = Matrix(elementType: .float64)
          try materialize(train: train, into: &exactTrain, test: test, into: &exactTest, columns, work: work)
          try trainMatrix.round(exactTrain.elements, work: work)
          return try testMatrix.round(exactTest.elements, work: work)
        }
        try writePositions(of: train, columns, into: &trainMatrix)
        try writePositions(of: test, columns, into: &testMatrix)
        // SAFETY: the rows are filled while both matrices are lent.
        let rows = unsafe [
          DestinationRows(train, columns, in: trainMatrix), DestinationRows(test, columns, in: testMatrix),
        ]
        try fill(rows.compactMap { $0 }, columns, work)
        let standardization = try standardization(of: trainMatrix.elements, columns, work)
        try standardization?.apply(to: &trainMatrix, work: work)
        try standardization?.apply(to: &testMatrix, work: work)
      }
    }
  }

  /// Fills memory with row groups, one after the other, as a segment encodes them: [statistic][epoch][example].
  ///
  /// - Parameters:
  ///   - examples: The examples of all of them, which the store has; they may be hidden.
  ///   - size: Examples of each; the last may have fewer.
  ///   - columns: Whole trajectories.
  ///   - matrix: Gives the memory.
  ///   - work: Threads and cancellation.
  /// - Throws: ``EngramError`` with code `corrupt` when a segment is damaged, `limit` when there is no memory, `cancelled`.
  func materialize(
    rowGroups examples: Range<Int64>, of size: Int, _ columns: FeatureColumns, into matrix: inout Matrix,
    work: WorkContext
  ) throws(EngramError) {
    try matrix.withRoom(rows: examples.count, columns: columns.count) { (matrix) throws(EngramError) in
      guard let base = unsafe matrix.base else { return }
      var rows: [DestinationRows] = []
      for first in stride(from: 0, to: examples.count, by: size) {
        let count = min(size, examples.count - first)
        let members = examples.lowerBound + Int64(first)
        // SAFETY: the memory has room for all row groups one after the other, and is lent while they are filled.
        let group = unsafe MutableMatrixSpan(
          base: base + first * columns.count * matrix.elementType.byteCount, rows: count, columns: columns.count,
          elementType: matrix.elementType, rowStride: 1, columnStride: count)
        if let one = unsafe DestinationRows(ExampleSet(members..<(members + Int64(count))), columns, in: group) {
          rows.append(one)
        }
      }
      try fill(rows, columns, work)
    }
  }

  /// Fills a matrix with a block for each statistic, as columns of lists want it: [statistic][example][sample].
  ///
  /// - Parameters:
  ///   - examples: The examples of each block.
  ///   - columns: The statistics and samples; positions are left out, and nothing is standardized.
  ///   - matrix: Takes the shape (statistics x examples) x samples, row by row.
  ///   - work: Threads and cancellation.
  /// - Throws: As ``materialize(_:_:into:work:)``.
  package func materialize(
    statisticBlocks examples: ExampleSet, _ columns: FeatureColumns, into matrix: inout Matrix, work: WorkContext
  ) throws(EngramError) {
    precondition(matrix.layout == .rowMajor, "blocks lie row by row")
    try checkMembers(examples)
    let samples = columns.samplesPerStatistic
    try matrix.withRoom(rows: columns.statistics.count * examples.count, columns: samples) {
      (matrix) throws(EngramError) in
      guard let base = unsafe matrix.base else { return }
      // SAFETY: the memory has room for every block, and is lent while they are filled.
      let rows = unsafe DestinationRows(
        examples, base: base, elementType: matrix.elementType, exampleStride: samples,
        statisticStride: examples.count * samples, sampleStride: 1)
      try fill([rows], columns, work)
    }
  }

  /// Where in its network the layer of each example sits, ascending by id.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when that of any is unknown.
  public func layerPositions(of examples: ExampleSet) throws(EngramError) -> [LayerPosition] {
    let column = "layer_position"
    let labels = try labels(of: column, for: examples)
    let places = labels.classes.map { LayerPosition(rawValue: $0.description) }
    if let unknown = places.firstIndex(of: nil) {
      let count = labels.codes.count { $0 == Int32(unknown) }
      throw EngramError(
        .invalidData, "the positions of the layers of \(count) examples are unknown", file: store.path,
        place: "column \(column)", expected: "early, middle or deep", found: labels.classes[unknown].description,
        mend: "leave the positions out of the view, or select only examples with `\(column) IS NOT NULL`")
    }
    return labels.codes.compactMap { places[Int($0)] }
  }

  /// Fills blocks of memory from the extents that hold their examples.
  private func fill(
    _ destinations: [DestinationRows], _ columns: FeatureColumns, _ work: WorkContext
  ) throws(EngramError) {
    // Also what makes types for the first time, behind locks of Swift's runtime, is waited for by a fork.
    let plan = try ForkGate.inside { () throws(EngramError) in
      let needed = destinations.reduce(ExampleSet()) { $0.union($1.examples) }
      let chosen = try columns.sampling.choice.map { (choice) throws(EngramError) in
        try chosenEpochs(choice, axis: columns.sampling.axis, of: needed)
      }
      return try Materializer(
        sources: openExtents(holding: needed), statistics: columns.statistics, sampling: columns.sampling,
        chosen: chosen, destinations: destinations)
    }
    try plan.run(pool: store.decoders, store.keptRowGroups, work)
  }

  /// Whether values are standardized as Float64 and then rounded, for those of Float64 recordings may be beyond Float32, or close
  /// together.
  private func isRoundedAfterwards(_ examples: ExampleSet, _ columns: FeatureColumns, _ type: ElementType) -> Bool {
    columns.view.isStandardized && type == .float32 && elementTypes(of: examples).contains(.float64)
  }

  /// The z-scores that the view asks for, by the statistics of a matrix.
  private func standardization(
    of matrix: MatrixSpan, _ columns: FeatureColumns, _ work: WorkContext
  ) throws(EngramError) -> Standardization? {
    guard columns.view.isStandardized else { return nil }
    return try Standardization(of: matrix, from: columns.positionCount, work: work)
  }

  /// Writes positions as the first columns, one of them 1 and the others 0, where the view has them.
  private func writePositions(
    of examples: ExampleSet, _ columns: FeatureColumns, into matrix: inout MutableMatrixSpan
  ) throws(EngramError) {
    guard columns.view.hasPositions else { return }
    for (row, position) in try layerPositions(of: examples).enumerated() {
      for (column, candidate) in LayerPosition.allCases.enumerated() {
        matrix[row, column] = position == candidate ? 1 : 0
      }
    }
  }
}
