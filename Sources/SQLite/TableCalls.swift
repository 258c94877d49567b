// TableCalls.swift -- what SQLite calls of a table whose rows a program makes.

import Base
import CSQLite
import CSQLiteTable

/// What C calls of a table.
enum TableCalls {
  /// The calls; made once and never freed.
  nonisolated(unsafe) static let all: UnsafePointer<engram_table_calls> = {
    let calls = UnsafeMutablePointer<engram_table_calls>.allocate(capacity: 1)
    unsafe calls.initialize(
      to: engram_table_calls(
        plan: { table, info, sqlite in
          guard let table = unsafe table, let info = unsafe info, let sqlite = unsafe sqlite else {
            return SQLITE_ERROR
          }
          return unsafe TableBox.at(table).plan(info, sqlite)
        },
        open: { table in
          guard let table = unsafe table else { return nil }
          let box = unsafe TableBox.at(table)
          return unsafe Unmanaged.passRetained(CursorBox(box)).toOpaque()
        },
        close: { cursor in
          guard let cursor = unsafe cursor else { return }
          unsafe Unmanaged<CursorBox>.fromOpaque(cursor).release()
        },
        run: { cursor in
          guard let cursor = unsafe cursor else { return nil }
          return unsafe CursorBox.at(cursor).cursor.run?.pointer
        },
        filter: { cursor, words, count, values, sqlite in
          guard let cursor = unsafe cursor, let sqlite = unsafe sqlite else { return SQLITE_ERROR }
          return unsafe CursorBox.at(cursor).filter(words, count, values, sqlite)
        },
        next: { cursor in
          guard let cursor = unsafe cursor else { return SQLITE_ERROR }
          return unsafe CursorBox.at(cursor).next()
        },
        is_at_end: { cursor in
          guard let cursor = unsafe cursor else { return 1 }
          return unsafe CursorBox.at(cursor).cursor.isAtEnd ? 1 : 0
        },
        column: { cursor, context, column, sqlite in
          guard let cursor = unsafe cursor, let sqlite = unsafe sqlite else { return }
          unsafe CursorBox.at(cursor).give(column, to: context, sqlite)
        },
        row: { cursor in
          guard let cursor = unsafe cursor else { return 0 }
          return unsafe CursorBox.at(cursor).cursor.row
        },
        failure: { table, context, lend in
          guard let table = unsafe table, let text = unsafe TableBox.at(table).latestFailure else { return }
          unsafe text.withCString { text in unsafe lend?(context, text) }
        },
        release: { table in
          guard let table = unsafe table else { return }
          unsafe Unmanaged<TableBox>.fromOpaque(table).release()
        }))
    return unsafe UnsafePointer(calls)
  }()
}

/// What SQLite holds of a table.
final class TableBox {
  let table: any VirtualTable
  /// What went wrong in a cursor last.
  var latestFailure: String?

  init(_ table: any VirtualTable) { self.table = table }

  /// SAFETY: the pointer is one that `register` gave, and SQLite holds a reference as long as it calls.
  @unsafe static func at(_ pointer: UnsafeMutableRawPointer) -> TableBox {
    unsafe Unmanaged<TableBox>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Asks the table for a plan, and gives it to SQLite.
  @unsafe func plan(
    _ info: UnsafeMutablePointer<sqlite3_index_info>, _ sqlite: UnsafePointer<engram_sqlite_routines>
  ) -> Int32 {
    var constraints: [TableConstraint] = []
    // SAFETY (whole method): SQLite lends the constraints and as many places for the answers.
    for place in 0..<Int(unsafe info.pointee.nConstraint) {
      let constraint = unsafe info.pointee.aConstraint[place]
      // A table compares numbers and whole texts; another collation is SQLite's affair.
      guard constraint.usable != 0, constraint.iColumn >= 0,
        let comparison = Self.comparison(Int32(constraint.op)),
        let collation = unsafe sqlite.pointee.vtab_collation?(info, Int32(place)),
        unsafe String(cString: collation) == "BINARY"
      else { continue }
      constraints.append(TableConstraint(column: Int(constraint.iColumn), comparison: comparison, place: place))
    }
    let terms = (0..<Int(unsafe info.pointee.nOrderBy)).map { unsafe info.pointee.aOrderBy[$0] }
    let order = terms.allSatisfy { $0.desc == 0 && $0.iColumn >= 0 } ? terms.map { Int($0.iColumn) } : []
    let plan = table.plan(constraints, columns: unsafe info.pointee.colUsed, order: order)
    var words = plan.words + ";"
    for (index, constraint) in plan.used.enumerated() {
      unsafe info.pointee.aConstraintUsage[constraint.place].argvIndex = Int32(index + 1)
      words += "\(constraint.column)\(Self.letter(constraint.comparison)),"
    }
    unsafe info.pointee.estimatedCost = plan.cost
    unsafe info.pointee.estimatedRows = Int64(min(max(1, plan.rows), 1e15))
    if plan.isOrdered, !order.isEmpty { unsafe info.pointee.orderByConsumed = 1 }
    return unsafe engram_table_set_words(info, words, sqlite)
  }

  private static func comparison(_ operation: Int32) -> TableConstraint.Comparison? {
    switch operation {
    case SQLITE_INDEX_CONSTRAINT_EQ: .equal
    case SQLITE_INDEX_CONSTRAINT_GT: .above
    case SQLITE_INDEX_CONSTRAINT_GE: .atLeast
    case SQLITE_INDEX_CONSTRAINT_LT: .below
    case SQLITE_INDEX_CONSTRAINT_LE: .atMost
    default: nil
    }
  }

  private static let letters: [(TableConstraint.Comparison, Character)] = [
    (.equal, "="), (.above, ">"), (.atLeast, "]"), (.below, "<"), (.atMost, "["),
  ]

  private static func letter(_ comparison: TableConstraint.Comparison) -> Character {
    letters.first { $0.0 == comparison }?.1 ?? "="
  }

  /// The words of a plan and its comparisons, as ``plan(_:)`` has written them.
  static func read(_ text: String) -> (words: String, used: [(column: Int, comparison: TableConstraint.Comparison)]) {
    guard let end = text.lastIndex(of: ";") else { return (text, []) }
    let used = text[text.index(after: end)...].split(separator: ",").compactMap {
      part -> (column: Int, comparison: TableConstraint.Comparison)? in
      guard let last = part.last, let comparison = letters.first(where: { $0.1 == last })?.0,
        let column = Int(part.dropLast())
      else { return nil }
      return (column, comparison)
    }
    return (String(text[..<end]), used)
  }
}

/// What SQLite holds of a cursor.
final class CursorBox {
  let cursor: any VirtualCursor
  private let box: TableBox
  /// The last words and what they mean: a join starts the same plan again and again.
  private var known:
    (text: String, plan: (words: String, used: [(column: Int, comparison: TableConstraint.Comparison)]))?

