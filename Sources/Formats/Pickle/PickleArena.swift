// PickleArena.swift -- everything that the opcodes of a pickle have made, by number.

import Base

/// A value while a pickle is read: small ones in place, others by their number in the arena.
///
/// Numbers instead of references: a value that is used twice is never copied, one that contains itself leaks
/// nothing, and freeing never recurses.
enum PickleCell {
  case none
  case boolean(Bool)
  case integer(Int64)
  case real(Double)
  /// Text: a number in the pool, whose bytes are UTF-8.
  case text(Int32)
  /// A string of Python 2, bytes or text as need be: a number in the pool.
  case string(Int32)
  /// Bytes: a number in the pool.
  case bytes(Int32)
  /// A string that stays in the file.
  case large(Int32)
  case list(Int32)
  case tuple(Int32)
  case dictionary(Int32)
  case global(PickleGlobal)
  case dtype(Int32)
  case array(Int32)

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .boolean: "a bool"
    case .integer: "an integer"
    case .real: "a float"
    case .text: "text"
    case .string: "a string"
    case .bytes: "bytes"
    case .large: "a long string"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .global: "a class or function"
    case .dtype: "a NumPy dtype"
    case .array: "a NumPy array"
    }
  }
}

/// A string that stays in the file.
struct PickleLargeString {
  enum Content {
    /// A string of Python 2, decoded.
    case string(any ByteSource)
    /// Bytes.
    case bytes(any ByteSource)
    /// Text, as it lies in the file.
    case text(PickleEscapeForm, start: Int, count: Int)
  }

  let content: Content
  /// Where in the file it was made.
  let offset: Int
  /// The number of the bytes that `_codecs.encode` made of it, so that it is scanned once.
  var encoded: Int32?
}

/// A list or dictionary while a pickle is read.
struct PickleContainer {
  var cells: [PickleCell]
  /// Where in the file it was made.
  let offset: Int
}

/// Everything that the opcodes of a pickle have made, by number.
struct PickleArena {
  let limits: PickleLimits
  var strings = PickleStringPool()
  var larges: [PickleLargeString] = []
  var lists: [PickleContainer] = []
  /// Keys and values in turn.
  var dictionaries: [PickleContainer] = []
  private(set) var tuples: [(cells: Range<Int>, offset: Int)] = []
  private(set) var tupleCells: [PickleCell] = []
  var types: [PickleTypeState] = []
  var arrays: [PickleArrayState] = []
  private(set) var charged = 0

  init(limits: PickleLimits) { self.limits = limits }

  /// Bytes that one cell takes, with room for the growth of arrays.
  static let cellCost = 2 * MemoryLayout<PickleCell>.stride

  /// Counts memory that is about to be used.
  ///
  /// - Throws: ``EngramError`` with code `limit` when it is more than the limits allow.
  mutating func charge(_ bytes: Int) throws(EngramError) {
    charged += bytes
    guard charged <= limits.memory else {
      throw EngramError(
        .limit, "the pickle needs more memory than allowed", expected: "at most \(limits.memory) bytes",
        mend: "split the file, or give its large arrays a numeric dtype instead of lists or objects")
    }
  }

  /// The cells of a tuple.
  func tuple(_ index: Int32) -> ArraySlice<PickleCell> { tupleCells[tuples[Int(index)].cells] }

  /// Makes a tuple.
  mutating func makeTuple(_ cells: ArraySlice<PickleCell>, at offset: Int) -> PickleCell {
    let start = tupleCells.count
    tupleCells.append(contentsOf: cells)
    tuples.append((start..<tupleCells.count, offset))
    return .tuple(Int32(tuples.count - 1))
  }

  /// Makes a list.
  mutating func makeList(_ cells: some Collection<PickleCell>, at offset: Int) -> PickleCell {
    lists.append(PickleContainer(cells: Array(cells), offset: offset))
    return .list(Int32(lists.count - 1))
  }

  /// Makes a dictionary of keys and values in turn.
  mutating func makeDictionary(_ cells: some Collection<PickleCell>, at offset: Int) -> PickleCell {
    dictionaries.append(PickleContainer(cells: Array(cells), offset: offset))
    return .dictionary(Int32(dictionaries.count - 1))
  }

  /// The bytes of a small string of any kind, or nil.
  func smallBytes(_ cell: PickleCell) -> ArraySlice<UInt8>? {
    switch cell {
    case .text(let index), .string(let index), .bytes(let index): strings[index]
    default: nil
    }
  }

  /// The text of a small string of any kind, or nil.
  func smallText(_ cell: PickleCell) -> String? {
    smallBytes(cell).map { PickleText.text(ofLegacy: $0) }
  }
}

/// Small strings, each kept once while that is cheap.
struct PickleStringPool {
  private var bytes: [UInt8] = []
  private var entries: [(start: Int, count: Int)] = []
  /// Open addressing, -1 where empty.
  ///
  /// Its size is a power of two and fixed: layers and tasks are few.
  private var table: [Int32]

  /// Places in the table of strings that are kept once.
  private static let tableCount = 1 << 14
  /// Longer strings are rarely repeated.
  private static let longestShared = 64
  /// Neighbours looked at before a string is stored again: a file cannot make the table slow.
  private static let longestProbe = 8

  init() { table = [Int32](repeating: -1, count: Self.tableCount) }

  /// What an entry takes beside its bytes.
  static let entryCost = 32

  subscript(_ index: Int32) -> ArraySlice<UInt8> {
    let entry = entries[Int(index)]
    return bytes[entry.start..<(entry.start + entry.count)]
  }

  /// Stores a string, or finds it where it is stored already.
  mutating func intern(_ string: ArraySlice<UInt8>) -> Int32 {
    guard string.count <= Self.longestShared else { return store(string) }
    var hasher = Hasher()
    // SAFETY: the hasher reads the bytes during the call.
    unsafe string.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    let hash = hasher.finalize()
    for probe in 0..<Self.longestProbe {
      let place = (hash &+ probe) & (Self.tableCount - 1)
      let index = table[place]
      if index < 0 {
        let made = store(string)
        table[place] = made
        return made
      }
      if self[index] == string { return index }
    }
    return store(string)
  }

  private mutating func store(_ string: ArraySlice<UInt8>) -> Int32 {
    entries.append((bytes.count, string.count))
    bytes.append(contentsOf: string)
    return Int32(entries.count - 1)
  }
}
