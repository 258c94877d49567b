// NotYetWired.swift -- stands in for the body of a verb that is declared and not yet built.

import TrajectoryModel

/// Refuses a verb that is declared and not yet built.
///
/// No release holds a call of this.
func notYetWired(_ invocation: Invocation) throws(EngramError) {
  let name = invocation.path.map(\.name).joined(separator: " ")
  throw EngramError(.unsupported, "'\(name)' is not built yet", place: name)
}
