// BarChart+SVG.swift -- bars with their errors and references.

extension BarChart {
  /// The bars and gaps that stand side by side, in widths of a bar.
  private static let gap = 0.9
  private static let angle = -40.0

  private var barCount: Int { groups.reduce(0) { $0 + $1.bars.count } }

  /// The axis, which always holds zero, for a bar is as long as its value.
  var fitted: FittedAxis {
    var numbers = [0.0]
    for bar in groups.flatMap(\.bars) {
      numbers.append(bar.value)
      if let spread = bar.spread { numbers += [spread.lowerBound, spread.upperBound] }
      if let reference = bar.reference { numbers.append(reference.value) }
    }
    numbers += (references + groups.compactMap(\.reference)).map(\.value)
    var axis = axis
    let usable = numbers.filter(\.isFinite)
    if axis.lowest == nil, usable.allSatisfy({ $0 >= 0 }) { axis.lowest = 0 }
    return FittedAxis(axis, numbers, tickCount: 6)
  }

  private func barWidth(in width: Double) -> Double {
    let units = Double(barCount) + Double(groups.count) * Self.gap
    return units > 0 ? width / units : width
  }

  /// Whether labels have room side by side.
  private func fitLevel(_ labels: [String], _ room: Double) -> Bool {
    labels.allSatisfy { TextMetrics.width($0, size: 11) <= room - 4 }
  }

  func room(width: Double) -> PanelRoom {
    let left = fitted.labelRoom
    let bar = barWidth(in: width - left - 8)
    var bottom = 24.0
    if namesBars {
      let labels = groups.flatMap(\.bars).map(\.label)
      let longest = labels.map { TextMetrics.width($0, size: 11) }.max() ?? 0
      // The sine of the angle, and the height of the last letter.
      bottom = fitLevel(labels, bar) ? 24 : min(150, longest * 0.643 + 22)
      if groups.contains(where: { !$0.label.isEmpty }) { bottom += 18 }
    } else {
      let fits = groups.allSatisfy {
        fitLevel([$0.label], bar * (Double($0.bars.count) + Self.gap))
      }
      let longest = groups.map { TextMetrics.width($0.label, size: 12) }.max() ?? 0
      bottom = fits ? 26 : min(150, longest * 0.643 + 24)
    }
    return PanelRoom(left: left, right: 8, top: 10, bottom: bottom, height: 230)
  }

  func draw(in frame: Frame, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    let axis = fitted
    frame.drawVerticalAxis(axis, titleAt: titleX, on: &canvas)
    let bar = barWidth(in: frame.width)
    let zero = frame.height(of: axis.clamped(0) ?? 0)
    var place = frame.x + bar * Self.gap / 2
    for group in groups {
      let begin = place
      for member in group.bars {
        draw(member, in: group, at: place, bar, zero, axis, frame, &canvas)
        place += bar
      }
      if let reference = group.reference {
        frame.draw(reference, axis, from: begin - bar * 0.12, to: place + bar * 0.12, on: &canvas)
      }
      drawLabels(of: group, from: begin, bar, frame, &canvas)
      place += bar * Self.gap
    }
    // Bars must not hide what they are compared with.
    for reference in references { frame.draw(reference, axis, from: frame.x, to: frame.right, on: &canvas) }
    frame.drawSides(on: &canvas)
  }

  private func draw(
    _ member: Bar, in group: Group, at place: Double, _ bar: Double, _ zero: Double, _ axis: FittedAxis,
    _ frame: Frame, _ canvas: inout SVGCanvas
  ) {
    guard let share = axis.clamped(member.value) else { return }
    let level = frame.height(of: share)
    let names = [group.label, member.label].filter { !$0.isEmpty }.joined(separator: ", ")
    canvas.beginGroup("\(names): \(member.numberText)")
    canvas.rectangle(
      place + bar * 0.07, min(level, zero), bar * 0.86, (level - zero).magnitude, style: "f\(member.ink.rawValue)")
    if let spread = member.spread, let low = axis.clamped(spread.lowerBound), let high = axis.clamped(spread.upperBound)
    {
      let (middle, half) = (place + bar / 2, min(5, bar * 0.22))
      canvas.line(middle, frame.height(of: low), middle, frame.height(of: high), style: "x")
      for end in [low, high] {
        canvas.line(middle - half, frame.height(of: end), middle + half, frame.height(of: end), style: "x")
      }
    }
    canvas.endGroup()
    if let reference = member.reference {
      frame.draw(reference, axis, from: place + bar * 0.02, to: place + bar * 0.98, on: &canvas)
    }
  }

  private func drawLabels(of group: Group, from begin: Double, _ bar: Double, _ frame: Frame, _ canvas: inout SVGCanvas)
  {
    let width = bar * Double(group.bars.count)
    let middle = begin + width / 2
    guard namesBars else {
      if fitLevel(groups.map(\.label), width + bar * Self.gap) {
        canvas.words(group.label, middle, frame.bottom + 17, anchor: .middle)
      } else {
        canvas.words(
          TextMetrics.cut(group.label, width: 190, size: 12), middle + 4, frame.bottom + 14, anchor: .end,
          turned: Self.angle)
      }
      return
    }
    let isLevel = fitLevel(groups.flatMap(\.bars).map(\.label), bar)
    for (number, member) in group.bars.enumerated() {
      let place = begin + bar * (Double(number) + 0.5)
      if isLevel {
        canvas.words(member.label, place, frame.bottom + 15, anchor: .middle, style: "l")
      } else {
        canvas.words(
          TextMetrics.cut(member.label, width: 190, size: 11), place + 4, frame.bottom + 12, anchor: .end, style: "l",
          turned: Self.angle)
      }
    }
    if !group.label.isEmpty {
      // What is wider than its group stays on the page.
      let half = TextMetrics.width(group.label, size: 12) / 2
      canvas.words(
        group.label, min(middle, frame.right + 4 - half), frame.bottom + room(width: frame.width + 8).bottom - 6,
        anchor: .middle)
    }
  }
}
