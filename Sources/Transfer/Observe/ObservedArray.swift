// ObservedArray.swift -- a raw recording with the meaning of its axes: rows of numbers by run, epoch and layer.

import Base
import Formats
import Observables
import TrajectoryModel

/// A raw recording with the meaning of its axes; of several files each is an epoch.
///
/// Rows are stimuli of activations, or slices of a kernel along its first axis. In whatever order the axes lie, only the rows
/// that are asked for are read.
struct ObservedArray: Sendable {
  /// The files: one, or one for each epoch.
  let files: [ObservedFile]
  /// What the axes of each file mean.
  let roles: [AxisRole]
  /// The type in which numbers are measured.
  let elementType: ElementType
  /// Runs, epochs and layers, or nil for no such axis.
  let runCount, epochCount, layerCount: Int?
  /// Numbers of a row, and rows of a run, epoch and layer.
  let rowLength, rowCount: Int
  private let shape, strides: [Int]
  /// Where the numbers of a row lie, in elements from its first; nil where they are neighbours.
  private let offsets: [Int]?

  /// The most numbers of a row whose places are kept in a list.
  private static let longestRow = 1 << 28

  /// Joins files with the meaning of their axes.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when the axes are more or fewer than the array has, when files differ in
  ///   shape, or when there are no numbers; `unsupported` when elements are not numbers.
  init(_ files: [ObservedFile], roles: [AxisRole]) throws(EngramError) {
    guard let first = files.first else { throw EngramError(.usage, "there is no file") }
    let shape = first.array.shape
    let text = "(\(shape.map(String.init).joined(separator: ", ")))"
    guard shape.count == roles.count else {
      throw EngramError(
        .invalidData, "the array has another number of axes than were named", file: first.name,
        expected: "\(roles.count) axes: \(roles.map(\.rawValue).joined(separator: ", "))", found: "shape \(text)",
        mend: "name every axis in the order of the shape, such as \(set: .axes, to: "epoch,stimulus,unit")")
    }
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw EngramError(.invalidData, "the array has no numbers", file: first.name, found: "shape \(text)")
    }
    guard let elementType = first.array.type.measuredType else {
      throw EngramError(
        .unsupported, "the elements of the array are not numbers", file: first.name, found: first.array.type.name,
        mend: "save it as array.astype('float32')")
    }
    for file in files {
      guard file.array.shape == shape, file.array.type.measuredType == elementType,
        file.array.isFortranOrder == first.array.isFortranOrder
      else {
        throw EngramError(
          .invalidData, "the files of a pattern are not alike", file: file.name,
          expected: "shape \(text) of \(first.array.type.name), as \(first.name)",
          found: "shape \(file.array.shape) of \(file.array.type.name)", mend: "give each layer a pattern of its own")
      }
    }
    func extent(_ role: AxisRole) -> Int? { roles.firstIndex(of: role).map { shape[$0] } }
    func product(_ role: AxisRole) -> Int { zip(roles, shape).reduce(1) { $1.0 == role ? $0 * $1.1 : $0 } }
    runCount = extent(.run)
    epochCount = files.count > 1 ? files.count : extent(.epoch)
    layerCount = extent(.layer)
    rowCount = product(.stimulus)
    rowLength = product(.unit)
    self.files = files
    self.roles = roles
    self.shape = shape
    self.elementType = elementType
    strides = first.strides
    let units = roles.indices.filter { roles[$0] == .unit }
    offsets = try Self.offsets(of: units.map { (shape[$0], first.strides[$0]) }, file: first.name)
  }

  /// Where the numbers of a row lie, or nil where they are neighbours in order.
  private static func offsets(of axes: [(extent: Int, stride: Int)], file: String) throws(EngramError) -> [Int]? {
    var expected = 1
    var areNeighbours = true
    for axis in axes.reversed() where axis.extent > 1 {
      areNeighbours = areNeighbours && axis.stride == expected
      expected *= axis.extent
    }
    if areNeighbours { return nil }
    guard expected <= longestRow else {
      throw EngramError(
        .limit, "a row of the array has too many numbers that do not lie together", file: file,
        expected: "at most \(longestRow)", found: "\(expected)", mend: "save the array with its units as the last axis")
    }
    return axes.reduce([0]) { offsets, axis in
      offsets.flatMap { base in (0..<axis.extent).map { base + $0 * axis.stride } }
    }
  }

  /// Bytes of the elements, in all files.
  var byteCount: Int { files.reduce(0) { $0 + $1.array.payload.byteCount } }

  /// Bytes of a row as it is measured.
  var rowByteCount: Int { rowLength * elementType.byteCount }

  /// Whether numbers may be NaN.
  var isFloat: Bool { files.contains { $0.array.type.isFloat } }

  /// Reads some rows.
  ///
  /// - Parameters:
  ///   - rows: Which ones, inside `0..<rowCount`.
  ///   - place: The run, epoch and layer; of an axis that is not there, 0.
  ///   - buffer: Gets exactly the numbers of the rows.
  /// - Throws: ``EngramError`` with code `truncated` or `io`.
  func read<Number: RecordedNumber>(
    _ rows: Range<Int>, at place: (run: Int, epoch: Int, layer: Int), into buffer: inout [Number]
  ) throws(EngramError) {
    let needed = rows.count * rowLength
    if buffer.count > needed { buffer.removeLast(buffer.count - needed) }
    if buffer.count < needed { buffer.append(contentsOf: repeatElement(0, count: needed - buffer.count)) }
    let file = files.count > 1 ? files[place.epoch] : files[0]
    let starts = rows.map { start(ofRow: $0, at: place) }
    let type = file.array.type
    guard type.isNative(Number.elementType), offsets == nil else {
      let size = type.byteCount
      let (offsets, length) = (offsets, rowLength)
      var span = buffer.mutableSpan
      file.withBytes { bytes in
        for (row, start) in starts.enumerated() {
          let first = row * length
          if let offsets {
            type.convert(bytes, count: length) {
              (start &+ offsets[$0]) &* size
            } _: {
              span[first &+ $0] = $1
            }
          } else {
            type.convert(bytes, count: length) {
              (start &+ $0) &* size
            } _: {
              span[first &+ $0] = $1
            }
          }
        }
      }
      return
    }
    var span = buffer.mutableSpan
    // SAFETY: every bit pattern is a floating-point number.
    var bytes = unsafe span.mutableBytes
    let rowBytes = rowLength * MemoryLayout<Number>.size
    // Rows that follow one another in the file are read at once.
    var row = 0
    while row < starts.count {
      var end = row + 1
      while end < starts.count, starts[end] == starts[end - 1] + rowLength { end += 1 }
      var part = bytes._mutatingExtracting((row * rowBytes)..<(end * rowBytes))
      try file.read(at: starts[row] * MemoryLayout<Number>.size, into: &part)
      row = end
    }
  }

  /// The place of the first number of a row, in elements.
  private func start(ofRow row: Int, at place: (run: Int, epoch: Int, layer: Int)) -> Int {
    var start = 0
    var rest = row
    for axis in roles.indices.reversed() {
      switch roles[axis] {
      case .run: start += place.run * strides[axis]
      case .epoch: start += place.epoch * strides[axis]
      case .layer: start += place.layer * strides[axis]
      case .stimulus:
        start += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      case .unit: break
      }
    }
    return start
  }
}
