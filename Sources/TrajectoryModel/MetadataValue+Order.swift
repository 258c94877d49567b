// MetadataValue+Order.swift -- one strict total order of metadata values, which equality and hashing agree with.

import Glibc

extension MetadataValue: Hashable {
  /// Whether two values are one to SQLite: numbers by their exact value, texts by their bytes.
  public static func == (left: MetadataValue, right: MetadataValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a == b || (a.isNaN && b.isNaN)
    case (.integer(let a), .real(let b)), (.real(let b), .integer(let a)): Int64(exactly: b) == a
    // Texts of the same bytes are equal to Swift too, whose comparison is the faster one to tell others apart.
    case (.text(let a), .text(let b)): a == b && Self.haveSameBytes(a, b)
    default: false
    }
  }

  private static func haveSameBytes(_ a: String, _ b: String) -> Bool {
    let (a, b) = (a.utf8Span.span, b.utf8Span.span)
    // SAFETY: both hold as many bytes as are compared.
    return unsafe a.count == b.count
      && a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          guard let first = a.baseAddress, let second = b.baseAddress else { return true }
          return unsafe memcmp(first, second, a.count) == 0
        }
      }
  }

  /// Hashes what ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .integer(let number): hasher.combine(number)
    case .real(let number):
      if let whole = Int64(exactly: number) {
        hasher.combine(whole)
      } else {
        hasher.combine(number.isNaN ? .nan : number)
      }
    case .text(let text): hasher.combine(text)
    }
  }
}

extension MetadataValue: Comparable {
  /// Orders as SQLite does: null, then numbers by their exact value, then text by its UTF-8 bytes.
  ///
  /// It is a strict total order: of two values that are not equal one comes first. NaN, which no field holds, comes
  /// before all other numbers.
  public static func < (left: MetadataValue, right: MetadataValue) -> Bool {
    switch (left, right) {
    case (.null, .null): false
    case (.null, _): true
    case (_, .null): false
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.text, _): false
    case (_, .text): true
    case (.integer(let a), .integer(let b)): a < b
    case (.integer(let a), .real(let b)): precedes(a, b)
    case (.real(let a), .integer(let b)): follows(b, a)
    case (.real(let a), .real(let b)): a < b || (a.isNaN && !b.isNaN)
    }
  }

  /// Whether a whole number is below a real one; nothing is rounded.
  private static func precedes(_ whole: Int64, _ real: Double) -> Bool {
    // Below 2^63 the largest real number is 2^63 - 1024, so what is rounded here is an Int64.
    if real >= 0x1p63 { return true }
    if real <= -0x1p63 || real.isNaN { return false }
    return whole < Int64(real.rounded(.up))
  }

  /// Whether a whole number is above a real one.
  private static func follows(_ whole: Int64, _ real: Double) -> Bool {
    if real >= 0x1p63 { return false }
    if real < -0x1p63 || real.isNaN { return true }
    return whole > Int64(real.rounded(.down))
  }
}
