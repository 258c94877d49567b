// Snapshot+Columns.swift -- from what a caller asks for to columns that every selected example has.

public import Base
import Catalog
import ColumnCodec
import SegmentFile
public import TrajectoryModel

/// Examples and the columns to read of them, checked against each other.
public struct TrajectorySelection: Sendable, Hashable {
  /// The rows.
  public let examples: ExampleSet
  /// The columns.
  public let columns: TrajectoryColumns
}

extension Snapshot {
  /// Finds out which columns a request means for some examples.
  ///
  /// - Parameters:
  ///   - examples: The examples to be read.
  ///   - statistics: Which statistics; families and `admissible` look at every epoch of the examples, as published.
  ///   - epochs: Which epochs.
  ///   - missing: What to do with examples that lack what is asked for by name.
  /// - Returns: The columns, and the examples without those that were dropped.
  /// - Throws: ``EngramError`` with code `notFound` that names the missing statistic or epoch and runs that lack it;
  ///   `invalidData` when the examples have no statistic or epoch in common.
  /// - Complexity: O(segments); no chunk is decoded unless one holds both finite and other values.
  public func select(
    _ examples: ExampleSet, statistics: StatisticSelection = .admissible, epochs: EpochSelection = .all,
    missing: MissingPolicy = .refuse
  ) throws(EngramError) -> TrajectorySelection {
    try checkMembers(examples)
    guard !examples.isEmpty else {
      throw EngramError(
        .notFound, "the selection holds no examples", file: store.path,
        mend: "loosen the filter; `engram info` shows what there is")
    }
    var examples = examples
    var touched = extentsTouched(by: examples)
    if case .names(let names) = statistics {
      for name in names {
        let lacking = touched.filter { !$0.statistics.contains(name) }
        if lacking.isEmpty { continue }
        guard missing != .refuse, lacking.count < touched.count else {
          throw try missingStatistic(name, lacking: lacking, touched: touched, examples: examples)
        }
        if missing == .drop {
          for extent in lacking { examples = examples.subtracting(ExampleSet(extent.examples)) }
          touched = extentsTouched(by: examples)
        }
      }
    }
    if let named = epochs.named {
      _ = try epochs.resolve(available: everyEpoch(of: touched))
      let lacking = extents(of: touched, lackingAnyOf: named)
      if !lacking.isEmpty && missing != .fill {
        guard missing == .drop, lacking.count < touched.count else {
          let epoch = lacking[0].epoch
          throw try missingPart(
            "epoch \(EpochSelection.text(epoch))", found: EpochSelection.text(epoch),
            of: lacking.map(\.extent).filter { !$0.epochs.contains(epoch) }, examples: examples)
        }
        for extent in lacking.map(\.extent) { examples = examples.subtracting(ExampleSet(extent.examples)) }
        touched = extentsTouched(by: examples)
      }
    }
    let chosen: [String]
    switch statistics {
    case .names(let names): chosen = names
    case .all: chosen = commonStatistics(of: touched)
    case .admissible: chosen = try finiteStatistics(of: examples)
    case .family(let family):
      chosen = try finiteStatistics(of: examples).filter { StatisticFamily(ofStatistic: $0) == family }
    }
    guard !chosen.isEmpty else {
      throw EngramError(
        .invalidData, "the selected examples have no such statistic in common", file: store.path,
        expected: "at least one statistic", found: "none of the \(commonStatistics(of: touched).count) they share",
        mend: "select fewer examples, or name statistics and say what to do with examples that lack them")
    }
    let available = missing == .fill ? everyEpoch(of: touched) : commonEpochs(of: touched)
    return TrajectorySelection(
      examples: examples,
      columns: TrajectoryColumns(statistics: chosen, epochs: try epochs.resolve(available: available)))
  }

  /// The statistics that are finite at every epoch in every one of some examples, in recorded order.
  ///
  /// It reads the zone maps; only a chunk of which some examples are selected and some values are not finite is decoded.
  public func finiteStatistics(of examples: ExampleSet) throws(EngramError) -> [String] {
    let touched = extentsTouched(by: examples)
    var admissible = commonStatistics(of: touched)
    for extent in touched where !extent.nonFiniteStatistics.isEmpty {
      let suspects = Set(extent.nonFiniteStatistics.map { extent.statistics[$0] }).intersection(admissible)
      if suspects.isEmpty { continue }
      let members = examples.intersection(ExampleSet(extent.examples))
      for source in try openExtents(holding: members) {
        let condemned = try source.nonFiniteStatistics(among: suspects, in: members)
        admissible.removeAll { condemned.contains($0) }
      }
    }
    return admissible
  }

  /// The statistics that all of some examples have, in the order of the first that was recorded.
  public func statistics(of examples: ExampleSet) -> [String] { commonStatistics(of: extentsTouched(by: examples)) }

  /// The epochs that all of some examples have, ascending.
  public func epochs(of examples: ExampleSet) -> [Double] { commonEpochs(of: extentsTouched(by: examples)) }

  /// The types of value in which some examples were recorded.
  public func elementTypes(of examples: ExampleSet) -> [ElementType] {
    Set(extentsTouched(by: examples).map(\.elementType)).sorted { $0.rawValue < $1.rawValue }
  }

  private func extentsTouched(by examples: ExampleSet) -> [Extent] {
    extents.filter { !examples.intersection(ExampleSet($0.examples)).isEmpty }
  }

