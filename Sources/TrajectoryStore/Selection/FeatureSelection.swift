// FeatureSelection.swift -- examples and the columns to make of them, and what to do where something is missing.

public import TrajectoryModel

/// Examples and the columns to make of them, checked against each other.
public struct FeatureSelection: Sendable, Hashable {
  /// The rows.
  public let examples: ExampleSet
  /// The columns.
  public let columns: FeatureColumns
  /// What of the examples asked for is not among the columns or the examples, in sentences without a full stop.
  public let remarks: [String]

  init(examples: ExampleSet, columns: FeatureColumns, remarks: [String] = []) {
    (self.examples, self.columns, self.remarks) = (examples, columns, remarks)
  }
}

/// What to do with selected examples that were recorded without some statistic or epoch that is asked for.
public enum MissingPolicy: String, Sendable, Hashable, CaseIterable {
  /// Refuse, and say which runs lack what.
  case refuse
  /// Leave those examples out.
  case drop
  /// Put NaN where nothing was recorded.
  case fill
}
