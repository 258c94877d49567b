// AxisRole.swift -- what the axes of a recording mean, in the words of whoever recorded it.

import Base

/// What an axis of a raw recording means.
enum AxisRole: String, Sendable, Hashable {
  /// Runs: networks, animals.
  case run
  /// Epochs: the moments between which something was learned.
  case epoch
  /// Layers: areas.
  case layer
  /// Stimuli, or rows of a kernel: what statistics are taken of one by one.
  case stimulus
  /// Units, or the other axes of a kernel: what statistics are taken over.
  case unit

  /// What things of this meaning are called.
  var plural: String { self == .stimulus ? "stimuli" : "\(self)s" }

  /// What it is called of an array of some kind.
  func word(of kind: ObserveOpener.Kind) -> String {
    switch self {
    case .stimulus where kind == .weights: "row"
    case .unit where kind == .weights: "column"
    default: rawValue
    }
  }

  /// The words of each role, the usual one first.
  private static let words: [(role: AxisRole, words: [String])] = [
    (.run, ["run", "subject", "animal", "network"]),
    (.epoch, ["epoch", "session", "day", "time", "checkpoint"]),
    (.layer, ["layer", "area", "region"]),
    (.stimulus, ["stimulus", "trial", "image", "row"]),
    (.unit, ["unit", "neuron", "cell", "channel", "electrode", "column"]),
  ]

  /// The roles of axes such as `epoch,stimulus,unit`; `unit` and `stimulus` may come several times.
  ///
  /// - Parameters:
  ///   - text: A word for each axis, in the order of the array's shape.
  ///   - notes: Gets a line for each word that is not the usual one.
  /// - Returns: A role for each word.
  /// - Throws: ``EngramError`` with code `usage` for other words, and for `run`, `epoch` or `layer` that comes twice.
  static func roles(_ text: String, notes: inout [String]) throws(EngramError) -> [AxisRole] {
    var roles: [AxisRole] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = String(part.filter { $0 != " " }).lowercased()
      guard let found = words.first(where: { $0.words.contains(word) }) else {
        let all = words.flatMap(\.words)
        throw EngramError(
          .usage, "there is no axis of that meaning", place: "axes",
          expected: "words among \(all.joined(separator: ", "))",
          found: "'\(part)'",
          mend: closestName(to: word, among: all).map { "did you mean '\($0)'?" }
            ?? "name every axis by what it counts: \(set: .axes, to: "epoch,stimulus,unit")")
      }
      let isMany = found.role == .stimulus || found.role == .unit
      guard isMany || !roles.contains(found.role) else {
        throw EngramError(
          .usage, "two axes have one meaning", place: "axes", expected: "one axis of \(found.role.plural)",
          found: "'\(text)'",
          mend: "bring both into one axis with numpy.reshape")
      }
      roles.append(found.role)
      let isUsual = word == found.role.rawValue || ["row", "column"].contains(word)
      let note = "the axis '\(word)' is read as the \(found.role.plural)"
      if !isUsual, !notes.contains(note) { notes.append(note) }
    }
    return roles
  }
}
