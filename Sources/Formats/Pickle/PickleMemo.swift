// PickleMemo.swift -- the values that a pickle refers to again, by number.

/// The values that a pickle refers to again, by number.
struct PickleMemo {
  /// The bytes to charge for a value.
  static let entryCost = 2 * MemoryLayout<PickleCell?>.stride

  private var cells: [PickleCell?] = []
  private var sparse: [Int: PickleCell] = [:]
  /// How many values were remembered, which is the number of the next one.
  private(set) var count = 0

  /// Remembers a value under a number.
  mutating func remember(_ cell: PickleCell, as index: Int) {
    // A pickler numbers what it remembers in turn; a number far beyond that costs an entry, not a long array.
    if index < 2 * count + 1024 {
      while cells.count <= index { cells.append(nil) }
      cells[index] = cell
    } else {
      sparse[index] = cell
    }
    count += 1
  }

  /// The value of a number, or nil where none was remembered.
  subscript(index: Int) -> PickleCell? { (index < cells.count ? cells[index] : nil) ?? sparse[index] }
}
