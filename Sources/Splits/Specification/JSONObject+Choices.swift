// JSONObject+Choices.swift -- the kinds of value that specifications are made of, read and checked.

import Base
import TrajectoryModel

extension JSONObject {
  /// The text of a key, or nil when it is absent.
  func optionalText(_ key: String) throws(EngramError) -> String? {
    try optional(key) { (value) throws(EngramError) in try value.asString() }
  }

  /// The whole number of a key, or nil when it is absent.
  func optionalCount(_ key: String) throws(EngramError) -> Int? {
    try optional(key) { (value) throws(EngramError) in Int(try value.asInteger()) }
  }

  /// The number of a key, or nil when it is absent.
  func optionalReal(_ key: String) throws(EngramError) -> Double? {
    try optional(key) { (value) throws(EngramError) in try value.asReal() }
  }

  /// The seed of a key, or nil when it is absent.
  func optionalSeed(_ key: String = "seed") throws(EngramError) -> UInt32? {
    guard let number = try optional(key, { (value) throws(EngramError) in try value.asInteger() }) else { return nil }
    guard let seed = UInt32(exactly: number) else {
      throw EngramError(
        .usage, "the seed is out of range", place: "key \"\(key)\"", expected: "0 to 4294967295", found: "\(number)")
    }
    return seed
  }

  /// The columns of a key, or nil when it is absent.
  func optionalColumns(_ key: String) throws(EngramError) -> [String]? {
    try optional(key) { (value) throws(EngramError) in try value.asStrings() }
  }

  /// One choice of a few words, or nil when the key is absent.
  func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _: Choice.Type
  ) throws(EngramError) -> Choice? where Choice.RawValue == String {
    guard let word = try optionalText(key) else { return nil }
    if let choice = Choice(rawValue: word) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    throw EngramError(
      .usage, "there is no such choice", place: "key \"\(key)\"",
      expected: "one of \(words.joined(separator: ", "))", found: "\"\(word)\"",
      mend: closestName(to: word, among: words).map { "did you mean \"\($0)\"?" })
  }

  /// A size that stands under `SIDE_count-word` or `SIDE_fraction`, not both; nil when neither is there.
  func optionalSize<Size>(
    _ countKey: String, _ fractionKey: String, count: (Int) -> Size, fraction: (Double) -> Size
  ) throws(EngramError) -> Size? {
    switch (try optionalCount(countKey), try optionalReal(fractionKey)) {
    case (nil, nil): return nil
    case (let number?, nil): return count(number)
    case (nil, let number?): return fraction(number)
    case (_?, _?):
      throw EngramError(
        .usage, "a size is given twice", place: "key \"\(fractionKey)\"", expected: "\(countKey) or \(fractionKey)",
        mend: "leave one of them out")
    }
  }
}

extension JSONValue {
  /// A metadata value in JSON.
  init(_ value: MetadataValue) {
    switch value {
    case .null: self = .null
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .text(let text): self = .string(text)
    }
  }

  /// The metadata value that the JSON value is.
  func asMetadata() throws(EngramError) -> MetadataValue {
    switch self {
    case .null: return .null
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .string(let text): return .text(text)
    case .bool, .array, .object:
      throw EngramError(
        .usage, "this is no metadata value", expected: "text, a number or null", found: kind)
    }
  }
}

/// Checks that several kinds share.
enum Choices {
  /// More repeats than anyone averages over; the limit keeps a slip of the finger from filling the disk.
  static let mostRepeats = 100_000
  /// More splits of one kind than anyone looks at, each with index arrays of all examples.
  static let mostSplits = 10_000

  static func check(repeats: Int) throws(EngramError) {
    guard (1...mostRepeats).contains(repeats) else {
      throw EngramError(
        .usage, "the number of repeats is out of range", place: "key \"repeats\"", expected: "1 to \(mostRepeats)",
        found: "\(repeats)")
    }
  }

  static func check(folds: Int) throws(EngramError) {
    guard (2...mostSplits).contains(folds) else {
      throw EngramError(
        .usage, "the number of folds is out of range", place: "key \"folds\"", expected: "2 to \(mostSplits)",
        found: "\(folds)")
    }
  }

  static func check(columns: [String], _ key: String = "by") throws(EngramError) {
    let distinct = Set(columns.map { $0.lowercased() }).count
    guard !columns.isEmpty, distinct == columns.count, !columns.contains("") else {
      throw EngramError(
        .usage, "groups are named by columns, each once", place: "key \"\(key)\"", expected: "such as architecture",
        found: columns.isEmpty ? "none" : columns.joined(separator: ","))
    }
  }

  static func check(count: Int, _ key: String) throws(EngramError) {
    guard count >= 1 else {
      throw EngramError(
        .usage, "a side of a split cannot be empty", place: "key \"\(key)\"", expected: "at least 1",
        found: "\(count)")
    }
  }

  static func check(fraction: Double, _ key: String) throws(EngramError) {
    guard fraction > 0 && fraction < 1 else {
      throw EngramError(
        .usage, "a fraction is between 0 and 1", place: "key \"\(key)\"", expected: "above 0 and below 1",
        found: "\(fraction)")
    }
  }
}
