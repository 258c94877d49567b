// LeaveOneGroupOutSplits.swift -- every group is the test side once.

import Base

/// Leave one group out: a hold-out of every group in turn, the run unless another group is named.
///
/// The splits are those of scikit-learn's `LeaveOneGroupOut`, groups ascending.
public struct LeaveOneGroupOutSplits: Sendable, Hashable {
  /// The columns of the `example` view whose values name a group; by default the run.
  public var by: [String]

  /// Makes a plan.
  public init(by columns: [String] = ["run_id"]) { by = columns }
}

extension LeaveOneGroupOutSplits: SplitPlan {
  static let kind = "leave-one-group-out"
  static let keys = ["by"]

  init(reading object: JSONObject) throws(EngramError) {
    self.init(by: try object.optionalColumns("by") ?? [GroupTable.run])
  }

  func write(to object: inout JSONObject) { object["by"] = .array(by.map { .string($0) }) }

  func check() throws(EngramError) { try Choices.check(columns: by) }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    try HoldoutSplits(by: by).makeSplits(source, receive)
  }
}
