// NetworkStoreRule.swift -- a store is not written where a lock may not keep other hosts out.

package import Base
import Glibc

/// A store is not written where a lock may not keep other hosts out, unless the user says that nobody else writes.
package enum NetworkStoreRule {
  /// The variable of the environment that allows it, when it is `allow`.
  package static let variable = "ENGRAM_NETWORK_STORES"

  /// Refuses to write on a network file system.
  ///
  /// - Parameters:
  ///   - fileSystem: What holds the store; nil for a local file system.
  ///   - path: What to name in the error.
  ///   - setting: The value of ``variable``.
  /// - Throws: Code `unsupported`.
  package static func check(
    _ fileSystem: NetworkFileSystem?, path: String, setting: String? = environment
  ) throws(EngramError) {
    guard let fileSystem, setting != "allow" else { return }
    throw EngramError(
      .unsupported, "the store lies on a network file system, where locks may not keep writers on other hosts out",
      file: path, expected: "a local disk", found: fileSystem.rawValue,
      mend: """
        write the store on a local disk and copy it; or, where one host alone uses the store, set \
        \(variable)=allow in the environment
        """)
  }

  /// The value of ``variable`` now.
  ///
  /// SAFETY: the C string is copied before anything else can change the environment of this thread.
  package static var environment: String? { unsafe getenv(variable).map { unsafe String(cString: $0) } }
}
