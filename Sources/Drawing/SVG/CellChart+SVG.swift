// CellChart+SVG.swift -- cells in rows and columns, with their scale of colours.

extension CellChart {
  /// The share of the scale of a cell; nil for one that is empty.
  func share(_ cell: Cell) -> Double? {
    guard cell.value.isFinite else { return nil }
    let span = scale.upperBound - scale.lowerBound
    return span > 0 ? min(1, max(0, (cell.value - scale.lowerBound) / span)) : 0
  }

  private var columnLabelWidth: Double { columns.map { TextMetrics.width($0, size: 11) }.max() ?? 0 }

  private func isLevel(_ cellWidth: Double) -> Bool { columnLabelWidth <= cellWidth - 4 }

  private var scaleRoom: Double { scaleTitle.isEmpty ? 8 : 62 }

  func room(width: Double) -> PanelRoom {
    let labels = min(150, rows.map { TextMetrics.width($0, size: 11) }.max() ?? 0)
    let left = labels + 12 + (rowTitle.isEmpty ? 0 : 18)
    let across = max(20, width - left - scaleRoom)
    let cell = across / Double(max(1, columns.count))
    let bottom = (isLevel(cell) ? 20 : columnLabelWidth * 0.643 + 18) + (columnTitle.isEmpty ? 4 : 20)
    let height = min(max(Double(rows.count) * min(cell, 44), Double(rows.count) * 22), 380)
    return PanelRoom(left: left, right: scaleRoom, top: 8, bottom: bottom, height: height)
  }

  func draw(in frame: Frame, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    let (width, height) = (frame.width / Double(max(1, columns.count)), frame.height / Double(max(1, rows.count)))
    for (row, name) in rows.enumerated() {
      let top = frame.y + Double(row) * height
      canvas.words(
        TextMetrics.cut(name, width: 150, size: 11), frame.x - 6, top + height / 2 + 4, anchor: .end, style: "l")
      for (column, columnName) in columns.enumerated() {
        let (cell, left) = (cells[row][column], frame.x + Double(column) * width)
        let hint = cell.value.isFinite ? NumberText.short(cell.value) : "nothing"
        canvas.beginGroup("\(name), \(columnName): \(cell.text.isEmpty ? hint : cell.text)")
        guard let share = share(cell) else {
          canvas.rectangle(left + 0.5, top + 0.5, width - 1, height - 1, style: "em")
          canvas.endGroup()
          continue
        }
        canvas.rectangle(left + 0.5, top + 0.5, width - 1, height - 1, style: "", fill: ColourScale.hex(share))
        if TextMetrics.width(cell.text, size: 11) <= width - 3 {
          canvas.words(
            cell.text, left + width / 2, top + height / 2 + 4, anchor: .middle,
            style: ColourScale.isDark(share) ? "w" : "k kd")
        }
        canvas.endGroup()
      }
    }
    for (column, name) in columns.enumerated() {
      let middle = frame.x + (Double(column) + 0.5) * width
      if isLevel(width) {
        canvas.words(name, middle, frame.bottom + 15, anchor: .middle, style: "l")
      } else {
        canvas.words(name, middle + 4, frame.bottom + 12, anchor: .end, style: "l", turned: -40)
      }
    }
    if !columnTitle.isEmpty {
      canvas.words(
        columnTitle, frame.x + frame.width / 2,
        frame.bottom + (isLevel(width) ? 34 : columnLabelWidth * 0.643 + 32), anchor: .middle)
    }
    if !rowTitle.isEmpty {
      canvas.words(rowTitle, titleX, frame.y + frame.height / 2, anchor: .middle, turned: -90)
    }
    if !scaleTitle.isEmpty { drawScale(beside: frame, &canvas) }
  }

  private func drawScale(beside frame: Frame, _ canvas: inout SVGCanvas) {
    let steps = 24
    let (left, step) = (frame.right + 12, frame.height / 24)
    for number in 0..<steps {
      let share = (Double(number) + 0.5) / Double(steps)
      canvas.rectangle(
        left, frame.bottom - Double(number + 1) * step, 10, step + 0.3, style: "", fill: ColourScale.hex(share))
    }
    for (share, value) in [
      (0.0, scale.lowerBound), (0.5, (scale.lowerBound + scale.upperBound) / 2), (1.0, scale.upperBound),
    ] {
      canvas.words(
        NumberText.short(value), left + 14, frame.height(of: share) + (share == 0 ? 0 : share == 1 ? 8 : 4), style: "l")
    }
    canvas.words(scaleTitle, left + 46, frame.y + frame.height / 2, anchor: .middle, style: "l", turned: -90)
  }
}
