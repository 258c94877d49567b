// FilePatternTests.swift -- which number of a file name is its epoch.

import Base
import TestSupport
import Testing

struct FilePatternTests {
  @Test(
    arguments: [
      (["w_2.npy", "w_10.npy"], [2, 10]), (["a_0.25.npy", "a_0.5.npy", "a_0.75.npy"], [0.25, 0.5, 0.75]),
      (["b_-1.npy", "b_0.npy", "b_1.npy"], [-1, 0, 1]), (["t-1.npy", "t0.npy", "t1.npy"], [-1, 0, 1]),
      (["run-5.npy", "run-10.npy"], [5, 10]), (["c_1e-3.npy", "c_1e-2.npy"], [0.001, 0.01]),
      (["run1.9.npy", "run1.10.npy"], [9, 10]), (["2024-01-05_w3.npy", "2024-01-05_w20.npy"], [3, 20]),
      (["step_1e4.npy", "step_2e4.npy"], [10_000, 20_000]),
      (["m1e5.npy", "m1e10.npy", "m1e15.npy"], [5, 10, 15]), (["x1.5e2.npy", "x1.5e3.npy"], [150, 1500]),
      (["rec(x)-1.npy", "rec(x)-2.npy", "rec(x)-3.npy"], [1, 2, 3]), (["-2.npy", "-1.npy"], [-2, -1]),
      (["v1.25.npy", "v1.50.npy"], [1.25, 1.5]), (["v0.5.npy", "v1.25.npy", "v1.5.npy"], [0.5, 1.25, 1.5]),
    ] as [([String], [Double])])
  func `the number in which names differ may be a decimal, negative or have an exponent`(
    names: [String], numbers: [Double]
  )
    throws
  {
    let folder = TemporaryFolder()
    for name in names.reversed() { folder.write("", to: name) }
    let files = try FilePattern.files(folder["*.npy"])
    #expect(files == names.map { folder[$0] })
    #expect(FilePattern.numbers(of: files) == numbers)
  }

  @Test(
    arguments: [
      ["w_1_a3.npy", "w_2_a4.npy"], ["w_1.npy", "w_01.npy"], ["a.npy", "b.npy"], ["w_1.npy"],
      // Digits behind a point that count, or fractions.
      ["sub01.15.npy", "sub01.25.npy", "sub01.5.npy"], ["n_0.5.npy", "n_0.10.npy"],
    ])
  func `names that differ in more than one number, or in none, or may be read in two ways, say no epochs`(
    names: [String]
  ) {
    #expect(FilePattern.numbers(of: names) == nil)
  }
}
