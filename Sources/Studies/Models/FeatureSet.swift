// FeatureSet.swift -- examples as classifiers see them: a matrix, and what its rows and columns are.

public import Base
public import Classifiers
public import TrajectoryModel
public import TrajectoryStore

/// Examples as classifiers see them: one row an example, ascending by id, one column a feature.
///
/// Values are Float64 where any of the examples was recorded so, and Float32 otherwise. It keeps its memory: filling it again with
/// as many examples of that type or fewer allocates nothing.
///
/// ```swift
/// let selection = try FeatureRequest(statistics: .family(.weight)).select(examples, in: snapshot)
/// var features = FeatureSet()
/// try features.fill(selection.examples, selection.columns, from: snapshot)
/// ```
public struct FeatureSet: ~Copyable, Sendable {
  /// The values, all of them finite.
  public private(set) var matrix: Matrix
  /// The rows.
  public private(set) var examples = ExampleSet()
  /// The columns, with their names.
  public private(set) var columns: FeatureColumns

  /// A set of no examples, whose matrix has a layout.
  public init(layout: MatrixLayout = .rowMajor) {
    matrix = Matrix(layout: layout)
    columns = FeatureColumns(statistics: [], epochs: [])
  }

  /// What the columns are, in the words of classifiers.
  public var layout: FeatureLayout { FeatureLayout(columns) }

  /// Fills it with some examples.
  ///
  /// - Parameters:
  ///   - examples: The rows.
  ///   - columns: The columns, from ``FeatureRequest/select(_:in:)``.
  ///   - snapshot: Where the examples are.
  ///   - work: Threads and cancellation.
  /// - Throws: ``EngramError`` as ``Snapshot/materialize(_:_:into:work:)``.
  public mutating func fill(
    _ examples: ExampleSet, _ columns: FeatureColumns, from snapshot: Snapshot,
    work: WorkContext = WorkContext()
  ) throws(EngramError) {
    take(snapshot.widestElementType(of: examples))
    try snapshot.materialize(examples, columns, into: &matrix, work: work)
    (self.examples, self.columns) = (examples, columns)
  }

  /// Takes a type of values, and memory for it where the type is another one.
  private mutating func take(_ type: ElementType) {
    if matrix.elementType != type { matrix = Matrix(elementType: type, layout: matrix.layout) }
  }

  /// Fills it with some examples whose columns are then z-scored by means and deviations taken before.
  ///
  /// - Parameters:
  ///   - examples: The rows.
  ///   - columns: The columns, of a view that does not standardize.
  ///   - standardization: What is applied; nil for nothing.
  ///   - snapshot: Where the examples are.
  ///   - work: Threads and cancellation.
  /// - Throws: As without.
  package mutating func fill(
    _ examples: ExampleSet, _ columns: FeatureColumns, by standardization: Standardization?,
    from snapshot: Snapshot, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    try fill(examples, columns, from: snapshot, work: work)
    var elements = matrix.mutableElements
    try standardization?.apply(to: &elements, work: work)
  }

  /// Fills two sets at once; means and deviations of a z-score are those of the first.
  ///
  /// - Parameters:
  ///   - train: The rows of `features`.
  ///   - features: The set to learn from.
  ///   - test: The rows of `testFeatures`.
  ///   - testFeatures: The set to be predicted.
  ///   - columns: The columns of both.
  ///   - snapshot: Where the examples are.
  ///   - work: Threads and cancellation.
  /// - Throws: As for one set.
  public static func fill(
    train: ExampleSet, _ features: inout FeatureSet, test: ExampleSet, _ testFeatures: inout FeatureSet,
    _ columns: FeatureColumns, from snapshot: Snapshot, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    let type = snapshot.widestElementType(of: train.union(test))
    features.take(type)
    testFeatures.take(type)
    try snapshot.materialize(
      train: train, into: &features.matrix, test: test, into: &testFeatures.matrix, columns, work: work)
    (features.examples, features.columns) = (train, columns)
    (testFeatures.examples, testFeatures.columns) = (test, columns)
  }
}

extension FeatureLayout {
  /// The layout of the columns of a view.
  public init(_ columns: FeatureColumns) {
    self.init(
      positionCount: columns.positionCount, statisticCount: columns.statistics.count,
      sampleCount: columns.samplesPerStatistic)
  }
}
