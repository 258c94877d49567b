// ObservableMeter.swift -- from the numbers of one layer to its observable statistics.

public import Base
import TrajectoryModel

/// Measures the 45 observable statistics of one layer at one checkpoint (paper Section 3.2), under any conditions at once.
///
/// Activations come in blocks of stimuli, so any number of them takes bounded memory; blocks of any size and any number of
/// threads give the same bits. What is given is measured and nothing else: a recording has no weights, so its statistics
/// of weights are absent.
///
/// Definitions: abs, raw or square first, of each number; then over the units of a stimulus (or over all weights) the mean,
/// the variance of the population, median and third quartile as the values at places (n-1)/2 and (n-1)/4 from the greatest,
/// rounded half to even, the skewness 3 (mean - median) / standard deviation, the kurtosis (3 for a normal distribution),
/// and the Euclidean norm; of activations, the means over stimuli. Sums are Float64, also of Float32. NaN and infinities
/// go where IEEE 754 takes them: a stimulus with one NaN has NaN statistics, and so has the mean over stimuli.
///
/// ```swift
/// var meter = try ObservableMeter(conditions: [.perfect, MeasurementCondition(units: .count(100), noiseSD: 0.5)])
/// try meter.addActivations(block.span, units: 4096)  // stimuli x units, row by row
/// try meter.addWeights(kernel.span, rows: 3)
/// meter.observables(under: 0)[.activation(.raw, .median)]
/// ```
public struct ObservableMeter: Sendable {
  /// The conditions that everything is measured under.
  public let conditions: [MeasurementCondition]
  /// How the norm of a kernel becomes one number.
  public let weightNorm: WeightNorm
  /// The units of the layer, once activations came.
  public internal(set) var unitCount: Int?
  /// The number of stimuli whose activations came.
  public var stimulusCount: Int { activationSums.first?.count ?? 0 }

  var activationSums: [CascadeSums]
  /// Which units each condition measures; nil for all of them.
  var chosenUnits: [Bitmap?] = []
  /// The seeds of conditions with noise, and their generators, each at the next stimulus.
  var noiseSeeds: [UInt32] = []
  var noiseStreams: [RandomState] = []
  var weightStatistics: [[Double]]?
  var changeSums = CascadeSums(width: 3)
  let scratch = KernelScratchPool()

  /// The most numbers of a row, of which the kernels count in 32 bits.
  static let longestRow = Int(UInt32.max)

  /// Makes a meter that has measured nothing.
  ///
  /// - Parameters:
  ///   - conditions: What everything is measured under, in one pass; at least one.
  ///   - weightNorm: How the norm of a kernel becomes one number, without a condition; under one it is that of all
  ///     weights that are measured.
  /// - Throws: ``EngramError`` with code `usage` without a condition.
  public init(
    conditions: [MeasurementCondition] = [.perfect], weightNorm: WeightNorm = .rows
  ) throws(EngramError) {
    guard !conditions.isEmpty else {
      throw EngramError(.usage, "there is no condition to measure under", expected: "at least one", found: "none")
    }
    self.conditions = conditions
    self.weightNorm = weightNorm
    activationSums = Array(repeating: CascadeSums(width: rowStatisticCount), count: conditions.count)
  }

  /// Adds the activity changes of some stimuli: of each the mean change of the outputs with the input, one number.
  ///
  /// That number is (1 / outputs) times the sum over inputs of the derivative of the summed outputs (paper Section 3.2). It is
  /// given as it is, so noise and units of a condition do not act on it: under a condition it is absent.
  public mutating func addActivityChange<Number: MeasurableNumber & BinaryFloatingPoint>(_ changes: Span<Number>) {
    for index in changes.indices {
      let change = Double(changes[index])
      changeSums.add([abs(change), change, change * change])
    }
  }

  /// What was measured under a condition, by its place in ``conditions``.
  public func observables(under condition: Int = 0) -> LayerObservables {
    var measured: [(statistics: [Statistic], values: [Double])] = []
    if let weightStatistics { measured.append((LayerObservables.ofWeights, weightStatistics[condition])) }
    if let means = activationSums[condition].means { measured.append((LayerObservables.ofActivations, means)) }
    if conditions[condition].isPerfect, let means = changeSums.means {
      measured.append((LayerObservables.ofActivityChange, means))
    }
    return LayerObservables(measured)
  }

  /// Refuses rows that cannot be measured.
  static func check(count: Int, rowLength: Int, _ what: String) throws(EngramError) {
    guard rowLength > 0, rowLength <= longestRow, count > 0, count % rowLength == 0 else {
      throw EngramError(
        rowLength > longestRow ? .limit : .usage, "these \(what) cannot be measured",
        expected: "rows of 1 to \(longestRow) numbers, all whole", found: "\(count) numbers in rows of \(rowLength)")
    }
  }
}
