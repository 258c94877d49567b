// MergeOutcome.swift -- what a merge of one catalog changed, beside the examples.

/// What a merge of one catalog changed, beside the examples, and what it left as it is.
package struct MergeOutcome: Sendable {
  /// The number of runs, fields and values of metrics that are new.
  package var runs = 0, fields = 0, metrics = 0
  /// How many values runs that were here lacked and have now.
  package var filledValues = 0
  /// Whether the catalog is another one than before.
  package var isChange = false
  /// How many values were not filled, because they were taken away here.
  package var emptiedValues = 0
  /// How many runs that are hidden here have other metadata there.
  package var differentHiddenRuns = 0
  /// Fields of the other catalog that have another name here since they were renamed, here or there.
  package var renamedFields: [RenamedField] = []

  /// A field of the other catalog, and what it is called here.
  package struct RenamedField: Sendable {
    /// Its name there and here.
    package let theirs, own: String
    /// Whether it was renamed there.
    package let isRenamedThere: Bool
  }

  /// Nothing is changed yet.
  package init() {}
}
