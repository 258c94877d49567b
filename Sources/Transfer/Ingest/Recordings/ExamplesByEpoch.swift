// ExamplesByEpoch.swift -- an array of which each example stands at an epoch of its own, as parts of one epoch each.

import Base
import Formats
import TrajectoryModel

/// An array (examples, 1, statistics) whose examples stand at epochs of their own, as a store writes them that is asked for
/// an epoch of each run.
struct ExamplesByEpoch {
  /// The examples in the order of the parts; those without an epoch are left out.
  let order: [Int]
  /// The epoch of each part and how many examples it has, in the order in which they come first.
  let counts: [(epoch: Double, count: Int)]
  /// Examples that have no epoch: nothing of them was recorded where the store was asked.
  let left: Int

  /// - Parameter epochs: The epoch of each example; not finite where it has none.
  init(_ epochs: [Double]) {
    var places: [Double: Int] = [:]
    var groups: [[Int]] = []
    for (example, epoch) in epochs.enumerated() where epoch.isFinite {
      let place = places[epoch] ?? groups.count
      if place == groups.count {
        places[epoch] = place
        groups.append([])
      }
      groups[place].append(example)
    }
    order = groups.flatMap { $0 }
    // -0 and 0 are one epoch.
    counts = groups.map { (epochs[$0[0]] + 0.0, $0.count) }
    left = epochs.count - order.count
  }

  /// What a user should know.
  var notes: [String] {
    let epochs = counts.count == 1 ? "all at one" : "at \(counts.count) different ones"
    return ["each example stands at an epoch of its own, \(epochs)"]
      + (left > 0 ? ["\(left) examples have no epoch, for nothing of them was recorded; they are left out"] : [])
  }

  /// The parts of an array.
  ///
  /// - Throws: ``EngramError`` with code `limit` where the array must be held in memory and is too large for it, and what
  ///   reading it throws.
  func parts(of array: NumPyArray, statistics: [String], file: String) throws(EngramError) -> [IngestInput.Part] {
    var array = array
    if !array.payload.isRandomAccess {
      try MemoryBudget.require(array.payload.byteCount, of: 1, what: "the array \(array.name)", file: file)
      array = NumPyArray(
        name: array.name, type: array.type, shape: array.shape, isFortranOrder: array.isFortranOrder,
        payload: MemoryBytes(try array.payload.bytes(0..<array.payload.byteCount)), fieldNames: array.fieldNames)
    }
    let blocks = try ExampleBlocks(array, file: file)
    var next = 0
    return counts.map { epoch, count in
      let gathered = GatheredExamples(blocks: blocks, order: order[next..<(next + count)])
      next += count
      let values = NumPyArray(
        name: array.name, type: NumPyType(blocks.elementType), shape: [count, 1, blocks.statisticCount],
        isFortranOrder: false, payload: gathered)
      return IngestInput.Part(values: values, statistics: statistics, epochs: [epoch])
    }
  }
}

/// Some examples of an array, in an order.
private struct GatheredExamples: ByteSource {
  let blocks: ExampleBlocks
  let order: ArraySlice<Int>

  var byteCount: Int { order.count * blocks.bytesPerExample }
  var isRandomAccess: Bool { true }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    let size = blocks.bytesPerExample
    precondition(offset % size == 0 && buffer.byteCount % size == 0, "whole examples are read")
    var line = order.startIndex + offset / size
    var done = 0
    while done < buffer.byteCount {
      // Neighbours in the file are read at once.
      var count = 1
      while done + count * size < buffer.byteCount, order[line + count] == order[line] + count { count += 1 }
      var part = buffer._mutatingExtracting(done..<(done + count * size))
      try blocks.read(examples: order[line]..<(order[line] + count), into: &part)
      (line, done) = (line + count, done + count * size)
    }
  }
}
