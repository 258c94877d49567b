// EpochChoice.swift -- which epochs, as the command line says it: `all`, `0:100:25` or `0,5,10`.

/// Which epochs of a store are meant.
package enum EpochChoice: Sendable, Hashable {
  /// Every epoch.
  case all
  /// From the first to the last, both included: every epoch, or with a step those that are `first + k * step`.
  case range(first: Double, last: Double, step: Double?)
  /// These, each of which must be there.
  case list([Double])
}

extension ValueType where Value == EpochChoice {
  /// `all`, `FIRST:LAST`, `FIRST:LAST:STEP`, or a list parted by commas that increases.
  package static var epochs: Self {
    Self("EPOCHS", completion: .words(["all"])) { (word: String) throws(ConversionFailure) in
      if word == "all" { return .all }
      let isRange = word.contains(":")
      let numbers = word.split(separator: isRange ? ":" : ",", omittingEmptySubsequences: false).map(strictReal)
      let known = numbers.compactMap { $0 }
      let failure = ConversionFailure(
        expected: "all, a range such as 0:100:25 with a step above 0, or a list such as 0,5,10 that increases",
        found: word)
      guard known.count == numbers.count else { throw failure }
      if !isRange {
        guard zip(known, known.dropFirst()).allSatisfy({ $0 < $1 }) else { throw failure }
        return .list(known)
      }
      guard (2...3).contains(known.count), known[0] <= known[1], known.count == 2 || known[2] > 0 else { throw failure }
      return .range(first: known[0], last: known[1], step: known.count == 3 ? known[2] : nil)
    }
  }
}
