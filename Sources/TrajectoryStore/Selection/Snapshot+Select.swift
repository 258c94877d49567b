// Snapshot+Select.swift -- from what a caller asks for to columns that every selected example has.

public import Base
import Catalog
public import TrajectoryModel

extension Snapshot {
  /// Finds out which columns a request means for some examples under a view.
  ///
  /// - Parameters:
  ///   - examples: The examples to be read.
  ///   - statistics: Which statistics; families and `admissible` look at the epochs that the view chooses, and at all of them whichever
  ///     samples it takes, so that its portions have the same columns; where each run gives an epoch of its own, at that one.
  ///   - view: Which epochs, and how they are looked at.
  ///   - missing: What to do with examples that lack what is asked for by name.
  /// - Returns: The columns, and the examples without those that were dropped.
  /// - Throws: ``EngramError`` with code `notFound` that names the missing statistic or epoch and runs that lack it;
  ///   `invalidData` when the examples have no statistic or epoch in common; `usage` when the samples of the view do
  ///   not fit the epochs.
  /// - Complexity: O(segments); no chunk is decoded unless one holds both finite and other values.
  public func select(
    _ examples: ExampleSet, statistics: StatisticSelection = .admissible, view: TrajectoryView = .whole,
    missing: MissingPolicy = .refuse
  ) throws(EngramError) -> FeatureSelection {
    // A child of fork could otherwise find the locks shut behind which Swift's runtime makes types.
    try ForkGate.inside { () throws(EngramError) in try selection(examples, statistics, view, missing) }
  }

  private func selection(
    _ examples: ExampleSet, _ statistics: StatisticSelection, _ view: TrajectoryView, _ missing: MissingPolicy
  ) throws(EngramError) -> FeatureSelection {
    try checkMembers(examples)
    guard !examples.isEmpty else {
      throw EngramError(
        .notFound, "the selection holds no examples", file: store.path,
        mend: "loosen the filter; \(run: .info, on: store.path) shows what there is")
    }
    let asked = examples
    var examples = examples
    if case .names(let names) = statistics {
      guard Set(names).count == names.count else {
        throw EngramError(
          .usage, "a statistic stands twice in the list", found: names.joined(separator: ","), mend: "name each once")
      }
      if view.choice == nil { try require(names, of: &examples, missing) }
    }
    if let choice = view.choice { return try select(examples, choosing: choice, statistics, view, missing) }
    try require(view.epochs, of: &examples, missing)
    let touched = extents(holding: examples)
    let epochs = missing == .fill ? touched.everyEpoch : touched.commonEpochs
    if epochs.isEmpty {
      throw EngramError(
        .invalidData, "the selected examples share no epoch", file: store.path,
        expected: "at least one epoch that every example has",
        found: "\(touched.everyEpoch.count) epochs, none of which all have",
        mend: """
          select examples that share some; for arrays and rows, take an epoch of each run with \
          \(set: .epochs, to: "last"), or NaN with \(set: .missing, to: "fill")
          """)
    }
    // What is not read makes no statistic inadmissible.
    let read = try view.epochs.resolve(available: epochs)
    let chosen: [String]
    switch statistics {
    case .names(let names): chosen = names
    case .all: chosen = touched.commonStatistics
    case .admissible: chosen = try finiteStatistics(of: examples, at: read)
    case .family(let family):
      chosen = try finiteStatistics(of: examples, at: read).filter { StatisticFamily(ofStatistic: $0) == family }
    }
    if chosen.isEmpty { throw nothingInCommon(touched) }
    return FeatureSelection(
      examples: examples, columns: try FeatureColumns(statistics: chosen, epochs: epochs, view: view),
      remarks: remarks(asked: asked, kept: examples, touched, epochs: view.epochs, statistics, missing))
  }

  /// The error for examples that have no statistic in common.
  func nothingInCommon(_ touched: [Extent]) -> EngramError {
    EngramError(
      .invalidData, "the selected examples have no such statistic in common", file: store.path,
      expected: "at least one statistic", found: "none of the \(touched.commonStatistics.count) they share",
      mend: """
        choose epochs at which all are finite with \(option: .epochs), select fewer examples, or name statistics and say \
        what to do with examples that lack them
        """)
  }

