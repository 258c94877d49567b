// LineChart+SVG.swift -- lines with bands or bars of their errors.

extension LineChart {
  /// Both axes, fitted to all points.
  func fitted(xTicks: Int, yTicks: Int) -> (x: FittedAxis, y: FittedAxis) {
    var (xs, ys): ([Double], [Double]) = ([], [])
    // What is not finite has a place along the axis below, where its line is interrupted.
    for point in series.lazy.flatMap(\.points) where point.x.isFinite {
      xs.append(point.x)
      guard point.y.isFinite else { continue }
      ys.append(point.y)
      if let error = point.error, error.isFinite { ys += [point.y - error, point.y + error] }
    }
    ys += references.map(\.value)
    var xAxis = xAxis
    // Between the neighbours of one number there is nothing to be read.
    if xAxis.ticks == nil, xAxis.lowest == nil, xAxis.highest == nil, let only = xs.first, xs.allSatisfy({ $0 == only })
    {
      xAxis.ticks = [.init(only, NumberText.short(only))]
    }
    return (FittedAxis(xAxis, xs, tickCount: xTicks), FittedAxis(yAxis, ys, tickCount: yTicks))
  }

  func room(width: Double) -> PanelRoom {
    let left = fitted(xTicks: 6, yTicks: 6).y.labelRoom
    return PanelRoom(left: left, right: 14, top: 10, bottom: xAxis.title.isEmpty ? 24 : 42, height: 220)
  }

  func draw(in frame: Frame, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    let (x, y) = fitted(xTicks: max(2, Int(frame.width / 45)), yTicks: 6)
    frame.drawVerticalAxis(y, titleAt: titleX, on: &canvas)
    frame.drawHorizontalAxis(x, on: &canvas)
    for reference in references { frame.draw(reference, y, from: frame.x, to: frame.right, on: &canvas) }
    for line in series { draw(line, x, y, frame, &canvas) }
    drawHints(x, y, frame, &canvas)
    if y.isEmpty { frame.drawNothing(on: &canvas) }
    frame.drawSides(on: &canvas)
  }

  /// Says the number of each point of the lines in bands to whoever points at it, where they are few enough for a page.
  private func drawHints(_ x: FittedAxis, _ y: FittedAxis, _ frame: Frame, _ canvas: inout SVGCanvas) {
    /// About as many bytes as a page of text has for each.
    let most = 2_000
    let lines = series.filter { $0.style == .band }
    if lines.reduce(0, { $0 + $1.points.count }) > most { return }
    let size = 8.0
    for line in lines {
      for point in line.points {
        guard let across = x.share(point.x), let up = y.clamped(point.y) else { continue }
        let error = point.error.map { " ± \(NumberText.short($0))" } ?? ""
        canvas.beginGroup(
          "\(line.label), \(xAxis.title) \(NumberText.plain(point.x)): \(NumberText.plain(point.y))\(error)")
        canvas.rectangle(
          frame.x + across * frame.width - size / 2, frame.height(of: up) - size / 2, size, size, style: "o")
        canvas.endGroup()
      }
    }
  }

  private func draw(
    _ line: Series, _ x: FittedAxis, _ y: FittedAxis, _ frame: Frame, _ canvas: inout SVGCanvas
  ) {
    func place(_ point: Point, _ offset: Double = 0) -> (x: Double, y: Double)? {
      guard let across = x.share(point.x), let up = y.clamped(point.y + offset) else { return nil }
      return (frame.x + across * frame.width, frame.height(of: up))
    }
    /// The lower end of an error: what is not above zero has no place on a logarithmic axis, and is below all that it shows.
    func lowEnd(_ point: Point) -> (x: Double, y: Double)? {
      let error = point.error ?? 0
      if let end = place(point, -error) { return end }
      return place(point).map { at in (x: at.x, y: error.isFinite ? frame.height(of: 0) : at.y) }
    }
    let ink = line.ink.rawValue
    canvas.beginGroup(line.style == .marks ? nil : line.label)
    if line.style == .band {
      for part in line.points.split(whereSeparator: { place($0) == nil })
      where part.contains(where: { $0.error != nil }) {
        let upper = part.compactMap { place($0, $0.error ?? 0) }
        let lower = part.reversed().compactMap { lowEnd($0) }
        canvas.path((upper + lower).map { $0 }, style: "f\(ink) bd", isClosed: true)
      }
    }
    canvas.path(line.points.map { place($0) }, style: "s\(ink) \(line.style == .faint ? "fa" : "ln")")
    if line.style != .marks {
      // A point between holes makes no line.
      for part in line.points.split(whereSeparator: { place($0) == nil }) where part.count == 1 {
        for at in part.compactMap({ place($0) }) { canvas.dot(line.ink, at.x, at.y, isFaint: line.style == .faint) }
      }
    }
    if line.style == .marks {
      for point in line.points {
        guard let at = place(point) else { continue }
        canvas.beginGroup("\(line.label): \(NumberText.withError(point.y, point.error))")
        if let error = point.error, error > 0, let low = lowEnd(point), let high = place(point, error) {
          canvas.line(at.x, low.y, at.x, high.y, style: "s\(ink) er")
        }
        canvas.mark(line.ink, at.x, at.y)
        canvas.endGroup()
      }
    }
    canvas.endGroup()
  }
}
