// ClassLabels.swift -- the class of each row of a matrix.

/// The class of each row of a feature matrix, as a code below the number of classes.
public struct ClassLabels: Sendable, Hashable {
  /// For each row the code of its class.
  public let codes: [Int32]
  /// The number of classes, of which some may have no row.
  public let classCount: Int

  /// Makes labels.
  ///
  /// - Precondition: Every code is 0 ..< `classCount`.
  public init(codes: [Int32], classCount: Int) {
    precondition(codes.allSatisfy { $0 >= 0 && $0 < classCount }, "every code is below the number of classes")
    self.codes = codes
    self.classCount = classCount
  }

  /// The number of rows of each class among some rows, or among all.
  public func counts(of rows: [Int32]? = nil) -> [Int] {
    var counts = Array(repeating: 0, count: classCount)
    if let rows {
      for row in rows { counts[Int(codes[Int(row)])] += 1 }
    } else {
      for code in codes { counts[Int(code)] += 1 }
    }
    return counts
  }
}
