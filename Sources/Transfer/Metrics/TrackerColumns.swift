// TrackerColumns.swift -- what the columns of tables that trackers write mean: MLflow, W&B, TensorBoard.

/// What the columns of a table of values over time are called, also by trackers.
///
/// - MLflow: `run_id, key, value, step, timestamp`.
/// - W&B: `_step, _timestamp, _runtime` beside the metrics, or `RUN - METRIC` with `__MIN` and `__MAX` beside it.
/// - TensorBoard: `Wall time, Step, Value`.
struct TrackerColumns {
  /// Names of the column of the epochs, the surest first.
  static let epochs = ["epoch", "step", "_step", "global_step", "iteration"]
  /// Names of the column that says which statistic or metric a row has.
  static let names = ["statistic", "metric", "key", "tag"]
  /// The column of the values, in the long form.
  static let value = "value"
  /// Columns that only say when a row was written.
  static let clocks = [
    "timestamp", "_timestamp", "_runtime", "wall time", "wall_time", "relative time (wall)", "relative time (process)",
  ]

  /// The column of the epochs.
  let epoch: Int?
  /// The columns of the name and of the value, in the long form; the name is nil where the table has one statistic only.
  let long: (name: Int?, value: Int)?
  /// Columns that say nothing about a run and nothing about its values.
  let ignored: Set<Int>
  /// What a user should know.
  let notes: [String]

  /// Tells the columns by their names.
  init(_ header: [String]) {
    let header = header.map { $0.lowercased() }
    epoch = Self.epochs.lazy.compactMap { header.firstIndex(of: $0) }.first
    var notes: [String] = []
    var ignored = Set(header.indices.filter { Self.clocks.contains(header[$0]) })
    if let epoch, header[epoch] != "epoch" {
      notes.append("the column '\(header[epoch])' is the epoch")
    }
    for (index, name) in header.enumerated() where index != epoch && ["_step", "global_step"].contains(name) {
      ignored.insert(index)
    }
    // Limits of a smoothed line, which W&B writes beside it.
    for (index, name) in header.enumerated() where name.hasSuffix("__min") || name.hasSuffix("__max") {
      ignored.insert(index)
    }
    let value = header.firstIndex(of: Self.value)
    let name = Self.names.lazy.compactMap { header.firstIndex(of: $0) }.first
    if let value, let name {
      long = (name, value)
      if header[name] != "metric" && header[name] != "statistic" {
        notes.append("the column '\(header[name])' names what the column 'value' has")
      }
    } else if let value, header.contains("wall time") || header.contains("wall_time") {
      long = (nil, value)
    } else {
      long = nil
    }
    if !ignored.isEmpty {
      notes.append("not read: \(ignored.sorted().map { "'\(header[$0])'" }.joined(separator: ", "))")
    }
    self.ignored = ignored
    self.notes = notes
  }
}
