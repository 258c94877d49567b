// RunFields.swift -- the fields of a run.

public import TrajectoryModel

/// The fields of a run that are not null.
public struct RunFields: Sendable, Hashable {
  /// Names and values, in the order of the store.
  public let values: [Field]

  /// The name and the value of a field.
  public struct Field: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: MetadataValue
  }
}

extension RunFields {
  /// The value of a field; nil where it is null or there is no such field.
  public subscript(name: String) -> MetadataValue? { values.first { $0.name == name }?.value }
}
