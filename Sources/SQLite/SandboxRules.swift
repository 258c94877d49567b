// SandboxRules.swift -- what SQL in a sandbox may read and call.

/// What SQL in a sandbox may read and call; whatever is not named is refused.
package struct SandboxRules: Sendable {
  /// Tables and views that may be read, and table-valued functions, in lower case.
  package let tables: Set<String>
  /// Tables that are there and may not be read.
  ///
  /// They are told from named subqueries, of which SQLite may ask without a column.
  package let withheld: Set<String>
  /// Functions that may be called, in lower case.
  package let functions: Set<String>

  /// Makes rules.
  package init(tables: Set<String>, withheld: Set<String> = [], functions: Set<String>) {
    self.tables = tables
    self.withheld = withheld
    self.functions = functions
  }

  /// Functions whose value depends on their arguments alone and that touch nothing else.
  ///
  /// `json_patch` is none of them: it looks for each key of one object among all of another, which nothing can stop.
  package static let pureFunctions: Set<String> = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "ceil", "ceiling", "char", "coalesce",
    "cos", "cosh", "count", "cume_dist", "degrees", "dense_rank", "exp", "first_value", "floor", "format", "glob",
    "group_concat", "hex", "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_extract",
    "json_group_array", "json_group_object", "json_insert", "json_object", "json_quote", "json_remove",
    "json_replace", "json_set", "json_type", "json_valid", "->", "->>", "lag", "last_value", "lead", "length", "like",
    "likelihood", "likely", "ln", "log", "log10", "log2", "lower", "ltrim", "max", "min", "mod", "nth_value", "ntile",
    "nullif", "percent_rank", "pi", "pow", "power", "printf", "quote", "radians", "rank", "replace", "round",
    "row_number", "rtrim", "sign", "sin", "sinh", "sqrt", "substr", "substring", "sum", "tan", "tanh", "total", "trim",
    "trunc", "typeof", "unicode", "unlikely", "upper",
  ]

  /// Functions that give another answer another time.
  package static let changingFunctions: Set<String> = [
    "random", "date", "time", "datetime", "julianday", "unixepoch", "strftime", "current_date", "current_time",
    "current_timestamp", "sqlite_version",
  ]
}
