// Engram.swift -- the umbrella: `import Engram` gives everything that users need.

@_exported public import Base
@_exported public import Classifiers
@_exported public import Formats
@_exported public import Observables
@_exported public import Reporting
@_exported public import SQLTable
@_exported public import Splits
@_exported public import Studies
@_exported public import Training
@_exported public import TrajectoryModel
@_exported public import TrajectoryStore
@_exported public import Transfer
