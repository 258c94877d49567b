// ExampleSetTests.swift -- sets of examples agree with sets of numbers.

import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct ExampleSetTests {
  @Test(arguments: 0..<60)
  func `operations on example sets agree with sets of numbers`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func numbers() -> [Int64] {
      (0..<Int.random(in: 0...60, using: &random)).map { _ in Int64.random(in: 0..<100, using: &random) }
    }
    let (a, b) = (numbers(), numbers())
    let (left, right) = (ExampleSet(ids: a), ExampleSet(ids: b))
    #expect(left.ids == Set(a).sorted())
    #expect(left.union(right).ids == Set(a).union(b).sorted())
    #expect(left.intersection(right).ids == Set(a).intersection(b).sorted())
    #expect(left.subtracting(right).ids == Set(a).subtracting(b).sorted())
    #expect(left.isDisjoint(with: right) == Set(a).isDisjoint(with: b))
    #expect(left.union(right) == ExampleSet(ids: a + b))
    let bounds = Int64.random(in: -5..<50, using: &random)..<Int64.random(in: 50...105, using: &random)
    #expect(left.clamped(to: bounds) == left.intersection(ExampleSet(bounds)))
    #expect(left.clamped(to: 7..<7).isEmpty)
  }
}
