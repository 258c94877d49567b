// ValueAxis.swift -- an axis of numbers: what it is, how far it goes, where its ticks stand.

import Glibc

/// An axis of numbers, before it is known what stands on it.
package struct ValueAxis: Sendable, Hashable {
  /// How numbers become places.
  package enum Scale: String, Sendable, Hashable, CaseIterable {
    /// Evenly.
    case linear
    /// By their logarithm; numbers that are not above zero are not drawn.
    case log
    /// By their inverse hyperbolic sine, which is linear about zero and logarithmic far from it, on both sides.
    case asinh
  }

  /// A number with its text at a place.
  package struct Tick: Sendable, Hashable {
    /// Where.
    package var value: Double
    /// What stands there.
    package var label: String

    /// Makes a tick.
    package init(_ value: Double, _ label: String) {
      self.value = value
      self.label = label
    }
  }

  /// What is measured.
  package var title: String
  /// Where it begins and ends; nil for wherever the numbers do.
  package var lowest: Double?, highest: Double?
  /// How numbers become places.
  package var scale: Scale
  /// Ticks in place of those at round numbers.
  package var ticks: [Tick]?

  /// Makes an axis.
  package init(
    _ title: String, from lowest: Double? = nil, to highest: Double? = nil, scale: Scale = .linear, ticks: [Tick]? = nil
  ) {
    self.title = title
    self.lowest = lowest
    self.highest = highest
    self.scale = scale
    self.ticks = ticks
  }

  /// An axis of accuracies, 0 to 1.
  package static let accuracy = ValueAxis("test accuracy", from: 0, to: 1)
}

/// An axis that knows its numbers: from a number to a share of its length, and its ticks.
struct FittedAxis {
  let title: String
  let ticks: [ValueAxis.Tick]
  /// Whether no finite number stands on it.
  let isEmpty: Bool
  private let scale: ValueAxis.Scale
  private let unit: Double
  private let low: Double, high: Double

  /// Fits an axis to numbers, those that are not finite aside.
  ///
  /// - Parameters:
  ///   - axis: The axis.
  ///   - numbers: All that stands on it.
  ///   - tickCount: About how many ticks there is room for.
  init(_ axis: ValueAxis, _ numbers: [Double], tickCount: Int) {
    title = axis.title
    scale = axis.scale
    let usable = numbers.filter { $0.isFinite && (axis.scale != .log || $0 > 0) }
    var (first, last) = (axis.lowest ?? usable.min() ?? 0, axis.highest ?? usable.max() ?? 1)
    if axis.scale == .log { (first, last) = (max(first, .leastNormalMagnitude), max(last, .leastNormalMagnitude)) }
    if !(last > first) {
      let pad = first == 0 ? 1 : max(first.magnitude * 0.1, .leastNonzeroMagnitude)
      (first, last) = axis.scale == .log ? (first / 2, first * 2) : (first - pad, first + pad)
      (first, last) = (max(first, -.greatestFiniteMagnitude), min(last, .greatestFiniteMagnitude))
    }
    let unit =
      switch axis.scale {
      case .asinh: Self.typicalMagnitude(of: usable)
      // Between the largest numbers lies more than a number can be; a tenth of it can.
      case .linear: (2 * max(last - first, first.magnitude, last.magnitude)).isFinite ? 1 : 10.0
      case .log: 1.0
      }
    self.unit = unit
    var (low, high) = (Self.place(first, axis.scale, unit), Self.place(last, axis.scale, unit))
    var ticks: [ValueAxis.Tick]
    switch axis.scale {
    case .linear where unit > 1:
      ticks = Self.evenTicks(first / unit, last / unit, about: tickCount).map { tick in
        .init(tick.value * unit, NumberText.tenfold(tick.label))
      }
    case .linear: ticks = Self.evenTicks(first, last, about: tickCount)
    case .log: ticks = Self.decadeTicks(first, last, about: tickCount)
    case .asinh: ticks = Self.bothSidedTicks(first, last, unit, about: tickCount)
    }
    // Nothing stands on the axis, so no number belongs there.
    isEmpty = usable.isEmpty
    if isEmpty, axis.lowest == nil, axis.highest == nil { ticks = [] }
    // Numbers keep clear of the frame where nobody said where it stands.
    if axis.lowest == nil { low -= (high - low) * 0.04 }
    if axis.highest == nil { high += (high - low) * 0.04 }
    if let given = axis.ticks { ticks = given }
    (self.low, self.high) = (low, high)
    self.ticks = ticks.filter { tick in
      let place = Self.place(tick.value, axis.scale, unit)
      return place >= low - 1e-9 * (high - low) && place <= high + 1e-9 * (high - low)
    }
  }

