// ParallelFor+Parts.swift -- arrays that the iterations of a parallel loop fill, each its own part.

/// Runs `body` once for every part of an array, on several threads, and lends it that part.
///
/// ```swift
/// try parallelFor(parts: &norms, of: 512, work: work) { (first, part) throws(EngramError) in
///   for index in part.indices { part[index] = norm(of: rows[first + index]) }
/// }
/// ```
///
/// - Parameters:
///   - array: What is filled.
///   - size: Elements of a part; the last may have fewer.
///   - work: The most threads to use, and whether to stop.
///   - body: Gets the index of the first element of the part, and the part.
/// - Throws: As ``parallelFor(count:work:body:)``.
package func parallelFor<Element: Sendable>(
  parts array: inout [Element], of size: Int, work: WorkContext,
  body: @Sendable (_ first: Int, _ part: inout MutableSpan<Element>) throws(EngramError) -> Void
) throws(EngramError) {
  precondition(size > 0, "a part has elements")
  let count = (array.count + size - 1) / size
  try unsafe array.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
    let parts = unsafe Parts(of: buffer, size: size)
    try parallelFor(count: count, work: work) { (part, _) throws(EngramError) in
      // SAFETY: an iteration has its own part of the array, and the loop ends before the loan of the array does.
      var elements = unsafe parts.buffer(part).mutableSpan
      try body(part * size, &elements)
    }
  }
}

/// Runs `body` once for every part of two arrays that have as many parts, and lends it one of each.
///
/// - Parameters:
///   - first: An array that is filled; it decides how many parts there are.
///   - firstSize: Elements of a part of it; its last may have fewer.
///   - second: Another.
///   - secondSize: Elements of a part of that.
///   - work: The most threads to use, and whether to stop.
///   - body: Gets the number of the part, and the parts.
/// - Throws: As ``parallelFor(count:work:body:)``.
package func parallelFor<First: Sendable, Second: Sendable>(
  parts first: inout [First], of firstSize: Int, and second: inout [Second], of secondSize: Int, work: WorkContext,
  body:
    @Sendable (
      _ part: Int, _ first: inout MutableSpan<First>, _ second: inout MutableSpan<Second>
    ) throws(EngramError) -> Void
) throws(EngramError) {
  precondition(firstSize > 0 && secondSize > 0, "a part has elements")
  let count = (first.count + firstSize - 1) / firstSize
  precondition(count == (second.count + secondSize - 1) / secondSize, "both arrays have as many parts")
  try unsafe first.withUnsafeMutableBufferPointer { (firstBuffer) throws(EngramError) in
    try unsafe second.withUnsafeMutableBufferPointer { (secondBuffer) throws(EngramError) in
      let (firstParts, secondParts) = unsafe (
        Parts(of: firstBuffer, size: firstSize), Parts(of: secondBuffer, size: secondSize)
      )
      try parallelFor(count: count, work: work) { (part, _) throws(EngramError) in
        // SAFETY: as for one array.
        var one = unsafe firstParts.buffer(part).mutableSpan
        var other = unsafe secondParts.buffer(part).mutableSpan
        try body(part, &one, &other)
      }
    }
  }
}

/// An array in parts of equal size.
@safe private struct Parts<Element>: @unchecked Sendable {
  // SAFETY of @unchecked: an iteration of a loop takes its own part, and no other does.
  private let elements: UnsafeMutableBufferPointer<Element>
  private let size: Int

  @unsafe init(of elements: UnsafeMutableBufferPointer<Element>, size: Int) {
    unsafe self.elements = elements
    self.size = size
  }

  @unsafe func buffer(_ part: Int) -> UnsafeMutableBufferPointer<Element> {
    unsafe UnsafeMutableBufferPointer(rebasing: elements[(part * size)..<min(elements.count, (part + 1) * size)])
  }
}
