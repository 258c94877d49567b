// FileEndings.swift -- what a command writes into a file, by the ending of its name.

import Base

/// What a command writes into a file, by the ending of its name.
///
/// ```swift
/// static let endings = FileEndings<Format>(["csv": [.csv, .csvLong], "npz": [.npz]], bare: .npz)
/// let format = try endings.format(of: path, asked: nil, invocation)
/// ```
struct FileEndings<Format: Equatable & Sendable>: Sendable {
  /// The endings, in lower case, each with what such a file may hold; the first is what it does hold unless another is asked.
  private let known: [(ending: String, formats: [Format])]
  /// What a file without an ending holds; nil where a name must have one.
  private let bare: Format?

  init(_ known: KeyValuePairs<String, [Format]>, bare: Format?) {
    self.known = known.map { ($0.key, $0.value) }
    self.bare = bare
  }

  /// The format of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - asked: The format that was asked for, and the words that did.
  ///   - invocation: The command, for errors.
  /// - Returns: What is written.
  /// - Throws: Code `usage` for an ending that means nothing to the command, or another format than was asked for.
  func format(
    of path: String, asked: (format: Format, words: String)? = nil, _ invocation: Invocation
  ) throws(EngramError) -> Format {
    let ending = Self.ending(of: path)
    let meant = known.first { $0.ending == ending }?.formats
    if let asked {
      guard let meant, !meant.contains(asked.format) else { return asked.format }
      throw invocation.usageError(
        "\(asked.words) and the name of the file ask for two formats",
        expected: list(known.filter { $0.formats.contains(asked.format) }) ?? "a name without an ending", found: path)
    }
    if let format = meant?.first { return format }
    if ending == nil, let bare { return bare }
    throw invocation.usageError(
      "the name of the file does not say what to write", expected: list(known) ?? "", found: path)
  }

  private func list(_ endings: [(ending: String, formats: [Format])]) -> String? {
    endings.isEmpty ? nil : "a name that ends in \(endings.map { ".\($0.ending)" }.joined(separator: ", "))"
  }

  /// What follows the last dot of a name, in lower case; nil where there is none, or nothing before it.
  private static func ending(of path: String) -> String? {
    guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: "."), dot > name.startIndex else {
      return nil
    }
    return name[name.index(after: dot)...].lowercased()
  }
}