  /// What of the examples asked for is left out, and of what they have.
  func remarks(
    asked: ExampleSet, kept: ExampleSet, _ touched: [Extent], epochs: EpochSelection?, _ statistics: StatisticSelection,
    _ missing: MissingPolicy
  ) -> [String] {
    var remarks: [String] = []
    if kept.count < asked.count {
      remarks.append(
        "\(asked.count - kept.count) of \(asked.count) examples are left out, as they lack what is asked for")
    }
    func holders(_ has: (Extent) -> Bool) -> Int {
      touched.filter(has).reduce(0) { $0 + kept.clamped(to: $1.examples).count }
    }
    let every = epochs.flatMap { try? $0.resolve(available: touched.everyEpoch) } ?? []
    let common = epochs.flatMap { try? $0.resolve(available: touched.commonEpochs) } ?? []
    if missing != .fill, common.count < every.count {
      let dropped = Set(every).subtracting(common)
      let count = holders { !dropped.isDisjoint(with: $0.epochs) }
      remarks.append(
        "\(common.count) of \(every.count) epochs are shared; \(dropped.count) dropped, "
          + "\(dropped.count > 1 ? "at least one of them " : "")recorded by \(count) of \(kept.count) examples")
    }
    if case .names = statistics { return remarks }
    let all = Set(touched.flatMap(\.statistics))
    let shared = touched.commonStatistics
    if shared.count < all.count {
      let dropped = all.subtracting(shared)
      let count = holders { !dropped.isDisjoint(with: $0.statistics) }
      remarks.append(
        "\(shared.count) of \(all.count) statistics are shared; \(QuotedList.text(dropped.sorted().prefix(3)))"
          + "\(dropped.count > 3 ? " and \(dropped.count - 3) more" : "") dropped, "
          + "\(dropped.count > 1 ? "at least one of them " : "")recorded by \(count) of \(kept.count) examples")
    }
    return remarks
  }

  /// Refuses, or leaves out, examples that lack any of some statistics; a name that none has is refused in any case.
  func require(
    _ names: [String], of examples: inout ExampleSet, _ missing: MissingPolicy
  ) throws(EngramError) {
    let all = extents(holding: examples)
    var touched = all
    for name in names {
      let lacking = touched.filter { !$0.statistics.contains(name) }
      if lacking.isEmpty { continue }
      if missing == .drop, lacking.count == touched.count, all.contains(where: { $0.statistics.contains(name) }) {
        throw EngramError(
          .notFound, "no selected example has all of these statistics", file: store.path,
          expected: "at least one example that has \(QuotedList.text(names))", found: "none",
          mend: "name fewer statistics, or take NaN with \(set: .missing, to: "fill")")
      }
      guard missing != .refuse, lacking.count < touched.count else {
        throw try missingStatistic(name, lacking: lacking, touched: touched, examples: examples)
      }
      if missing == .drop {
        examples = examples.subtracting(ExampleSet(lacking.map(\.examples)))
        touched = extents(holding: examples)
      }
    }
  }

  /// Refuses, or leaves out, examples that lack any epoch that is asked for by number.
  private func require(
    _ epochs: EpochSelection, of examples: inout ExampleSet, _ missing: MissingPolicy
  ) throws(EngramError) {
    let touched = extents(holding: examples)
    guard let named = epochs.named(among: touched.everyEpoch) else { return }
    _ = try epochs.resolve(available: touched.everyEpoch)
    let lacking = touched.lacking(anyOf: named)
    if lacking.isEmpty || missing == .fill { return }
    guard missing == .drop, lacking.count < touched.count else {
      let epoch = lacking[0].epoch
      throw try missingPart(
        "epoch \(EpochSelection.text(epoch))", found: EpochSelection.text(epoch),
        of: lacking.map(\.extent).filter { !$0.epochs.contains(epoch) }, examples: examples)
    }
    examples = examples.subtracting(ExampleSet(lacking.map(\.extent.examples)))
  }

