// ProgressLine.swift -- how far a long operation has come, as one line.

package import Base

/// How far a long operation has come, as one line.
///
/// `ingesting  [########            ]  40 %  62.9 MiB of 157.0 MiB  310.4 MiB/s  1 s left`
package struct ProgressLine: Sendable, Hashable {
  /// The number of characters between the brackets.
  private static let barWidth = 20
  /// What is being done, such as `ingesting`.
  package let label: String
  /// How much is done.
  package let done: Int
  /// How much there is, or nil when nobody knows.
  package let total: Int?
  /// What is counted.
  package let unit: WorkContext.Progress.Unit
  /// How much is done in a second, or nil while that is not clear.
  package let rate: Double?
  /// The seconds that are left, or nil while that is not clear.
  package let secondsLeft: Double?

  /// Makes a line.
  package init(
    label: String, done: Int, total: Int?, unit: WorkContext.Progress.Unit, rate: Double? = nil,
    secondsLeft: Double? = nil
  ) {
    self.label = label
    self.done = done
    self.total = total
    self.unit = unit
    self.rate = rate
    self.secondsLeft = secondsLeft
  }

  /// The line, cut to a width; parts that do not fit are left out from the right.
  package func text(width: Int?) -> String {
    var parts: [String] = []
    if let total, total > 0 {
      let part = min(max(Double(done) / Double(total), 0), 1)
      let filled = Int((part * Double(Self.barWidth)).rounded(.down))
      let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: Self.barWidth - filled)
      parts.append("[\(bar)] \(padLeft(String(Int((part * 100).rounded(.down))), to: 3)) %")
      if let done = unit.text(done), let total = unit.text(total) { parts.append("\(done) of \(total)") }
    } else if let done = unit.text(done) {
      parts.append(done)
    }
    if let rate, let text = unit.rate(rate) { parts.append(text) }
    if let secondsLeft { parts.append("\(durationText(seconds: secondsLeft)) left") }
    var line = printable(label)
    for part in parts {
      if let width, line.count + 2 + part.count > width { break }
      line += "  " + part
    }
    return width.map { String(line.prefix($0)) } ?? line
  }

  private func padLeft(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension WorkContext.Progress.Unit {
  /// A count, or nil where it says nothing to a person.
  fileprivate func text(_ count: Int) -> String? {
    switch self {
    case .bytes: byteText(count)
    case .things: countText(count)
    case .share: nil
    }
  }

  fileprivate func rate(_ perSecond: Double) -> String? {
    let count = Int(min(max(0, perSecond.rounded()), 1e18))
    return switch self {
    case .bytes: "\(byteText(count))/s"
    case .things(let name): "\(countText(count)) \(name)/s"
    case .share: nil
    }
  }
}
