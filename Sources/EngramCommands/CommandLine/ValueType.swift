// ValueType.swift -- how a word of the command line becomes a value, and what help and shells say of it.

import Base

/// How a word of the command line becomes a value, and what help and shells say of it.
///
/// ```swift
/// Parameter.option("seed", .integer(in: 0...Int(UInt32.max)), default: 0, "the seed of the random numbers")
/// ```
package struct ValueType<Value: Sendable>: Sendable {
  /// What stands for the value in help, such as `N` or `SQL`.
  package let placeholder: String
  /// What a shell can offer.
  package let completion: CompletionHint
  /// Makes the value, or says what was expected.
  package let convert: @Sendable (String) throws(ConversionFailure) -> Value

  /// Makes a type of value.
  package init(
    _ placeholder: String, completion: CompletionHint = .nothing,
    convert: @escaping @Sendable (String) throws(ConversionFailure) -> Value
  ) {
    self.placeholder = placeholder
    self.completion = completion
    self.convert = convert
  }
}

extension ValueType where Value == String {
  /// Any text but the empty one.
  package static func text(_ placeholder: String, completion: CompletionHint = .nothing) -> Self {
    Self(placeholder, completion: completion) { (word: String) throws(ConversionFailure) in try notEmpty(word, "text") }
  }

  /// The path of a file, or `-` where the command says so.
  package static func file(_ placeholder: String = "FILE") -> Self {
    Self(placeholder, completion: .file) { (word: String) throws(ConversionFailure) in try notEmpty(word, "a path") }
  }

  /// The path of a store.
  package static func store(_ placeholder: String = "STORE") -> Self {
    Self(placeholder, completion: .store) { (word: String) throws(ConversionFailure) in
      try notEmpty(word, "the path of a store")
    }
  }

  /// One of a closed list of words.
  package static func word(among words: [String], _ placeholder: String? = nil) -> Self {
    Self(placeholder ?? words.joined(separator: "|"), completion: .words(words)) {
      (word: String) throws(ConversionFailure) in
      guard words.contains(word) else {
        throw ConversionFailure(
          expected: "one of " + words.joined(separator: ", "), found: word,
          suggestion: closestName(to: word, among: words))
      }
      return word
    }
  }

  private static func notEmpty(_ word: String, _ what: String) throws(ConversionFailure) -> String {
    guard !word.isEmpty else { throw ConversionFailure(expected: what, found: "empty text") }
    return word
  }
}

extension ValueType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the cases of an enum, by its raw value.
  package static func choice(_ placeholder: String? = nil) -> Self {
    let words = Value.allCases.map(\.rawValue)
    let type = ValueType<String>.word(among: words, placeholder)
    return Self(type.placeholder, completion: type.completion) { (word: String) throws(ConversionFailure) in
      let name = try type.convert(word)
      guard let value = Value(rawValue: name) else { preconditionFailure("'\(name)' is a raw value of no case") }
      return value
    }
  }
}

extension ValueType {
  /// Values parted by commas, at least one, none empty.
  package static func list<Element>(of element: ValueType<Element>, _ placeholder: String? = nil) -> Self
  where Value == [Element] {
    Self(placeholder ?? "\(element.placeholder),…", completion: element.completion) {
      (text: String) throws(ConversionFailure) in
      var values: [Element] = []
      for word in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard !word.isEmpty else { throw ConversionFailure(expected: "a list parted by commas", found: text) }
        values.append(try element.convert(String(word)))
      }
      return values
    }
  }
}
