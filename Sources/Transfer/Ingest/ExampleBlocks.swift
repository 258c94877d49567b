// ExampleBlocks.swift -- the values of an array of recordings, block by block in the canonical order.

package import Base
package import Formats
package import TrajectoryModel

/// Reads a 3-D array (examples, epochs, statistics) in blocks of examples, as native float32 or float64.
///
/// Blocks are in canonical order [example][epoch][statistic] whatever the order of the array. float32 and float64 keep
/// their bits. float16, int8, int16 and their unsigned kin become float32, int32 and uint32 become float64, all without
/// loss; int64 and uint64 become float64 where every value is exact, and are refused otherwise.
///
/// **Memory.** C order is read straight into the caller's buffer. Fortran order is read in strides from sources with
/// random access; from others the payload (1x its size) is read into memory once, when the reader is made.
package struct ExampleBlocks: Sendable {
  /// The extents of the array.
  package let exampleCount, epochCount, statisticCount: Int
  /// The type of the values delivered.
  package let elementType: ElementType
  /// The first example that ``next(atMost:into:)`` has not delivered.
  package private(set) var position = 0

  private let name: String
  private let file: String?
  private let type: NumPyType
  private let isFortranOrder: Bool
  private let payload: any ByteSource

  /// Elements converted at a time, so that they stay in the cache.
  private static let conversionBlock = 16_384
  /// Examples transposed at a time: whole pages of a Fortran-ordered plane.
  private static let transpositionBlock = 1_024

  /// Makes a reader at the first example.
  ///
  /// - Parameters:
  ///   - array: The array (examples, epochs, statistics).
  ///   - file: What to name in errors.
  /// - Throws: ``EngramError`` with code `invalidData` when the array is not 3-D or has no values, `unsupported` when its
  ///   elements are not numbers; for Fortran order whatever reading the payload throws.
  package init(_ array: NumPyArray, file: String? = nil) throws(EngramError) {
    (exampleCount, epochCount, statisticCount) = try Self.extents(of: array, file: file)
    switch (array.type.kind, array.type.byteCount) {
    case (.float, 2), (.float, 4), (.integer, ...2), (.unsigned, ...2): elementType = .float32
    case (.float, 8), (.integer, _), (.unsigned, _): elementType = .float64
    default:
      throw EngramError(
        .unsupported, "the values of the array \(array.name) are not numbers", file: file,
        expected: "float32 or float64", found: array.type.name, mend: "save it as array.astype('float32')")
    }
    name = array.name
    self.file = file
    type = array.type
    isFortranOrder = array.isFortranOrder
    payload =
      isFortranOrder && !array.payload.isRandomAccess
      ? MemoryBytes(try array.payload.bytes(0..<array.payload.byteCount)) : array.payload
  }

  /// Whether ``read(examples:into:)`` costs the same anywhere; where it does not, one reader goes forward with
  /// ``next(atMost:into:)``, as going back starts the source over.
  package var isRandomAccess: Bool { payload.isRandomAccess }

  /// Values of one example.
  package var valuesPerExample: Int { epochCount * statisticCount }
  /// Bytes of one example as delivered.
  package var bytesPerExample: Int { valuesPerExample * elementType.byteCount }

  /// Delivers the next examples.
  ///
  /// - Parameters:
  ///   - atMost: The most examples to deliver, at least 1.
  ///   - buffer: Resized to exactly the bytes delivered.
  /// - Returns: The number of examples delivered; 0 at the end.
  /// - Throws: As ``read(examples:into:)``.
  package mutating func next(atMost: Int, into buffer: inout [UInt8]) throws(EngramError) -> Int {
    precondition(atMost > 0, "a block has at least one example")
    let count = min(atMost, exampleCount - position)
    let needed = count * bytesPerExample
    if buffer.count > needed {
      buffer.removeLast(buffer.count - needed)
    } else if buffer.count < needed {
      buffer.append(contentsOf: repeatElement(0, count: needed - buffer.count))
    }
    guard count > 0 else { return 0 }
    var span = buffer.mutableSpan
    // SAFETY: every bit pattern is a UInt8.
    var raw = unsafe span.mutableBytes
    try read(examples: position..<(position + count), into: &raw)
    position += count
    return count
  }

  /// Reads any examples; several threads may do so at once.
  ///
  /// - Parameters:
  ///   - examples: Which ones, inside `0..<exampleCount`.
  ///   - output: `examples.count * bytesPerExample` bytes.
  /// - Throws: ``EngramError`` with code `truncated`, `corrupt` or `io` from the payload, `invalidData` for a 64-bit whole
  ///   number that no float64 holds.
  package func read(examples: Range<Int>, into output: inout MutableRawSpan) throws(EngramError) {
    precondition(
      examples.lowerBound >= 0 && examples.upperBound <= exampleCount
        && output.byteCount == examples.count * bytesPerExample, "the buffer fits the examples")
    guard !examples.isEmpty else { return }
    do {
      try readConverted(examples, into: &output)
    } catch {
      throw file.map { error.inFile($0) } ?? error
    }
  }

  /// Chooses the conversion for the type of the array.
  private func readConverted(_ examples: Range<Int>, into output: inout MutableRawSpan) throws(EngramError) {
    if type.kind == .float, type.byteCount == elementType.byteCount, !isFortranOrder, !type.isBigEndian {
      return try payload.read(at: examples.lowerBound * bytesPerExample, into: &output)
    }
    switch (type.kind, type.byteCount) {
    case (.float, 4): try convert(examples, into: &output) { (bits: UInt32) in bits }
    case (.float, 8): try convert(examples, into: &output) { (bits: UInt64) in bits }
    case (.float, _): try convert(examples, into: &output) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case (.integer, 1): try convert(examples, into: &output) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
    case (.integer, 2): try convert(examples, into: &output) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case (.integer, 4): try convert(examples, into: &output) { (bits: UInt32) in Double(Int32(bitPattern: bits)) }
    case (.unsigned, 1): try convert(examples, into: &output) { (bits: UInt8) in Float(bits) }
    case (.unsigned, 2): try convert(examples, into: &output) { (bits: UInt16) in Float(bits) }
    case (.unsigned, 4): try convert(examples, into: &output) { (bits: UInt32) in Double(bits) }
    case (.integer, _):
      try convert(examples, into: &output) { (bits: UInt64) throws(EngramError) in
        let value = Int64(bitPattern: bits)
        guard let exact = Double(exactly: value) else { throw inexact("\(value)") }
        return exact
      }
    default:
      try convert(examples, into: &output) { (bits: UInt64) throws(EngramError) in
        guard let exact = Double(exactly: bits) else { throw inexact("\(bits)") }
        return exact
      }
    }
  }

  /// Reads elements of a raw type, turns each into what is delivered, and puts it in its canonical place.
  private func convert<Raw: FixedWidthInteger & BitwiseCopyable, Out: BitwiseCopyable>(
    _ examples: Range<Int>, into output: inout MutableRawSpan, _ transform: (Raw) throws(EngramError) -> Out
  ) throws(EngramError) {
    if isFortranOrder {
      try convertFortran(examples, into: &output, transform)
    } else {
      try convertInOrder(examples, into: &output, transform)
    }
  }

  /// The same order in and out: only the elements change.
  private func convertInOrder<Raw: FixedWidthInteger & BitwiseCopyable, Out: BitwiseCopyable>(
    _ examples: Range<Int>, into output: inout MutableRawSpan, _ transform: (Raw) throws(EngramError) -> Out
  ) throws(EngramError) {
    let (rawSize, outSize) = (MemoryLayout<Raw>.size, MemoryLayout<Out>.size)
    let start = examples.lowerBound * valuesPerExample
    let count = examples.count * valuesPerExample
    var scratch = [Raw](repeating: 0, count: min(count, Self.conversionBlock))
    var done = 0
    while done < count {
      let block = min(scratch.count, count - done)
      try fill(&scratch, 0..<block, from: (start + done) * rawSize)
      for index in 0..<block {
        let raw = type.isBigEndian ? scratch[index].byteSwapped : scratch[index]
        output.storeBytes(of: try transform(raw), toByteOffset: (done &+ index) &* outSize, as: Out.self)
      }
      done += block
    }
  }

  /// Planes of examples in; the planes of one epoch are read and transposed together.
  private func convertFortran<Raw: FixedWidthInteger & BitwiseCopyable, Out: BitwiseCopyable>(
    _ examples: Range<Int>, into output: inout MutableRawSpan, _ transform: (Raw) throws(EngramError) -> Out
  ) throws(EngramError) {
    let (rawSize, outSize) = (MemoryLayout<Raw>.size, MemoryLayout<Out>.size)
    let width = min(examples.count, Self.transpositionBlock)
    var scratch = [Raw](repeating: 0, count: statisticCount * width)
    var first = examples.lowerBound
    while first < examples.upperBound {
      let block = min(width, examples.upperBound - first)
      for epoch in 0..<epochCount {
        for statistic in 0..<statisticCount {
          let plane = (statistic * epochCount + epoch) * exampleCount
          let place = statistic * width
          try fill(&scratch, place..<(place + block), from: (plane + first) * rawSize)
        }
        for example in 0..<block {
          let row = (first - examples.lowerBound + example) * epochCount + epoch
          for statistic in 0..<statisticCount {
            let element = scratch[statistic &* width &+ example]
            let raw = type.isBigEndian ? element.byteSwapped : element
            output.storeBytes(
              of: try transform(raw), toByteOffset: (row &* statisticCount &+ statistic) &* outSize, as: Out.self)
          }
        }
      }
      first += block
    }
  }

  /// Fills a range of elements with bytes of the payload.
  private func fill<Raw: FixedWidthInteger & BitwiseCopyable>(
    _ scratch: inout [Raw], _ range: Range<Int>, from offset: Int
  ) throws(EngramError) {
    let size = MemoryLayout<Raw>.size
    var span = scratch.mutableSpan
    // SAFETY: every bit pattern is a value of a fixed-width integer.
    var bytes = unsafe span.mutableBytes
    var part = bytes._mutatingExtracting((range.lowerBound * size)..<(range.upperBound * size))
    try payload.read(at: offset, into: &part)
  }

  /// The extents of a 3-D array that has values.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when the array is not 3-D or has no values.
  package static func extents(
    of array: NumPyArray, file: String?
  ) throws(EngramError) -> (examples: Int, epochs: Int, statistics: Int) {
    guard array.shape.count == 3 else { throw wrongShape(array, file) }
    guard array.shape.allSatisfy({ $0 > 0 }) else {
      throw EngramError(
        .invalidData, "the array \(array.name) has no values", file: file,
        expected: "at least one example, epoch and statistic", found: "shape \(array.shape)")
    }
    return (array.shape[0], array.shape[1], array.shape[2])
  }

  /// The error for a whole number that no Double holds.
  private func inexact(_ value: String) -> EngramError {
    EngramError(
      .invalidData, "a whole number of the array \(name) cannot be a float64 without loss", file: file,
      expected: "at most 2^53", found: value, mend: "save the array as float64 if the loss is meant")
  }

  /// The error for an array that is not 3-D, with the way to make it so.
  private static func wrongShape(_ array: NumPyArray, _ file: String?) -> EngramError {
    let mend: Mend =
      array.shape.count == 2
      ? "say how many of the \(array.shape[1]) columns are epochs: "
        + "\(array.name).reshape(\(array.shape[0]), epochs, statistics) when the statistics of one epoch are neighbours, "
        + "else \(array.name).reshape(\(array.shape[0]), statistics, epochs).transpose(0, 2, 1)"
      : "bring it into three dimensions with numpy.reshape"
    return EngramError(
      .invalidData, "the array \(array.name) is not (examples, epochs, statistics)", file: file,
      expected: "3 dimensions", found: "shape (\(array.shape.map(String.init).joined(separator: ", ")))", mend: mend)
  }
}
