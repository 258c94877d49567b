// BLASTests.swift -- OpenBLAS is found, and rows and columns are not mixed up.

import CBLAS
import Foundation
import TestSupport
import Testing

@Suite struct BLASTests {
  /// Never says stop.
  private var never: engram_blas_stop { unsafe engram_blas_stop(is_cancelled: { _ in 0 }, context: nil) }

  init() { #expect(unsafe engram_blas_load() == nil) }

  @Test func `multiplies row-major matrices, transposed or not`() {
    let a: [Float] = [1, 2, 3, 4, 5, 6]  // 2 x 3
    let b: [Float] = [1, 0, 2, 1, 1, 3]  // 3 x 2
    var c = [Float](repeating: 1, count: 4)
    unsafe engram_sgemm(0, 0, 2, 2, 3, 1, a, 3, b, 2, 1, &c, 2)
    #expect(c == [9, 12, 21, 24])
    var d = [Float](repeating: 0, count: 9)
    unsafe engram_sgemm(1, 1, 3, 3, 2, 1, a, 3, b, 2, 0, &d, 3)
    #expect(d == [1, 6, 13, 2, 9, 17, 3, 12, 21])
  }

  @Test func `takes kernels that fit the processor, of whatever model it is`() throws {
    let kernels = unsafe String(cString: engram_blas_kernels())
    #expect(!kernels.isEmpty)
    let features = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let isAsked = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] != nil
    // Prescott, of 2004, is what OpenBLAS falls back on for a model that it does not know.
    #expect(isAsked || !features.contains(" avx2 ") || !features.contains(" fma ") || kernels != "Prescott")
  }

  @Test func `finds eigenvalues in ascending order and eigenvectors as rows`() {
    var a: [Double] = [2, 1, 0, 99, 2, 0, 99, 99, 5]  // the lower triangle is not read
    var values = [Double](repeating: 0, count: 3)
    #expect(unsafe engram_dsyevd(3, &a, &values, never) == 0)
    for (found, expected) in zip(values, [1.0, 3.0, 5.0]) { #expect(abs(found - expected) < 1e-12) }
    #expect(abs(a[0] + a[1]) < 1e-12 && abs(a[3] - a[4]) < 1e-12 && abs(abs(a[8]) - 1) < 1e-12)
  }

  @Test func `adds up a matrix times itself in the upper triangle`() {
    let a: [Double] = [1, 2, 3, 4, 5, 6]  // 3 x 2
    var c = [Double](repeating: 0, count: 4)
    unsafe engram_dsyrk_t(2, 3, 1, a, 2, 0, &c, 2)
    #expect(c == [35, 44, 0, 56])
  }

  @Test func `solves a positive definite system and refuses another`() {
    var a: [Double] = [4, 2, 99, 3]  // the lower triangle is not read
    var b: [Double] = [8, 7]
    #expect(unsafe engram_dposv(2, &a, &b, never) == 0)
    #expect(abs(b[0] - 1.25) < 1e-15 && abs(b[1] - 1.5) < 1e-15)
    var indefinite: [Double] = [1, 2, 2, 1]
    #expect(unsafe engram_dposv(2, &indefinite, &b, never) == 2)
  }

  @Test(arguments: [255, 256, 400])
  func `eigenvectors of matrices of any size satisfy their equation`(size: Int) {
    let matrix = Self.symmetric(size)
    var (vectors, values) = (matrix, [Double](repeating: 0, count: size))
    #expect(unsafe engram_dsyevd(Int32(size), &vectors, &values, never) == 0)
    for index in [0, size / 2, size - 1] {
      let vector = vectors[(index * size)...].prefix(size)
      for row in 0..<size {
        let product = zip(matrix[(row * size)...].prefix(size), vector).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - values[index] * vector[index * size + row]) < 1e-9 * Double(size))
      }
    }
  }

  @Test(arguments: [1023, 1024])
  func `systems of any size are solved`(size: Int) {
    var matrix = Self.symmetric(size)
    for index in 0..<size { matrix[index * (size + 1)] += Double(size) }
    let whole = matrix
    var solution = [Double](repeating: 1, count: size)
    #expect(unsafe engram_dposv(Int32(size), &matrix, &solution, never) == 0)
    for row in [0, size / 2, size - 1] {
      let product = zip(whole[(row * size)...].prefix(size), solution).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(product - 1) < 1e-9)
    }
  }

  @Test func `a routine that is told to stop is left at once, and others work beside it`() {
    let size = 1200
    let matrix = Self.symmetric(size)
    var (vectors, values) = (matrix, [Double](repeating: 0, count: size))
    let asked = Counter()
    let elapsed = withExtendedLifetime(asked) {
      ContinuousClock().measure {
        let stop = unsafe engram_blas_stop(
          is_cancelled: { context in
            guard let context = unsafe context else { return 1 }
            let asked = unsafe Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue()
            asked.count += 1
            return asked.count >= 2 ? 1 : 0
          }, context: Unmanaged.passUnretained(asked).toOpaque())
        #expect(unsafe engram_dsyevd(Int32(size), &vectors, &values, stop) == ENGRAM_BLAS_STOPPED)
      }
    }
    // Every ten milliseconds is the intent; the rest is for a loaded machine. That it returned before its end the code says.
    #expect(elapsed < .milliseconds(500), "\(elapsed)")
    #expect(asked.count == 2)
    #expect(vectors == matrix)
    `solves a positive definite system and refuses another`()
  }

  /// How often it was asked, by one thread.
  private final class Counter { var count = 0 }

  /// A symmetric matrix of drawn numbers between -1/2 and 1/2.
  private static func symmetric(_ size: Int) -> [Double] {
    var random = SeededGenerator(seed: 3)
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in row..<size {
        matrix[row * size + column] = Double.random(in: -0.5..<0.5, using: &random)
        matrix[column * size + row] = matrix[row * size + column]
      }
    }
    return matrix
  }
}
