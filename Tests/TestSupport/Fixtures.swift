// Fixtures.swift -- the files of the repository that tests read.

package import Base

/// The files of the repository that tests read.
package enum Fixtures {
  /// The top of the repository.
  package static let repository =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

  /// The path of a file in `fixtures/`.
  package static func path(_ name: String) -> String { "\(repository)/fixtures/\(name)" }

  /// The bytes of a file in `fixtures/`; none when there is no such file.
  package static func bytes(_ name: String) -> [UInt8] { TestFiles.read(path(name)) }

  /// The text of a file in `fixtures/`.
  package static func text(_ name: String) -> String { TestFiles.text(path(name)) }

  /// The names of files in a folder of `fixtures/` that end in a given way, sorted.
  package static func names(in folder: String, suffix: String = "") -> [String] {
    TestFiles.names(in: path(folder)).filter { $0.hasSuffix(suffix) }
  }

  /// A JSON file of `fixtures/`.
  package static func json(_ name: String) throws(EngramError) -> JSONValue {
    try JSONValue(parsing: bytes(name), file: name)
  }
}
