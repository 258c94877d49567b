// CellChart+SVG.swift -- cells in rows and columns, with their scale of colours.

extension CellChart {
  /// The share of the scale of a cell; nil for one that is empty.
  func share(_ cell: Cell) -> Double? {
    guard cell.value.isFinite else { return nil }
    let span = scale.upperBound - scale.lowerBound
    return span > 0 ? min(1, max(0, (cell.value - scale.lowerBound) / span)) : 0
  }

  /// More cells than anybody reads one by one.
  private static let mostCellsWithNumbers = 2_500

  /// The width that names have beside rows and below columns; longer ones are cut.
  private static let mostLabelWidth = 150.0

  private var columnLabelWidth: Double {
    min(Self.mostLabelWidth, columns.map { TextMetrics.width($0, size: 11) }.max() ?? 0)
  }

  private func isLevel(_ cellWidth: Double) -> Bool { columnLabelWidth <= cellWidth - 4 }

  /// The numbers beside the scale of colours, from below.
  private var scaleLabels: [(share: Double, text: String)] {
    [(0, scale.lowerBound), (0.5, (scale.lowerBound + scale.upperBound) / 2), (1, scale.upperBound)].map {
      ($0.0, NumberText.short($0.1))
    }
  }

  private var scaleLabelWidth: Double { scaleLabels.map { TextMetrics.width($0.text, size: 11) }.max() ?? 0 }

  /// Room for a gap, the colours, their numbers and their title.
  private var scaleRoom: Double { scaleTitle.isEmpty ? 8 : 12 + 14 + scaleLabelWidth + 20 }

  func room(width: Double) -> PanelRoom {
    let labels = min(Self.mostLabelWidth, rows.map { TextMetrics.width($0, size: 11) }.max() ?? 0)
    var left = labels + 12 + (rowTitle.isEmpty ? 0 : 18)
    func cellWidth() -> Double { max(20, width - left - scaleRoom) / Double(max(1, columns.count)) }
    if !isLevel(cellWidth()), let first = columns.first {
      // The turned name of the first column ends below it, and begins to the left.
      let reach = min(Self.mostLabelWidth, TextMetrics.width(first, size: 11)) * 0.766
      left = max(left, reach - cellWidth() / 2)
    }
    let cell = cellWidth()
    let bottom = (isLevel(cell) ? 20 : columnLabelWidth * 0.643 + 18) + (columnTitle.isEmpty ? 4 : 20)
    let height = min(max(Double(rows.count) * min(cell, 44), Double(rows.count) * 22), 380)
    return PanelRoom(left: left, right: scaleRoom, top: 8, bottom: bottom, height: height)
  }

  func draw(in frame: Frame, titleAt titleX: Double, on canvas: inout SVGCanvas) {
    let (width, height) = (frame.width / Double(max(1, columns.count)), frame.height / Double(max(1, rows.count)))
    // Of many cells, those of the least share are one ground, and no cell says its number.
    let isCrowded = rows.count * columns.count > Self.mostCellsWithNumbers
    if isCrowded {
      canvas.rectangle(frame.x, frame.y, frame.width, frame.height, style: "", fill: ColourScale.hex(0))
    }
    let inset = min(0.5, width / 10, height / 10)
    for (row, name) in rows.enumerated() {
      let top = frame.y + Double(row) * height
      if row % TextMetrics.labelStep(height) == 0 {
        canvas.words(
          TextMetrics.cut(name, width: Self.mostLabelWidth, size: 11), frame.x - 6, top + height / 2 + 4, anchor: .end,
          style: "l")
      }
      for (column, columnName) in columns.enumerated() {
        let (cell, left) = (cells[row][column], frame.x + Double(column) * width)
        if isCrowded {
          if let share = share(cell), share > 0 {
            canvas.rectangle(
              left + inset, top + inset, width - 2 * inset, height - 2 * inset, style: "", fill: ColourScale.hex(share))
          }
          continue
        }
        let hint = cell.value.isFinite ? NumberText.short(cell.value) : "nothing"
        canvas.beginGroup("\(name), \(columnName): \(cell.text.isEmpty ? hint : cell.text)")
        guard let share = share(cell) else {
          canvas.rectangle(left + inset, top + inset, width - 2 * inset, height - 2 * inset, style: "em")
          canvas.endGroup()
          continue
        }
        canvas.rectangle(
          left + inset, top + inset, width - 2 * inset, height - 2 * inset, style: "", fill: ColourScale.hex(share))
        if TextMetrics.width(cell.text, size: 11) <= width - 3 {
          canvas.words(
            cell.text, left + width / 2, top + height / 2 + 4, anchor: .middle,
            style: ColourScale.isDark(share) ? "w" : "k kd")
        }
        canvas.endGroup()
      }
    }
    drawNames(of: frame, width, titleAt: titleX, &canvas)
    if !scaleTitle.isEmpty { drawScale(beside: frame, &canvas) }
  }

  /// The names of the columns, and the titles of both axes.
  private func drawNames(of frame: Frame, _ width: Double, titleAt titleX: Double, _ canvas: inout SVGCanvas) {
    for (column, name) in columns.enumerated()
    where column % TextMetrics.labelStep(width, isTurned: !isLevel(width)) == 0 {
      let middle = frame.x + (Double(column) + 0.5) * width
      if isLevel(width) {
        canvas.words(name, middle, frame.bottom + 15, anchor: .middle, style: "l")
      } else {
        canvas.words(
          TextMetrics.cut(name, width: Self.mostLabelWidth, size: 11), middle + 4, frame.bottom + 12, anchor: .end,
          style: "l", turned: -40)
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
  }

  private func drawScale(beside frame: Frame, _ canvas: inout SVGCanvas) {
    let steps = 24
    let (left, step) = (frame.right + 12, frame.height / 24)
    for number in 0..<steps {
      let share = (Double(number) + 0.5) / Double(steps)
      canvas.rectangle(
        left, frame.bottom - Double(number + 1) * step, 10, step + 0.3, style: "", fill: ColourScale.hex(share))
    }
    for (share, text) in scaleLabels {
      canvas.words(
        text, left + 14, frame.height(of: share) + (share == 0 ? 0 : share == 1 ? 8 : 4), style: "l")
    }
    canvas.words(
      scaleTitle, left + 14 + scaleLabelWidth + 16, frame.y + frame.height / 2, anchor: .middle, style: "l", turned: -90
    )
  }
}
