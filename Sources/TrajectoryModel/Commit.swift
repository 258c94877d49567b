// Commit.swift -- one entry of the commit log: what changed in a store, when, and how many examples it has since.

/// One entry of the commit log.
///
/// Commits count 1, 2, 3, …; examples are only ever added, so "the store as of commit N" is the examples
/// with `example_id < exampleEnd` of that commit, with the metadata that they had then.
public struct Commit: Sendable, Hashable {
  /// The number of the commit.
  public let id: Int64
  /// What was done, in one word, such as `ingest`.
  public let operation: String
  /// What was done, for a person.
  public let message: String
  /// When, in UTC, such as `2026-03-01T12:00:00.000Z`.
  public let time: String
  /// The id after that of the last example in the store after the commit.
  public let exampleEnd: Int64
  /// Who did it.
  public let author: String
  /// Why, where somebody said so.
  public let reason: String?
  /// The last commit up to this one that changed, hid or showed what was stored; 0 where none did.
  package let lastEdit: Int64

  /// Makes an entry.
  package init(
    id: Int64, operation: String, message: String, time: String, exampleEnd: Int64, author: String, reason: String?,
    lastEdit: Int64
  ) {
    self.id = id
    self.operation = operation
    self.message = message
    self.time = time
    self.exampleEnd = exampleEnd
    self.author = author
    self.reason = reason
    self.lastEdit = lastEdit
  }
}
