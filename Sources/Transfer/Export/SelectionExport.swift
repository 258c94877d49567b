// SelectionExport.swift -- trajectories cut out of a store as a file: arrays for NumPy, or rows of text.

public import Base
public import TrajectoryModel
public import TrajectoryStore

/// Writes selected trajectories as a file, block by block, so that memory stays bounded.
///
/// ```swift
/// let deep = SelectionExport(filter: "layer_position = 'deep'", statistics: .family(.weight))
/// let report = try deep.write(from: try store.snapshot(), to: "deep.npz", as: .npz)
/// ```
public struct SelectionExport: Sendable, Hashable {
  /// How a selection is written.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// A row for each example: its metadata, then a column for each statistic and epoch, such as `weightabs_mean@5`.
    case csv
    /// A row for each value: metadata, then epoch, statistic and value.
    case csvLong = "csv-long"
    /// The same as `csv`, as an array of objects.
    case json
    /// The same as `csv`, as an object on each line.
    case jsonl
    /// The values alone: examples x epochs x statistics.
    case npy
    /// The values as `X`, with the names of the axes and one array for each metadata field.
    case npz
  }

  /// Which runs are looked at.
  public enum Runs: String, Sendable, Hashable, CaseIterable {
    /// Those that are part of the store.
    case ended
    /// Those that are being recorded or were cut short, with the epochs they have so far.
    case inProgress
    /// Both.
    case all
  }

  /// Only the examples for which this SQL expression is true, or nil for all.
  public var filter: String?
  /// At most this many examples, the first ones, or nil for all.
  public var limit: Int?
  /// The statistics.
  public var statistics: StatisticSelection
  /// How trajectories are looked at; a z-score needs a train side, so none is possible here.
  public var view: TrajectoryView
  /// What to do with examples that lack what is asked for.
  public var missing: MissingPolicy
  /// The type of the values, or nil for the widest one stored.
  public var elementType: ElementType?
  /// The columns of metadata, in any case, or nil for all.
  public var fields: [String]?
  /// Which runs; those in progress have no ids, and are those of now, whatever the snapshot.
  public var runs: Runs

  /// Makes a request.
  public init(
    filter: String? = nil, limit: Int? = nil, statistics: StatisticSelection = .all, view: TrajectoryView = .whole,
    missing: MissingPolicy = .refuse, elementType: ElementType? = nil,
    fields: [String]? = nil, runs: Runs = .ended
  ) {
    self.filter = filter
    self.limit = limit
    self.statistics = statistics
    self.view = view
    self.missing = missing
    self.elementType = elementType
    self.fields = fields
    self.runs = runs
  }

  /// Writes the file, which appears under its name when it is whole.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a view that has no meaning here, `notFound` for what is not there,
  ///   `diskFull` and `io` as the system says, `cancelled`.
  public func write(
    from snapshot: Snapshot, to path: String, as format: Format, work: WorkContext = WorkContext()
  ) throws(EngramError) -> SelectionExportReport {
    let selected = try select(from: snapshot, for: format, work: work)
    var remarks = selected.remarks
    switch format {
    case .npy: try selected.writeNpy(path)
    case .npz: remarks += try selected.writeNpz(path)
    case .csv, .csvLong, .json, .jsonl:
      let file = try OutputFile(creating: path)
      do throws(EngramError) {
        try selected.writeRows(as: format) { (bytes) throws(EngramError) in try file.write(bytes) }
        try file.finish()
      } catch {
        file.abandon()
        throw error
      }
    }
    return SelectionExportReport(
      file: path, examples: selected.exampleCount, columns: selected.columns, elementType: selected.elementType,
      remarks: remarks + selected.remarksOnValues)
  }

  /// Finds the examples and columns; nothing of the values is read.
  ///
  /// - Throws: As ``write(from:to:as:work:)``.
  package func select(
    from snapshot: Snapshot, for format: Format?, work: WorkContext
  ) throws(EngramError) -> SelectedTrajectories {
    guard !view.isStandardized else {
      throw EngramError(
        .usage, "a z-score needs a train side, which a selection has not", expected: "a view without zscore",
        found: view.text)
    }
    guard !view.hasPositions || format != .npy else {
      throw EngramError(
        .usage, "an npy file has no place for the positions of layers", expected: "npz, or a view without positions",
        found: view.text)
    }
    var sources: [(snapshot: Snapshot, progress: RunsInProgress?)] = runs == .inProgress ? [] : [(snapshot, nil)]
    var notes: [String] = []
    if runs != .ended {
      if let progress = try RunsInProgress(of: snapshot.store) {
        sources.append((progress.snapshot, progress))
      } else if runs == .inProgress {
        throw EngramError(
          .notFound, "no run is in progress", file: snapshot.store.path, expected: "at least one with a checkpoint",
          mend: "leave out that runs in progress are wanted; those that have ended are part of the store")
      } else {
        notes.append("no run is in progress")
      }
    }
    return try select(from: sources, notes, work)
  }

  /// Selects from each source, and finds the columns that all have.
  private func select(
    from sources: [(snapshot: Snapshot, progress: RunsInProgress?)], _ notes: [String], _ work: WorkContext
  ) throws(EngramError) -> SelectedTrajectories {
    var left = limit ?? .max
    var selections: [(snapshot: Snapshot, progress: RunsInProgress?, selected: FeatureSelection)] = []
    for (index, source) in sources.enumerated() {
      var examples = try matching(in: source.snapshot, source.progress, work)
      // Where examples may be left out, the first of the others are wanted.
      if missing == .drop, examples.count > left, left > 0 {
        examples = try source.snapshot.select(examples, statistics: statistics, view: view, missing: missing).examples
      }
      examples = examples.prefix(left)
      // Of several sources one may have nothing that is wanted.
      if examples.isEmpty, sources.count > 1, !(selections.isEmpty && index == sources.count - 1) { continue }
      if examples.isEmpty, let filter, sources.count == 1 {
        let reasons = try source.snapshot.reasons(whyNothingFits: filter)
        if !reasons.isEmpty {
          throw EngramError(
            .notFound, "the selection holds no examples", file: source.snapshot.store.path,
            found: reasons.joined(separator: "; "),
            mend: "correct the filter; \(run: .info, on: source.snapshot.store.path) shows what there is")
        }
      }
      let selection = try source.snapshot.select(examples, statistics: statistics, view: view, missing: missing)
      selections.append((source.snapshot, source.progress, selection))
      left -= selection.examples.count
    }
    guard !selections.isEmpty else {
      throw EngramError(.notFound, "the selection holds no examples", mend: "loosen the filter")
    }
    let (columns, remarks) = try Self.common(selections.map(\.selected.columns), view, missing)
    var type = elementType ?? .float32
    var parts: [SelectedTrajectories.Part] = []
    for selection in selections {
      let examples = selection.selected.examples
      if elementType == nil, selection.snapshot.widestElementType(of: examples) == .float64 { type = .float64 }
      parts.append(
        .init(
          snapshot: selection.snapshot, examples: examples, progress: selection.progress,
          chosen: try selection.snapshot.chosenEpochs(of: examples, columns)))
    }
    let said = selections.flatMap { selection in
      selection.selected.remarks.map { selection.progress == nil ? $0 : "of runs in progress: \($0)" }
    }
    let progress = selections.first { $0.progress != nil }.map {
      "\($0.selected.examples.count) examples are of runs in progress, which have no ids yet"
    }
    return SelectedTrajectories(
      parts: parts, columns: columns, elementType: type, chosenFields: fields,
      remarks: notes + said + [progress].compactMap { $0 } + remarks, work: work)
  }

  /// The examples that the filter selects.
  private func matching(
    in snapshot: Snapshot, _ progress: RunsInProgress?, _ work: WorkContext
  ) throws(EngramError) -> ExampleSet {
    do throws(EngramError) {
      return try snapshot.examples(where: filter, limits: QueryLimits(work: work))
    } catch {
      var named = error
      // Where runs in progress lie for a while is nobody's matter.
      if let progress { named.file = progress.path }
      throw named
    }
  }

  /// The columns that several selections have in common, and what is dropped for it.
  private static func common(
    _ all: [FeatureColumns], _ view: TrajectoryView, _ missing: MissingPolicy
  ) throws(EngramError) -> (columns: FeatureColumns, remarks: [String]) {
    guard var columns = all.first else { preconditionFailure("a selection has columns") }
    var remarks: [String] = []
    for other in all.dropFirst() {
      let statistics = columns.statistics.filter(Set(other.statistics).contains)
      let either = Set(columns.epochs).union(other.epochs)
      let isUnion = view.choice != nil || missing == .fill
      let epochs = isUnion ? either.sorted() : columns.epochs.filter(Set(other.epochs).contains)
      guard !statistics.isEmpty, !epochs.isEmpty else {
        throw EngramError(
          .invalidData,
          "runs in progress and runs that have ended share no \(statistics.isEmpty ? "statistic" : "epoch")",
          mend: "take an epoch of each run with \(set: .epochs, to: "last"), or say \(set: .missing, to: "fill")")
      }
      let lost = Set(columns.statistics).union(other.statistics).count - statistics.count
      if lost > 0 { remarks.append("\(lost) statistics are dropped, which runs in progress or the others lack") }
      if epochs.count < either.count {
        remarks.append(
          "\(epochs.count) of \(either.count) epochs are shared with runs in progress; the others are dropped")
      }
      var narrowed = view
      if case .list = view.epochs {} else if !isUnion { narrowed.epochs = .all }
      columns = try FeatureColumns(statistics: statistics, epochs: epochs, view: narrowed)
    }
    return (columns, remarks)
  }
}

/// What an export of a selection wrote.
public struct SelectionExportReport: Sendable, Hashable {
  /// The file.
  public let file: String
  /// The number of examples.
  public let examples: Int
  /// The columns of an example.
  public let columns: FeatureColumns
  /// The type of the values.
  public let elementType: ElementType
  /// What of the examples was dropped, in sentences without a full stop.
  public let remarks: [String]
}
