// Parameter.swift -- one argument, option or flag of a command, with the Swift type of its value.

/// One argument, option or flag of a command, with the Swift type of its value.
///
/// It is both the declaration and the key by which a body reads the value:
///
/// ```swift
/// static let store = Parameter.argument(.store(), "the store to read")         // Parameter<String>
/// static let filter = Parameter.option("where", .text("SQL"), "which examples") // Parameter<String?>
/// let path = invocation[store]                                                  // String
/// ```
package struct Parameter<Value: Sendable>: DeclaredParameter {
  package let facts: ParameterFacts
  private let collect: @Sendable ([String]) throws(ConversionFailure) -> Value

  package func box(_ words: [String]) throws(ConversionFailure) -> any Sendable {
    ValueBox(value: try collect(words))
  }

  private init(
    _ kind: ParameterFacts.Kind, _ name: String, letter: Character? = nil, placeholder: String = "", summary: String,
    isRequired: Bool = false, isRepeated: Bool = false, defaultText: String? = nil,
    completion: CompletionHint = .nothing,
    collect: @escaping @Sendable ([String]) throws(ConversionFailure) -> Value
  ) {
    facts = ParameterFacts(
      kind: kind, name: name, letter: letter, placeholder: placeholder, summary: summary, isRequired: isRequired,
      isRepeated: isRepeated, defaultText: defaultText, completion: completion)
    self.collect = collect
  }

  /// A word that must stand at its place.
  package static func argument(_ type: ValueType<Value>, _ summary: String) -> Self {
    Self(
      .argument, type.placeholder, placeholder: type.placeholder, summary: summary, isRequired: true,
      completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in try last(words, type) }
  }

  /// All the words that follow: at least one, or any number.
  package static func arguments<Element>(
    _ type: ValueType<Element>, atLeastOne isRequired: Bool = true, _ summary: String
  ) -> Self where Value == [Element] {
    Self(
      .argument, type.placeholder, placeholder: type.placeholder, summary: summary, isRequired: isRequired,
      isRepeated: true, completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in try all(words, type) }
  }

  /// `--name VALUE`, nil when it is not given.
  package static func option<Wrapped>(
    _ name: String, letter: Character? = nil, _ type: ValueType<Wrapped>, _ summary: String
  ) -> Self where Value == Wrapped? {
    Self(
      .option, name, letter: letter, placeholder: type.placeholder, summary: summary, completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in
      guard let word = words.last else { return nil }
      return try type.convert(word)
    }
  }

  /// `--name VALUE` with a default, which is written as a user would write it and converted like any word.
  package static func option(
    _ name: String, letter: Character? = nil, _ type: ValueType<Value>, default text: String, _ summary: String
  ) -> Self {
    Self(
      .option, name, letter: letter, placeholder: type.placeholder, summary: summary, defaultText: text,
      completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in try type.convert(words.last ?? text) }
  }

  /// `--name VALUE` that the command cannot go without.
  package static func required(
    _ name: String, letter: Character? = nil, _ type: ValueType<Value>, _ summary: String
  ) -> Self {
    Self(
      .option, name, letter: letter, placeholder: type.placeholder, summary: summary, isRequired: true,
      completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in try last(words, type) }
  }

  /// `--name VALUE` any number of times.
  package static func repeated<Element>(
    _ name: String, letter: Character? = nil, _ type: ValueType<Element>, _ summary: String
  ) -> Self where Value == [Element] {
    Self(
      .option, name, letter: letter, placeholder: type.placeholder, summary: summary, isRepeated: true,
      completion: type.completion
    ) { (words: [String]) throws(ConversionFailure) in try all(words, type) }
  }

  /// `--name`, true when it is given.
  package static func flag(_ name: String, letter: Character? = nil, _ summary: String) -> Self where Value == Bool {
    Self(.flag, name, letter: letter, summary: summary) { !$0.isEmpty }
  }

  private static func last<Element>(
    _ words: [String], _ type: ValueType<Element>
  ) throws(ConversionFailure) -> Element {
    guard let word = words.last else { preconditionFailure("the parser checks that what is required is given") }
    return try type.convert(word)
  }

  private static func all<Element>(
    _ words: [String], _ type: ValueType<Element>
  ) throws(ConversionFailure) -> [Element] {
    var values: [Element] = []
    for word in words { values.append(try type.convert(word)) }
    return values
  }
}
