// Snapshot+Views.swift -- from sets of examples to dense matrices under a view.

public import Base
public import TrajectoryModel

/// Examples and the columns to make of them under a view, checked against each other.
public struct FeatureSelection: Sendable, Hashable {
  /// The rows.
  public let examples: ExampleSet
  /// The columns.
  public let columns: FeatureColumns
}

extension Snapshot {
  /// Finds out which columns a request means for some examples under a view.
  ///
  /// As ``select(_:statistics:epochs:missing:)``, which see, with the epochs of the view.
  ///
  /// - Throws: Also code `usage` when the samples of the view do not fit the epochs.
  public func select(
    _ examples: ExampleSet, statistics: StatisticSelection = .admissible, view: TrajectoryView,
    missing: MissingPolicy = .refuse
  ) throws(EngramError) -> FeatureSelection {
    let selection = try select(examples, statistics: statistics, epochs: view.epochs, missing: missing)
    return FeatureSelection(examples: selection.examples, columns: try view.columns(of: selection.columns))
  }

  /// Fills a matrix with some examples under a view: one row an example, ascending by id.
  ///
  /// A z-score is over these examples themselves.
  ///
  /// - Parameters:
  ///   - examples: The rows.
  ///   - columns: The features; see ``select(_:statistics:view:missing:)``.
  ///   - matrix: The destination, reshaped to rows x `columns.count`; give it again to use its memory again.
  ///   - options: How the matrix is filled.
  /// - Throws: ``EngramError`` with code `corrupt` or `truncated` when a segment is damaged, `limit` when there is no
  ///   memory, `cancelled` when asked to stop, `invalidData` when the view has positions and that of a layer is unknown.
  public func materialize(
    _ examples: ExampleSet, _ columns: FeatureColumns, into matrix: inout Matrix,
    options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try checkMembers(examples)
    try reshape(&matrix, for: examples, columns, options)
    let positions = try columns.view.hasPositions ? layerPositions(of: examples) : []
    try unsafe matrix.withMutableBytes { (block) throws(EngramError) in
      guard let base = block.baseAddress, block.count > 0 else { return }
      try fill(
        [
          unsafe MatrixDestination(
            examples, columns, elementType: options.elementType, layout: options.layout, base: base)
        ], columns, options)
    }
    if columns.view.hasPositions { try Self.write(positions, into: &matrix) }
    if columns.view.isStandardized {
      try ColumnStandardization(of: matrix, from: columns.positionCount, options).apply(to: &matrix, options)
    }
  }

  /// Fills a train and a test matrix under a view; a chunk that both sides need is decoded once.
  ///
  /// A z-score takes means and standard deviations from the train side and applies them to both.
  ///
  /// - Parameters:
  ///   - train: The rows of the train matrix.
  ///   - trainMatrix: Where they go.
  ///   - test: The rows of the test matrix; they may overlap with those of the other.
  ///   - testMatrix: Where they go.
  ///   - columns: The features of both; see ``select(_:statistics:view:missing:)``.
  ///   - options: How the matrices are filled.
  /// - Throws: As for one matrix.
  public func materialize(
    train: ExampleSet, into trainMatrix: inout Matrix, test: ExampleSet, into testMatrix: inout Matrix,
    _ columns: FeatureColumns, options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try checkMembers(train)
    try checkMembers(test)
    try reshape(&trainMatrix, for: train, columns, options)
    try reshape(&testMatrix, for: test, columns, options)
    let hasPositions = columns.view.hasPositions
    let trainPositions = try hasPositions ? layerPositions(of: train) : []
    let testPositions = try hasPositions ? layerPositions(of: test) : []
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
    if hasPositions {
      try Self.write(trainPositions, into: &trainMatrix)
      try Self.write(testPositions, into: &testMatrix)
    }
    if columns.view.isStandardized {
      let standardization = try ColumnStandardization(of: trainMatrix, from: columns.positionCount, options)
      try standardization.apply(to: &trainMatrix, options)
      try standardization.apply(to: &testMatrix, options)
    }
  }

  /// Fills a train and a test matrix with columns of the store under a view.
  ///
  /// - Parameters:
  ///   - train: The rows of the train matrix.
  ///   - trainMatrix: Where they go.
  ///   - test: The rows of the test matrix; they may overlap with those of the other.
  ///   - testMatrix: Where they go.
  ///   - columns: The statistics, and the epochs from which the view chooses.
  ///   - view: The view.
  ///   - options: How the matrices are filled.
  /// - Throws: Also code `usage` when the samples of the view do not fit the epochs.
  public func materialize(
    train: ExampleSet, into trainMatrix: inout Matrix, test: ExampleSet, into testMatrix: inout Matrix,
    _ columns: TrajectoryColumns, view: TrajectoryView, options: MaterializeOptions = MaterializeOptions()
  ) throws(EngramError) {
    try materialize(
      train: train, into: &trainMatrix, test: test, into: &testMatrix, view.columns(of: columns), options: options)
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

  private func reshape(
    _ matrix: inout Matrix, for examples: ExampleSet, _ columns: FeatureColumns, _ options: MaterializeOptions
  ) throws(EngramError) {
    try matrix.reshape(
      rows: examples.count, columns: columns.count, elementType: options.elementType, layout: options.layout)
  }

  /// Writes positions as the first columns, one of them 1 and the others 0.
  private static func write(_ positions: [LayerPosition], into matrix: inout Matrix) throws(EngramError) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let (rowStride, columnStride) = matrix.layout == .rowMajor ? (columns, 1) : (1, rows)
    let elementType = matrix.elementType
    try unsafe matrix.withMutableBytes { (block) throws(EngramError) in
      for (row, position) in positions.enumerated() {
        for (column, candidate) in LayerPosition.allCases.enumerated() {
          let element = row * rowStride + column * columnStride
          let value: Float = position == candidate ? 1 : 0
          // SAFETY: the matrix has a row for each position and at least the three columns.
          if elementType == .float32 {
            unsafe block.storeBytes(of: value, toByteOffset: element * 4, as: Float.self)
          } else {
            unsafe block.storeBytes(of: Double(value), toByteOffset: element * 8, as: Double.self)
          }
        }
      }
    }
  }
}
