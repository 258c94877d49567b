// Predictions.swift -- the predicted class of each test example, and how it is kept.
//   offset            size  field          rule                       (little-endian)
//        0               4  version        1
//        4               4  classCount     c, 1 … 2^15
//        8               8  count          n
//       16             8 n  examples       ids, ascending
//        .             4 n  actual         codes below c
//        .             4 n  predicted      codes below c
//        .           4 c n  probabilities  float32, example by example

package import Base

/// The predicted class of each test example of a split.
public struct Predictions: Sendable, Hashable {
  private static let version: UInt32 = 1
  private static let headerByteCount = 16
  private static let mostClasses = 1 << 15

  /// The examples, ascending.
  public let examples: [Int64]
  /// The class that each has.
  public let actual: [Int32]
  /// The predicted class of each.
  public let predicted: [Int32]
  /// The probability of each class: examples x classes, example by example.
  public let probabilities: [Float]
  /// The number of classes.
  public let classCount: Int

  /// Puts predictions together.
  ///
  /// - Precondition: All lists are of one length; probabilities have `classCount` for each example.
  public init(
    examples: [Int64], actual: [Int32], predicted: [Int32], probabilities: [Float], classCount: Int
  ) {
    precondition(
      actual.count == examples.count && predicted.count == examples.count
        && probabilities.count == examples.count * classCount, "each example has all its values")
    self.examples = examples
    self.actual = actual
    self.predicted = predicted
    self.probabilities = probabilities
    self.classCount = classCount
  }

  /// The bytes in which they are kept.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount(of: examples.count, classCount))
    func append<Number: FixedWidthInteger>(_ number: Number) {
      for byte in 0..<(Number.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: number >> Number(8 * byte))) }
    }
    append(Self.version)
    append(UInt32(classCount))
    append(UInt64(examples.count))
    for id in examples { append(id) }
    for code in actual { append(code) }
    for code in predicted { append(code) }
    for probability in probabilities { append(probability.bitPattern) }
    return bytes
  }

  private static func byteCount(of count: Int, _ classCount: Int) -> Int {
    headerByteCount + count * (8 + 4 + 4 + 4 * classCount)
  }

  /// Reads the bytes.
  ///
  /// - Throws: ``EngramError`` with code `corrupt`.
  package init(bytes: [UInt8]) throws(EngramError) {
    func fail(_ message: String, _ expected: String, _ found: String) -> EngramError {
      EngramError(
        .corrupt, message, place: "table classification_split, column predictions", expected: expected, found: found,
        mend: "remove these results and compute them again")
    }
    func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
      bytes[offset..<(offset + Number.bitWidth / 8)].reversed().reduce(0) { $0 << 8 | Number($1) }
    }
    guard bytes.count >= Self.headerByteCount, number(0, UInt32.self) == Self.version else {
      throw fail("predictions are not well formed", "version 1", "\(bytes.count) bytes")
    }
    let (classes, count) = (number(4, UInt32.self), number(8, UInt64.self))
    guard classes >= 1, classes <= Self.mostClasses, count <= UInt64(bytes.count),
      bytes.count == Self.byteCount(of: Int(count), Int(classes))
    else {
      throw fail(
        "predictions have the wrong length", "\(count) examples of \(classes) classes", "\(bytes.count) bytes")
    }
    let (n, c) = (Int(count), Int(classes))
    let codes = Self.headerByteCount + 8 * n
    self.init(
      examples: (0..<n).map { number(Self.headerByteCount + 8 * $0, Int64.self) },
      actual: (0..<n).map { number(codes + 4 * $0, Int32.self) },
      predicted: (0..<n).map { number(codes + 4 * (n + $0), Int32.self) },
      probabilities: (0..<(n * c)).map { Float(bitPattern: number(codes + 4 * (2 * n + $0), UInt32.self)) },
      classCount: c)
    let range = 0..<Int32(c)
    guard actual.allSatisfy(range.contains), predicted.allSatisfy(range.contains) else {
      throw fail("a prediction is of no class", "codes below \(c)", "another code")
    }
  }
}
