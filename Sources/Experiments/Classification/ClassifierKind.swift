// ClassifierKind.swift -- the kinds of classifier that plans, grids and saved models name.

public import Classifiers
public import TrajectoryModel

/// The kinds of classifier that plans, grids and saved models name.
public enum ClassifierKind: String, Sendable, Hashable, CaseIterable {
  /// ``RandomForest``.
  case randomForest = "random-forest"
  /// ``LinearSVM``, with principal components or without.
  case linearSVM = "linear-svm"
  /// ``Conv1DNetwork``.
  case conv1D = "conv1d"
}
