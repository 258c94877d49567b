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
  /// What a user should know.
  let notes: [String]

  private static let separator = " - "

  /// Tells the columns by their names; nil where none is that of a line, or none has the epochs.
  ///
  /// A name with several separators is split where most columns agree on the metric, so that there are few metrics, or else at the first.
  ///
  /// - Parameters:
  ///   - header: The names of the columns.
  ///   - known: Runs that are known, whose names decide where they can.
  init?(_ header: [String], runs known: Set<String> = []) {
    let tracker = TrackerColumns(header)
    guard let step = tracker.epoch else { return nil }
    var choices: [[Line]] = []
    var others = 0
    for (index, name) in header.enumerated() where index != step && !tracker.ignored.contains(index) {
      let lines = Self.lines(name, column: index)
      guard let last = lines.last else {
        others += 1
        continue
      }
      // W&B writes the step of each run beside its metric.
      if last.metric.hasPrefix("_"), (TrackerColumns.clocks + TrackerColumns.epochs).contains(last.metric) { continue }
      let ofKnown = lines.filter { known.contains($0.run) }
      choices.append(ofKnown.isEmpty ? lines : ofKnown)
    }
    if choices.isEmpty { return nil }
    var counts: [String: Int] = [:]
    for line in choices.joined() { counts[line.metric, default: 0] += 1 }
    let lines = choices.map { choice in
      choice.dropFirst().reduce(choice[0]) { best, line in
        counts[line.metric, default: 0] > counts[best.metric, default: 0] ? line : best
      }
    }
    (self.step, self.lines, isWhole) = (step, lines, others == 0)
    guard let place = choices.firstIndex(where: { $0.count > 1 }) else {
      notes = []
      return
    }
    let line = lines[place]
    notes = [
      """
      names of columns with several ' - ' are split where most columns agree, or else at the first: '\(header[line.column])' \
      is '\(line.metric)' of the run '\(line.run)'; where that is wrong, leave one ' - ' in each name in the file
      """
    ]
  }

  /// What a column can be by its name: a line for each separator, the shortest name of a run first.
  private static func lines(_ name: String, column: Int) -> [Line] {
    name.ranges(of: separator).compactMap { place in
      guard place.lowerBound > name.startIndex, place.upperBound < name.endIndex else { return nil }
      return Line(column: column, run: String(name[..<place.lowerBound]), metric: String(name[place.upperBound...]))
    }
  }
}
