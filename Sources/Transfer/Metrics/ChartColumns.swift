// ChartColumns.swift -- the columns of a chart as W&B exports it: a column for each run and metric.

/// The columns of a chart that W&B exports: `Step`, and for each run and metric `RUN - METRIC`, with limits `…__MIN` and `…__MAX`.
struct ChartColumns {
  /// A line of the chart.
  struct Line {
    let column: Int
    let run: String
    let metric: String
  }

  /// The column of the epochs.
  let step: Int
  let lines: [Line]
  /// Whether all other columns are lines, their limits, or clocks.
  let isWhole: Bool

  private static let separator = " - "

  /// Tells the columns by their names; nil where none is that of a line, or none has the epochs.
  init?(_ header: [String]) {
    let tracker = TrackerColumns(header)
    guard let step = tracker.epoch else { return nil }
    var (lines, others) = ([Line](), 0)
    for (index, name) in header.enumerated() where index != step && !tracker.ignored.contains(index) {
      guard let place = name.firstRange(of: Self.separator), place.lowerBound > name.startIndex else {
        others += 1
        continue
      }
      let metric = String(name[place.upperBound...])
      // W&B writes the step of each run beside its metric.
      if metric.hasPrefix("_"), (TrackerColumns.clocks + TrackerColumns.epochs).contains(metric) { continue }
      lines.append(Line(column: index, run: String(name[..<place.lowerBound]), metric: metric))
    }
    if lines.isEmpty { return nil }
    (self.step, self.lines, isWhole) = (step, lines, others == 0)
  }
}
