// FeatureColumns.swift -- the columns of a matrix: statistics under a view, in one of two orders.

public import Base
import TrajectoryModel

/// The columns of a matrix: statistics, and what a view shows of the trajectory of each.
///
/// The positions of layers come first, if the view has them. Then follow, statistic by statistic as in the published 2-D
/// features, the samples of each or their mean; or sample by sample, as recordings arrive (``recorded``).
public struct FeatureColumns: Sendable, Hashable {
  /// How the samples of the statistics follow one another.
  public enum Order: String, Sendable, Hashable, CaseIterable {
    /// All samples of the first statistic, then those of the second: the published 2-D features.
    case byStatistic = "by-statistic"
    /// All statistics of the first sample, then those of the second: [epoch][statistic], the order of recordings.
    case bySample = "by-sample"
  }

  /// The statistics, in the order of the columns.
  public let statistics: [String]
  /// The axis: the epochs that the view has chosen, ascending.
  public let epochs: [Double]
  /// The view.
  public let view: TrajectoryView
  /// How the samples follow one another.
  public let order: Order
  /// What is read of the axis.
  let sampling: EpochSampling

  private init(
    statistics: [String], epochs: [Double], view: TrajectoryView, order: Order, sampling: EpochSampling
  ) {
    self.statistics = statistics
    self.epochs = epochs
    self.view = view
    self.order = order
    self.sampling = sampling
  }

  /// Columns of every one of some statistics at every one of some epochs.
  ///
  /// - Parameters:
  ///   - statistics: The statistics, in the order of the columns.
  ///   - epochs: The epochs, ascending.
  ///   - order: How the epochs follow one another.
  public init(statistics: [String], epochs: [Double], order: Order = .byStatistic) {
    self.init(
      statistics: statistics, epochs: epochs, view: .whole, order: order, sampling: EpochSampling(all: epochs))
  }

  /// Columns of some statistics under a view.
  ///
  /// - Parameters:
  ///   - statistics: The statistics, in the order of the columns.
  ///   - epochs: The epochs from which those of the view choose, ascending.
  ///   - view: The view.
  /// - Throws: ``EngramError`` with code `usage` when the samples of the view do not fit the epochs, `notFound` when an
  ///   epoch is not there.
  public init(statistics: [String], epochs: [Double], view: TrajectoryView) throws(EngramError) {
    let axis = try view.epochs.resolve(available: epochs)
    self.init(
      statistics: statistics, epochs: axis, view: view, order: .byStatistic,
      sampling: try EpochSampling(view.samples, isMean: view.isMean, axis: axis))
  }

  /// The same values in the order of recordings, [sample][statistic], without the positions of layers.
  public var recorded: FeatureColumns {
    var view = view
    view.hasPositions = false
    return FeatureColumns(statistics: statistics, epochs: epochs, view: view, order: .bySample, sampling: sampling)
  }

  /// What the view reads of other statistics, without positions of layers and not standardized.
  func unscaled(of statistics: [String]) -> FeatureColumns {
    var view = view
    (view.hasPositions, view.isStandardized) = (false, false)
    return FeatureColumns(statistics: statistics, epochs: epochs, view: view, order: order, sampling: sampling)
  }

  /// The columns that say where the layer sits, which come first.
  public static let positionNames = LayerPosition.allCases.map { "position_\($0.rawValue)" }

  /// The number of columns for positions: 3 or 0.
  public var positionCount: Int { view.hasPositions ? Self.positionNames.count : 0 }

  /// The columns of each statistic.
  public var samplesPerStatistic: Int { sampling.outputCount }

  /// The number of columns.
  public var count: Int { positionCount + statistics.count * samplesPerStatistic }

  /// What follows the name of a statistic in the names of its columns.
  ///
  /// An epoch, such as `5`; under a random start the distance from it, such as `+15`; `last` and its like where each run
  /// gives its own; `mean` of a mean.
  public var sampleNames: [String] { sampling.isMean ? ["mean"] : sampling.names }

  /// The epochs that are read: those of the columns, or those among which random starts and runs choose.
  public var epochsRead: [Double] { sampling.axis }

  /// The name of each column: `position_early`, `weightabs_mean@5`, `weightabs_mean@+15`, `weightabs_mean@mean`.
  public var names: [String] {
    let samples = sampleNames
    let positions = view.hasPositions ? Self.positionNames : []
    switch order {
    case .byStatistic: return positions + statistics.flatMap { name in samples.map { "\(name)@\($0)" } }
    case .bySample: return positions + samples.flatMap { sample in statistics.map { "\($0)@\(sample)" } }
    }
  }
}
