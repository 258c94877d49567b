// BLASTests.swift -- OpenBLAS is found, and rows and columns are not mixed up.

import CBLAS
import Foundation
import Testing

@Suite struct BLASTests {
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
    #expect(unsafe engram_dsyevd(3, &a, 3, &values) == 0)
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
    #expect(unsafe engram_dposv(2, &a, 2, &b) == 0)
    #expect(abs(b[0] - 1.25) < 1e-15 && abs(b[1] - 1.5) < 1e-15)
    var indefinite: [Double] = [1, 2, 2, 1]
    #expect(unsafe engram_dposv(2, &indefinite, 2, &b) == 2)
  }
}
