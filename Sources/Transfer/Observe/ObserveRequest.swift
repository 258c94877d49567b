// ObserveRequest.swift -- which raw recordings to measure, what their axes mean, and under which conditions.

public import Base
import Formats
public import Observables
public import TrajectoryModel

/// Which raw recordings to measure and how: from numbers of units and stimuli to the statistics that a store holds.
///
/// ```swift
/// var request = ObserveRequest()
/// request.activations = [.init("v1.npy", layer: "v1"), .init("it.npy", layer: "it")]
/// request.axes = "session,stimulus,unit"
/// let report = try request.observe(into: "monkey.engram")
/// ```
public struct ObserveRequest: Sendable, Hashable {
  /// One array of a raw recording: an `.npy` file, a member of an `.npz` as `FILE.npz:MEMBER`, or a pattern.
  ///
  /// A pattern such as `rec_*.npy` names a file for each epoch, in the order of the numbers in their names. An `.npz` without
  /// a member and a layer has a layer for each of its arrays.
  public struct Source: Sendable, Hashable {
    /// The file or pattern.
    public var path: String
    /// The layer; nil for one called as its array of an `.npz`, or where there is one only.
    public var layer: String?

    /// Names an array.
    public init(_ path: String, layer: String? = nil) {
      self.path = path
      self.layer = layer
    }

    /// The archive and the array in it, where one is named.
    var member: (archive: String, name: String)? {
      path.range(of: ".npz:").map { (path[..<$0.lowerBound] + ".npz", String(path[$0.upperBound...])) }
    }

    /// Whether there is such a file, or one of such a pattern.
    package var isThere: Bool {
      let file = member?.archive ?? path
      return FilePattern.isPattern(file)
        ? (try? FilePattern.files(file)) != nil : (try? InputFile(opening: file)) != nil
    }
  }

  /// What is done about values that are NaN.
  public enum MissingRule: String, Sendable, Hashable, CaseIterable {
    /// A stimulus at which all units are NaN is left out of its epoch; then a unit that is NaN anywhere is left out of its run,
    /// or of that epoch where each has units of its own.
    case drop
    /// NaN are values: they make the statistics of their stimulus NaN.
    case keep
    /// A NaN is an error.
    case refuse
  }

  /// Activations: stimuli and units.
  public var activations: [Source] = []
  /// Weights: rows, which are the first axis of a kernel, and columns, which are its other axes.
  public var weights: [Source] = []
  /// Activity changes: one number for each stimulus.
  public var activityChanges: [Source] = []
  /// The axes of activations and, without the units, of activity changes; nil for epochs, stimuli, units.
  public var axes: String?
  /// The axes of weights; nil for epochs, rows, columns, or without epochs where each file is one.
  public var weightAxes: String?
  /// The names along an axis of layers.
  public var layers: [String]?
  /// The positions of layers by name.
  public var positions: [String: LayerPosition] = [:]
  /// The epochs: `0,5,10`, `0:100:5`, or a file; nil to take them from the names of the files, or number them.
  public var epochs: String?
  /// A table of metadata with one row for each run.
  public var metadata: String?
  /// What the cells of that table mean.
  public var rules = TableRules()
  /// Fields that all runs have, by name.
  public var fields: [String: MetadataValue] = [:]
  /// How many units are measured; empty for all of them.
  public var units: [MeasurementCondition.Units] = []
  /// The standard deviations of the noise; empty for none.
  public var noise: [Double] = []
  /// The seeds of noise and units.
  public var seeds: [UInt32] = [0]
  /// How the norm of a kernel becomes one number.
  public var weightNorm = WeightNorm.rows
  /// What is done about NaN.
  public var missing = MissingRule.drop
  /// Whether each epoch has units of its own, as sessions in which other neurons were found do.
  ///
  /// The files of a pattern may then have other numbers of units and stimuli, and a unit that is NaN is left out of that epoch alone.
  public var hasOwnUnits = false

  /// Bytes of the stimuli that are read at a time.
  package var blockByteCount = 32 << 20

  /// Makes a request without arrays.
  public init() {}

  /// Gives all runs a field, whose value a text spells as in a table of metadata.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when the text is not as the rules declare the field.
  package mutating func set(_ field: String, toText text: String) throws(EngramError) {
    let reader = ColumnReader(
      name: field, declared: rules.type(of: field, or: field), decimal: rules.decimal,
      missing: Set(rules.missingSpellings),
      isTyped: false)
    fields[field] = try reader.read([.field(text, isQuoted: false)]).values.first
  }

  /// The most conditions of one request.
  private static let mostConditions = 10_000

  /// Every combination of units, noise and seed; what draws nothing comes once.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a condition that cannot be, `limit` for too many.
  package func conditions() throws(EngramError) -> [MeasurementCondition] {
    var conditions: [MeasurementCondition] = []
    var seen: Set<MeasurementCondition> = []
    let (units, noise) = (self.units.isEmpty ? [.all] : self.units, self.noise.isEmpty ? [0] : self.noise)
    guard units.count * noise.count * max(1, seeds.count) <= Self.mostConditions else {
      throw EngramError(
        .limit, "there are too many conditions of measurement", expected: "at most \(Self.mostConditions)",
        found: "\(units.count * noise.count * seeds.count)")
    }
    for units in units {
      for sd in noise {
        for seed in seeds {
          var condition = try MeasurementCondition(units: units, noiseSD: sd, seed: seed)
          if condition.isPerfect { condition = .perfect }
          if seen.insert(condition).inserted { conditions.append(condition) }
        }
      }
    }
    guard !conditions.isEmpty else { throw EngramError(.usage, "there is no seed of observation") }
    return conditions
  }

  /// Measures what the request names and adds it to a store, which is made when it is not there.
  ///
  /// Everything is one commit, also layers that have other statistics than others.
  ///
  /// - Throws: ``EngramError`` that names file, place, what was expected and found, and the mend.
  public func observe(
    into store: String, options: IngestOptions = IngestOptions()
  ) throws(EngramError) -> ObserveReport {
    try Observe.run(self, into: store, options: options)
  }

  /// Says what would be measured; headers are read, and no values.
  ///
  /// - Parameters:
  ///   - store: The store that it would be added to, which need not be there; nil for a new one.
  ///   - options: How it would be added.
  /// - Returns: What would be measured.
  /// - Throws: As ``observe(into:options:)``, for what can be seen without values.
  public func plan(
    into store: String? = nil, options: IngestOptions = IngestOptions()
  ) throws(EngramError) -> ObservePlan {
    try Observe.plan(self, into: store, options: options)
  }
}
