// Importances.swift -- how important each column is for the classes.

import Classifiers

/// How important each column is for the classes: the mean over the trees of a forest, and its standard error.
public struct Importances: Sendable, Hashable {
  /// The names of the columns.
  public let columns: [String]
  /// The mean importance of each.
  public let means: [Double]
  /// The standard error of each mean; NaN where there is only one tree.
  public let errors: [Double]

  /// Puts importances together.
  ///
  /// - Precondition: All lists are of one length.
  public init(columns: [String], means: [Double], errors: [Double]) {
    precondition(means.count == columns.count && errors.count == columns.count, "each column has both numbers")
    self.columns = columns
    self.means = means
    self.errors = errors
  }
}

extension Importances {
  /// The importances that a model has, or nil when its kind has none.
  init?(of model: any ClassifierModel, columns: [String]) {
    guard let forest = model as? ForestModel else { return nil }
    let importances = forest.giniImportances
    self.init(columns: columns, means: importances.mean, errors: importances.standardError)
  }
}
