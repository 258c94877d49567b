// CodeGrades.swift -- the grades of the codes of a chunk, which lie one grade after the other.
//   The part of a chunk (schema/FORMAT.md, "Grades"), of m examples that are not copies:
//     grades        u8, the number of grades; then 2 bits per example, the low bits of a byte first

import Base
import CCodecKernels

/// The grades of the codes of a chunk: examples that move as far as each other are packed together; keeps its memory.
@safe struct CodeGrades: ~Copyable {
  /// The most grades of a chunk.
  static let mostCount = Int(ENGRAM_MOST_GRADES)
  /// The examples of a grade are a multiple of this, but for the last, so that its lanes fill vectors.
  private static let exampleMultiple = 256

  private var memory = Scratch()
  private var places = Scratch()
  /// The number of grades; 1 where codes lie in the order of their examples.
  private(set) var count = 1
  /// Where the codes of each grade start, then the number of codes.
  private(set) var starts = [0, 0]

  /// The same for kernels; valid until it is changed.
  @unsafe var layout: UnsafePointer<engram_grades> {
    unsafe UnsafePointer(memory.base.assumingMemoryBound(to: engram_grades.self))
  }

  /// The codes of a grade.
  func codes(of grade: Int) -> Range<Int> { starts[grade]..<starts[grade + 1] }

  /// Makes one grade of all codes.
  mutating func setSingle(codeCount: Int) {
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    starts.append(codeCount)
    unsafe setLayout(places: nil)
  }

  /// Grades examples by the lengths of their codes; one grade where there are too few to be told apart.
  ///
  /// - Parameters:
  ///   - sums: For each example the bits of its codes.
  ///   - codesEach: Codes in each sum.
  ///   - exampleCount: The number of examples.
  /// - Returns: The part of the chunk, nothing with one grade.
  @unsafe mutating func choose(_ sums: UnsafePointer<UInt32>, codesEach: Int, exampleCount: Int) -> [UInt8] {
    let least = (exampleCount + Self.mostCount - 1) / Self.mostCount
    let size = max(1, (least + Self.exampleMultiple - 1) / Self.exampleMultiple) * Self.exampleMultiple
    guard exampleCount > size, codesEach > 0 else {
      setSingle(codeCount: exampleCount)
      return []
    }
    var bytes = [UInt8](repeating: 0, count: (exampleCount + 3) / 4)
    // SAFETY: there are so many sums, and two bits for each example.
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      unsafe engram_find_grades(sums, exampleCount, codesEach, size, bytes.baseAddress)
      unsafe place(bytes.baseAddress, exampleCount: exampleCount, gradeCount: (exampleCount + size - 1) / size)
    }
    return [UInt8(count)] + bytes
  }

  /// Reads the part of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The whole chunk.
  ///   - start: Where the part starts.
  ///   - exampleCount: The examples that are not copies, at least 1.
  /// - Returns: Where it ends.
  /// - Throws: `corrupt` when it does not fit into the chunk, or a grade or the number of grades cannot be.
  mutating func read(_ chunk: RawSpan, at start: Int, exampleCount: Int) throws(EngramError) -> Int {
    let byteCount = 1 + (exampleCount + 3) / 4
    guard start + byteCount <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its grades", start, expected: "\(byteCount) bytes",
        found: "\(max(0, chunk.byteCount - start))")
    }
    let gradeCount = Int(chunk.byte(at: start))
    guard gradeCount >= 2, gradeCount <= Self.mostCount else {
      throw ChunkDecoder.corrupt(
        "the number of grades cannot be", start, expected: "2 to \(Self.mostCount)", found: "\(gradeCount)")
    }
    let spare = 2 * (exampleCount % 4)
    guard spare == 0 || chunk.byte(at: start + byteCount - 1) >> UInt8(spare) == 0 else {
      throw ChunkDecoder.corrupt(
        "a grade is of no example", start + byteCount - 1, expected: "spare bits of zero", found: "others")
    }
    // SAFETY: the part lies in the chunk.
    unsafe chunk.withUnsafeBytes { bytes in
      unsafe place(
        bytes.baseAddress.map { unsafe $0.assumingMemoryBound(to: UInt8.self) + start + 1 },
        exampleCount: exampleCount, gradeCount: gradeCount)
    }
    guard starts[gradeCount] == exampleCount else {
      throw ChunkDecoder.corrupt(
        "an example is of a grade that there is not", start, expected: "\(gradeCount) grades", found: "more")
    }
    return start + byteCount
  }

  /// Finds the place of each code.
  @unsafe private mutating func place(_ grades: UnsafePointer<UInt8>?, exampleCount: Int, gradeCount: Int) {
    guard let grades = unsafe grades else { return }
    places.reserve(exampleCount * MemoryLayout<UInt16>.stride)
    // SAFETY: two bits and a place for each example, and as many counts and starts as there can be grades.
    let places = unsafe self.places.base.assumingMemoryBound(to: UInt16.self)
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.mostCount) { counts in
      guard let base = counts.baseAddress else { return }
      unsafe engram_count_grades(grades, exampleCount, base)
      starts.removeAll(keepingCapacity: true)
      var sum = 0
      for grade in 0..<Self.mostCount {
        if grade <= gradeCount { starts.append(sum) }
        let here = unsafe Int(counts[grade])
        unsafe counts[grade] = UInt32(sum)
        sum += here
      }
      if gradeCount == Self.mostCount { starts.append(sum) }
      unsafe engram_place_codes(grades, exampleCount, base, places)
    }
    unsafe setLayout(places: places)
  }

  private mutating func setLayout(places: UnsafeMutablePointer<UInt16>?) {
    count = starts.count - 1
    unsafe memory.reserve(MemoryLayout<engram_grades>.stride)
    func start(_ grade: Int) -> UInt32 { UInt32(starts[min(grade, count)]) }
    // SAFETY: the memory is large enough, aligned, and used for nothing else.
    let layout = unsafe engram_grades(
      count: count, starts: (start(0), start(1), start(2), start(3), start(4)), places: places)
    unsafe memory.base.assumingMemoryBound(to: engram_grades.self).initialize(to: layout)
  }
}
