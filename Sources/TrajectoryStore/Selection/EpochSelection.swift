// EpochSelection.swift -- which epochs a caller asks for: all, a range with a stride, or a list.

public import Base

/// Which epochs to read, by their numbers on the epoch axis (not by position).
///
/// In text: `all`; `0:100:25`, which is 0, 25, 50, 75 and 100, for both ends count; `0:100`, every recorded epoch from
/// 0 to 100; or `0,5,10`.
public enum EpochSelection: Sendable, Hashable {
  /// Every epoch that all the examples have.
  case all
  /// The recorded epochs from `first` to `last`, both included.
  case range(first: Double, last: Double)
  /// The epochs `first`, `first + stride`, … up to `last`, each of which must be recorded.
  case stride(first: Double, last: Double, stride: Double)
  /// These, ascending.
  case list([Double])

  /// The most epochs a stride may name; a file has at most as many.
  private static let limit = 65_535

  /// Parses the text form.
  ///
  /// - Throws: ``EngramError`` with code `usage` when the text is none of the forms or not ascending.
  public init(parsing text: String) throws(EngramError) {
    func fail(_ message: String) -> EngramError {
      EngramError(
        .usage, message, expected: "all, FIRST:LAST, FIRST:LAST:STRIDE or a list such as 0,5,10", found: "'\(text)'",
        mend: "for example --epochs 0:100:25 reads epochs 0, 25, 50, 75 and 100")
    }
    func number(_ part: Substring) throws(EngramError) -> Double {
      guard let value = Double(part), value.isFinite else { throw fail("'\(part)' is not an epoch") }
      return value
    }
    if text == "all" {
      self = .all
    } else if text.contains(":") {
      var numbers: [Double] = []
      for part in text.split(separator: ":", omittingEmptySubsequences: false) { numbers.append(try number(part)) }
      guard numbers.count == 2 || numbers.count == 3 else { throw fail("a range of epochs has two or three numbers") }
      guard numbers[0] <= numbers[1] else { throw fail("the first epoch of a range is not above the last") }
      if numbers.count == 2 {
        self = .range(first: numbers[0], last: numbers[1])
      } else {
        guard numbers[2] > 0, (numbers[1] - numbers[0]) / numbers[2] < Double(Self.limit) else {
          throw fail("the stride of a range of epochs is above zero and gives at most \(Self.limit) epochs")
        }
        self = .stride(first: numbers[0], last: numbers[1], stride: numbers[2])
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
    case .stride(let first, let last, let stride): "\(Self.text(first)):\(Self.text(last)):\(Self.text(stride))"
    case .list(let list): list.map { Self.text($0) }.joined(separator: ",")
    }
  }

  /// The epochs that are asked for one by one, or nil where the selection means those that are there.
  var named: [Double]? {
    switch self {
    case .all, .range: nil
    case .stride(let first, let last, let stride): Array(Swift.stride(from: first, through: last, by: stride))
    case .list(let list): list
    }
  }

  /// The epochs that this selection means, given those that there are.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when it names one that is not there, or none at all.
  func resolve(available: [Double]) throws(EngramError) -> [Double] {
    let wanted: [Double]
    switch self {
    case .all: wanted = available
    case .range(let first, let last): wanted = available.filter { $0 >= first && $0 <= last }
    case .stride, .list: wanted = named ?? []
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
        mend: "choose recorded epochs with --epochs")
    }
    return wanted
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
