// Commit.swift -- one entry of the commit log: what changed in a store, when, and how many examples it has since.

/// One entry of the commit log.
///
/// Commits count 1, 2, 3, …; data are only ever added, so "the store as of commit N" is the examples
/// with `example_id < exampleEnd` of that commit.
public struct Commit: Sendable, Hashable {
  /// The number of the commit.
  public let id: Int64
  /// What was done, in one word, such as `ingest`.
  public let operation: String
  /// What was done, for a person.
  public let message: String
  /// When, in UTC, such as `2026-03-01T12:00:00.000Z`.
  public let time: String
  /// The number of examples in the store after the commit.
  public let exampleEnd: Int64

  /// Makes an entry.
  public init(id: Int64, operation: String, message: String, time: String, exampleEnd: Int64) {
    self.id = id
    self.operation = operation
    self.message = message
    self.time = time
    self.exampleEnd = exampleEnd
  }
}