  /// The share of the length at which a number stands, or nil when it has no place.
  func share(_ number: Double) -> Double? {
    guard number.isFinite, scale != .log || number > 0 else { return nil }
    let share = (Self.place(number, scale, unit) - low) / (high - low)
    return share.isFinite ? share : nil
  }

  /// As ``share(_:)``, within the frame.
  func clamped(_ number: Double) -> Double? { share(number).map { min(1, max(0, $0)) } }

  private static func place(_ number: Double, _ scale: ValueAxis.Scale, _ unit: Double) -> Double {
    switch scale {
    case .linear: number / unit
    case .log: log10(number)
    case .asinh: asinh(number / unit)
    }
  }

  /// About where an inverse hyperbolic sine should turn from linear to logarithmic: the lower quartile of the magnitudes.
  private static func typicalMagnitude(of numbers: [Double]) -> Double {
    let sorted = numbers.map(\.magnitude).filter { $0 > 0 }.sorted()
    return sorted.isEmpty ? 1 : sorted[sorted.count / 4]
  }

  /// Ticks at multiples of 1, 2 or 5 times a power of ten.
  static func evenTicks(_ first: Double, _ last: Double, about count: Int) -> [ValueAxis.Tick] {
    let span = last - first
    guard span.isFinite, span > 0, count > 0 else { return [] }
    let rough = span / Double(count)
    let power = pow(10, floor(log10(rough)))
    guard power > 0, power.isFinite else { return [] }
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    var ticks: [ValueAxis.Tick] = []
    let begin = (first / step - 1e-6).rounded(.up)
    /// More are never asked for; it only bounds the loop where sums of steps round to the same number.
    let most = 100
    for number in 0..<most {
      let value = (begin + Double(number)) * step
      if value > last + step * 1e-6 { break }
      // Between neighbours of a double there is no number.
      if value == ticks.last?.value { continue }
      ticks.append(.init(value, NumberText.tick(value, step: step)))
    }
    return ticks
  }

  /// Ticks at powers of ten, every second or third where there are many; at 1, 2 and 5 or closer where there is none or one, and
  /// at round numbers where these are too few as well.
  private static func decadeTicks(_ first: Double, _ last: Double, about count: Int) -> [ValueAxis.Tick] {
    let (low, high) = (Int(log10(first).rounded(.up)), Int(log10(last).rounded(.down)))
    guard high > low else {
      let base = Int(log10(first).rounded(.down))
      for leading in [[1.0, 2, 5], [1, 1.5, 2, 3, 5, 7]] {
        let values = (base...(base + 1)).flatMap { decade in leading.map { $0 * pow(10, Double(decade)) } }
        let ticks = values.filter { $0 >= first && $0 <= last }.map { ValueAxis.Tick($0, NumberText.short($0)) }
        if ticks.count > 2 { return ticks }
      }
      return evenTicks(first, last, about: min(count, 4))
    }
    let exponents = Array(stride(from: low, through: high, by: max(1, (high - low + count) / max(1, count))))
    return zip(exponents, NumberText.powers(exponents)).map { .init(pow(10, Double($0)), $1) }
  }

  /// Ticks at zero and at powers of ten on both sides, as far apart as there is room for.
  private static func bothSidedTicks(
    _ first: Double, _ last: Double, _ unit: Double, about count: Int
  ) -> [ValueAxis.Tick] {
    let (begin, end) = (asinh(first / unit), asinh(last / unit))
    guard begin.isFinite, end.isFinite, end > begin else { return [.init(0, "0")] }
    let least = (end - begin) / Double(max(1, count))
    // A power of ten takes ln 10 of the length where the axis is logarithmic.
    let step = max(1, Int((least / log(10)).rounded(.up)))
    func exponents(_ outermost: Double) -> [Int] {
      guard outermost > 0, outermost.isFinite else { return [] }
      let top = Int(log10(outermost).rounded(.down))
      let down = stride(from: top, through: top - step * count, by: -step)
      return down.filter { asinh(pow(10, Double($0)) / unit) >= least }
    }
    let (above, below) = (exponents(last), exponents(-first))
    if above.count + below.count < 2 { return evenTicks(first, last, about: count) }
    let labels = NumberText.powers(above + below)
    return [.init(0, "0")] + zip(above, labels).map { .init(pow(10, Double($0)), $1) }
      + zip(below, labels.dropFirst(above.count)).map { .init(-pow(10, Double($0)), "-" + $1) }
  }
}
