// JSONObject.swift -- named JSON values in their order, with accessors that say what is wrong.

/// Named JSON values in order; no name comes twice.
///
/// Names are the same where their bytes are; two that Unicode has equal are two names.
public struct JSONObject: Sendable, Hashable {
  /// One named value.
  public struct Member: Sendable, Hashable {
    /// The name.
    public let key: String
    /// The value.
    public var value: JSONValue

    /// Makes a member.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }

    /// Whether this is its name, byte for byte.
    func isNamed(_ key: String) -> Bool { self.key == key && self.key.utf8.elementsEqual(key.utf8) }
  }

  /// The members in order.
  public private(set) var members: [Member]

  /// An object without members.
  public init() { members = [] }

  /// An object of members whose names the caller knows to differ.
  init(distinct members: [Member]) { self.members = members }

  /// The names in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of a name, or nil when there is none; setting nil removes it.
  ///
  /// - Complexity: O(number of members): objects here are small.
  public subscript(key: String) -> JSONValue? {
    get { members.first { $0.isNamed(key) }?.value }
    set {
      let index = members.firstIndex { $0.isNamed(key) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Named values in order; a key that comes twice keeps its first place and its last value.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init()
    for (key, value) in elements { self[key] = value }
  }
}

extension JSONObject {
  /// The text of that name.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when there is none or it is of another kind, as all accessors.
  public func string(_ key: String) throws(EngramError) -> String {
    try require(key) { v throws(EngramError) in try v.asString() }
  }
  /// The whole number of that name.
  public func integer(_ key: String) throws(EngramError) -> Int64 {
    try require(key) { v throws(EngramError) in try v.asInteger() }
  }
  /// The number of that name; a whole number counts when a `Double` holds it exactly.
  public func real(_ key: String) throws(EngramError) -> Double {
    try require(key) { v throws(EngramError) in try v.asReal() }
  }
  /// The truth value of that name.
  public func bool(_ key: String) throws(EngramError) -> Bool {
    try require(key) { v throws(EngramError) in try v.asBool() }
  }
  /// The array of that name.
  public func array(_ key: String) throws(EngramError) -> [JSONValue] {
    try require(key) { v throws(EngramError) in try v.asArray() }
  }
  /// The object of that name.
  public func object(_ key: String) throws(EngramError) -> JSONObject {
    try require(key) { v throws(EngramError) in try v.asObject() }
  }
  /// The array of texts of that name.
  public func strings(_ key: String) throws(EngramError) -> [String] {
    try require(key) { v throws(EngramError) in try v.asStrings() }
  }
  /// The array of whole numbers of that name.
  public func integers(_ key: String) throws(EngramError) -> [Int64] {
    try require(key) { v throws(EngramError) in try v.asIntegers() }
  }
  /// The array of numbers of that name.
  public func reals(_ key: String) throws(EngramError) -> [Double] {
    try require(key) { v throws(EngramError) in try v.asReals() }
  }

  /// What an accessor such as `try $0.asString()` makes of the value of a name, or nil when it is absent or null.
  ///
  /// ```swift
  /// let seed = try object.optional("seed") { value throws(EngramError) in try value.asInteger() } ?? 0
  /// ```
  public func optional<T>(
    _ key: String, _ convert: (JSONValue) throws(EngramError) -> T
  ) throws(EngramError) -> T? {
    guard let value = self[key], value != .null else { return nil }
    return try converted(value, of: key, convert)
  }

  /// What an accessor makes of the value of a name that must be there.
  public func require<T>(
    _ key: String, _ convert: (JSONValue) throws(EngramError) -> T
  ) throws(EngramError) -> T {
    guard let value = self[key] else {
      let near = closestName(to: key, among: keys)
      throw EngramError(
        .invalidData, "the key \"\(key)\" is missing", place: "key \"\(key)\"",
        found: keys.isEmpty ? "an empty object" : "the keys \(keys.joined(separator: ", "))",
        mend: near.map { "rename the key \"\($0)\" to \"\(key)\"" } ?? "add the key \"\(key)\"")
    }
    return try converted(value, of: key, convert)
  }

  /// Refuses keys that nobody reads, with the nearest known one.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for the first key that is not allowed.
  public func checkKeys(_ allowed: [String]) throws(EngramError) {
    for key in keys where !allowed.contains(key) {
      let near = closestName(to: key, among: allowed)
      throw EngramError(
        .invalidData, "the key \"\(key)\" is not known", place: "key \"\(key)\"",
        expected: "only the keys \(allowed.joined(separator: ", "))",
        mend: near.map { "did you mean \"\($0)\"?" } ?? "remove the key \"\(key)\"")
    }
  }

  /// Runs an accessor and puts the name of the key before the place of its error.
  private func converted<T>(
    _ value: JSONValue, of key: String, _ convert: (JSONValue) throws(EngramError) -> T
  ) throws(EngramError) -> T {
    do {
      return try convert(value)
    } catch {
      var named = error
      named.place = "key \"\(key)\"" + (error.place.map { ", \($0)" } ?? "")
      throw named
    }
  }
}
