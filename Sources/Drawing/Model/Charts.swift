// Charts.swift -- the three kinds of chart: bars, lines, cells.

/// Bars in groups, each with an error and perhaps a reference of its own.
package struct BarChart: Sendable, Hashable {
  /// One bar.
  package struct Bar: Sendable, Hashable {
    /// What it is called.
    package var label: String
    /// How far it goes; NaN draws nothing.
    package var value: Double
    /// The error of the value; nil where there is none.
    package var error: Double?
    /// The ends of an interval around the value, drawn in place of the error; nil for the error.
    package var interval: ClosedRange<Double>?
    /// The colour.
    package var ink: Ink
    /// What it is compared with, drawn across this bar alone.
    package var reference: Reference?

    /// Makes a bar.
    package init(
      _ label: String, _ value: Double, error: Double? = nil, interval: ClosedRange<Double>? = nil, _ ink: Ink,
      reference: Reference? = nil
    ) {
      self.label = label
      self.value = value
      self.error = error
      self.interval = interval
      self.ink = ink
      self.reference = reference
    }
  }

  /// Bars that stand together.
  package struct Group: Sendable, Hashable {
    /// What stands below them; empty for nothing.
    package var label: String
    /// The bars.
    package var bars: [Bar]
    /// What the whole group is compared with.
    package var reference: Reference?

    /// Makes a group.
    package init(_ label: String, _ bars: [Bar], reference: Reference? = nil) {
      self.label = label
      self.bars = bars
      self.reference = reference
    }
  }

  /// The groups, from left to right.
  package var groups: [Group]
  /// The axis of the values.
  package var axis: ValueAxis
  /// What everything is compared with.
  package var references: [Reference]
  /// Whether each bar has its label below it, rather than in the key alone.
  package var namesBars: Bool

  /// Makes a chart.
  package init(_ groups: [Group], axis: ValueAxis, references: [Reference] = [], namesBars: Bool = false) {
    self.groups = groups
    self.axis = axis
    self.references = references
    self.namesBars = namesBars
  }
}

/// Lines over numbers, with bands or bars of their errors.
package struct LineChart: Sendable, Hashable {
  /// One point of a line.
  package struct Point: Sendable, Hashable {
    /// Where it is.
    package var x: Double, y: Double
    /// What is drawn around it; nil for nothing.
    package var error: Double?

    /// Makes a point.
    package init(_ x: Double, _ y: Double, error: Double? = nil) {
      self.x = x
      self.y = y
      self.error = error
    }
  }

  /// How a line is drawn.
  package enum Style: Sendable, Hashable {
    /// A line with a mark and an error bar at each point.
    case marks
    /// A line in a band of its errors.
    case band
    /// A thin and faint line: one of many.
    case faint
  }

  /// One line.
  package struct Series: Sendable, Hashable {
    /// What it is called.
    package var label: String
    /// The points, x ascending; a point that is not finite interrupts the line.
    package var points: [Point]
    /// The colour.
    package var ink: Ink
    /// How it is drawn.
    package var style: Style

    /// Makes a line.
    package init(_ label: String, _ points: [Point], _ ink: Ink, _ style: Style = .marks) {
      self.label = label
      self.points = points
      self.ink = ink
      self.style = style
    }
  }

  /// The lines, the last drawn on top.
  package var series: [Series]
  /// The axis below.
  package var xAxis: ValueAxis
  /// The axis of the values.
  package var yAxis: ValueAxis
  /// What everything is compared with.
  package var references: [Reference]

  /// Makes a chart.
  package init(_ series: [Series], x: ValueAxis, y: ValueAxis, references: [Reference] = []) {
    self.series = series
    xAxis = x
    yAxis = y
    self.references = references
  }
}

/// Cells in rows and columns, their colours a scale of numbers.
package struct CellChart: Sendable, Hashable {
  /// One cell.
  package struct Cell: Sendable, Hashable {
    /// What its colour says; NaN leaves it empty.
    package var value: Double
    /// What stands in it.
    package var text: String

    /// Makes a cell.
    package init(_ value: Double, _ text: String) {
      self.value = value
      self.text = text
    }
  }

  /// What the rows are, from the top.
  package var rows: [String]
  /// What the columns are, from the left.
  package var columns: [String]
  /// The cells, row by row.
  package var cells: [[Cell]]
  /// What rows and columns are together.
  package var rowTitle: String, columnTitle: String
  /// The numbers of the lightest and the darkest colour.
  package var scale: ClosedRange<Double>
  /// What the colours are; empty draws no scale beside the cells.
  package var scaleTitle: String

  /// Makes a chart.
  ///
  /// - Precondition: There is a cell for each row and column.
  package init(
    rows: [String], columns: [String], cells: [[Cell]], rowTitle: String, columnTitle: String,
    scale: ClosedRange<Double>, scaleTitle: String = ""
  ) {
    precondition(
      cells.count == rows.count && cells.allSatisfy { $0.count == columns.count }, "there is a cell for each place")
    self.rows = rows
    self.columns = columns
    self.cells = cells
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.scale = scale
    self.scaleTitle = scaleTitle
  }
}

extension BarChart.Bar {
  /// What is drawn around the value: its interval, or its error on both sides; nil for nothing.
  var spread: ClosedRange<Double>? {
    if let interval { return interval }
    guard let error, error.isFinite, error > 0, value.isFinite else { return nil }
    return (value - error)...(value + error)
  }

  /// The value in words, with its interval or its error.
  var numberText: String {
    guard let interval else { return NumberText.withError(value, error) }
    return
      "\(NumberText.withError(value, nil)) (\(NumberText.withError(interval.lowerBound, nil)) to \(NumberText.withError(interval.upperBound, nil)))"
  }
}
