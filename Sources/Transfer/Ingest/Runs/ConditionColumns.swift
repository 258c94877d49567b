// ConditionColumns.swift -- under which condition each row of metadata was measured.

import Base
import TrajectoryModel

/// Under which condition each row of metadata was measured.
enum ConditionColumns {
  static let names = ["unit_fraction", "noise_sd", "observation_seed"]

  /// The condition of each row, or nil where no column says one.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a value that is out of range.
  static func conditions(of input: IngestInput, rowCount: Int) throws(EngramError) -> [ObservationCondition]? {
    let columns = input.columns.filter { names.contains($0.name) }
    if columns.isEmpty { return nil }
    var conditions = [ObservationCondition](repeating: .perfect, count: rowCount)
    for column in columns {
      for (row, value) in column.values.enumerated() {
        let number: Double?
        switch value {
        case .null: continue
        case .integer(let whole): number = Double(whole)
        case .real(let real): number = real
        case .text: number = nil
        }
        switch (column.name, number, value) {
        case ("unit_fraction", let number?, _) where number > 0 && number <= 1: conditions[row].unitFraction = number
        case ("noise_sd", let number?, _) where number >= 0 && number.isFinite: conditions[row].noiseSD = number
        case ("observation_seed", _, .integer(let seed)): conditions[row].seed = seed
        case ("observation_seed", let number?, _) where Int64(exactly: number) != nil:
          // Arrays with gaps hold whole numbers as reals.
          conditions[row].seed = Int64(exactly: number)
        default:
          throw EngramError(
            .invalidData, "the condition of measurement is out of range", file: input.source,
            place: "row \(input.row(row)), field \(column.name)",
            expected: column.name == "unit_fraction"
              ? "above 0, at most 1" : column.name == "noise_sd" ? "at least 0" : "a whole number", found: "'\(value)'",
            mend: "correct the value, or give the column another name with \(map: "NEW_NAME", to: column.name)")
        }
      }
    }
    return conditions
  }
}
