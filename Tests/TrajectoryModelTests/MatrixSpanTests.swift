// MatrixSpanTests.swift -- matrices in memory of the caller's: where their elements lie, and what is refused.

import Base
import Testing
import TrajectoryModel

@Suite struct MatrixSpanTests {
  /// A shape and its strides in bytes, over so many bytes.
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var type = ElementType.float32
    var strides: (row: Int, column: Int)
    var offset = 0
    var byteCount: Int

    var testDescription: String {
      "\(rows) x \(columns) \(type.name), strides \(strides), from \(offset) of \(byteCount)"
    }
  }

  /// As NumPy makes them of arrays by slices, transpositions and reversals.
  static let accepted = [
    Shape(rows: 3, columns: 4, strides: (16, 4), byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (4, 12), byteCount: 48),
    Shape(rows: 3, columns: 4, type: .float64, strides: (32, 8), byteCount: 96),
    // Every second row and every third column of 6 x 12.
    Shape(rows: 3, columns: 4, strides: (96, 12), byteCount: 288),
    // Reversed rows; reversed columns; both.
    Shape(rows: 3, columns: 4, strides: (-16, 4), offset: 32, byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (16, -4), offset: 12, byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (-4, -12), offset: 44, byteCount: 48),
    Shape(rows: 1, columns: 4, strides: (0, 4), byteCount: 16),
    Shape(rows: 4, columns: 1, strides: (4, 0), byteCount: 16),
    Shape(rows: 1, columns: 1, strides: (0, 0), offset: 4, byteCount: 8),
    Shape(rows: 0, columns: 4, strides: (16, 4), byteCount: 0),
    Shape(rows: 4, columns: 0, strides: (0, 4), byteCount: 0),
  ]

  @Test(arguments: accepted)
  func `every element has its own place, and nothing else is touched`(shape: Shape) throws {
    let size = shape.type.byteCount
    // The bytes of an array are aligned to 16.
    var memory = [UInt8](repeating: 0xFF, count: shape.byteCount)
    var expected = memory
    func place(_ row: Int, _ column: Int) -> Int {
      shape.offset + row * shape.strides.row + column * shape.strides.column
    }
    do {
      var elements = memory.mutableSpan
      var bytes = unsafe elements.mutableBytes
      var matrix = try MutableMatrixSpan(
        &bytes, rows: shape.rows, columns: shape.columns, elementType: shape.type, byteStrides: shape.strides,
        byteOffset: shape.offset)
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let value = Double(row * 10 + column) + 0.5
          matrix[row, column] = value
          for byte in 0..<size {
            expected[place(row, column) + byte] =
              shape.type == .float32
              ? UInt8(truncatingIfNeeded: Float(value).bitPattern >> UInt32(8 * byte))
              : UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * byte))
          }
        }
      }
      for row in 0..<shape.rows {
        for column in 0..<shape.columns { #expect(matrix[row, column] == Double(row * 10 + column) + 0.5) }
      }
    }
    #expect(memory == expected)
  }

  static let refused = [
    // Too small by one element, from the end and from the start.
    Shape(rows: 3, columns: 4, strides: (16, 4), byteCount: 44),
    Shape(rows: 3, columns: 4, strides: (16, 4), offset: 4, byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (-16, 4), offset: 28, byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (16, 4), offset: -4, byteCount: 48),
    Shape(rows: 1, columns: 1, strides: (4, 4), offset: 4, byteCount: 4),
    // Two elements in one place, as `numpy.broadcast_to` makes them.
    Shape(rows: 3, columns: 4, strides: (0, 4), byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (16, 0), byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (4, 4), byteCount: 48),
    Shape(rows: 3, columns: 4, strides: (12, 4), byteCount: 48),
    Shape(rows: 2, columns: 1, strides: (0, 4), byteCount: 8),
    // Not aligned.
    Shape(rows: 2, columns: 2, strides: (10, 4), byteCount: 48),
    Shape(rows: 2, columns: 2, strides: (8, 2), byteCount: 48),
    Shape(rows: 2, columns: 2, type: .float64, strides: (16, 8), offset: 4, byteCount: 48),
    // Shapes that cannot be.
    Shape(rows: -1, columns: 2, strides: (8, 4), byteCount: 48),
    Shape(rows: .max, columns: 2, strides: (8, 4), byteCount: 48),
    Shape(rows: 2, columns: 2, strides: (Int.min, 4), byteCount: 48),
    Shape(rows: .max, columns: .max, strides: (-8, 4), byteCount: 48),
  ]

  @Test(arguments: refused)
  func `elements outside of the memory, in one place, or not aligned are refused`(shape: Shape) {
    var memory = [UInt8](repeating: 0, count: shape.byteCount)
    var elements = memory.mutableSpan
    var bytes = unsafe elements.mutableBytes
    do throws(EngramError) {
      _ = try MutableMatrixSpan(
        &bytes, rows: shape.rows, columns: shape.columns, elementType: shape.type, byteStrides: shape.strides,
        byteOffset: shape.offset)
      Issue.record("accepted")
    } catch {
      #expect(error.code == .usage && error.expected != nil)
    }
  }

  @Test func `memory without gaps is taken by its layout, and refused when it is too small`() throws {
    var numbers = [Double](repeating: 0, count: 6)
    for layout in MatrixLayout.allCases {
      var elements = numbers.mutableSpan
      var bytes = unsafe elements.mutableBytes
      var matrix = try MutableMatrixSpan(&bytes, rows: 2, columns: 3, elementType: .float64, layout: layout)
      for row in 0..<2 { for column in 0..<3 { matrix[row, column] = Double(row * 3 + column) } }
    }
    #expect(numbers == [0, 3, 1, 4, 2, 5])
    var elements = numbers.mutableSpan
    var bytes = unsafe elements.mutableBytes
    for (rows, columns) in [(2, 4), (7, 1), (.max, .max)] {
      do throws(EngramError) {
        _ = try MutableMatrixSpan(&bytes, rows: rows, columns: columns, elementType: .float64)
        Issue.record("accepted \(rows) x \(columns)")
      } catch {
        #expect(error.code == .usage)
      }
    }
  }
}
