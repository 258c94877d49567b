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

  /// Makes a request.
  public init(
    filter: String? = nil, limit: Int? = nil, statistics: StatisticSelection = .all, view: TrajectoryView = .whole,
    missing: MissingPolicy = .refuse, elementType: ElementType? = nil,
    fields: [String]? = nil
  ) {
    self.filter = filter
    self.limit = limit
    self.statistics = statistics
    self.view = view
    self.missing = missing
    self.elementType = elementType
    self.fields = fields
  }

  /// Writes the file, which appears under its name when it is whole.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a view that has no meaning here, `notFound` for what is not there,
  ///   `diskFull` and `io` as the system says, `cancelled`.
  public func write(
    from snapshot: Snapshot, to path: String, as format: Format, work: WorkContext = WorkContext()
  ) throws(EngramError) -> SelectionExportReport {
    let selected = try select(from: snapshot, for: format, work: work)
    switch format {
    case .npy: try selected.writeNpy(path)
    case .npz: try selected.writeNpz(path)
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
      file: path, examples: selected.examples.count, columns: selected.columns, elementType: selected.elementType,
      remarks: selected.remarks)
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
    var examples = try snapshot.examples(where: filter, limits: QueryLimits(work: work))
    if let limit { examples = examples.prefix(limit) }
    let selection = try snapshot.select(examples, statistics: statistics, view: view, missing: missing)
    return SelectedTrajectories(
      snapshot: snapshot, examples: selection.examples, columns: selection.columns,
      elementType: elementType ?? snapshot.widestElementType(of: selection.examples), chosenFields: fields,
      remarks: selection.remarks, work: work)
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
