// Engram.swift -- the umbrella: `import Engram` gives everything that users need.

@_exported public import TrajectoryModel
