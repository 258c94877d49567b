// IngestPreview.swift -- what was understood of an input, before or after it is stored.

public import Base
public import TrajectoryModel

/// What was understood of an input: what tells runs apart, what type each field has and why, and what smells.
public struct IngestPreview: Sendable, Equatable {
  /// A field of runs.
  public struct Field: Sendable, Hashable {
    /// The name in the store.
    public let name: String
    /// The name in the file, where it is another.
    public let sourceName: String?
    /// The type of the values.
    public let type: MetadataType
    /// Whether the type was declared rather than found.
    public let isDeclared: Bool
    /// The first cell that no narrower type holds; nil where the narrowest holds all, or the file says the type.
    public let deciding: ColumnEvidence.Cell?
    /// Rows without a value.
    public let missing: Int
    /// The number of different values.
    public let values: Int
    /// Whether it is among what tells runs apart, and has different values.
    public let tellsRunsApart: Bool
    /// A value, as an example.
    public let example: String?
  }

  /// Examples that were recorded at the same epochs and statistics.
  public struct Part: Sendable, Hashable {
    /// The number of examples.
    public let examples: Int
    /// The statistics.
    public let statistics: [String]
    /// The epochs.
    public let epochs: [Double]
    /// The type of the values.
    public let elementType: ElementType
  }

  /// What kind of file it is.
  public let format: String
  /// The number of examples.
  public let examples: Int
  /// The number of runs, and how many of them are stored already.
  public let runs: Int, storedRuns: Int
  /// The column that names the layers, and their names; nil where no column does.
  public let layerColumn: String?
  /// The names of the layers, each once.
  public let layers: [String]
  /// The fields that tell runs apart, and those of them that have different values here.
  public let runFields: [String], distinguishing: [String]
  /// The fields.
  public let fields: [Field]
  /// What was recorded; several parts where examples have different epochs or statistics.
  public let parts: [Part]
  /// Rows whose trajectory is stored already, bit for bit; nil where nobody looked.
  public var storedTrajectories: Int?
  /// What was, or would be, changed of what is stored; nil where the input is no correction.
  public var correction: IngestCorrection?
  /// Why an ingest would refuse the input, or nil.
  public var refusal: EngramError?
  /// What was assumed, renamed or left out.
  public var notes: [String]
  /// What is likely a mistake.
  public var warnings: [Mend]
}
