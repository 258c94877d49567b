// Tables.swift -- queries, metadata and labels as tables.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import SQLTable
import TrajectoryModel
import TrajectoryStore

@c @implementation
public func engram_table_row_count(_ table: Handle) -> Int64 {
  unsafe Int64(known(table, TableHandle.self)?.rowCount ?? 0)
}

@c @implementation
public func engram_table_column_count(_ table: Handle) -> Int32 {
  unsafe Int32(known(table, TableHandle.self)?.columns.count ?? 0)
}

@c @implementation
public func engram_table_column(
  _ table: Handle, _ index: Int32, _ column: UnsafeMutablePointer<engram_column>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(column, "column")
    let table = try unsafe object(table, TableHandle.self)
    guard table.columns.indices.contains(Int(index)) else {
      throw EngramError(
        .notFound, "the table has no such column", expected: "0 to \(table.columns.count - 1)", found: "\(index)")
    }
    let size = unsafe place.pointee.size
    guard size >= MemoryLayout<Int>.size else {
      throw EngramError(
        .usage, "a struct does not begin with its size", place: "argument column",
        mend: "set `size` to the size of the struct")
    }
    let known = table.columns[Int(index)]
    var filled = unsafe engram_column(
      size: size, name: table.names[Int64(index)], row_count: Int64(table.rowCount),
      null_count: Int64(known.nullCount), kind: Int32(known.kind.rawValue), text_count: Int32(known.texts.count),
      kinds: known.kinds.first, integers: known.integers?.first, reals: known.reals?.first, codes: known.codes?.first,
      texts: table.texts[Int(index)].all)
    // SAFETY: the caller's struct has `size` bytes; no more of it is written.
    unsafe withUnsafeBytes(of: &filled) { bytes in
      unsafe UnsafeMutableRawPointer(place).copyMemory(
        from: bytes.baseAddress.unsafelyUnwrapped, byteCount: min(size, bytes.count))
    }
  }
}

@c @implementation
public func engram_table_free(_ table: Handle) { unsafe release(table) }

@c @implementation
public func engram_sql(
  _ store: Handle, _ sql: CText, _ commit: Int64, _ seconds: Double, _ work: UnsafePointer<engram_work>?,
  _ table: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(table, "table")
    let store = try unsafe object(store, StoreHandle.self).store
    let rows = TableHandle()
    try store.sql(
      try unsafe text(sql, "sql"), asOf: try commitNumber(commit),
      limits: try unsafe queryLimits(seconds: seconds, work)
    ) { (names) throws(EngramError) in
      rows.begin(names)
    } row: { (values) throws(EngramError) in
      rows.append(values)
    }
    unsafe place.pointee = handle(rows.finish())
  }
}

/// The columns of the view `example` that a caller names; nil for all.
func exampleColumns(_ columns: CText, of snapshot: Snapshot) throws(EngramError) -> [String] {
  guard let list = try unsafe optionalText(columns, "columns") else { return try snapshot.exampleColumns() }
  if list.isEmpty { return [] }
  guard let names = QuotedList.names(in: list), !names.contains("") else {
    throw EngramError(
      .usage, "this is no list of columns", place: "argument columns", expected: "NAME,NAME,…", found: "'\(list)'")
  }
  return names
}

@c @implementation
public func engram_metadata(
  _ snapshot: Handle, _ examples: Handle, _ columns: CText, _ table: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(table, "table")
    let snapshot = try unsafe object(snapshot, Snapshot.self)
    unsafe place.pointee = handle(
      try metadata(
        of: try object(examples, ExamplesHandle.self).set, try exampleColumns(columns, of: snapshot), in: snapshot))
  }
}

/// Columns of the view `example` as a table.
func metadata(
  of examples: ExampleSet, _ columns: [String], in snapshot: Snapshot
) throws(EngramError) -> TableHandle {
  let rows = TableHandle()
  rows.begin(columns)
  try snapshot.metadata(of: examples, columns: columns) { (_, values) throws(EngramError) in rows.append(values) }
  return rows.finish()
}

@c @implementation
public func engram_labels(
  _ snapshot: Handle, _ examples: Handle, _ column: CText, _ codes: UnsafeMutablePointer<Int32>?, _ capacity: Int64,
  _ classes: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(classes, "classes")
    let name = try unsafe text(column, "column")
    let labels = try unsafe object(snapshot, Snapshot.self).labels(
      of: name, for: try object(examples, ExamplesHandle.self).set)
    try unsafe copy(labels.codes, to: codes, capacity: capacity)
    let rows = TableHandle()
    rows.begin([name])
    for value in labels.classes { rows.append([value]) }
    unsafe place.pointee = handle(rows.finish())
  }
}
