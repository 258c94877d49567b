// SplitLeaveOneGroupOutCommand.swift -- `engram split leave-one-group-out STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes a split for each group.
enum SplitLeaveOneGroupOutCommand {
  static let command = Command(
    "leave-one-group-out", "every group is the test side once",
    discussion: """
      One split for each group, the run unless --by says otherwise; at most 10,000.
      """,
    takes: SplitParameters.first + [SplitParameters.groups] + SplitParameters.last,
    examples: [
      .init(
        "engram split leave-one-group-out lr.engram --name each --where \"task = 'cifar10'\"",
        "Each run of one task in turn")
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = LeaveOneGroupOutSplits(by: invocation[SplitParameters.groups])
    try SplitReport.create(invocation.specification(.leaveOneGroupOut(plan)), invocation)
  }
}
