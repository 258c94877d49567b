// FeatureColumns.swift -- the columns of a matrix under a view.

public import Base
import TrajectoryModel

/// The columns of a matrix under a view: the positions of layers, if the view has them, then for each statistic its
/// samples or their mean.
public struct FeatureColumns: Sendable, Hashable {
  /// The statistics, in the order of the columns, and the epochs of the axis.
  public let trajectory: TrajectoryColumns
  /// The view.
  public let view: TrajectoryView
  /// What is read of the axis.
  let sampling: EpochSampling

  init(trajectory: TrajectoryColumns, view: TrajectoryView, sampling: EpochSampling) {
    self.trajectory = trajectory
    self.view = view
    self.sampling = sampling
  }

  /// Whole trajectories as they are.
  public init(whole trajectory: TrajectoryColumns) {
    self.init(trajectory: trajectory, view: .whole, sampling: EpochSampling(all: trajectory.epochs))
  }

  /// The columns that say where the layer sits, which come first.
  public static let positionNames = LayerPosition.allCases.map { "position_\($0.rawValue)" }

  /// The number of columns for positions: 3 or 0.
  public var positionCount: Int { view.hasPositions ? Self.positionNames.count : 0 }

  /// The columns of each statistic.
  public var samplesPerStatistic: Int { sampling.outputCount }

  /// The number of columns that hold statistics.
  public var statisticColumnCount: Int { trajectory.statistics.count * samplesPerStatistic }

  /// The number of columns.
  public var count: Int { positionCount + statisticColumnCount }

  /// What follows the name of a statistic in the names of its columns.
  ///
  /// An epoch, such as `5`; under a random start the distance from it, such as `+15`; `mean` of a mean.
  public var sampleNames: [String] { sampling.isMean ? ["mean"] : sampling.names }

  /// The epochs that are read: those of the columns, or those among which random starts choose.
  public var epochsRead: [Double] { sampling.axis }

  /// The name of each column: `position_early`, `weightabs_mean@5`, `weightabs_mean@+15`, `weightabs_mean@mean`.
  public var names: [String] {
    let samples = sampleNames
    return (view.hasPositions ? Self.positionNames : [])
      + trajectory.statistics.flatMap { statistic in samples.map { "\(statistic)@\($0)" } }
  }
}

extension TrajectoryView {
  /// The columns of a matrix that shows columns of the store under this view.
  ///
  /// - Parameter trajectory: The statistics, and the epochs from which ``epochs`` choose.
  /// - Returns: The columns, with their names.
  /// - Throws: ``EngramError`` with code `usage` when the samples do not fit the epochs, `notFound` when an epoch is
  ///   not there.
  public func columns(of trajectory: TrajectoryColumns) throws(EngramError) -> FeatureColumns {
    let axis = try epochs.resolve(available: trajectory.epochs)
    return FeatureColumns(
      trajectory: TrajectoryColumns(statistics: trajectory.statistics, epochs: axis), view: self,
      sampling: try EpochSampling(samples, isMean: isMean, axis: axis))
  }
}

/// What is read of an axis: the same epochs for every example, or a few from a start of each example's own.
struct EpochSampling: Sendable, Hashable {
  /// The epochs that may be read, ascending.
  let axis: [Double]
  /// Places on the axis from one sample to the next.
  let step: Int
  /// The number of samples.
  let count: Int
  /// The number of places to start; 1 means that every example starts at the first.
  let places: Int
  /// How examples draw their start, where there are several.
  let start: RandomStart?
  /// Whether the samples become their mean.
  let isMean: Bool
  /// What columns call the samples.
  let names: [String]

  /// Every epoch as it is.
  init(all axis: [Double]) {
    self.axis = axis
    (step, count, places, start, isMean) = (1, axis.count, 1, nil, false)
    names = axis.map { EpochSelection.text($0) }
  }

  /// What a view reads of an axis.
  init(_ samples: TrajectoryView.Samples, isMean: Bool, axis: [Double]) throws(EngramError) {
    self.isMean = isMean
    switch samples {
    case .all:
      self.axis = axis
      (step, count, places, start) = (1, axis.count, 1, nil)
      names = axis.map { EpochSelection.text($0) }
    case .portion(let portion):
      self.axis = Array(axis[try portion.range(ofAxis: axis.count)])
      (step, count, places, start) = (1, self.axis.count, 1, nil)
      names = self.axis.map { EpochSelection.text($0) }
    case .randomStart(let plan):
      let (step, places) = try plan.plan(onAxis: axis)
      names = (0..<plan.count).map { "+" + EpochSelection.text(Double($0) * plan.period) }
      count = plan.count
      self.places = places
      // With one place to start, it is the same samples for every example, which is read faster.
      self.axis = places > 1 ? axis : (0..<plan.count).map { axis[$0 * step] }
      (self.step, start) = places > 1 ? (step, plan) : (1, nil)
    }
  }

  /// The values of a statistic for one example.
  var outputCount: Int { isMean ? 1 : count }
}
