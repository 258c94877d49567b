// Wordings.swift -- how the C library and the Python package name options and operations in errors.

import Base

/// The words of C: fields of structs, functions, and words of commands.
struct CWording: Wording {
  /// The field of a struct or the argument, with its value where one is given.
  func words(for option: Mend.Option, value: String?) -> String {
    switch (option, value) {
    case (.missing, "drop"?): "`missing = ENGRAM_MISSING_DROP`"
    case (.missing, "fill"?): "`missing = ENGRAM_MISSING_FILL`"
    case (_, let value?): "`\(PythonWording.name(of: option)) = \"\(value)\"`"
    case (_, nil): "`\(PythonWording.name(of: option))`"
    }
  }

  /// The argument `map` with one entry.
  func words(forMapping field: String, to name: String) -> String { "`map` with \"\(field)=\(name)\"" }

  /// The function, or the command that `engram_command` runs.
  func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String {
    let command: String
    switch operation {
    case .query: return "`engram_sql`"
    case .ingest: command = "ingest"
    case .observe: command = "observe"
    case .ingestMetrics: command = "ingest-metrics"
    case .info: command = "info"
    case .classify: command = "classify"
    case .results: command = "results"
    case .merge: command = "merge"
    case .verify: command = "verify"
    case .migrate: command = "migrate"
    case .log: command = "log"
    case .edit: command = "edit"
    case .widenField: command = "widen-field"
    case .unhide: command = "unhide"
    }
    return "`engram_command` with " + (["\"\(command)\""] + arguments.map { "\"\($0)\"" }).joined(separator: ", ")
  }
}

/// The words of Python: arguments and methods.
struct PythonWording: Wording {
  /// The name of an argument.
  static func name(of option: Mend.Option) -> String {
    switch option {
    case .allowsRepeat, .measurements: "force"
    case .missing: "missing"
    case .statistics: "statistics"
    case .epochs: "epochs"
    case .label: "label"
    case .train: "train"
    case .examples: "examples"
    case .calibrateBy: "calibrate_by"
    case .array: "array"
    case .metadata: "metadata"
    case .map: "map"
    case .runKey: "by"
    case .runFields: "run"
    case .newRuns: "new_runs"
    case .update: "update"
    case .types: "type"
    case .missingWords: "na"
    case .decimal: "decimal"
    case .delimiter: "delimiter"
    case .overwrites: "overwrite"
    case .axes: "axes"
    case .weightAxes: "weight_axes"
    case .ownUnits: "own_units"
    case .units: "units"
    case .noise: "noise"
    }
  }

  /// The argument, with its value where one is given.
  func words(for option: Mend.Option, value: String?) -> String {
    let isFlag = [.allowsRepeat, .measurements, .newRuns, .update, .overwrites].contains(option)
    let value = isFlag ? "True" : value.map { "\"\($0)\"" }
    return value.map { "`\(Self.name(of: option))=\($0)`" } ?? "`\(Self.name(of: option))=`"
  }

  /// The argument `map` with one entry.
  func words(forMapping field: String, to name: String) -> String { "`map={\"\(field)\": \"\(name)\"}`" }

  /// The method, with what it is given.
  func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String {
    let name =
      switch operation {
      case .ingest: "engram.ingest"
      case .observe: "engram.observe"
      case .ingestMetrics: "store.ingest_metrics"
      case .info: "store.info"
      case .query: "store.sql"
      case .classify: "store.classify"
      case .results: "store.results"
      case .merge: "engram.merge"
      case .verify: "store.verify"
      case .migrate: "engram.migrate"
      case .log: "store.log"
      case .edit: "store.edit"
      case .widenField: "store.widen_field"
      case .unhide: "store.unhide"
      }
    return "`\(name)(\(arguments.map { "\"\($0)\"" }.joined(separator: ", ")))`"
  }
}
