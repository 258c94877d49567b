// ParsedValues.swift -- the converted values of one command line.

/// The converted values of one command line, read with the parameter that declared them.
package struct ParsedValues: Sendable {
  private var boxes: [String: any Sendable] = [:]
  private var given: Set<String> = []

  /// The value of a parameter.
  ///
  /// - Precondition: The command that was parsed declares the parameter.
  package subscript<Value>(parameter: Parameter<Value>) -> Value {
    guard let box = boxes[parameter.facts.spelling] as? ValueBox<Value> else {
      preconditionFailure("the command does not declare \(parameter.facts.spelling)")
    }
    return box.value
  }

  /// The value of a parameter, or nil where the command does not declare it.
  package func ifDeclared<Value>(_ parameter: Parameter<Value>) -> Value? {
    (boxes[parameter.facts.spelling] as? ValueBox<Value>)?.value
  }

  /// Whether the user wrote the parameter, rather than leave it at its default.
  package func isGiven(_ parameter: any DeclaredParameter) -> Bool { given.contains(parameter.facts.spelling) }

  /// Keeps the value of a parameter.
  mutating func set(_ facts: ParameterFacts, to box: any Sendable, isGiven: Bool) {
    boxes[facts.spelling] = box
    if isGiven { given.insert(facts.spelling) }
  }
}
