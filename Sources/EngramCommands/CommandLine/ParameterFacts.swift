// ParameterFacts.swift -- everything about a parameter but its Swift type: what parser, help and shells need.

/// Everything about a parameter but its Swift type: what the parser, help and shells need.
package struct ParameterFacts: Sendable, Hashable {
  /// How a parameter stands on the command line.
  package enum Kind: Sendable, Hashable {
    /// By its place: `STORE`.
    case argument
    /// By name with a value: `--seed 3`.
    case option
    /// By name alone: `--json`.
    case flag
  }

  /// How it stands on the command line.
  package let kind: Kind
  /// The name, without dashes; of an argument its placeholder.
  package let name: String
  /// The letter of the short form, such as `o` for `-o`.
  package let letter: Character?
  /// What stands for its value in help; empty for a flag.
  package let placeholder: String
  /// What it does, in one sentence without a full stop.
  package let summary: String
  /// Whether the command cannot go without it.
  package let isRequired: Bool
  /// Whether it may be given several times.
  package let isRepeated: Bool
  /// The default as the user would write it, or nil.
  package let defaultText: String?
  /// What a shell can offer for its value.
  package let completion: CompletionHint

  /// The name as the user writes it: `--where`, or `STORE`.
  package var spelling: String { kind == .argument ? name : "--\(name)" }

  /// The short form as the user writes it, or nil.
  package var shortSpelling: String? { letter.map { "-\($0)" } }

  /// Every form in which the user can write its name: `-o`, `--output`; none for an argument.
  package var spellings: [String] {
    kind == .argument ? [] : [shortSpelling, spelling].compactMap { $0 }
  }
}
