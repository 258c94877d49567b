// CatalogCounts.swift -- how much is in a catalog.

/// How much is in a catalog.
package struct CatalogCounts: Sendable, Hashable {
  /// Networks trained.
  package let runs: Int64
  /// Measurements of runs.
  package let observations: Int64
  /// (run, layer) pairs, which is the number of trajectories' rows.
  package let examples: Int64
  /// Different ordered lists of layers.
  package let layerSets: Int64

  /// Makes counts.
  package init(runs: Int64, observations: Int64, examples: Int64, layerSets: Int64) {
    self.runs = runs
    self.observations = observations
    self.examples = examples
    self.layerSets = layerSets
  }
}
