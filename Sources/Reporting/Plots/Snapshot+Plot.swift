// Snapshot+Plot.swift -- trajectories drawn: one by one, or the mean of each class.

package import Base
import Drawing
import TrajectoryModel
package import TrajectoryStore

extension Snapshot {
  /// Draws trajectories: each as a thin line, or the mean of each colour in a band of its standard error.
  ///
  /// - Parameters:
  ///   - request: Which, and how.
  ///   - work: How the work is done.
  /// - Returns: The picture and every number in it.
  /// - Throws: ``EngramError`` with code `notFound` for no examples, no such statistic or epoch; `usage` for no such column or
  ///   too many panels; `cancelled`.
  package func plot(_ request: PlotRequest, work: WorkContext = WorkContext()) throws(EngramError) -> NumberedPicture {
    let chosen = try examples(where: request.filter, limits: QueryLimits(work: work))
    let selection = try select(
      chosen, statistics: .names(request.statistics), view: TrajectoryView(epochs: request.epochs), missing: .drop)
    let groups = try TrajectoryGroups(request, selection.examples, in: self)
    let plot = TrajectoryPlot(request: request, groups: groups, columns: selection.columns)
    var notes = selection.remarks + groups.remarks
    let drawn =
      request.isMean ? try plot.means(self, work, &notes) : try plot.lines(self, work, &notes)
    return plot.numbered(drawn.panels, drawn.numbers, notes)
  }
}

/// One plot while it is made.
private struct TrajectoryPlot {
  let request: PlotRequest
  let groups: TrajectoryGroups
  let columns: FeatureColumns

  private var epochs: [Double] { columns.epochs }

  /// What stands above the panel of a facet; the axis says the statistic.
  private func title(_ facet: Int) -> String { request.facet == nil ? "" : groups.facets[facet] }

  /// The columns that say which panel and which colour a number is of: the names of the fields, each once.
  private var fields: [String] {
    let own = ["statistic", "epoch", "mean", "standard_error", "examples", "example_id", "value"]
    return [request.facet, request.colour == request.facet ? nil : request.colour].compactMap { $0 }
      .map { own.contains($0) ? "field_\($0)" : $0 }
  }

  /// What stands in these columns.
  private func values(_ facet: Int, _ colour: Int) -> [JSONValue] {
    [
      request.facet == nil ? nil : groups.facets[facet],
      request.colour == nil || request.colour == request.facet ? nil : groups.colours[colour],
    ].compactMap { $0.map { .string($0) } }
  }

