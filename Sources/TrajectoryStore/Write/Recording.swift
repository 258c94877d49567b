// Recording.swift -- what a user adds to a store: the trajectories of the layers of one run.

import Catalog
public import TrajectoryModel

/// The numbers of a recording, in the canonical order [layer][epoch][statistic].
public enum TrajectoryValues: Sendable, Hashable {
  /// IEEE 754 binary32.
  case float32([Float])
  /// IEEE 754 binary64.
  case float64([Double])

  /// The type of the values.
  public var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// The number of values.
  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    }
  }
}

/// One measurement of one run: its metadata, its layers, and their trajectories.
///
/// ```swift
/// Recording(
///   metadata: ["task": .text("cifar10"), "architecture": .text("knet"), "learning_rule": .text("sgdm")],
///   layers: [Layer(name: "conv1", position: .early), Layer(name: "fc4", position: .deep)],
///   values: .float32(values))  // 2 layers x epochs x statistics
/// ```
public struct Recording: Sendable, Hashable {
  /// Metadata of the run by field name; fields that are not given are null, new ones become typed columns.
  public var metadata: [String: MetadataValue]
  /// The layers, in the order of `values`.
  public var layers: [Layer]
  /// The condition of measurement.
  public var condition: ObservationCondition
  /// The numbers.
  public var values: TrajectoryValues
  /// Scalars of the run, such as its loss at each epoch; more can be added to a stored run later.
  public var metrics: [MetricValue]

  /// Makes a recording.
  public init(
    metadata: [String: MetadataValue], layers: [Layer], condition: ObservationCondition = .perfect,
    values: TrajectoryValues, metrics: [MetricValue] = []
  ) {
    self.metadata = metadata
    self.layers = layers
    self.condition = condition
    self.values = values
    self.metrics = metrics
  }
}

/// What an append did.
public struct AppendReport: Sendable, Hashable {
  /// The number of the commit.
  public let commit: Int64
  /// The ids of the new examples.
  public let examples: Range<Int64>
  /// The number of new runs.
  public let runs: Int
  /// Bytes of the new segments; 0 where the append was staged in the catalog.
  public let byteCount: Int
}
