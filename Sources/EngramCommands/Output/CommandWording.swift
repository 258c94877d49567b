// CommandWording.swift -- how the command line names options and operations in errors.

package import Base

/// The words of the command line: flags and commands.
package struct CommandWording: Wording {
  /// Makes the wording.
  package init() {}

  /// The flag of an option.
  package static func flag(_ option: Mend.Option) -> String {
    switch option {
    case .allowsRepeat, .measurements: "--force"
    case .missing: "--missing"
    case .statistics: "--statistics"
    case .epochs: "--epochs"
    case .label: "--label"
    case .train: "--train"
    case .examples: "--examples"
    case .calibrateBy: "--calibrate-by"
    case .array: "--array"
    case .metadata: "--metadata"
    case .map: "--map"
    case .runKey: "--by"
    case .runFields: "--run"
    case .newRuns: "--new-runs"
    case .update: "--update"
    case .types: "--type"
    case .missingWords: "--na"
    case .decimal: "--decimal"
    case .delimiter: "--delimiter"
    case .overwrites: "--overwrite"
    case .axes: "--axes"
    case .weightAxes: "--weight-axes"
    case .ownUnits: "--own-units"
    case .units: "--units"
    case .noise: "--noise"
    }
  }

  /// The command of an operation: its verbs, and the words between them and what the error adds.
  package static func command(_ operation: Mend.Operation, on store: String) -> [String] {
    switch operation {
    case .ingest: ["ingest", "SOURCE", store]
    case .observe: ["observe", store]
    case .ingestMetrics: ["ingest-metrics", store, "FILE"]
    case .info: ["info", store]
    case .query: ["sql", store]
    case .classify: ["classify", store]
    case .results: ["results", store]
    case .merge: ["merge", store, "OTHER"]
    case .verify: ["verify", store]
    case .migrate: ["migrate", store]
    case .log: ["log", store]
    case .edit: ["edit", store]
    case .widenField: ["widen-field", store]
    case .unhide: ["unhide", store]
    }
  }

  /// The flag, with its value where one is given; one that is switched on stands alone.
  package func words(for option: Mend.Option, value: String?) -> String {
    let flag = Self.flag(option)
    guard let value, value != "true" else { return flag }
    return "\(flag) \(value)"
  }

  /// `--map FIELD=NAME`.
  package func words(forMapping field: String, to name: String) -> String {
    "\(Self.flag(.map)) \(field)=\(name)"
  }

  /// The command line, in backquotes.
  package func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String {
    let words = ["engram"] + Self.command(operation, on: store ?? "STORE") + arguments
    return "`\(words.joined(separator: " "))`"
  }
}
