// ScratchRows.swift -- rows of numbers in a file without a name, as long as an ingest lasts.

import Base
import Glibc

/// Rows of Float64 that may lack values, in a file without a name that goes with the object.
///
/// The system keeps of it in memory what there is room for. What was never written is absent, which is not NaN: values lie
/// there combined with a pattern that no number has, so that zero bytes mean absent.
@safe
final class ScratchRows: @unchecked Sendable {
  // SAFETY of @unchecked: one thread adds rows; each row is written by one thread, before any reads it.
  /// The values of a row.
  let width: Int
  private(set) var count = 0

  private let descriptor: Int32
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  private let path: String

  /// A NaN that no computation makes.
  private static let absent: UInt64 = 0x7FF8_5CA1_AB1E_0B57
  /// Bytes that are made room for at first.
  private static let firstCapacity = 16 << 20

  /// Makes a file in the folder for temporary files.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  init(width: Int) throws(EngramError) {
    self.width = width
    // SAFETY: getenv's text is copied at once.
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    path = folder
    var name = Array("\(folder)/engram-XXXXXX".utf8CString)
    // SAFETY: the array is a C string that may be written, for the time of both calls. The name goes at once.
    let (opened, number) = unsafe name.withUnsafeMutableBufferPointer { name -> (Int32, Int32) in
      guard let base = name.baseAddress else { return (-1, ENOMEM) }
      let opened = unsafe mkstemp(base)
      let number = errno
      if opened >= 0 {
        _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
        unsafe unlink(base)
      }
      return (opened, number)
    }
    guard opened >= 0 else { throw .system("make a temporary file", folder, number: number) }
    descriptor = opened
  }

  deinit {
    // SAFETY: the mapping has this length and nobody uses it any more.
    if let memory = unsafe memory { unsafe munmap(memory, capacity) }
    close(descriptor)
  }

  /// Adds a row without values.
  ///
  /// - Returns: Its number.
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  func addRow() throws(EngramError) -> Int {
    let needed = (count + 1) * width * 8
    if needed > capacity { try grow(max(needed, max(Self.firstCapacity, capacity * 2))) }
    count += 1
    return count - 1
  }

  private func grow(_ size: Int) throws(EngramError) {
    // Room is taken now, so that a full disk is an error and not a signal.
    let number = posix_fallocate(descriptor, off_t(capacity), off_t(size - capacity))
    guard number == 0 else { throw .system("make room in a temporary file", path, number: number) }
    // SAFETY: the old mapping is given back before a longer one of the same file is made.
    if let memory = unsafe memory { unsafe munmap(memory, capacity) }
    let mapped = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      unsafe memory = nil
      capacity = 0
      throw .system("map a temporary file", path)
    }
    unsafe memory = unsafe mapped
    capacity = size
  }

  /// A value of a row, or nil where there is none.
  subscript(row: Int, column: Int) -> Double? {
    get {
      precondition(row >= 0 && row < count && column >= 0 && column < width, "the value lies in a row")
      // SAFETY: the row lies in the mapping.
      guard let bits = unsafe memory?.load(fromByteOffset: (row * width + column) * 8, as: UInt64.self), bits != 0
      else {
        return nil
      }
      return Double(bitPattern: bits ^ Self.absent)
    }
    set {
      precondition(row >= 0 && row < count && column >= 0 && column < width, "the value lies in a row")
      let bits = newValue.map { $0.bitPattern ^ Self.absent } ?? 0
      // SAFETY: the row lies in the mapping, which is writable.
      unsafe memory?.storeBytes(of: bits, toByteOffset: (row * width + column) * 8, as: UInt64.self)
    }
  }

  /// Stores neighbouring values of a row.
  ///
  /// - Parameters:
  ///   - values: A value for each column of the row.
  ///   - columns: Which of them are stored.
  ///   - row: The row.
  func store(_ values: [Double], _ columns: Range<Int>, inRow row: Int) {
    precondition(
      row >= 0 && row < count && columns.lowerBound >= 0 && columns.upperBound <= min(width, values.count),
      "the values lie in a row")
    guard let start = unsafe memory?.advanced(by: row * width * 8) else { return }
    for column in columns {
      // SAFETY: the row lies in the mapping, which is writable.
      unsafe start.storeBytes(
        of: values[column].bitPattern ^ Self.absent, toByteOffset: column &* 8, as: UInt64.self)
    }
  }

  /// Counts which columns of a row have a value.
  func countValues(ofRow row: Int, in counts: inout [Int]) {
    precondition(row >= 0 && row < count && counts.count == width, "the counts are those of a row")
    guard let start = unsafe memory?.advanced(by: row * width * 8) else { return }
    for column in 0..<width {
      // SAFETY: the row lies in the mapping.
      counts[column] &+= unsafe start.load(fromByteOffset: column &* 8, as: UInt64.self) == 0 ? 0 : 1
    }
  }

  /// How many finite values of a row are infinite as Float32.
  func countBeyondFloat32(ofRow row: Int) -> Int {
    (0..<width).count { column in self[row, column].map { $0.isFinite && !Float($0).isFinite } ?? false }
  }

  /// Copies values of a row, NaN where there is none.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - columns: The columns, in the order in which they are copied.
  ///   - buffer: Gets the values.
  ///   - offset: Where the first goes, in bytes.
  ///   - isSingle: Whether they become Float32.
  func copy(
    _ row: Int, _ columns: ArraySlice<Int>, into buffer: inout MutableRawSpan, at offset: Int, isSingle: Bool
  ) {
    let size = isSingle ? 4 : 8
    precondition(
      row >= 0 && row < count && offset >= 0 && offset + columns.count * size <= buffer.byteCount,
      "the row is there and fits")
    guard let start = unsafe memory?.advanced(by: row * width * 8) else { return }
    var place = offset
    for column in columns {
      precondition(column >= 0 && column < width, "the value lies in a row")
      // SAFETY: the row lies in the mapping.
      let bits = unsafe start.load(fromByteOffset: column &* 8, as: UInt64.self)
      let value = bits == 0 ? Double.nan : Double(bitPattern: bits ^ Self.absent)
      if isSingle {
        buffer.storeBytes(of: Float(value).bitPattern, toByteOffset: place, as: UInt32.self)
      } else {
        buffer.storeBytes(of: value.bitPattern, toByteOffset: place, as: UInt64.self)
      }
      place &+= size
    }
  }
}

/// Trajectories gathered from rows, as the array (examples, epochs, statistics) that an ingest reads.
struct GatheredRows: ByteSource {
  let rows: ScratchRows
  /// The row of each epoch of each example.
  let order: [Int32]
  /// The columns of the statistics.
  let columns: [Int]
  let isSingle: Bool

  var byteCount: Int { order.count * columns.count * (isSingle ? 4 : 8) }
  var isRandomAccess: Bool { true }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    let size = isSingle ? 4 : 8
    precondition(offset % size == 0 && buffer.byteCount % size == 0, "whole values are read")
    let first = offset / size
    var (line, column) = (first / columns.count, first % columns.count)
    var done = 0
    while done < buffer.byteCount {
      let part = columns[column..<min(columns.count, column + (buffer.byteCount - done) / size)]
      rows.copy(Int(order[line]), part, into: &buffer, at: done, isSingle: isSingle)
      done += part.count * size
      (line, column) = (line + 1, 0)
    }
  }
}
