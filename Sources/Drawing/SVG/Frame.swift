// Frame.swift -- where the axes of a panel stand on the page, and what is drawn around them.

/// The room that a panel needs around its axes, and how high these are.
struct PanelRoom {
  var left: Double, right: Double, top: Double, bottom: Double
  var height: Double

  /// Room for both, so that panels side by side have their axes in line.
  func joined(with other: PanelRoom) -> PanelRoom {
    PanelRoom(
      left: max(left, other.left), right: max(right, other.right), top: max(top, other.top),
      bottom: max(bottom, other.bottom), height: max(height, other.height))
  }
}

/// Where the axes of a panel stand on the page.
struct Frame {
  let x: Double, y: Double, width: Double, height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  /// The height of a share of the vertical axis.
  func height(of share: Double) -> Double { bottom - share * height }

  /// Horizontal lines at the ticks, their labels, and the title of the axis, turned.
  func drawVerticalAxis(_ axis: FittedAxis, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    for tick in axis.ticks {
      guard let share = axis.share(tick.value) else { continue }
      let level = height(of: share)
      canvas.line(x, level, right, level, style: "g")
      canvas.words(tick.label, x - 6, level + 3.8, anchor: .end, style: "l")
    }
    if !axis.title.isEmpty {
      let title = TextMetrics.cut(axis.title, width: height + 30, size: 12)
      canvas.words(title, titleX, y + height / 2, anchor: .middle, turned: -90)
    }
  }

  /// Ticks and labels below, and the title of the axis.
  func drawHorizontalAxis(_ axis: FittedAxis, on canvas: inout SVGCanvas) {
    let places = axis.ticks.compactMap { tick in axis.share(tick.value).map { (x + $0 * width, tick.label) } }
    let every = Self.labelStep(places.map { (at: $0.0, width: TextMetrics.width($0.1, size: 11)) })
    for (number, (place, label)) in places.enumerated() {
      canvas.line(place, bottom, place, bottom + 4, style: "a")
      if number % every == 0 { canvas.words(label, place, bottom + 16, anchor: .middle, style: "l") }
    }
    if !axis.title.isEmpty {
      canvas.words(
        TextMetrics.cut(axis.title, width: width + 40, size: 12), x + width / 2, bottom + 34, anchor: .middle)
    }
  }

  /// Of how many labels in a row one is written, so that none lies on another.
  static func labelStep(_ labels: [(at: Double, width: Double)]) -> Int {
    let space = 6.0
    return (1..<max(2, labels.count)).first { step in
      let shown = stride(from: 0, to: labels.count, by: step).map { labels[$0] }
      return zip(shown, shown.dropFirst()).allSatisfy { one, next in
        next.at - one.at >= (one.width + next.width) / 2 + space
      }
    } ?? max(1, labels.count)
  }

  /// Words in the middle of axes between which there is nothing to be seen.
  func drawNothing(on canvas: inout SVGCanvas) {
    canvas.words("no finite values", x + width / 2, y + height / 2, anchor: .middle, style: "n")
  }

  /// A reference from one place to another, its band below it.
  func draw(
    _ reference: Reference, _ axis: FittedAxis, from left: Double, to right: Double, on canvas: inout SVGCanvas
  ) {
    guard let share = axis.clamped(reference.value) else { return }
    canvas.beginGroup("\(reference.label): \(NumberText.withError(reference.value, reference.error))")
    if let error = reference.error, error > 0, let low = axis.clamped(reference.value - error),
      let high = axis.clamped(reference.value + error)
    {
      canvas.rectangle(left, height(of: high), right - left, (high - low) * height, style: "rb")
    }
    canvas.line(left, height(of: share), right, height(of: share), style: reference.isChance ? "c" : "r")
    canvas.endGroup()
  }

  /// The left and the lower side of the axes.
  func drawSides(on canvas: inout SVGCanvas) {
    canvas.path([(x, y), (x, bottom), (right, bottom)], style: "a")
  }
}

extension FittedAxis {
  /// The room that the labels of the ticks and the title take beside a vertical axis.
  var labelRoom: Double {
    let labels = ticks.map { TextMetrics.width($0.label, size: 11) }.max() ?? 0
    return labels + 12 + (title.isEmpty ? 0 : 18)
  }
}
