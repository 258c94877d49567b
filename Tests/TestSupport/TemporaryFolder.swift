// TemporaryFolder.swift -- a folder of a test's own, removed with everything in it when the test lets go of it.

import Glibc
package import Testing

/// A folder of a test's own, removed with everything in it when the test lets go of it.
package final class TemporaryFolder: Sendable {
  /// Its path.
  package let path: String

  /// What the folders of a process begin with.
  private static var prefix: String { "engram-test-\(getpid())-" }

  /// Removes what is left when the process ends: the folders of values that are never let go, such as static ones.
  private static let sweep: Void = {
    atexit {
      for name in TestFiles.names(in: "/tmp") where name.hasPrefix(TemporaryFolder.prefix) {
        TestFiles.remove("/tmp/\(name)")
      }
    }
  }()

  /// Makes an empty folder.
  package init() {
    Self.sweep
    path = "/tmp/\(Self.prefix)\(String(UInt64.random(in: 0...(.max)), radix: 36))"
    #expect(unsafe mkdir(path, 0o755) == 0)
  }

  deinit { TestFiles.remove(path) }

  /// A path inside.
  package subscript(name: String) -> String { "\(path)/\(name)" }

  /// The names in it, sorted.
  package var names: [String] { TestFiles.names(in: path) }

  /// The bytes of a file in it.
  package func read(_ name: String) -> [UInt8] { TestFiles.read(self[name]) }

  /// The text of a file in it.
  package func text(_ name: String) -> String { TestFiles.text(self[name]) }

  /// Replaces a file in it.
  ///
  /// - Returns: The path of the file.
  @discardableResult package func write(
    _ bytes: some Sequence<UInt8>, to name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    TestFiles.write(bytes, to: self[name], sourceLocation: sourceLocation)
    return self[name]
  }

  /// Replaces a file in it by a text.
  ///
  /// - Returns: The path of the file.
  @discardableResult package func write(
    _ text: String, to name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    write(text.utf8, to: name, sourceLocation: sourceLocation)
  }
}
