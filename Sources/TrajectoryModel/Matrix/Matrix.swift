// Matrix.swift -- the dense matrices that the store fills and classifiers read.

public import Base
import Glibc

/// A dense matrix of examples (rows) and features (columns) in memory of its own that can be used again.
///
/// Fresh memory costs more than decoding into it, because the system hands it out page by page. So a matrix keeps
/// what it has: ``reshape(rows:columns:)`` to the same size or smaller costs nothing. Its element type and layout stay.
@safe public struct Matrix: ~Copyable, Sendable {
  /// The number of examples.
  public private(set) var rows = 0
  /// The number of features.
  public private(set) var columns = 0
  /// The type of every element.
  public let elementType: ElementType
  /// How elements follow one another.
  public let layout: MatrixLayout
  // SAFETY: owned by this value alone, which cannot be copied; nothing outside sees it but through spans.
  private nonisolated(unsafe) var memory: UnsafeMutableRawBufferPointer

  /// Bytes of `memory`.
  private var capacity = 0
  /// Whether the memory is somebody else's, which is read and neither written nor freed.
  private let isBorrowed: Bool

  /// An empty matrix, as a destination for whoever fills it.
  public init(elementType: ElementType = .float32, layout: MatrixLayout = .rowMajor) {
    self.elementType = elementType
    self.layout = layout
    unsafe memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    isBorrowed = false
  }

  /// A matrix over memory of somebody else's, to be read where it is; changing it is a mistake of ours.
  ///
  /// - Parameters:
  ///   - memory: The first element, aligned to its size; it outlives the matrix and nobody writes to it meanwhile.
  ///   - rows: The number of examples.
  ///   - columns: The number of features.
  ///   - elementType: The type of every element.
  ///   - layout: How elements follow one another, without gaps.
  @unsafe package init(
    borrowing memory: UnsafeRawPointer?, rows: Int, columns: Int, elementType: ElementType, layout: MatrixLayout
  ) {
    self.elementType = elementType
    self.layout = layout
    isBorrowed = true
    capacity = rows * columns * elementType.byteCount
    unsafe self.memory = UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(mutating: memory), count: memory == nil ? 0 : capacity)
    (self.rows, self.columns) = (rows, columns)
  }

  /// A matrix of zeros.
  public init(
    rows: Int, columns: Int, elementType: ElementType = .float32, layout: MatrixLayout = .rowMajor
  ) throws(EngramError) {
    self.init(elementType: elementType, layout: layout)
    try reshape(rows: rows, columns: columns)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    // SAFETY: allocated by `reshape` with the same allocator, and freed once because the value is unique.
    if !isBorrowed { unsafe free(memory.baseAddress) }
  }

  /// Bytes of all elements.
  public var byteCount: Int { rows * columns * elementType.byteCount }

  /// Gives the matrix another shape; its elements are then unspecified.
  ///
  /// - Throws: ``EngramError`` with code `limit` when the memory is not to be had.
  /// - Complexity: O(1) when the memory it has is enough.
  public mutating func reshape(rows: Int, columns: Int) throws(EngramError) {
    precondition(rows >= 0 && columns >= 0, "a shape is not negative")
    precondition(!isBorrowed, "borrowed memory is only read")
    let (elements, tooMany) = rows.multipliedReportingOverflow(by: columns)
    let (needed, tooLarge) = elements.multipliedReportingOverflow(by: elementType.byteCount)
    if tooMany || tooLarge || needed > capacity {
      guard !tooMany, !tooLarge, let fresh = unsafe LargeMemory.allocate(needed) else {
        throw EngramError(
          .limit, "there is no memory for a matrix of \(rows) x \(columns) \(elementType.name) values",
          mend: "select fewer examples, statistics or epochs, or process the split in parts")
      }
      // SAFETY: the old block came from the same allocator and nothing else refers to it.
      unsafe free(memory.baseAddress)
      unsafe memory = fresh
      capacity = fresh.count
    }
    (self.rows, self.columns) = (rows, columns)
  }

  /// The first element, for whoever keeps the matrix; nil where there is no memory yet.
  @unsafe package var start: UnsafeRawPointer? { unsafe UnsafeRawPointer(memory.baseAddress) }

  /// The elements' bytes in the order of ``layout``.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: the memory lives as long as `self`, which the span borrows.
      let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<byteCount]))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements as Float32, in the order of ``layout``.
  ///
  /// - Precondition: ``elementType`` is `float32`.
  public var float32: Span<Float> {
    @_lifetime(borrow self)
    borrowing get {
      precondition(elementType == .float32, "the matrix holds \(elementType.name)")
      // SAFETY: as `bytes`; the block is aligned to a cache line and every bit pattern is a Float.
      let span = unsafe Span<Float>(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<byteCount]))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements as Float64, in the order of ``layout``.
  ///
  /// - Precondition: ``elementType`` is `float64`.
  public var float64: Span<Double> {
    @_lifetime(borrow self)
    borrowing get {
      precondition(elementType == .float64, "the matrix holds \(elementType.name)")
      // SAFETY: as `float32`.
      let span = unsafe Span<Double>(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<byteCount]))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements as a matrix lent for reading.
  public var elements: MatrixSpan {
    @_lifetime(borrow self)
    borrowing get {
      let strides = layout.strides(rows: rows, columns: columns)
      // SAFETY: as `bytes`; the elements fill the memory.
      let span = unsafe MatrixSpan(
        base: memory.baseAddress, rows: rows, columns: columns, elementType: elementType, rowStride: strides.row,
        columnStride: strides.column)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements as a matrix lent to be changed.
  public var mutableElements: MutableMatrixSpan {
    @_lifetime(&self)
    mutating get {
      precondition(!isBorrowed, "borrowed memory is only read")
      let strides = layout.strides(rows: rows, columns: columns)
      // SAFETY: the memory belongs to `self`, to which nobody else has access while the span lives.
      let span = unsafe MutableMatrixSpan(
        base: memory.baseAddress, rows: rows, columns: columns, elementType: elementType, rowStride: strides.row,
        columnStride: strides.column)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// The elements' bytes in the order of ``layout``, to be changed; any bits are a number.
  public var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      precondition(!isBorrowed, "borrowed memory is only read")
      // SAFETY: as `mutableElements`.
      let span = unsafe MutableRawSpan(_unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount]))
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// One element as Float64, whatever its type and the layout; what is stored is rounded to the type.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row, column] }
    set {
      var elements = mutableElements
      elements[row, column] = newValue
    }
  }
}
