// Engram.swift -- the umbrella: `import Engram` gives everything that users need.

@_exported public import Classifiers
@_exported public import Experiments
@_exported public import Interchange
@_exported public import Splits
@_exported public import TrajectoryModel
@_exported public import TrajectoryStore
