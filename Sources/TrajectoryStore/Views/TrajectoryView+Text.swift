// TrajectoryView+Text.swift -- a view in one word of the command line: parts joined by `+`.

public import Base
import TrajectoryModel

extension TrajectoryView {
  /// The text form: its parts in the order in which they apply, joined by `+`; `whole` when there are none.
  ///
  /// `epochs:0:100:25`, `random-start:15x4` with a seed as in `random-start:15x4:7`, `portion:2/3`, `last` and the other forms
  /// of ``EpochChoice``, `mean`, `zscore`, `positions`. The name is not part of it.
  public var text: String {
    var parts: [String] = []
    if epochs != .all { parts.append("epochs:\(epochs.text)") }
    switch samples {
    case .all: break
    case .randomStart(let plan):
      parts.append(
        "random-start:\(EpochSelection.text(plan.period))x\(plan.count)\(plan.seed == 0 ? "" : ":\(plan.seed)")")
    case .portion(let portion): parts.append("portion:\(portion.index + 1)/\(portion.count)")
    case .choice(let choice): parts.append(choice.text)
    }
    if isMean { parts.append("mean") }
    if isStandardized { parts.append("zscore") }
    if hasPositions { parts.append("positions") }
    return parts.isEmpty ? "whole" : parts.joined(separator: "+")
  }

  /// Parses the text form; the parts may stand in any order and apply in theirs.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names the part.
  public init(parsing text: String) throws(EngramError) {
    self.init()
    var seen: Set<String> = []
    for part in text == "whole" ? [] : text.split(separator: "+", omittingEmptySubsequences: false) {
      let colon = part.firstIndex(of: ":") ?? part.endIndex
      let word = String(part[..<colon])
      let rest = colon == part.endIndex ? nil : String(part[part.index(after: colon)...])
      // There is one way to sample, so its forms count as one part.
      let isSampling = (["random-start", "portion"] + EpochChoice.words).contains(word)
      guard seen.insert(isSampling ? "samples" : word).inserted else {
        throw Self.failure("'\(word)' comes on top of another such part", text)
      }
      try apply(word, rest, text)
    }
    name = self.text
  }

  private mutating func apply(_ word: String, _ rest: String?, _ text: String) throws(EngramError) {
    switch (word, rest) {
    case ("epochs", let rest?): epochs = try EpochSelection(parsing: rest)
    case ("random-start", let rest?): samples = .randomStart(try Self.randomStart(rest, text))
    case ("portion", let rest?):
      let numbers = rest.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let index = numbers[0], let count = numbers[1], index >= 1, index <= count else {
        throw Self.failure("'portion:\(rest)' is no portion", text)
      }
      samples = .portion(Portion(index: index - 1, count: count))
    case ("first", _), ("last", _), ("at-most", _), ("best", _):
      guard let choice = EpochChoice(parsing: word + (rest.map { ":\($0)" } ?? "")) else {
        throw Self.failure("'\(word)\(rest.map { ":\($0)" } ?? "")' chooses no epoch", text)
      }
      samples = .choice(choice)
    case ("mean", nil): isMean = true
    case ("zscore", nil): isStandardized = true
    case ("positions", nil): hasPositions = true
    default:
      let words = ["epochs", "random-start", "portion", "mean", "zscore", "positions"] + EpochChoice.words
      throw Self.failure(
        words.contains(word) ? "the part '\(word)' of a view is not complete" : "'\(word)' is no part of a view", text,
        mend: words.contains(word) ? nil : closestName(to: word, among: words).map { "did you mean '\($0)'?" })
    }
  }

  private static func randomStart(_ rest: String, _ text: String) throws(EngramError) -> RandomStart {
    let halves = rest.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = halves[0].split(separator: "x", omittingEmptySubsequences: false)
    guard halves.count <= 2, numbers.count == 2, let period = Double(numbers[0]), let count = Int(numbers[1]),
      period > 0, period.isFinite, count >= 1
    else { throw failure("'random-start:\(rest)' has no period and count", text) }
    guard let seed = halves.count == 1 ? 0 : UInt32(halves[1]) else {
      throw failure("'\(halves[1])' is no seed from 0 to 4294967295", text)
    }
    return RandomStart(period: period, count: count, seed: seed)
  }

  private static func failure(_ message: String, _ text: String, mend: Mend? = nil) -> EngramError {
    EngramError(
      .usage, message, place: "view",
      expected:
        "whole, or of epochs:SELECTION, one of random-start:PERIODxCOUNT[:SEED], portion:I/N, first, last, at-most:N and "
        + "best:METRIC[:min|max], mean, zscore and positions those that apply, joined by '+'",
      found: "'\(text)'",
      mend: mend ?? "for example random-start:15x4 takes 4 samples, 15 epochs apart, from a random start")
  }
}
