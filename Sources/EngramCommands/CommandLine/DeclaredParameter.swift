// DeclaredParameter.swift -- a parameter of any type, so that a command can list its own.

/// A parameter of any type, so that a command can list its own; only ``Parameter`` conforms.
package protocol DeclaredParameter: Sendable {
  /// What the parser, help and shells need.
  var facts: ParameterFacts { get }

  /// Converts every word that was given for it, in order, into one value in a `ValueBox`.
  func box(_ words: [String]) throws(ConversionFailure) -> any Sendable
}

/// A value of a known type, so that an optional inside stays an optional when it is unpacked.
struct ValueBox<Value: Sendable>: Sendable {
  let value: Value
}
