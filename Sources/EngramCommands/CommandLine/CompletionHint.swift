// CompletionHint.swift -- what a shell can offer for a value.

/// What a shell can offer when the user presses Tab at a value.
package enum CompletionHint: Sendable, Hashable {
  /// Nothing: a number, a name of the user's own, SQL.
  case nothing
  /// Any file.
  case file
  /// A store, which is a directory.
  case store
  /// The words that lead to a command.
  case commands
  /// One of a closed list of words.
  case words([String])
  /// One of a few words, or any file.
  case wordsOrFile([String])
}
