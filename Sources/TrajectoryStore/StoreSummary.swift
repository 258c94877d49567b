// StoreSummary.swift -- what is in a store, for people and for `engram info`.

public import Base
import Catalog
public import TrajectoryModel

/// What is in a store as of one commit, or what a filter selects of it.
public struct StoreSummary: Sendable, Hashable {
  /// How many examples have each value of a field.
  public struct Field: Sendable, Hashable {
    /// One value and how many examples have it.
    public struct Count: Sendable, Hashable {
      /// The value.
      public let value: MetadataValue
      /// The number of examples.
      public let examples: Int
    }

    /// The name and type.
    public let field: MetadataField
    /// The values, ascending.
    public let values: [Count]
  }

  /// The commit of the snapshot, or nil in a store that holds none.
  public let commit: Commit?
  /// The metrics of runs, by name.
  public let metrics: [MetricSummary]
  /// 32 hexadecimal digits drawn when the store was made.
  public let identifier: String
  /// How much there is.
  public let runs, observations, examples, layerSets: Int
  /// The number of segment files, and of batches that still lie in the catalog.
  public let segments, stagedBatches: Int
  /// Bytes of segments and staged batches, of the catalog, and of the values before compression.
  public let segmentBytes, catalogBytes, valueBytes: Int
  /// The number of examples in those segments and staged batches, selected or not, and bytes of their values before compression.
  public let storedExamples, storedValueBytes: Int
  /// The number of examples of the whole store that are hidden.
  public let hiddenExamples: Int
  /// Every statistic that any example has, in recorded order.
  public let statistics: [String]
  /// Every epoch that any example has, ascending.
  public let epochs: [Double]
  /// The types of values there are.
  public let elementTypes: [ElementType]
  /// The fields of runs, then the position of layers.
  public let fields: [Field]
}

extension Snapshot {
  /// Counts what is there, or what a filter selects of it.
  ///
  /// Values and metrics are those of what is selected; sizes of files are those of the segments that hold any of it, and of the
  /// whole catalog, and layer sets and hidden examples are those of the whole store.
  ///
  /// - Parameters:
  ///   - filter: As in ``examples(where:limits:)``; it is asked once for each field.
  ///   - limits: How long it may run each time, and who may stop it.
  /// - Returns: The counts.
  /// - Throws: As ``examples(where:limits:)``.
  /// - Complexity: O(observations) for each field; no segment is opened.
  public func summary(
    where filter: String? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> StoreSummary {
    let selected = try examples(where: filter, limits: limits)
    let extents = extents(holding: selected)
    func valueBytes(_ examples: ExampleSet) -> Int {
      extents.reduce(0) {
        $0 + examples.clamped(to: $1.examples).count * $1.epochs.count * $1.statistics.count * $1.elementType.byteCount
      }
    }
    let stored = ExampleSet(extents.map(\.examples))
    // What was removed for good is in no extent.
    let hidden = ExampleSet(self.extents.map(\.examples)).clamped(to: 0..<exampleEnd).subtracting(allExamples)
    let state = try read { (catalog) throws(EngramError) in
      (identifier: try catalog.storeIdentifier(), counts: try catalog.counts(), fields: try catalog.fields())
    }
    // The store may hold more than the snapshot does: an older commit was asked for, or somebody writes meanwhile.
    let isWhole = filter == nil && state.counts.examples == exampleCount && exampleCount == exampleEnd
    func count(_ column: String, _ whole: Int64) throws(EngramError) -> Int {
      isWhole ? Int(whole) : try groups(by: [column], where: filter, limits: limits).count
    }
    var fields: [StoreSummary.Field] = []
    for field in state.fields + [MetadataField(name: "layer_position", type: .text)] {
      let groups = try groups(by: [field.name], where: filter, limits: limits)
      fields.append(
        StoreSummary.Field(field: field, values: groups.map { .init(value: $0.key[0], examples: $0.examples.count) }))
    }
    var statistics: [String] = []
    var seen: Set<String> = []
    for extent in extents {
      for name in extent.statistics where seen.insert(name).inserted { statistics.append(name) }
    }
    var metrics = try metrics()
    if filter != nil, !metrics.isEmpty {
      let runs = try groups(by: ["run_id"], where: filter, limits: limits).map { $0.key[0] }
      metrics = try self.metrics(of: Set(runs))
    }
    return StoreSummary(
      commit: entry, metrics: metrics, identifier: state.identifier, runs: try count("run_id", state.counts.runs),
      observations: try count("observation_id", state.counts.observations), examples: selected.count,
      layerSets: Int(state.counts.layerSets), segments: extents.count { !$0.isStaged },
      stagedBatches: extents.count { $0.isStaged }, segmentBytes: extents.reduce(0) { $0 + $1.byteCount },
      catalogBytes: try store.folder.root.status(of: Catalog.fileName)?.byteCount ?? 0,
      valueBytes: valueBytes(selected), storedExamples: stored.count, storedValueBytes: valueBytes(stored),
      hiddenExamples: hidden.count, statistics: statistics, epochs: extents.everyEpoch,
      elementTypes: Set(extents.map(\.elementType)).sorted { $0.rawValue < $1.rawValue }, fields: fields)
  }

  /// The metrics of some runs, by name.
  private func metrics(of runs: Set<MetadataValue>) throws(EngramError) -> [MetricSummary] {
    var found: [MetricSummary] = []
    var lastRun: Int64?
    try read { (catalog) throws(EngramError) in
      try catalog.metrics(nil, asOf: commit) { (metric) throws(EngramError) in
        guard runs.contains(.integer(metric.run)) else { return }
        let (name, epoch) = (metric.value.metric, metric.value.epoch)
        // They come by metric, then run.
        let known = found.last.flatMap { $0.name == name ? $0 : nil }
        let isFirst = known == nil || lastRun != metric.run
        lastRun = metric.run
        if known != nil { found.removeLast() }
        found.append(
          MetricSummary(
            name: name, runs: (known?.runs ?? 0) + (isFirst ? 1 : 0), values: (known?.values ?? 0) + 1,
            nans: (known?.nans ?? 0) + (metric.value.value.isNaN ? 1 : 0),
            firstEpoch: min(known?.firstEpoch ?? epoch, epoch), lastEpoch: max(known?.lastEpoch ?? epoch, epoch)))
      }
    }
    return found
  }
}
