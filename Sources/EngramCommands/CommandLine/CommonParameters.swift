// CommonParameters.swift -- what every command takes.

/// What every command takes, and the two ways of output that many share.
package enum CommonParameters {
  /// `-h`, `--help`.
  package static let help = Parameter.flag("help", letter: "h", "show this help and stop")
  /// `-q`, `--quiet`.
  package static let quiet = Parameter.flag("quiet", letter: "q", "no progress and no notes, only results and errors")
  /// `-v`, `--verbose`.
  package static let verbose = Parameter.flag(
    "verbose", letter: "v",
    "say on standard error what was opened, found out and chosen, and how long each stage took")

  /// All of them, in the order of the help.
  package static let all: [any DeclaredParameter] = [help, quiet, verbose]

  /// `--version`, at the top only.
  package static let version = Parameter.flag("version", "show the version and stop")

  /// `--json`, for the commands that declare it.
  package static let json = Parameter.flag("json", "write JSON for programs; errors are JSON on standard error too")
  /// `--csv`, for the commands that declare it.
  package static let csv = Parameter.flag("csv", "write comma-separated values with a header line")
}
