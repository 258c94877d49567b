// Picture+SVG.swift -- a picture as SVG with real text: title, key, panels in rows, notes.

extension Panel {
  fileprivate func room(width: Double) -> PanelRoom {
    switch content {
    case .bars(let chart): chart.room(width: width)
    case .lines(let chart): chart.room(width: width)
    case .cells(let chart): chart.room(width: width)
    }
  }

  /// The height that the title takes above the axes.
  fileprivate func titleRoom(width: Double) -> Double {
    title.isEmpty ? 0 : 4 + Self.titleLine * Double(titleLines(width: width).count)
  }

  private static let titleLine = 16.0

  private func titleLines(width: Double) -> [String] {
    /// More would push the axes down the page.
    let most = 3
    return TextMetrics.wrapped(title, width: width, size: TextMetrics.bold(13), most: most)
  }

  fileprivate func draw(at x: Double, _ y: Double, width: Double, _ room: PanelRoom, on canvas: inout SVGCanvas) {
    let frame = Frame(x: x + room.left, y: y + room.top, width: width - room.left - room.right, height: room.height)
    // The last line stands above the axes, as those of the panels beside it do.
    for (number, line) in titleLines(width: frame.width + room.right).reversed().enumerated() {
      canvas.words(line, frame.x, frame.y - 16 - Self.titleLine * Double(number), style: "h")
    }
    switch content {
    case .bars(let chart): chart.draw(in: frame, titleAt: x + 12, on: &canvas)
    case .lines(let chart): chart.draw(in: frame, titleAt: x + 12, on: &canvas)
    case .cells(let chart): chart.draw(in: frame, titleAt: x + 12, on: &canvas)
    }
  }
}

extension Picture {
  private static let margin = 16.0
  private static let space = 18.0

  /// The width of the page, in pixels: wide enough for its panels.
  private var pageWidth: Double {
    let bars =
      panels.map { panel in
        if case .bars(let chart) = panel.content { chart.groups.reduce(0) { $0 + $1.bars.count } } else { 0 }
      }.max() ?? 0
    switch min(columns, max(1, panels.count)) {
    // The 48 bars of all statistics and positions each have their name.
    case 1: return bars > 40 ? 1020 : bars > 12 ? 920 : 680
    case 2: return 900
    default: return 1020
    }
  }

  /// The picture as SVG.
  ///
  /// - Parameters:
  ///   - id: What names of elements begin with, so that several pictures may stand on one page.
  ///   - isInline: Whether it stands in a page that has the styles; else it brings them, and a ground.
  /// - Returns: The whole element; its bytes depend on nothing but the picture.
  package func svg(id: String = "picture", isInline: Bool = false) -> String {
    page(id: id, isInline: isInline).text
  }

  /// The picture as SVG, with its size.
  func page(id: String, isInline: Bool) -> (text: String, width: Double, height: Double) {
    let width = pageWidth
    var canvas = SVGCanvas()
    var y = Self.margin
    if !title.isEmpty {
      for line in TextMetrics.wrapped(title, width: width - 2 * Self.margin, size: TextMetrics.bold(16)) {
        canvas.words(line, Self.margin, y + 14, style: "hh")
        y += 22
      }
      y += 4
    }
    y = drawKey(from: y, width, &canvas)
    y = drawPanels(from: y, width, &canvas)
    for note in notes {
      for line in TextMetrics.wrapped(note, width: width - 2 * Self.margin, size: 11) {
        canvas.words(line, Self.margin, y + 11, style: "n")
        y += 15
      }
    }
    let height = y + Self.margin
    let size = "width=\"\(coordinate(width))\" height=\"\(coordinate(height))\""
    let head =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(coordinate(width)) \(coordinate(height))\" "
      + "class=\"e\" role=\"img\" aria-labelledby=\"\(id)-title \(id)-description\">\n"
      + "<title id=\"\(id)-title\">\(escapedMarkup(title))</title>\n"
      + "<desc id=\"\(id)-description\">\(escapedMarkup(description))</desc>\n"
    let ground =
      isInline
      ? "" : "<style>\n\(StyleSheet.css)\n</style>\n<rect width=\"100%\" height=\"100%\" class=\"bg\"/>\n"
    return (head + ground + canvas.text + "</svg>\n", width, height)
  }

  private func drawKey(from start: Double, _ width: Double, _ canvas: inout SVGCanvas) -> Double {
    if key.isEmpty { return start }
    var (x, y) = (Self.margin, start)
    for entry in key {
      let words = TextMetrics.cut(entry.label, width: width - 2 * Self.margin - 44, size: 12)
      let wide = 26 + TextMetrics.width(words, size: 12) + 18
      if x > Self.margin, x + wide > width - Self.margin { (x, y) = (Self.margin, y + 19) }
      switch entry.mark {
      case .box: canvas.rectangle(x + 4, y + 2, 12, 11, style: "f\(entry.ink.rawValue)")
      case .line:
        canvas.line(x, y + 8, x + 20, y + 8, style: "s\(entry.ink.rawValue) ln")
        canvas.mark(entry.ink, x + 10, y + 8)
      case .rule: canvas.line(x, y + 8, x + 20, y + 8, style: entry.ink == .red ? "r" : "s\(entry.ink.rawValue) ln")
      case .dots: canvas.line(x, y + 8, x + 20, y + 8, style: "c")
      }
      canvas.words(words, x + 26, y + 12)
      x += wide
    }
    return y + 26
  }

  private func drawPanels(from start: Double, _ width: Double, _ canvas: inout SVGCanvas) -> Double {
    let across = min(columns, max(1, panels.count))
    let panelWidth = (width - 2 * Self.margin - Double(across - 1) * Self.space) / Double(across)
    var y = start
    for first in stride(from: 0, to: panels.count, by: across) {
      let row = panels[first..<min(first + across, panels.count)]
      let rooms = row.map { $0.room(width: panelWidth) }
      guard let one = rooms.first else { continue }
      var room = rooms.dropFirst().reduce(one) { $0.joined(with: $1) }
      room.top += row.map { $0.titleRoom(width: panelWidth - room.left) }.max() ?? 0
      for (number, panel) in row.enumerated() {
        let x = Self.margin + Double(number) * (panelWidth + Self.space)
        panel.draw(at: x, y, width: panelWidth, room, on: &canvas)
      }
      y += room.top + room.height + room.bottom + 14
    }
    return y
  }
}