  /// The scale that suits values: logarithmic where all are above zero and span more than two decades, an inverse hyperbolic
  /// sine where they span as much on both sides of zero, else linear.
  private func scale(_ values: [Double], _ notes: inout [String], _ statistic: String) -> ValueAxis.Scale {
    if let scale = request.scale {
      let count = scale == .log ? values.count { $0.isFinite && $0 <= 0 } : 0
      if count > 0 {
        notes.append("\(statistic): values that are not above zero and have no place on a logarithmic axis: \(count)")
      }
      return scale
    }
    let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude).sorted()
    guard let largest = magnitudes.last, magnitudes.count > 4 else { return .linear }
    /// Two decades between the largest and a low one, by which a linear axis shows only the largest.
    let isWide = largest > 100 * magnitudes[magnitudes.count / 10]
    guard isWide else { return .linear }
    let scale: ValueAxis.Scale = values.allSatisfy { !($0 <= 0) } ? .log : .asinh
    notes.append(
      "\(statistic): the axis is \(scale == .log ? "logarithmic" : "an inverse hyperbolic sine"), for values span many powers of ten"
    )
    return scale
  }

  func means(
    _ snapshot: Snapshot, _ work: WorkContext, _ notes: inout [String]
  ) throws(EngramError) -> (panels: [Panel], numbers: NumberTable) {
    let means = try TrajectoryMeans(groups, columns, in: snapshot, work: work)
    var numbers = NumberTable(["statistic"] + fields + ["epoch", "mean", "standard_error", "examples"])
    var panels: [Panel] = []
    for (place, statistic) in request.statistics.enumerated() {
      var charts: [(facet: Int, series: [LineChart.Series])] = []
      for facet in groups.facets.indices {
        var series: [LineChart.Series] = []
        for (colour, name) in groups.colours.enumerated() {
          var points: [LineChart.Point] = []
          for (number, epoch) in epochs.enumerated() {
            guard let mean = means.mean(facet: facet, colour: colour, column: place * epochs.count + number) else {
              points.append(LineChart.Point(epoch, .nan))
              continue
            }
            points.append(LineChart.Point(epoch, mean.mean, error: mean.error))
            numbers.append(
              [.string(statistic)] + values(facet, colour)
                + [.real(epoch), .number(mean.mean), .number(mean.error), .count(mean.count)])
          }
          series.append(LineChart.Series(name, points, groups.ink(colour), .band))
        }
        charts.append((facet, series))
      }
      let scale = scale(charts.flatMap { $0.series.flatMap { $0.points.map(\.y) } }, &notes, statistic)
      let points = charts.flatMap { $0.series.flatMap(\.points) }
      let cut = scale == .log ? points.count { $0.y > 0 && $0.y <= $0.error ?? 0 } : 0
      if cut > 0 {
        notes.append(
          "\(statistic): bands that reach zero or below and end at the lower edge of a logarithmic axis: \(cut)"
        )
      }
      panels += charts.map { panel(statistic, $0.facet, $0.series, scale) }
    }
    notes.append("lines are means over examples, bands one standard error of the mean on either side")
    if means.notFinite > 0 { notes.append("values that are not finite and stand in no mean: \(means.notFinite)") }
    return (panels, numbers)
  }

  func lines(
    _ snapshot: Snapshot, _ work: WorkContext, _ notes: inout [String]
  ) throws(EngramError) -> (panels: [Panel], numbers: NumberTable) {
    let rows = chosenRows()
    let ids = groups.examples.ids
    var values = Matrix(elementType: .float64)
    try snapshot.materialize(ExampleSet(ids: rows.map { ids[$0] }), columns, into: &values, work: work)
    var numbers = NumberTable(["statistic"] + fields + ["example_id", "epoch", "value"])
    var panels: [Panel] = []
    var notFinite = 0
    for (place, statistic) in request.statistics.enumerated() {
      var byFacet = [[LineChart.Series]](repeating: [], count: groups.facets.count)
      for (number, row) in rows.enumerated() {
        var points: [LineChart.Point] = []
        for (offset, epoch) in epochs.enumerated() {
          let value = values[number, place * epochs.count + offset]
          if !value.isFinite { notFinite += 1 }
          points.append(LineChart.Point(epoch, value))
          numbers.append(
            [.string(statistic)] + self.values(groups.facetOf[row], groups.colourOf[row])
              + [.integer(ids[row]), .real(epoch), .number(value)])
        }
        byFacet[groups.facetOf[row]].append(
          LineChart.Series("example \(ids[row])", points, groups.ink(groups.colourOf[row]), .faint))
      }
      let scale = scale(byFacet.flatMap { $0.flatMap { $0.points.map(\.y) } }, &notes, statistic)
      for facet in groups.facets.indices { panels.append(panel(statistic, facet, byFacet[facet], scale)) }
    }
    if rows.count < groups.examples.count {
      notes.append("\(rows.count) of \(groups.examples.count) trajectories are drawn, evenly chosen")
    }
    if notFinite > 0 { notes.append("values that are not finite and interrupt their lines: \(notFinite)") }
    return (panels, numbers)
  }

  /// The examples that are drawn one by one: of each panel all, or as many of each colour as there are and the number allows,
  /// evenly in the order of ids.
  private func chosenRows() -> [Int] {
    var members = [[[Int]]](
      repeating: [[Int]](repeating: [], count: groups.colours.count), count: groups.facets.count)
    for row in groups.facetOf.indices { members[groups.facetOf[row]][groups.colourOf[row]].append(row) }
    return members.flatMap { colours in
      zip(colours, Self.shares(colours.map(\.count), of: request.mostLines)).flatMap { rows, share in
        (0..<share).map { rows[$0 * rows.count / share] }
      }
    }.sorted()
  }

  /// How many of each: equal shares, what some do not need left to the others, and one at least.
  private static func shares(_ counts: [Int], of most: Int) -> [Int] {
    var shares = counts
    var left = most
    for (number, place) in counts.indices.sorted(by: { counts[$0] < counts[$1] }).enumerated() {
      shares[place] = min(counts[place], max(1, left / (counts.count - number)))
      left = max(0, left - shares[place])
    }
    return shares
  }

  private func panel(
    _ statistic: String, _ facet: Int, _ series: [LineChart.Series], _ scale: ValueAxis.Scale
  ) -> Panel {
    Panel(
      title(facet),
      .lines(LineChart(series, x: ValueAxis("epoch"), y: ValueAxis(statistic, scale: scale))))
  }

  func numbered(_ panels: [Panel], _ numbers: NumberTable, _ notes: [String]) -> NumberedPicture {
    let names = request.statistics.joined(separator: ", ")
    let by = [request.colour, request.facet].compactMap { $0 }.map { " by \($0)" }.joined(separator: ",")
    let what = request.isMean ? "Mean trajectories" : "Trajectories"
    let key =
      groups.colours.count > 1
      ? groups.colours.enumerated().map { KeyEntry($1, groups.ink($0), .rule) } : []
    return NumberedPicture(
      Picture(
        title: "\(what) of \(names)\(by)",
        description:
          "\(what) of \(names) of \(groups.examples.count) examples over \(epochs.count) epochs\(by); the numbers are in the table beside it.",
        panels: panels, columns: panels.count == 1 ? 1 : panels.count == 2 || panels.count == 4 ? 2 : 3, key: key,
        notes: notes), numbers)
  }
}
