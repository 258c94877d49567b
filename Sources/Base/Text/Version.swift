// Version.swift -- the version of everything that is built from this package.

/// The version, as `engram --version` shows it.
package let engramVersion = "0.1.0"
