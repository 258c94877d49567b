// EpochSelection.swift -- epochs in words: all, a range, a range with a stride, or a list.

public import Base

/// Which epochs, by their numbers on the epoch axis (not by position).
///
/// In text: `all`; `0:100:25`, which is 0, 25, 50, 75 and 100, for both ends count; `0::25`, the same as far as there
/// are epochs; `0:100`, every recorded epoch from 0 to 100; or `0,5,10`. Who reads recordings selects epochs by it, and
/// who brings recordings says by it what their epochs are.
public enum EpochSelection: Sendable, Hashable {
  /// Every epoch that all the examples have.
  case all
  /// The recorded epochs from `first` to `last`, both included.
  case range(first: Double, last: Double)
  /// The epochs `first`, `first + stride`, … up to `last`, or as far as there are any; each must be recorded.
  ///
  /// A recorded epoch is one of them when it is as near as a millionth of the stride, for 0.3 is not three times 0.1.
  case stride(first: Double, last: Double?, stride: Double)
  /// These, ascending.
  case list([Double])

  /// The most epochs a stride may name; a file has at most as many.
  private static let limit = 65_535
  /// Epochs this share of a stride apart are the same.
  private static let tolerance = 1e-6

  /// Parses the text form.
  ///
  /// - Throws: ``EngramError`` with code `usage` when the text is none of the forms or not ascending.
  public init(parsing text: String) throws(EngramError) {
    func fail(_ message: String) -> EngramError {
      EngramError(
        .usage, message, place: "epochs",
        expected: "all, FIRST:LAST, FIRST:LAST:STRIDE, FIRST::STRIDE or a list such as 0,5,10", found: "'\(text)'",
        mend: "for example 0:100:25 means epochs 0, 25, 50, 75 and 100")
    }
    func number(_ part: Substring) throws(EngramError) -> Double {
      let trimmed = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard let value = Double(String(trimmed)), value.isFinite else { throw fail("'\(part)' is not an epoch") }
      return value
    }
    if text == "all" {
      self = .all
    } else if text.contains(":") {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2 || parts.count == 3 else { throw fail("a range of epochs has two or three numbers") }
      let first = try number(parts[0])
      let last = try parts.count == 3 && parts[1].isEmpty ? nil : number(parts[1])
      if let last, first > last { throw fail("the first epoch of a range is not above the last") }
      if parts.count == 2 {
        self = .range(first: first, last: last ?? first)
      } else {
        let stride = try number(parts[2])
        // The sums of strides must be numbers of their own.
        let finest = 4 * max(first.ulp, (last ?? first).ulp)
        guard stride > finest, ((last ?? first) - first) / stride < Double(Self.limit) else {
          throw fail("the stride of a range of epochs is above zero and gives at most \(Self.limit) epochs")
        }
        self = .stride(first: first, last: last, stride: stride)
      }
    } else {
      var numbers: [Double] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) { numbers.append(try number(part)) }
      guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }), !numbers.isEmpty else {
        throw fail("a list of epochs is ascending, each once")
      }
      self = .list(numbers)
    }
  }

  /// The text form, which ``init(parsing:)`` reads back.
  public var text: String {
    switch self {
    case .all: "all"
    case .range(let first, let last): "\(Self.text(first)):\(Self.text(last))"
    case .stride(let first, let last, let stride):
      "\(Self.text(first)):\(last.map { Self.text($0) } ?? ""):\(Self.text(stride))"
    case .list(let list): list.map { Self.text($0) }.joined(separator: ",")
    }
  }

  /// The epochs that are asked for one by one, or nil where the selection means those that are there.
  ///
  /// - Parameter available: The epochs that there are, ascending.
  /// - Returns: Each as it is recorded, where it is; otherwise as it was asked for.
  package func named(among available: [Double]) -> [Double]? {
    switch self {
    case .all, .range: nil
    case .list(let list): list
    case .stride(let first, let last, let stride):
      (0..<Self.count(first: first, last: last ?? available.last ?? first, stride: stride)).map { step in
        let wanted = first + Double(step) * stride
        return Self.nearest(to: wanted, among: available, within: Self.tolerance * stride + wanted.ulp) ?? wanted
      }
    }
  }

  /// The epochs that this selection means, given those that there are.
  ///
  /// - Parameter available: The epochs that there are, ascending.
  /// - Returns: Recorded epochs, ascending.
  /// - Throws: ``EngramError`` with code `notFound` when it names one that is not there, or none at all.
  package func resolve(available: [Double]) throws(EngramError) -> [Double] {
    let wanted: [Double]
    if case .range(let first, let last) = self {
      wanted = available.filter { $0 >= first && $0 <= last }
    } else {
      wanted = named(among: available) ?? available
    }
    let recorded = Set(available)
    if let missing = wanted.first(where: { !recorded.contains($0) }) {
      throw EngramError(
        .notFound, "epoch \(Self.text(missing)) is not recorded for any selected example",
        expected: "one of \(Self.text(available))", found: Self.text(missing), mend: "choose recorded epochs")
    }
    guard !wanted.isEmpty else {
      throw EngramError(
        .notFound, "no recorded epoch is selected", expected: "one of \(Self.text(available))",
        mend: "choose recorded epochs")
    }
    return wanted
  }

  /// The axis that this describes: the listed epochs, or as many as there are strides to the last.
  ///
  /// - Parameter count: The number of epochs: where a stride has no last one, and where a range has none between.
  /// - Returns: The epochs, ascending; nil where it means those that are there. A range means epochs one apart where there
  ///   are as many.
  package func axis(count: Int) -> [Double]? {
    switch self {
    case .all: nil
    case .range(let first, let last):
      last - first + 1 == Double(count) ? (0..<count).map { first + Double($0) } : nil
    case .list(let list): list
    case .stride(let first, let last, let stride):
      (0..<(last.map { Self.count(first: first, last: $0, stride: stride) } ?? count)).map {
        first + Double($0) * stride
      }
    }
  }

  /// How many epochs there are at a stride, both ends included.
  private static func count(first: Double, last: Double, stride: Double) -> Int {
    let steps = ((last - first) / stride + tolerance).rounded(.down)
    return steps >= 0 ? Int(min(steps, Double(limit))) + 1 : 0
  }

  /// The number of an ascending list that is nearest to another, if it is near enough.
  private static func nearest(to wanted: Double, among numbers: [Double], within distance: Double) -> Double? {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    let neighbours = numbers[max(0, low - 1)..<min(numbers.count, low + 1)]
    guard let nearest = neighbours.min(by: { abs($0 - wanted) < abs($1 - wanted) }),
      abs(nearest - wanted) <= distance
    else { return nil }
    return nearest
  }

  /// An epoch as a person writes it: 5, not 5.0.
  package static func text(_ epoch: Double) -> String {
    Int64(exactly: epoch).map(String.init) ?? String(epoch)
  }

  /// A list of epochs, the middle left out where it is long.
  package static func text(_ epochs: [Double]) -> String {
    let shown = epochs.count <= 24 ? epochs.map(text) : epochs.prefix(12).map(text) + ["…"] + epochs.suffix(3).map(text)
    return shown.joined(separator: ", ")
  }
}
