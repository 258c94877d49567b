// PublishedDatasetReader+Positions.swift -- layer positions from the one-hot columns of X_cat.

import Base
import Formats
import TrajectoryModel

extension PublishedDatasetReader {
  /// `X_cat`: early, middle or deep for each example, checked to be one-hot and the same at every epoch.
  ///
  /// Reads the array once, block by block.
  func positions(
    count: Int, epochs: Int, work: WorkContext
  ) throws(EngramError) -> [LayerPosition]? {
    guard let value = part("X_cat") else { return nil }
    let place = foundName("X_cat") ?? "X_cat"
    guard case .array(let array) = value, let one = Self.one(array.type),
      array.shape == [count, epochs, 3] || array.shape == [count, 3]
    else {
      throw failure(
        "the layer positions are of the wrong kind", place: place,
        expected: "an array of integers (\(count), \(epochs), 3), one-hot in early, middle, deep", found: value.summary,
        mend: """
          say which key holds the positions with \(map: "X_cat", to: "NAME"), \
          or leave them out with \(map: "X_cat", to: "")
          """)
    }
    let steps = array.shape.count == 3 ? epochs : 1
    let zero = [UInt8](repeating: 0, count: one.count)
    /// The hot column of each example; 3 where none is hot yet.
    var hot = [UInt8](repeating: 3, count: count)
    var wrong: Int?
    /// Looks at one element: whether it may stand there.
    func isRight(_ element: ArraySlice<UInt8>, row: Int, step: Int, column: Int) -> Bool {
      if element.elementsEqual(zero) { return hot[row] != UInt8(column) }
      guard element.elementsEqual(one) else { return false }
      if step == 0 && hot[row] == 3 {
        hot[row] = UInt8(column)
        return true
      }
      return hot[row] == UInt8(column)
    }
    let size = one.count
    func look(_ offset: Int, _ block: ArraySlice<UInt8>) throws(EngramError) {
      try work.checkCancelled("reading was stopped", file: file)
      var index = offset / size
      for start in stride(from: block.startIndex, to: block.endIndex, by: size) {
        let element = block[start..<(start + size)]
        let (row, rest) =
          array.isFortranOrder ? (index % count, index / count) : (index / (3 * steps), index % (3 * steps))
        let (step, column) = array.isFortranOrder ? (rest % steps, rest / steps) : (rest / 3, rest % 3)
        // In Fortran order the later columns of the first epoch come after all the epochs of the first column.
        if !isRight(element, row: row, step: step, column: column) { wrong = min(wrong ?? row, row) }
        index += 1
      }
    }
    if array.isFortranOrder {
      for column in 0..<3 {
        let start = column * steps * count * size
        try NumPyElements.forEachBlock(
          of: array.payload, elementByteCount: size, from: start, to: start + count * size, look)
      }
    }
    if wrong == nil { try NumPyElements.forEachBlock(of: array.payload, elementByteCount: size, look) }
    if let row = wrong ?? hot.firstIndex(of: 3) {
      throw failure(
        "the position of a layer is not one-hot, or changes between epochs", place: "\(place) row \(row)",
        expected: "one 1 among early, middle and deep, the same at every epoch")
    }
    return hot.map { [.early, .middle, .deep][Int($0)] }
  }

  /// The bytes of 1, or nil for a type that holds no such number.
  private static func one(_ type: NumPyType) -> [UInt8]? {
    var bytes: [UInt8]
    switch (type.kind, type.byteCount) {
    case (.integer, _), (.unsigned, _), (.boolean, _):
      bytes = [UInt8](repeating: 0, count: type.byteCount)
      bytes[0] = 1
    case (.float, 4): bytes = [0, 0, 0x80, 0x3F]
    case (.float, 8): bytes = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    default: return nil
    }
    return type.isBigEndian ? bytes.reversed() : bytes
  }
}
