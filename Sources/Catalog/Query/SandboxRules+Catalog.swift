// SandboxRules+Catalog.swift -- what a user's SQL may read of a catalog.

import SQLite

extension SandboxRules {
  /// Tables and views whose rows are never changed, so that a filter that reads them stays reproducible.
  ///
  /// `json_each` and `json_tree` are functions that take their argument apart.
  private static let lastingTables: Set<String> = [
    "example", "run_observation", "run", "observation", "layer_set", "layer_set_member", "run_metric",
    "run_metric_last", "json_each", "json_tree",
    // What a reader of an older commit, or of a store with hidden runs, has made: see CatalogReader+Past.swift.
    "run_then", "hidden_then",
  ]

  /// All other tables that schema/catalog.sql documents.
  private static let otherTables: Set<String> = [
    "field", "commit_log", "store", "extent", "epoch_axis", "statistic_axis", "staged", "ingest", "split_set", "split",
    "classification", "classification_split", "classification_search", "field_before", "run_key", "run_before",
    "hidden", "purged",
  ]

  /// What a filter may use: it gives the same examples for the same commit whenever it runs.
  static let filter = SandboxRules(tables: lastingTables, withheld: otherTables, functions: pureFunctions)

  /// What a free query may use.
  static let query = SandboxRules(
    tables: lastingTables.union(otherTables), functions: pureFunctions.union(changingFunctions))

  /// What a free query may use that also asks tables whose rows are made while it runs.
  static func query(over tables: [String]) -> SandboxRules {
    SandboxRules(
      tables: lastingTables.union(otherTables).union(tables), functions: pureFunctions.union(changingFunctions))
  }
}
