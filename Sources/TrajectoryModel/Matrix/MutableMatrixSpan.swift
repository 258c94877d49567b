// MutableMatrixSpan.swift -- a matrix in memory of somebody else's, lent to be filled.

public import Base

/// A matrix of examples (rows) and features (columns) in memory of the caller's, such as a NumPy array, to be filled.
///
/// It is to a matrix what `MutableSpan` is to an array: nobody else reads or writes the elements while it lives, and it
/// cannot outlive them.
///
/// ```swift
/// var bytes = values.mutableSpan.mutableBytes  // 100 examples x 24 features
/// var rows = try MutableMatrixSpan(&bytes, rows: 100, columns: 24, elementType: .float32, layout: .rowMajor)
/// try snapshot.materialize(examples, columns, into: &rows)
/// ```
@safe public struct MutableMatrixSpan: ~Copyable, ~Escapable, @unchecked Sendable {
  // SAFETY of @unchecked: the elements belong to this value alone.
  /// The number of examples.
  public let rows: Int
  /// The number of features.
  public let columns: Int
  /// The type of every element.
  public let elementType: ElementType
  /// Elements from one row to the next.
  public let rowStride: Int
  /// Elements from one column to the next.
  public let columnStride: Int
  /// The first element of the first row, for the kernels; nil where there is none.
  @unsafe package let base: UnsafeMutableRawPointer?

