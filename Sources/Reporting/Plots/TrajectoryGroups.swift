// TrajectoryGroups.swift -- examples by panel and by colour.

import Base
import Drawing
import Splits
import TrajectoryModel
import TrajectoryStore

/// Examples by panel and by colour.
struct TrajectoryGroups {
  /// Panels beyond these are refused.
  static let mostFacets = 24
  /// Colours beyond these become one.
  static let mostColours = 9

  /// The examples, ascending.
  let examples: ExampleSet
  /// The names of the panels and of the colours.
  let facets: [String], colours: [String]
  /// For each example its panel and its colour.
  let facetOf: [Int], colourOf: [Int]
  /// What of the colours is joined, in a sentence without a full stop.
  let remarks: [String]

  init(_ request: PlotRequest, _ examples: ExampleSet, in snapshot: Snapshot) throws(EngramError) {
    self.examples = examples
    func labels(_ column: String?) throws(EngramError) -> (names: [String], codes: [Int]) {
      guard let column else { return ([""], Array(repeating: 0, count: examples.count)) }
      let labels = try snapshot.labels(of: column, for: examples)
      // No value and the text NULL have names of their own, as groups that are held out have.
      return (labels.classes.map(HoldoutSplits.word(for:)), labels.codes.map { Int($0) })
    }
    let facet = try labels(request.facet)
    if facet.names.count * request.statistics.count > Self.mostFacets {
      throw EngramError(
        .usage, "there would be too many panels", file: snapshot.store.path,
        expected: "at most \(Self.mostFacets): statistics times values of \(request.facet ?? "the facet")",
        found: "\(request.statistics.count) times \(facet.names.count)",
        mend: "choose fewer statistics, a field of fewer values, or fewer examples")
    }
    (facets, facetOf) = Self.fromInputToOutput(facet.names, facet.codes)
    let colour = try labels(request.colour)
    guard colour.names.count > Self.mostColours + 1 else {
      (colours, colourOf, remarks) = (colour.names, colour.codes, [])
      return
    }
    var counts = [Int](repeating: 0, count: colour.names.count)
    for code in colour.codes { counts[code] += 1 }
    let largest = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(Self.mostColours).sorted()
    var places = [Int](repeating: Self.mostColours, count: counts.count)
    for (place, code) in largest.enumerated() { places[code] = place }
    let rest = colour.names.count - Self.mostColours
    colours = largest.map { colour.names[$0] } + ["\(rest) others"]
    colourOf = colour.codes.map { places[$0] }
    remarks = [
      "\(rest) of \(colour.names.count) values of \(request.colour ?? "") share one colour, those of fewest examples"
    ]
  }

  /// Positions of layers in the order in which they follow one another, rather than by name.
  private static func fromInputToOutput(_ names: [String], _ codes: [Int]) -> (names: [String], codes: [Int]) {
    let order = LayerPosition.allCases.map(\.rawValue).filter(names.contains)
    guard order.count == names.count else { return (names, codes) }
    let places = names.map { order.firstIndex(of: $0) ?? 0 }
    return (order, codes.map { places[$0] })
  }

  /// The colour of a class by its number.
  func ink(_ colour: Int) -> Ink {
    if colours.count == 1 { return .blue }
    return colour == Self.mostColours ? .slate : Ink(series: colour)
  }
}
