// Wording.swift -- how a door names options and operations.

/// How a door names what the library knows by its idea.
public protocol Wording: Sendable {
  /// An option, with a value where one is given.
  func words(for option: Mend.Option, value: String?) -> String
  /// The option that gives a field the name that it has in the user's file.
  func words(forMapping field: String, to name: String) -> String
  /// An operation on a store, whose path may be unknown.
  func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String
}

/// The words of Swift: names of arguments and of methods.
public struct SwiftWording: Wording {
  /// Makes the wording.
  public init() {}

  /// The argument, with its value where one is given.
  public func words(for option: Mend.Option, value: String?) -> String {
    let name =
      switch option {
      case .allowsRepeat: "allowsRepeat"
      case .measurements: "repeats"
      case .missing: "missing"
      case .statistics: "statistics"
      case .epochs: "epochs"
      case .label: "label"
      case .train: "train"
      case .examples: "examples"
      case .calibrateBy: "calibrateBy"
      case .array: "array"
      case .metadata: "metadata"
      case .map: "map"
      case .runKey: "by"
      case .runFields: "runFields"
      case .newRuns, .update: "repeats"
      case .types: "types"
      case .missingWords: "missing"
      case .decimal: "decimal"
      case .delimiter: "delimiter"
      case .overwrites: "overwrites"
      case .axes: "axes"
      case .weightAxes: "weightAxes"
      case .ownUnits: "hasOwnUnits"
      case .units: "units"
      case .noise: "noise"
      }
    let value =
      switch option {
      case .measurements: ".measurements"
      case .newRuns: ".newRuns"
      case .update: ".update"
      default: value
      }
    return value.map { "`\(name): \($0)`" } ?? "`\(name)`"
  }

  /// The argument `map` with one entry.
  public func words(forMapping field: String, to name: String) -> String { "`map: [\"\(field)\": \"\(name)\"]`" }

  /// The method, with what it is given.
  public func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String {
    let name =
      switch operation {
      case .ingest: "ingest"
      case .observe: "ObserveRequest"
      case .ingestMetrics: "MetricsIngest"
      case .info: "summary"
      case .query: "query"
      case .classify: "classify"
      case .results: arguments.isEmpty ? "classifications" : "classification"
      case .merge: "merge"
      case .verify: "verify"
      case .migrate: "migrate"
      case .log: "log"
      case .edit: "edit"
      case .widenField: "widenField"
      case .unhide: "unhide"
      }
    return "`\(name)(\(arguments.joined(separator: ", ")))`"
  }
}
