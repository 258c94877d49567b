// TrajectoryStore+Fields.swift -- other names and wider types of fields.

public import Base
import Catalog
public import TrajectoryModel

extension TrajectoryStore {
  /// Gives a field another name, in one commit; snapshots of earlier commits go on showing the old one.
  ///
  /// - Returns: The number of the commit; nil where the field has that name already.
  /// - Throws: ``EngramError`` with code `usage` when there is no such field or it is one that every store has, `exists` when
  ///   the name is taken, `invalidData` for a name that cannot be a field, `busy` also while a run in progress has the field,
  ///   `diskFull`, `io`.
  public func renameField(
    _ name: String, to newName: String, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Int64? {
    try write("rename of \(name)", options: options) { (session) throws(EngramError) in
      let old = try session.read { (catalog) throws(EngramError) in try catalog.fields(named: [name])[0] }
      if old.name == newName { return nil }
      if old.name.lowercased() != newName.lowercased() { try requireNoRunInProgress(has: old) }
      return try session.commit(operation: "rename", message: "the field \(old.name) is now \(newName)") {
        (catalog) throws(EngramError) in
        try catalog.renameField(old.name, to: newName)
        return catalog.commitID
      }
    }
  }

  /// Refuses another name of a field that a run in progress would bring back under the old one when it ends.
  private func requireNoRunInProgress(has field: MetadataField) throws(EngramError) {
    for journal in try journals() {
      if try hasRecordedHere(journal: journal) { continue }
      guard let begun = try? run(inJournal: journal), let value = begun.given[field.name.lowercased()] else { continue }
      throw EngramError(
        .busy, "a run in progress has the field '\(field.name)', and would bring it back when it ends", file: path,
        place: "field \(field.name)", expected: "runs in progress without it", found: "'\(value)' in a run in progress",
        mend: "end the run first")
    }
  }

  /// Gives a field a wider type, in one commit: whole numbers become reals, and anything becomes text.
  ///
  /// Snapshots of earlier commits go on showing the old type and values.
  ///
  /// - Returns: The number of the commit; nil where the field has that type already.
  /// - Throws: ``EngramError`` with code `usage` when there is no such field, it is one that every store has, or the type is
  ///   narrower; `invalidData` when a value does not survive it, `busy`, `diskFull`, `io`.
  /// - Complexity: O(runs).
  public func widenField(
    _ name: String, to type: MetadataType, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Int64? {
    try write("type of \(name)", options: options) { (session) throws(EngramError) in
      let old = try session.read { (catalog) throws(EngramError) in try catalog.fields(named: [name])[0] }
      if old.type == type { return nil }
      let message = "the field \(old.name) is now \(type.rawValue), was \(old.type.rawValue)"
      return try session.commit(operation: "retype", message: message) { (catalog) throws(EngramError) in
        try catalog.widenField(old.name, to: type)
        return catalog.commitID
      }
    }
  }
}