  private func commonStatistics(of extents: [Extent]) -> [String] {
    guard let first = extents.first else { return [] }
    return extents.dropFirst().reduce(first.statistics) { common, extent in
      common == extent.statistics ? common : common.filter(Set(extent.statistics).contains)
    }
  }

  private func commonEpochs(of extents: [Extent]) -> [Double] {
    guard let first = extents.first else { return [] }
    return extents.dropFirst().reduce(first.epochs) { common, extent in
      common == extent.epochs ? common : common.filter(Set(extent.epochs).contains)
    }
  }

  private func everyEpoch(of extents: [Extent]) -> [Double] {
    Set(extents.flatMap(\.epochs)).sorted()
  }

  private func missingStatistic(
    _ name: String, lacking: [Extent], touched: [Extent], examples: ExampleSet
  ) throws(EngramError) -> EngramError {
    let known = Set(touched.flatMap(\.statistics))
    if !known.contains(name) {
      let close = closestName(to: name, among: known.sorted())
      return EngramError(
        .notFound, "there is no statistic '\(name)' in the selected examples", file: store.path,
        expected: "one of \(known.count) statistics, such as \(known.sorted().prefix(3).joined(separator: ", "))",
        found: name, mend: close.map { "did you mean '\($0)'?" } ?? "`engram info` lists the statistics")
    }
    return try missingPart("statistic '\(name)'", found: name, of: lacking, examples: examples)
  }

  /// Those of some extents that lack any of some epochs, and the first epoch that each lacks.
  private func extents(of extents: [Extent], lackingAnyOf epochs: [Double]) -> [(extent: Extent, epoch: Double)] {
    var firstMissing: [[Double]: Double] = [:]
    var seen: Set<[Double]> = []
    for axis in extents.map(\.epochs) where seen.insert(axis).inserted {
      let recorded = Set(axis)
      firstMissing[axis] = epochs.first { !recorded.contains($0) }
    }
    return extents.compactMap { extent in firstMissing[extent.epochs].map { (extent, $0) } }
  }

  private func missingPart(
    _ part: String, found: String, of lacking: [Extent], examples: ExampleSet
  ) throws(EngramError) -> EngramError {
    let members = lacking.reduce(ExampleSet()) { $0.union(examples.intersection(ExampleSet($1.examples))) }
    /// Runs named in full; the rest are counted.
    let shown = 5
    let runs = try groups(by: ["run_id"]).filter { !$0.examples.intersection(members).isEmpty }.map(
      \.key[0].description)
    let rest = runs.count > shown ? " and \(runs.count - shown) more" : ""
    return EngramError(
      .notFound, "\(part) was not recorded for \(members.count) of the selected examples", file: store.path,
      place: "runs \(runs.prefix(shown).joined(separator: ", "))\(rest)", found: found,
      mend: "leave it out, or say `--missing drop` to leave those examples out, `--missing fill` to read NaN for them")
  }
}

extension ExtentSource {
  /// Those of some statistics that have a NaN or an infinity at any epoch in any of some examples of this extent.
  func nonFiniteStatistics(among suspects: Set<String>, in examples: ExampleSet) throws(EngramError) -> Set<String> {
    var found: Set<String> = []
    for (index, name) in extent.statistics.enumerated() where suspects.contains(name) {
      let isFound: Bool
      switch values {
      case .segment(let reader): isFound = try hasNonFinite(reader, statistic: index, in: examples)
      case .staged(let batch):
        isFound = examples.ids.contains { id in
          extent.epochs.indices.contains { epoch in
            !batch.value(example: Int(id - extent.firstExample), epoch: epoch, statistic: index).isFinite
          }
        }
      }
      if isFound { found.insert(name) }
    }
    return found
  }

  private func hasNonFinite(
    _ reader: SegmentReader, statistic: Int, in examples: ExampleSet
  ) throws(EngramError) -> Bool {
    let decoder = RowGroupDecoder()
    let epochs = extent.epochs.indices.map { Int32($0) }
    for group in 0..<reader.rowGroupCount where !reader.zone(rowGroup: group, statistic: statistic).isAllFinite {
      let rows = reader.examples(inRowGroup: group)
      let start = extent.firstExample + Int64(rows.lowerBound)
      let selected = examples.intersection(ExampleSet(start..<(start + Int64(rows.count))))
      if selected.isEmpty { continue }
      if selected.count == rows.count { return true }
      var values = [Double](repeating: 0, count: selected.count * epochs.count)
      var runs: [RowRun] = []
      for range in selected.ranges {
        let row = runs.last.map { $0.destination + Int($0.count) } ?? 0
        runs.append(RowRun(source: Int32(range.lowerBound - start), destination: row, count: Int32(range.count)))
      }
      try decoder.decode(reader, rowGroup: group, statistics: [statistic]) { (_, chunk) throws(EngramError) in
        unsafe values.withUnsafeMutableBytes { block in
          guard let base = block.baseAddress else { return }
          // SAFETY: `values` has an element for each selected example and epoch.
          unsafe chunk.scatter(
            runs: runs.span, epochs: epochs.span, elementType: .float64, exampleStride: epochs.count, epochStride: 1,
            base: base)
        }
      }
      if values.contains(where: { !$0.isFinite }) { return true }
    }
    return false
  }
}
