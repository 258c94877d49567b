// PlanRunner+Check.swift -- what a run would refuse before it begins, without training anything.

package import Base

extension PlanRunner {
  /// Refuses runs that cannot be trained: their tasks, the data of these, and networks that do not fit them.
  ///
  /// - Parameters:
  ///   - runs: The runs.
  ///   - data: Where data sets lie; where nil, of tasks whose data set is not bundled only name and size are checked.
  /// - Returns: A line for a person about what was not looked at.
  /// - Throws: What ``train(_:work:finished:)`` throws before a run is begun.
  package static func check(_ runs: [TrainingSettings], data: String?) throws(EngramError) -> [String] {
    var catalogue = TaskCatalogue(data: data)
    var unseen: Set<String> = []
    for run in runs {
      try TaskCatalogue.check(run)
      if data == nil, TaskCatalogue.needsData(run) {
        unseen.insert(run.task)
        continue
      }
      try catalogue.prepare(run)
      let task = try catalogue.task(of: run)
      _ = try run.architecture.network(image: task.image, head: task.head, size: run.size)
    }
    if unseen.isEmpty { return catalogue.notes }
    return [
      "the data of \(unseen.sorted().joined(separator: ", ")), and whether networks fit them, were not checked: no data set is named"
    ]
  }
}
