// SplitSpecification+Renaming.swift -- a specification whose fields are called otherwise by now.

public import Base
import TrajectoryModel
public import TrajectoryStore

extension SplitSpecification {
  /// The same specification, its fields called otherwise: the new names, by the old ones in lower case.
  func renaming(_ names: [String: String]) throws(EngramError) -> SplitSpecification {
    guard !names.isEmpty, case .object(var object) = json else { return self }
    func renamed(_ name: JSONValue) -> JSONValue {
      if case .string(let text) = name { .string(names[text.lowercased()] ?? text) } else { name }
    }
    for key in ["label", "by", "same"] {
      guard let value = object[key] else { continue }
      object[key] = if case .array(let columns) = value { .array(columns.map(renamed)) } else { renamed(value) }
    }
    for key in ["where", "train_where", "test_where"] {
      if case .string(let condition)? = object[key] { object[key] = .string(Self.renamed(condition, names)) }
    }
    return try SplitSpecification(json: .object(object))
  }

  /// A condition in SQL with other names of columns, each as an identifier in double quotes; its texts stay.
  private static func renamed(_ condition: String, _ names: [String: String]) -> String {
    // A quote inside of a text is doubled, which is two texts to this.
    let quotes: [Character: Character] = ["'": "'", "\"": "\"", "`": "`", "[": "]"]
    var result = ""
    var rest = condition[...]
    // Names of fields are of letters, digits and `_`; in quotes, one may be a word of SQL.
    func quoted(_ name: String) -> String { "\"\(name)\"" }
    while let first = rest.first {
      if let end = quotes[first] {
        let inside = rest.dropFirst().prefix { $0 != end }
        let whole = rest.prefix(inside.count + 2)
        result += (first == "'" ? nil : names[inside.lowercased()].map(quoted)) ?? String(whole)
        rest = rest.dropFirst(whole.count)
      } else if first.isLetter || first.isNumber || first == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(word.count)
        let isFunction = rest.first { !$0.isWhitespace } == "("
        result += isFunction ? String(word) : names[word.lowercased()].map(quoted) ?? String(word)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}

/// A field that is called otherwise than when a split set was made.
public struct RenamedField: Sendable, Hashable {
  /// Its name then.
  public let old: String
  /// Its name now.
  public let new: String
}

extension TrajectoryStore {
  /// The specification of a stored split set, with which its splits can be made again of the data as they are now.
  ///
  /// - Parameters:
  ///   - set: The split set.
  ///   - commit: The commit whose data are to be split, nil for the newest.
  /// - Returns: The specification, its fields as they are called at that commit, and which of them are called otherwise.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit.
  public func specification(
    of set: SplitSet, asOf commit: Int64? = nil
  ) throws(EngramError) -> (specification: SplitSpecification, renamed: [RenamedField]) {
    let (old, new) = (try snapshot(asOf: set.commit).fields(), try snapshot(asOf: commit).fields())
    // A field keeps its place.
    let renamed = zip(old, new).filter { $0.name != $1.name }.map { RenamedField(old: $0.name, new: $1.name) }
    let names = Dictionary(renamed.map { ($0.old.lowercased(), $0.new) }, uniquingKeysWith: { first, _ in first })
    let specification = try set.specification.renaming(names)
    return (specification, specification == set.specification ? [] : renamed)
  }
}
