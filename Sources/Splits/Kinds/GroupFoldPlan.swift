// GroupFoldPlan.swift -- what the kinds that make folds of whole groups have in common: their choices and their JSON.

import Base

/// A plan that makes folds of whole groups: how many folds, which columns name a group, and a seed to shuffle by.
protocol GroupFoldPlan: SplitPlan {
  var folds: Int { get }
  var by: [String] { get }
  var seed: UInt32? { get }

  init(folds: Int, by columns: [String], seed: UInt32?)
}

extension GroupFoldPlan {
  static var keys: [String] { ["folds", "by", "seed"] }

  init(reading object: JSONObject) throws(EngramError) {
    self.init(
      folds: try object.optionalCount("folds") ?? 5, by: try object.optionalColumns("by") ?? [GroupTable.run],
      seed: try object.optionalSeed())
  }

  func write(to object: inout JSONObject) {
    object["folds"] = .integer(Int64(folds))
    object["by"] = .array(by.map { .string($0) })
    object["seed"] = seed.map { .integer(Int64($0)) }
  }

  func check() throws(EngramError) {
    try Choices.check(folds: folds)
    try Choices.check(columns: by)
  }
}
