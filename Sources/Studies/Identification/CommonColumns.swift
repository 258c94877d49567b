// CommonColumns.swift -- the columns that both the training examples and those to identify have, and what was left out.

import Base
import TrajectoryModel
public import TrajectoryStore

/// The columns that both sides have, and what was left out and why.
public struct CommonColumns: Sendable, Hashable {
  /// A statistic that one side has and that is not used.
  public struct LeftOut: Sendable, Hashable {
    /// Why a statistic is not used.
    public enum Reason: String, Sendable, Hashable {
      /// Not recorded for all the examples to identify.
      case notInExamples = "not recorded in the examples"
      /// Not recorded for all training examples.
      case notInTraining = "not recorded in the training examples"
      /// NaN or infinite in the examples to identify, at an epoch that is read.
      case notFiniteInExamples = "not finite in the examples"
      /// NaN or infinite in the training examples, at an epoch that is read.
      case notFiniteInTraining = "not finite in the training examples"
    }

    /// The statistic.
    public let statistic: String
    /// Why.
    public let reason: Reason
  }

  /// The columns.
  public let columns: FeatureColumns
  /// The statistics that were wanted and are not used, in recorded order.
  public let leftOut: [LeftOut]
  /// The epochs that were wanted, that one side has and the other lacks, ascending.
  public let epochsLeftOut: [Double]

  /// Finds the columns of a request that both sides have.
  ///
  /// - Parameters:
  ///   - request: Statistics by name and epochs that one side lacks are left out, rather than refused.
  ///   - train: The training examples.
  ///   - examples: The examples to identify.
  ///   - snapshot: Where they are.
  /// - Throws: ``EngramError`` with code `invalidData` when the sides have no statistic or no epoch in common; `notFound`
  ///   for a name that neither has; what ``FeatureRequest/select(_:in:)`` throws.
  init(
    of request: FeatureRequest, train: ExampleSet, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) {
    var request = request
    epochsLeftOut =
      request.view.choice == nil
      ? try Self.leaveOutEpochs(of: &request, train: train, examples: examples, in: snapshot) : []
    let (trainNames, names) = (snapshot.statistics(of: train), snapshot.statistics(of: examples))
    // What is not read makes no statistic inadmissible.
    let read = Self.epochsRead(by: request.view, of: train.union(examples), in: snapshot)
    let (trainFinite, finite) = (
      Set(try snapshot.finiteStatistics(of: train, at: read)),
      Set(try snapshot.finiteStatistics(of: examples, at: read))
    )
    let shared = Set(trainNames).intersection(names)
    let everything = trainNames + names.filter { !Set(trainNames).contains($0) }
    let wanted: [String]
    switch request.statistics {
    case .all, .admissible: wanted = everything
    case .family(let family): wanted = everything.filter { StatisticFamily(ofStatistic: $0) == family }
    case .names(let list):
      wanted = list
      let known = list.filter { shared.contains($0) || !everything.contains($0) }
      if !known.isEmpty { request.statistics = .names(known) }
    }
    let unused = wanted.compactMap { statistic -> LeftOut? in
      guard everything.contains(statistic) else { return nil }
      if !names.contains(statistic) { return LeftOut(statistic: statistic, reason: .notInExamples) }
      if !trainNames.contains(statistic) { return LeftOut(statistic: statistic, reason: .notInTraining) }
      if !finite.contains(statistic) { return LeftOut(statistic: statistic, reason: .notFiniteInExamples) }
      return trainFinite.contains(statistic) ? nil : LeftOut(statistic: statistic, reason: .notFiniteInTraining)
    }
    // Where each run gives an epoch of its own, what is finite there is found when columns are chosen.
    let lost =
      request.view.choice == nil ? unused : unused.filter { [.notInExamples, .notInTraining].contains($0.reason) }
    guard lost.count < wanted.count else {
      throw Self.nothing(
        "no finite statistic in common", file: snapshot.store.path,
        found: Dictionary(grouping: lost, by: \.reason).sorted { $0.key.rawValue < $1.key.rawValue }.map {
          "\($1.count) \($0.rawValue) (\(Self.some($1.map(\.statistic))))"
        }.joined(separator: "; "),
        mend: "give statistics the same names at ingest, or leave out the examples and training runs that diverged")
    }
    switch request.statistics {
    // A selection judges all portions alike, which are often compared; here one is looked at.
    case .admissible where Self.readsPart(request.view), .family where Self.readsPart(request.view):
      let names = Set(unused.map(\.statistic))
      request.statistics = .names(wanted.filter { !names.contains($0) })
    case .all, .admissible, .family, .names: break
    }
    let columns = try request.select(train.union(examples), in: snapshot).columns
    self.columns = columns
    leftOut = unused.filter { !columns.statistics.contains($0.statistic) }
  }

  /// Whether a view may read less than the epochs that it chooses, the same for every example.
  private static func readsPart(_ view: TrajectoryView) -> Bool { view.choice == nil && view.samples != .all }

  /// The epochs that a view reads of some examples.
  ///
  /// - Returns: They, ascending; nil, which means all, where each run gives its own, and where the view asks for epochs that are
  ///   not there, which the selection of the columns refuses.
  private static func epochsRead(
    by view: TrajectoryView, of examples: ExampleSet, in snapshot: Snapshot
  ) -> [Double]? {
    guard view.choice == nil else { return nil }
    return try? FeatureColumns(statistics: [], epochs: snapshot.epochs(of: examples), view: view).epochsRead
  }

  /// Leaves out the epochs of a request that one side lacks.
  ///
  /// - Returns: Those that one side has and the other lacks, ascending.
  /// - Throws: ``EngramError`` with code `invalidData` when the sides have no epoch in common.
  private static func leaveOutEpochs(
    of request: inout FeatureRequest, train: ExampleSet, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) -> [Double] {
    let (trainEpochs, epochs) = (snapshot.epochs(of: train), snapshot.epochs(of: examples))
    let sharedEpochs = Set(trainEpochs).intersection(epochs)
    let named: (Double) -> Bool
    switch request.view.epochs {
    case .all: named = { _ in true }
    case .range(let first, let last): named = { $0 >= first && $0 <= last }
    case .list, .stride:
      let either = Set(trainEpochs).union(epochs)
      let list = request.view.epochs.named(among: either.sorted()) ?? []
      named = Set(list).contains
      // What neither side has is left in the list, for the error that names it.
      let left = list.filter { sharedEpochs.contains($0) || !either.contains($0) }
      if !left.isEmpty { request.view.epochs = .list(left) }
    }
    let leftOut = Set(trainEpochs).symmetricDifference(epochs).filter(named).sorted()
    guard sharedEpochs.contains(where: named) || leftOut.isEmpty else {
      throw nothing(
        "no epoch in common", file: snapshot.store.path,
        found: "\(EpochSelection.text(epochs)) in the examples; \(EpochSelection.text(trainEpochs)) in training",
        mend: "ingest the recordings with \(option: .epochs) on the axis of the training runs")
    }
    return leftOut
  }

  /// The error that says that the sides share nothing to compare.
  private static func nothing(_ what: String, file: String, found: String, mend: Mend) -> EngramError {
    EngramError(
      .invalidData, "the examples and the training examples have \(what)", file: file, expected: "at least one",
      found: found, mend: mend)
  }

  /// A few names, and how many more there are.
  static func some(_ names: [String], shown: Int = 4) -> String {
    let rest = names.count > shown ? " and \(names.count - shown) more" : ""
    return names.prefix(shown).joined(separator: ", ") + rest
  }
}
