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
  /// What the numbers are.
  let kind: ObserveOpener.Kind
  /// The type in which numbers are measured.
  let elementType: ElementType
  /// Runs, epochs and layers, or nil for no such axis.
  let runCount, epochCount, layerCount: Int?
  /// How the elements of each file lie.
  private let layouts: [Layout]

  /// How the elements of a file lie.
  private struct Layout: Sendable {
    let shape, strides: [Int]
    /// Numbers of a row, and rows of a run, epoch and layer.
    let rowLength, rowCount: Int
    /// Where the numbers of a row lie, in elements from its first; nil where they are neighbours.
    let offsets: [Int]?
  }

  /// The most numbers of a row whose places are kept in a list.
  private static let longestRow = 1 << 28

  /// Joins files with the meaning of their axes.
  ///
  /// - Parameters:
  ///   - files: One, or one for each epoch.
  ///   - roles: What the axes of each file mean.
  ///   - kind: What the numbers are.
  ///   - mayDiffer: The axes along which files may have other extents than others.
  /// - Throws: ``EngramError`` with code `invalidData` when the axes are more or fewer than the array has, when files differ in
  ///   shape, or when there are no numbers; `unsupported` when elements are not numbers.
  init(
    _ files: [ObservedFile], roles: [AxisRole], of kind: ObserveOpener.Kind, mayDiffer: Set<AxisRole> = []
  ) throws(EngramError) {
    guard let first = files.first else { throw EngramError(.usage, "there is no file") }
    let shape = first.array.shape
    guard shape.count == roles.count else {
      throw EngramError(
        .invalidData, "the array has another number of axes than were named", file: first.name,
        expected: "\(roles.count) axes: \(roles.map { $0.word(of: kind) }.joined(separator: ", "))",
        found: first.shapeText,
        mend: kind == .weights
          ? "name every axis in the order of the shape, such as \(set: .weightAxes, to: "epoch,row,column")"
          : "name every axis in the order of the shape, such as \(set: .axes, to: "epoch,stimulus,unit")")
    }
    guard let elementType = first.array.type.measuredType else {
      throw EngramError(
        .unsupported, "the elements of the array are not numbers", file: first.name, found: first.array.type.name,
        mend: "save it as array.astype('float32')")
    }
    for file in files { try Self.check(file, like: first, roles, mayDiffer: mayDiffer) }
    func extent(_ role: AxisRole) -> Int? { roles.firstIndex(of: role).map { shape[$0] } }
    runCount = extent(.run)
    epochCount = files.count > 1 ? files.count : extent(.epoch)
    layerCount = extent(.layer)
    self.files = files
    self.roles = roles
    self.kind = kind
    self.elementType = elementType
    var layouts: [Layout] = []
    for file in files {
      // Files mostly lie as the one before, and share its list of places.
      if let last = layouts.last, last.shape == file.array.shape, last.strides == file.strides {
        layouts.append(last)
      } else {
        layouts.append(try Self.layout(of: file, roles))
      }
    }
    self.layouts = layouts
  }

  /// How the elements of a file lie.
  private static func layout(of file: ObservedFile, _ roles: [AxisRole]) throws(EngramError) -> Layout {
    let (shape, strides) = (file.array.shape, file.strides)
    func product(_ role: AxisRole) -> Int { zip(roles, shape).reduce(1) { $1.0 == role ? $0 * $1.1 : $0 } }
    let units = roles.indices.filter { roles[$0] == .unit }
    return Layout(
      shape: shape, strides: strides, rowLength: product(.unit), rowCount: product(.stimulus),
      offsets: try offsets(of: units.map { (shape[$0], strides[$0]) }, file: file.name))
  }

  /// Refuses a file that is not like the first, along the axes that must be.
  private static func check(
    _ file: ObservedFile, like first: ObservedFile, _ roles: [AxisRole], mayDiffer: Set<AxisRole>
  ) throws(EngramError) {
    let (shape, expected) = (file.array.shape, first.array.shape)
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw EngramError(.invalidData, "the array has no numbers", file: file.name, found: file.shapeText)
    }
    guard shape.count == expected.count,
      roles.indices.allSatisfy({ shape[$0] == expected[$0] || mayDiffer.contains(roles[$0]) }),
      file.array.type.measuredType == first.array.type.measuredType
    else {
      let differing = mayDiffer.map(\.plural).sorted().joined(separator: " and ")
      let but = differing.isEmpty ? "" : ", but for \(differing)"
      throw EngramError(
        .invalidData, "the files of a pattern are not alike", file: file.name,
        expected: "\(first.shapeText) of \(first.array.type.name), as \(first.name)\(but)",
        found: "\(file.shapeText) of \(file.array.type.name)",
        mend: "give each layer a pattern of its own; if epochs have units of their own, say \(option: .ownUnits)")
    }
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

  /// Its axes with their extents, such as `epoch 3, row 8, column 6`.
  var axesText: String {
    let axes = zip(roles, files[0].array.shape).map { "\($0.word(of: kind)) \($1)" }.joined(separator: ", ")
    return files.count > 1 ? "\(files.count) files of \(axes)" : axes
  }

  /// Bytes of the elements, in all files.
  var byteCount: Int { files.reduce(0) { $0 + $1.array.payload.byteCount } }

  /// How the elements of an epoch lie.
  private func layout(at epoch: Int) -> Layout { layouts[layouts.count > 1 ? epoch : 0] }

  /// Numbers of a row at an epoch.
  func rowLength(at epoch: Int) -> Int { layout(at: epoch).rowLength }

  /// Rows of a run and layer at an epoch.
  func rowCount(at epoch: Int) -> Int { layout(at: epoch).rowCount }

  /// The least and the greatest number of numbers of a row.
  var rowLengths: ClosedRange<Int> { Self.range(layouts.map(\.rowLength)) }

  /// The least and the greatest number of rows.
  var rowCounts: ClosedRange<Int> { Self.range(layouts.map(\.rowCount)) }

  /// The greatest number of numbers of a run, epoch and layer.
  var greatestCount: Int { layouts.map { $0.rowCount * $0.rowLength }.max() ?? 0 }

  private static func range(_ counts: [Int]) -> ClosedRange<Int> { (counts.min() ?? 0)...(counts.max() ?? 0) }

  /// Bytes of a row as it is measured.
  func rowByteCount(at epoch: Int) -> Int { rowLength(at: epoch) * elementType.byteCount }

  /// Whether numbers may be NaN.
  var isFloat: Bool { files.contains { $0.array.type.isFloat } }

  /// Reads some rows.
  ///
  /// - Parameters:
  ///   - rows: Which ones, of those at the epoch.
  ///   - place: The run, epoch and layer; of an axis that is not there, 0.
  ///   - buffer: Gets exactly the numbers of the rows.
  /// - Throws: ``EngramError`` with code `truncated` or `io`.
  func read<Number: RecordedNumber>(
    _ rows: Range<Int>, at place: (run: Int, epoch: Int, layer: Int), into buffer: inout [Number]
  ) throws(EngramError) {
    let layout = layout(at: place.epoch)
    let needed = rows.count * layout.rowLength
    if buffer.count > needed { buffer.removeLast(buffer.count - needed) }
    if buffer.count < needed { buffer.append(contentsOf: repeatElement(0, count: needed - buffer.count)) }
    let file = files.count > 1 ? files[place.epoch] : files[0]
    let starts = rows.map { start(ofRow: $0, at: place, layout) }
    let type = file.array.type
    guard type.isNative(Number.elementType), layout.offsets == nil else {
      let size = type.byteCount
      let (offsets, length) = (layout.offsets, layout.rowLength)
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
    let rowBytes = layout.rowLength * MemoryLayout<Number>.size
    // Rows that follow one another in the file are read at once.
    var row = 0
    while row < starts.count {
      var end = row + 1
      while end < starts.count, starts[end] == starts[end - 1] + layout.rowLength { end += 1 }
      var part = bytes._mutatingExtracting((row * rowBytes)..<(end * rowBytes))
      try file.read(at: starts[row] * MemoryLayout<Number>.size, into: &part)
      row = end
    }
  }

  /// The place of the first number of a row, in elements.
  private func start(ofRow row: Int, at place: (run: Int, epoch: Int, layer: Int), _ layout: Layout) -> Int {
    let (shape, strides) = (layout.shape, layout.strides)
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
