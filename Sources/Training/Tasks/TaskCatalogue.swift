// TaskCatalogue.swift -- tasks by their names; one is made once for all runs that learn it.

import Base

/// Tasks by their names.
struct TaskCatalogue: Sendable {
  /// What tells one task from another.
  private struct Key: Hashable {
    let name: String
    let imageSize: Int?
  }

  private let data: String?
  private var tasks: [Key: any TrainingTask] = [:]

  /// The names of all tasks.
  static var names: [String] { DigitsTask.Kind.allCases.map(\.rawValue) + ["cifar10"] }

  /// Makes a catalogue of data sets in a folder.
  init(data: String?) { self.data = data }

  /// Makes the task of a run, unless it is made.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a task that is not known, and what is wrong with its data.
  mutating func prepare(_ run: TrainingSettings) throws(EngramError) {
    let key = Key(name: run.task, imageSize: run.imageSize)
    if tasks[key] == nil { tasks[key] = try make(key) }
  }

  /// The task of a run that was prepared.
  func task(of run: TrainingSettings) throws(EngramError) -> any TrainingTask {
    guard let task = tasks[Key(name: run.task, imageSize: run.imageSize)] else {
      throw EngramError(.usage, "the task of a run was not prepared", found: run.task)
    }
    return task
  }

  private func make(_ key: Key) throws(EngramError) -> any TrainingTask {
    if let kind = DigitsTask.Kind(rawValue: key.name) { return try DigitsTask(kind, size: key.imageSize ?? 16) }
    if key.name == "cifar10" { return try CIFAR10Task(in: data) }
    throw EngramError(
      .usage, "there is no such task", expected: Self.names.joined(separator: ", "), found: key.name,
      mend: closestName(to: key.name, among: Self.names).map { "did you mean \($0)?" })
  }
}