  /// The statistics that are finite at every epoch in every one of some examples, in recorded order.
  ///
  /// It reads the zone maps; only a chunk of which some examples are selected and some values are not finite is looked into.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - epochs: The epochs that count, or nil for all.
  /// - Returns: The names.
  /// - Throws: What reading the values throws.
  public func finiteStatistics(
    of examples: ExampleSet, at epochs: [Double]? = nil
  ) throws(EngramError) -> [String] {
    let touched = extents(holding: examples)
    var admissible = touched.commonStatistics
    for extent in touched where !extent.nonFiniteStatistics.isEmpty {
      let suspects = Set(extent.nonFiniteStatistics.map { extent.statistics[$0] }).intersection(admissible)
      if suspects.isEmpty { continue }
      let members = examples.clamped(to: extent.examples)
      let sources = try openExtents(holding: members)
      let condemned = try store.decoders.lend(1) { (decoders) throws(EngramError) in
        var condemned: Set<String> = []
        for source in sources {
          condemned.formUnion(
            try source.nonFiniteStatistics(
              among: suspects, in: members, at: epochs, decoders[0], store.keptRowGroups))
        }
        return condemned
      }
      admissible.removeAll { condemned.contains($0) }
    }
    return admissible
  }

  /// The statistics that all of some examples have, in the order of the first that was recorded.
  public func statistics(of examples: ExampleSet) -> [String] { extents(holding: examples).commonStatistics }

  /// The epochs that all of some examples have, ascending.
  public func epochs(of examples: ExampleSet) -> [Double] { extents(holding: examples).commonEpochs }

  /// The types of value in which some examples were recorded.
  public func elementTypes(of examples: ExampleSet) -> [ElementType] {
    Set(extents(holding: examples).map(\.elementType)).sorted { $0.rawValue < $1.rawValue }
  }

  /// The narrowest type that keeps the values of some examples: the widest of those they were recorded in.
  package func widestElementType(of examples: ExampleSet) -> ElementType {
    elementTypes(of: examples).contains(.float64) ? .float64 : .float32
  }

  private func missingStatistic(
    _ name: String, lacking: [Extent], touched: [Extent], examples: ExampleSet
  ) throws(EngramError) -> EngramError {
    let known = Set(touched.flatMap(\.statistics))
    if !known.contains(name) {
      let close = closestName(to: name, among: known.sorted())
      // Half of a name that holds a comma.
      let whole = known.sorted().first { other in
        other.split(separator: ",").contains { $0.drop { $0 == " " } == name[...] }
      }
      return EngramError(
        .notFound, "there is no statistic '\(name)' in the selected examples", file: store.path,
        expected: "one of \(known.count) statistics, such as \(QuotedList.text(known.sorted().prefix(3)))",
        found: name,
        mend: whole.map {
          "a name that holds a comma stands in double quotes: \(set: .statistics, to: "'\(QuotedList.text([$0]))'")"
        } ?? close.map { "did you mean '\($0)'?" } ?? "\(run: .info, on: store.path) lists the statistics"
      )
    }
    return try missingPart("statistic '\(name)'", found: name, of: lacking, examples: examples)
  }

  private func missingPart(
    _ part: String, found: String, of lacking: [Extent], examples: ExampleSet
  ) throws(EngramError) -> EngramError {
    try missingPart(part, found: found, ofExamples: examples.intersection(ExampleSet(lacking.map(\.examples))))
  }

  /// The error for something that was not recorded for some examples.
  func missingPart(
    _ part: String, found: String, ofExamples members: ExampleSet
  ) throws(EngramError) -> EngramError {
    /// Runs named in full; the rest are counted.
    let shown = 5
    let runs = try groups(by: ["run_id"]).filter { !$0.examples.intersection(members).isEmpty }.map(
      \.key[0].description)
    let rest = runs.count > shown ? " and \(runs.count - shown) more" : ""
    return EngramError(
      .notFound, "\(part) was not recorded for \(members.count) of the selected examples", file: store.path,
      place: "runs \(runs.prefix(shown).joined(separator: ", "))\(rest)", found: found,
      mend: """
        leave it out, or say \(set: .missing, to: "drop") to leave those examples out, \
        \(set: .missing, to: "fill") to read NaN for them
        """)
  }
}