  /// Takes memory in which every element of every row has a place of its own.
  @unsafe @_lifetime(borrow base)
  package init(
    base: UnsafeMutableRawPointer?, rows: Int, columns: Int, elementType: ElementType, rowStride: Int,
    columnStride: Int
  ) {
    unsafe self.base = base
    self.rows = rows
    self.columns = columns
    self.elementType = elementType
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Takes memory whose elements lie at any distances, as those of a NumPy array may.
  ///
  /// - Parameters:
  ///   - bytes: The memory.
  ///   - rows: The number of examples.
  ///   - columns: The number of features.
  ///   - elementType: The type of every element.
  ///   - byteStrides: Bytes from one row to the next and from one column to the next; either may be negative.
  ///   - byteOffset: Where in `bytes` the first element of the first row lies.
  /// - Throws: ``EngramError`` with code `usage` when an element would lie outside of `bytes` or across a multiple of
  ///   its size, or when two elements could share a place.
  @_lifetime(&bytes)
  public init(
    _ bytes: inout MutableRawSpan, rows: Int, columns: Int, elementType: ElementType,
    byteStrides: (row: Int, column: Int), byteOffset: Int = 0
  ) throws(EngramError) {
    let size = elementType.byteCount
    // SAFETY: the span that is made of it keeps `bytes` as long as it lives, as `_overrideLifetime` says below.
    let start = unsafe bytes.withUnsafeMutableBytes { $0.baseAddress }
    let misfit = Int(UInt(bitPattern: start) % UInt(size)) + byteOffset % size
    guard byteStrides.row % size == 0, byteStrides.column % size == 0, misfit % size == 0 else {
      throw Self.refusal(
        "the elements of the matrix are not aligned", expected: "strides and an address that are multiples of \(size)",
        found: "strides of \(byteStrides.row) and \(byteStrides.column) bytes")
    }
    try Self.checkPlaces(
      (rows, columns), strides: byteStrides, size: size, offset: byteOffset, byteCount: bytes.byteCount)
    // SAFETY: all elements were just found to lie inside of `bytes`, each in a place of its own.
    let span = unsafe MutableMatrixSpan(
      base: start.map { unsafe $0 + byteOffset }, rows: rows, columns: columns, elementType: elementType,
      rowStride: byteStrides.row / size, columnStride: byteStrides.column / size)
    self = unsafe _overrideLifetime(span, mutating: &bytes)
  }

  /// Takes memory whose elements follow one another without gaps.
  ///
  /// - Parameters:
  ///   - bytes: The memory.
  ///   - rows: The number of examples.
  ///   - columns: The number of features.
  ///   - elementType: The type of every element.
  ///   - layout: How they follow one another.
  /// - Throws: ``EngramError`` with code `usage` when `bytes` is too small or not aligned.
  @_lifetime(&bytes)
  public init(
    _ bytes: inout MutableRawSpan, rows: Int, columns: Int, elementType: ElementType, layout: MatrixLayout = .rowMajor
  ) throws(EngramError) {
    let strides = layout.strides(rows: rows, columns: columns)
    let size = elementType.byteCount
    let (row, rowOverflow) = strides.row.multipliedReportingOverflow(by: size)
    let (column, columnOverflow) = strides.column.multipliedReportingOverflow(by: size)
    guard !rowOverflow, !columnOverflow else { throw Self.tooSmall(bytes.byteCount) }
    try self.init(&bytes, rows: rows, columns: columns, elementType: elementType, byteStrides: (row, column))
  }

  /// Refuses elements outside of the memory, and any two in one place.
  private static func checkPlaces(
    _ counts: (rows: Int, columns: Int), strides: (row: Int, column: Int), size: Int, offset: Int, byteCount: Int
  ) throws(EngramError) {
    guard counts.rows >= 0, counts.columns >= 0 else {
      throw refusal(
        "a matrix has no negative shape", expected: "0 or more", found: "\(counts.rows) x \(counts.columns)")
    }
    guard offset >= 0, offset <= byteCount else { throw tooSmall(byteCount) }
    if counts.rows == 0 || counts.columns == 0 { return }
    /// Bytes from the first element of an axis to its last.
    func reach(_ count: Int, _ stride: Int) throws(EngramError) -> Int {
      let (distance, isTooFar) = (count - 1).multipliedReportingOverflow(by: stride)
      // Twice the reach is then still a number.
      guard !isTooFar, distance.magnitude <= Int.max / 4 else { throw tooSmall(byteCount) }
      return distance
    }
    let (down, across) = (try reach(counts.rows, strides.row), try reach(counts.columns, strides.column))
    let (least, most) = (offset + min(0, down) + min(0, across), offset + max(0, down) + max(0, across))
    guard least >= 0, most <= byteCount - size else { throw tooSmall(byteCount) }
    // A whole row lies between two elements of a column, or a whole column between two of a row.
    let isApart =
      (counts.rows == 1 || strides.row.magnitude > across.magnitude)
      && (counts.columns == 1 || strides.column != 0)
      || (counts.columns == 1 || strides.column.magnitude > down.magnitude) && (counts.rows == 1 || strides.row != 0)
    guard isApart else {
      throw refusal(
        "elements of the matrix share their places", expected: "rows that do not lie across one another",
        found: "strides of \(strides.row) and \(strides.column) bytes")
    }
  }

  private static func tooSmall(_ byteCount: Int) -> EngramError {
    refusal(
      "the matrix does not lie inside its memory", expected: "room for every element", found: "\(byteCount) bytes")
  }

  private static func refusal(_ message: String, expected: String, found: String) -> EngramError {
    EngramError(
      .usage, message, place: "destination", expected: expected, found: found,
      mend: "give memory of its own for rows x columns elements, such as a new array")
  }

  /// The elements, for reading.
  public var elements: MatrixSpan {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: nobody writes while `self` is borrowed.
      let span = unsafe MatrixSpan(
        base: base, rows: rows, columns: columns, elementType: elementType, rowStride: rowStride,
        columnStride: columnStride)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// One element as Float64; what is stored is rounded to the type of the matrix.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row, column] }
    @_lifetime(self: copy self)
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "the element is inside the matrix")
      guard let base = unsafe base else { return }
      let element = row * rowStride + column * columnStride
      // SAFETY: the element is inside the matrix, all of which lies in the memory.
      if elementType == .float32 {
        unsafe base.storeBytes(of: Float(newValue), toByteOffset: element * 4, as: Float.self)
      } else {
        unsafe base.storeBytes(of: newValue, toByteOffset: element * 8, as: Double.self)
      }
    }
  }
}
