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

  /// The width that turned names have; longer ones are cut.
  private static let mostLabelWidth = 190.0

  /// Whether what stands below bars, or below groups of them, has room side by side.
  private func areLevel(_ bar: Double) -> Bool {
    if namesBars {
      return groups.flatMap(\.bars).allSatisfy { TextMetrics.width($0.label, size: 11) <= bar - 4 }
    }
    return groups.allSatisfy {
      TextMetrics.width($0.label, size: 12) <= bar * (Double($0.bars.count) + Self.gap) - 4
    }
  }

  /// What stands below a group whose bars have names; nothing where its only bar says the same.
  private func groupName(_ group: Group) -> String {
    group.bars.count == 1 && group.bars[0].label == group.label ? "" : group.label
  }

  /// How far a name that is turned reaches to the left of the axes: the cosine of its length, less its distance from them.
  private func reach(_ name: String, size: Double, from place: Double) -> Double {
    min(Self.mostLabelWidth, TextMetrics.width(name, size: size)) * 0.766 - place
  }

  func room(width: Double) -> PanelRoom {
    var left = fitted.labelRoom
    var bar = barWidth(in: width - left - 8)
    if let first = groups.first, !areLevel(bar) {
      let half = bar * Self.gap / 2
      left =
        namesBars
        ? max(left, reach(first.bars.first?.label ?? "", size: 11, from: half + bar / 2))
        : max(left, reach(first.label, size: 12, from: half + bar * Double(first.bars.count) / 2))
      bar = barWidth(in: width - left - 8)
    }
    let names = namesBars ? groups.flatMap(\.bars).map(\.label) : groups.map(\.label)
    let longest = names.map { TextMetrics.width($0, size: namesBars ? 11 : 12) }.max() ?? 0
    // The sine of the angle, and the height of the last letter.
    let turned = min(Self.mostLabelWidth, longest) * 0.643 + 24
    var bottom = areLevel(bar) ? 26 : turned
    if namesBars, groups.contains(where: { !groupName($0).isEmpty }) { bottom += 18 }
    return PanelRoom(left: left, right: 8, top: 10, bottom: bottom, height: 230)
  }

  func draw(in frame: Frame, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    let axis = fitted
    frame.drawVerticalAxis(axis, titleAt: titleX, on: &canvas)
    let bar = barWidth(in: frame.width)
    let zero = frame.height(of: axis.clamped(0) ?? 0)
    var place = frame.x + bar * Self.gap / 2
    var taken = frame.x - 60
    for (number, group) in groups.enumerated() {
      let begin = place
      for member in group.bars {
        draw(member, in: group, at: place, bar, zero, axis, frame, &canvas)
        place += bar
      }
      if let reference = group.reference {
        frame.draw(reference, axis, from: begin - bar * 0.12, to: place + bar * 0.12, on: &canvas)
      }
      let step = TextMetrics.labelStep(bar * (Double(group.bars.count) + Self.gap), isTurned: true)
      if namesBars || areLevel(bar) || number % step == 0 {
        drawLabels(of: group, from: begin, bar, frame, taken: &taken, &canvas)
      }
      place += bar * Self.gap
    }
    // Bars that go both ways begin at a line.
    if zero < frame.bottom - 1 { canvas.line(frame.x, zero, frame.right, zero, style: "a") }
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

  /// What stands below a group, to the right of what is taken already.
  private func drawLabels(
    of group: Group, from begin: Double, _ bar: Double, _ frame: Frame, taken: inout Double, _ canvas: inout SVGCanvas
  ) {
    let middle = begin + bar * Double(group.bars.count) / 2
    let isLevel = areLevel(bar)
    func turned(_ name: String, _ place: Double, size: Double, style: String) {
      canvas.words(
        TextMetrics.cut(name, width: Self.mostLabelWidth, size: size), place + 4, frame.bottom + 13, anchor: .end,
        style: style, turned: Self.angle)
    }
    guard namesBars else {
      if isLevel {
        canvas.words(group.label, middle, frame.bottom + 17, anchor: .middle)
      } else {
        turned(group.label, middle, size: 12, style: "t")
      }
      return
    }
    let step = isLevel ? 1 : TextMetrics.labelStep(bar, isTurned: true)
    for (number, member) in group.bars.enumerated() where number % step == 0 {
      let place = begin + bar * (Double(number) + 0.5)
      if isLevel {
        canvas.words(member.label, place, frame.bottom + 15, anchor: .middle, style: "l")
      } else {
        turned(member.label, place, size: 11, style: "l")
      }
    }
    let name = groupName(group)
    if name.isEmpty { return }
    // What is wider than its group stays on the page, and clear of the name before it.
    let (width, most) = (TextMetrics.width(name, size: 12), frame.right + 4)
    let left = max(taken, min(middle - width / 2, most - width))
    // A little more, for the room may be exactly as wide as the name.
    let shown = TextMetrics.cut(name, width: max(0, most - left) + 0.5, size: 12)
    canvas.words(shown, left, frame.bottom + room(width: frame.width + 8).bottom - 6)
    taken = left + TextMetrics.width(shown, size: 12) + 10
  }
}
