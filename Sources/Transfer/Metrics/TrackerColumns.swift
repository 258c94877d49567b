// TrackerColumns.swift -- what the columns of tables that trackers write mean: MLflow, W&B, TensorBoard, Aim.

/// What the columns of a table of values over time are called, also by trackers.
///
/// - MLflow: `run_id, key, value, step, timestamp`.
/// - W&B: `_step, _timestamp, _runtime` beside the metrics, or `RUN - METRIC` with `__MIN` and `__MAX` beside it.
/// - TensorBoard: `Wall time, Step, Value`.
/// - Aim: `idx, step, value, epoch, time, run, run.PARAMETER, metric, context.KEY`, as its metrics come as a data frame, or
///   `…, metric, context, value, step, epoch, time` as its explorer exports them.
struct TrackerColumns {
  /// Names of the column of the epochs, the surest first.
  static let epochs = ["chosen_epoch", "epoch", "step", "_step", "global_step", "iteration"]
  /// Names of the column that says which statistic or metric a row has.
  static let names = ["chosen_statistic", "statistic", "metric", "key", "tag"]
  /// Names of the column of the values in the long form, the surest first.
  static let values = ["chosen_value", "value"]
  /// Columns that only say when a row was written.
  static let clocks = [
    "timestamp", "_timestamp", "_runtime", "wall time", "wall_time", "relative time (wall)", "relative time (process)",
  ]

  /// The column of the epochs.
  let epoch: Int?
  /// The columns of the values in the long form.
  struct Long {
    /// The column of the names; nil where the table has one statistic only.
    let name: Int?
    /// Columns that belong to the name, such as Aim's `context.subset`.
    var contexts: [Int] = []
    let value: Int

    /// All of them.
    var columns: [Int] { [name].compactMap { $0 } + contexts + [value] }
  }

  /// The columns of the values, in the long form.
  let long: Long?
  /// Columns that say nothing about a run and nothing about its values.
  let ignored: Set<Int>
  /// What a user should know.
  let notes: [String]
  /// Whether the table is one of Aim.
  let isAim: Bool

  /// Tells the columns by their names.
  ///
  /// - Parameters:
  ///   - header: The names.
  ///   - hasValue: Whether a column has any value; one without is no column of epochs.
  init(_ header: [String], hasValue: (Int) -> Bool = { _ in true }) {
    let header = header.map { $0.lowercased() }
    if let aim = Self.aim(header, hasValue) {
      self = aim
      return
    }
    let candidates = Self.epochs.compactMap { header.firstIndex(of: $0) }
    epoch = candidates.first(where: hasValue) ?? candidates.first
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
    let value = Self.values.lazy.compactMap { header.firstIndex(of: $0) }.first
    let name = Self.names.lazy.compactMap { header.firstIndex(of: $0) }.first
    if let value, let name {
      long = Long(name: name, value: value)
      if header[name] != "metric" && header[name] != "statistic" {
        notes.append("the column '\(header[name])' names what the column '\(header[value])' has")
      }
    } else if let value, header.contains("wall time") || header.contains("wall_time") {
      long = Long(name: nil, value: value)
    } else {
      long = nil
    }
    if !ignored.isEmpty {
      notes.append("not read: \(ignored.sorted().map { "'\(header[$0])'" }.joined(separator: ", "))")
    }
    self.ignored = ignored
    self.notes = notes
    isAim = false
  }

  /// Those of a table of Aim.
  private init(aimEpoch epoch: Int, long: Long, ignored: Set<Int>, notes: [String]) {
    (self.epoch, self.long, self.ignored, self.notes, isAim) = (epoch, long, ignored, notes, true)
  }

  /// What the columns of a table of Aim mean; nil for other tables.
  ///
  /// Its steps are the axis, for several of them may be of one epoch, and Aim leaves epochs empty where nobody gave them.
  private static func aim(_ header: [String], _ hasValue: (Int) -> Bool) -> TrackerColumns? {
    guard let name = header.firstIndex(of: "metric") ?? header.firstIndex(of: "metric.name"),
      let value = header.firstIndex(of: "value"), let step = header.firstIndex(of: "step"),
      header.contains("time"), header.contains("idx") || header.contains("run") || header.contains("hash")
    else { return nil }
    let contexts = header.indices.filter { header[$0] == "context" || header[$0].hasPrefix("context.") }
    let epoch = header.firstIndex(of: "epoch")
    let ignored = Set(
      header.indices.filter { ["idx", "time", "date", "duration"].contains(header[$0]) || $0 == epoch })
    var notes = ["the column 'step' is the epoch, as in tables of Aim"]
    if let epoch, hasValue(epoch) {
      notes.append("the column 'epoch' of Aim is not read; where it is the axis, rename 'step'")
    }
    if !contexts.isEmpty {
      let columns = contexts.map { "'\(header[$0])'" }.joined(separator: ", ")
      notes.append("\(columns) belong to the names, such as loss (subset=val)")
    }
    notes.append("not read: \(ignored.sorted().map { "'\(header[$0])'" }.joined(separator: ", "))")
    return TrackerColumns(
      aimEpoch: step, long: Long(name: name, contexts: contexts, value: value), ignored: ignored, notes: notes)
  }

  /// Whether the first column is the index that pandas writes, by its name.
  static func isIndex(_ name: String) -> Bool { name.isEmpty || name == "Unnamed: 0" }

  /// A name with what belongs to it.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - contexts: The columns that belong to it, and what they have.
  /// - Returns: The name, such as `loss (subset=val)`.
  static func name(_ name: String, contexts: [(column: String, value: String)]) -> String {
    let terms = contexts.filter { !$0.value.isEmpty && !TableRules.usualMissing.contains($0.value) }.map { context in
      let key = context.column.split(separator: ".", maxSplits: 1).dropFirst().joined()
      return key.isEmpty ? context.value : "\(key)=\(context.value)"
    }
    return terms.isEmpty ? name : "\(name) (\(terms.joined(separator: ", ")))"
  }
}