  init(_ box: TableBox) {
    self.box = box
    cursor = box.table.cursor()
  }

  /// SAFETY: the pointer is one that `open` gave, and SQLite holds a reference until it closes the cursor.
  @unsafe static func at(_ pointer: UnsafeMutableRawPointer) -> CursorBox {
    unsafe Unmanaged<CursorBox>.fromOpaque(pointer).takeUnretainedValue()
  }

  @unsafe func filter(
    _ words: UnsafePointer<CChar>?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ sqlite: UnsafePointer<engram_sqlite_routines>
  ) -> Int32 {
    // SAFETY (whole method): SQLite lends the words and `count` values for the call; texts are copied.
    let text = unsafe words.map { unsafe String(cString: $0) } ?? ""
    if known?.text != text { known = (text, TableBox.read(text)) }
    guard let plan = known?.plan, plan.used.count == Int(count) else { return SQLITE_ERROR }
    var constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)] = []
    for (index, used) in plan.used.enumerated() {
      let value: TableValue = if let given = unsafe values?[index] { unsafe Self.value(given, sqlite) } else { .null }
      constraints.append((used.column, used.comparison, value))
    }
    return run { () throws(EngramError) in try cursor.start(plan.words, constraints) }
  }

  func next() -> Int32 { run { () throws(EngramError) in try cursor.next() } }

  /// Runs a step of the cursor; what it throws is kept for whoever runs the query.
  private func run(_ body: () throws(EngramError) -> Void) -> Int32 {
    do throws(EngramError) {
      try body()
      return SQLITE_OK
    } catch {
      box.table.failure = box.table.failure ?? error
      box.latestFailure = error.description
      return SQLITE_ABORT
    }
  }

  @unsafe private static func value(
    _ value: OpaquePointer, _ sqlite: UnsafePointer<engram_sqlite_routines>
  ) -> TableValue {
    // SAFETY: SQLite's value lives for the call, and its text is copied.
    switch unsafe sqlite.pointee.value_type?(value) ?? SQLITE_NULL {
    case SQLITE_INTEGER: return .integer(unsafe sqlite.pointee.value_int64?(value) ?? 0)
    case SQLITE_FLOAT: return .real(unsafe sqlite.pointee.value_double?(value) ?? 0)
    case SQLITE_TEXT:
      let text = unsafe sqlite.pointee.value_text?(value)
      return .text(unsafe text.map { unsafe String(cString: $0) } ?? "")
    // Bytes are above every number, as a text is, and equal no name.
    case SQLITE_BLOB: return .text("")
    default: return .null
    }
  }

  @unsafe func give(
    _ column: Int32, to context: OpaquePointer?, _ sqlite: UnsafePointer<engram_sqlite_routines>
  ) {
    // SAFETY: SQLite lends the context for the call, and copies a text.
    switch cursor.value(Int(column)) {
    case .null: unsafe sqlite.pointee.result_null?(context)
    case .integer(let number): unsafe sqlite.pointee.result_int64?(context, number)
    case .real(let number): unsafe sqlite.pointee.result_double?(context, number)
    case .constant(let text):
      // SAFETY: the table keeps the text as long as the connection lives.
      unsafe engram_table_result_constant(context, text.bytes.baseAddress, text.count, sqlite)
    case .text(let text):
      var copy = text
      copy.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
          unsafe engram_table_result_text(context, bytes.baseAddress, Int32(bytes.count), sqlite)
        }
      }
    }
  }
}
