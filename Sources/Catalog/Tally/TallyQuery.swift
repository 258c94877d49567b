// TallyQuery.swift -- whether a query asks of rows only which kinds there are and how many of each.

/// A query that asks of the rows of one table only which combinations of values there are, and how many rows have each.
///
/// It gives the same over a *tally*, a table with a row for each combination and a column of counts, when it sums those in place of
/// counting rows: `SELECT task, count(*) FROM run GROUP BY task` is `SELECT task, sum("count(*)") FROM run_tally GROUP BY task`.
package struct TallyQuery {
  /// The table of a tally.
  package static let tableName = "run_tally"
  /// Its column of counts: no field can have that name, and where a column of a result has it, there is no tally.
  package static let countColumn = "count(*)"

  /// A table or view whose rows are counted.
  package enum Table: String {
    case run, observation = "run_observation", example
  }

  /// Whose rows are counted.
  package let table: Table
  /// The columns that are read, as the catalog writes them; at least one.
  package let columns: [String]
  /// Whether one number is asked for, which SQLite counts as quickly as columns are read once.
  package let isOneCount: Bool
  /// The query over the tally.
  package let sql: String

  /// Words that may follow the name of the table: nothing is joined.
  private static let afterTable: Set<String> = ["where", "group", "having", "order", "limit", ";"]
  /// Names that columns of a result must not have: those of what numbers rows, which no tally has, and of its counts.
  private static let reserved: Set<String> = [
    "run_id", "observation_id", "example_id", "rowid", "oid", "_rowid_", countColumn,
  ]

  /// Takes a query apart that SQLite has compiled; nil for one that asks for more, or says it in words that are not known here.
  ///
  /// - Parameters:
  ///   - sql: The query.
  ///   - columns: The columns of a table that a tally can have; those that number its rows are none of them.
  package init?(_ sql: String, columns: (Table) -> [String]) {
    guard let words = SQLWord.words(of: sql), words.first?.isKeyword("select") ?? false,
      words.count(where: { $0.isKeyword("select") }) == 1, words.count(where: { $0.isKeyword("from") }) == 1,
      let from = words.firstIndex(where: { $0.isKeyword("from") }), from + 1 < words.count,
      let table = Table(rawValue: words[from + 1].text),
      from + 2 == words.count || Self.afterTable.contains(words[from + 2].text)
    else { return nil }
    let known = columns(table)
    let named = Dictionary(known.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var text = TallyText(sql, words, tableAt: from + 1, columns: named)
    let isByKind = words.contains { $0.isKeyword("group") } || words.count > 1 && words[1].isKeyword("distinct")
    guard named[table.rawValue] == nil, text.rewrite(), isByKind || text.isCounting, let first = known.first,
      text.aliases.isDisjoint(with: Self.reserved)
    else { return nil }
    self.table = table
    self.columns = text.used.isEmpty ? [first] : text.used
    isOneCount = !isByKind
    self.sql = text.result
  }
}

/// A query while it is written anew, word by word.
private struct TallyText {
  private let sql: String
  private let words: [SQLWord]
  /// The place of the table's name.
  private let table: Int
  /// The columns by their names in lower case.
  private let columns: [String: String]
  private var written = ""
  private var copied: String.Index
  /// The columns that were named, in order.
  private(set) var used: [String] = []
  /// The names that columns of the result get.
  private(set) var aliases: Set<String> = []
  /// Whether rows or values are counted.
  private(set) var isCounting = false
  /// The query over the tally.
  var result: String { written + sql[copied...] }

  init(_ sql: String, _ words: [SQLWord], tableAt table: Int, columns: [String: String]) {
    (self.sql, self.words, self.table, self.columns) = (sql, words, table, columns)
    copied = sql.startIndex
  }

  /// Goes over all words; false where one is not known.
  mutating func rewrite() -> Bool {
    var place = 0
    while place < words.count {
      let word = words[place]
      switch word.kind {
      case .text, .number: break
      // Outside of a count a star is all columns, or a product, which is not known here.
      case .sign: if word.text == "*" { return false }
      // Where a column is called so, SQLite alone knows which of the two is meant.
      case .name where word.isKeyword: if word.mayBeName, columns[word.text] != nil { return false }
      case .name where text(place + 1) == "(":
        guard word.text == "count", let last = count(at: place) else { return false }
        place = last
      case .name, .quotedName:
        guard name(at: place) else { return false }
      }
      place += 1
    }
    return true
  }

  /// Counts by a tally; gives the place of the last word, or nil where something else is counted.
  private mutating func count(at place: Int) -> Int? {
    isCounting = true
    // How many different values there are is the same.
    if text(place + 2) == "distinct" { return place }
    guard text(place + 2) == "*", text(place + 3) == ")" else { return nil }
    let range = words[place].place.lowerBound..<words[place + 3].place.upperBound
    replace(range, by: "ifnull(sum(\"\(TallyQuery.countColumn)\"), 0)")
    return place + 3
  }

  /// Whether a name is that of a column, of the table or of the result; the table's is replaced.
  private mutating func name(at place: Int) -> Bool {
    let word = words[place]
    if let column = columns[word.text] {
      if !used.contains(column) { used.append(column) }
    } else if place == table || word.text == words[table].text && text(place + 1) == "." {
      replace(word.place, by: TallyQuery.tableName)
    } else if isAlias(at: place) {
      aliases.insert(word.text)
    } else {
      return aliases.contains(word.text)
    }
    return true
  }

  /// Whether a name ends a term of the result, and so is its name, with AS or without.
  private func isAlias(at place: Int) -> Bool {
    guard 1..<(table - 1) ~= place, let end = text(place + 1), end == "," || end == "from" else { return false }
    let before = words[place - 1]
    return before.isKeyword ? ["as", "end", "null"].contains(before.text) : before.kind != .sign || before.text == ")"
  }

  private func text(_ place: Int) -> String? { place < words.count ? words[place].text : nil }

  private mutating func replace(_ range: Range<String.Index>, by text: String) {
    written += sql[copied..<range.lowerBound] + text
    copied = range.upperBound
  }
}
