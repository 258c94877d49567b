// RandomStateTests.swift -- NumPy's legacy generator, held against NumPy's own numbers.

import Base
import TestSupport
import Testing

@Suite struct RandomStateTests {
  @Test func `draws the same 32-bit integers as NumPy for seed 0`() {
    var random = RandomState(seed: 0)
    let expected: [UInt32] = [
      2_357_136_044, 2_546_248_239, 3_071_714_933, 3_626_093_760, 2_588_848_963, 3_684_848_379, 2_340_255_427,
      3_638_918_503, 1_819_583_497, 2_678_185_683,
    ]
    #expect((0..<10).map { _ in random.nextUInt32() } == expected)
  }

  @Test func `permutes ten as NumPy does for seed 0`() {
    var random = RandomState(seed: 0)
    #expect(random.permutation(10) == [2, 8, 4, 9, 1, 6, 7, 3, 0, 5])
  }

  @Test func `permutes 5,184 twice as NumPy does for seed 0`() {
    var random = RandomState(seed: 0)
    let first = random.permutation(5_184)
    let second = random.permutation(5_184)
    #expect(Array(first.prefix(4)) == [4_755, 5_162, 2_027, 405])
    #expect(Array(first.suffix(3)) == [1_653, 2_607, 2_732])
    #expect(Array(second.prefix(4)) == [2_442, 1_532, 4_463, 1_970])
    #expect(Array(second.suffix(3)) == [1_100, 3_526, 5_141])
  }

  @Test func `a permutation of none or one draws nothing`() {
    var random = RandomState(seed: 7)
    var untouched = RandomState(seed: 7)
    #expect(random.permutation(0).isEmpty)
    #expect(random.permutation(1) == [0])
    #expect(random.nextUInt32() == untouched.nextUInt32())
  }

  @Test func `draws normal deviates and real numbers as NumPy does, and goes on from there`() throws {
    let streams = try Fixtures.json("parity/observables.json").asObject().array("streams")
    #expect(streams.count == 3)
    for stream in streams {
      let frozen = try stream.asObject()
      var random = RandomState(seed: UInt32(try frozen.integer("seed")))
      var deviates = [Double](repeating: 0, count: 1_001)
      var span = deviates.mutableSpan
      random.fillStandardNormal(&span)
      #expect(Array(deviates.prefix(8)) == (try frozen.reals("first")))
      #expect(Array(deviates.suffix(3)) == (try frozen.reals("last")))
      // An odd number of deviates leaves one of a pair, which comes after whatever else is drawn.
      #expect(random.permutation(9) == (try frozen.array("permutation_after").map { Int(try $0.asInteger()) }))
      #expect((0..<3).map { _ in random.standardNormal() } == (try frozen.reals("normal_after")))
      #expect((0..<2).map { _ in random.nextReal() } == (try frozen.reals("sample_after")))
    }
  }
}
