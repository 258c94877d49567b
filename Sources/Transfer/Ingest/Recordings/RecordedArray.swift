// RecordedArray.swift -- the array of a user's recordings, in an .npy or .npz file.

import Base
import Formats

/// The array of recordings that a file holds, and what else it holds.
struct RecordedArray {
  /// The array.
  let array: NumPyArray
  /// The file, if it is an .npz.
  let npz: NpzFile?
  /// The other arrays of the .npz.
  let others: [NumPyArray]
  /// Arrays of the .npz that cannot be read, and why.
  let unreadable: [(name: String, reason: String)]

  /// Opens an .npy or .npz file, told apart by its first bytes.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: The member of the .npz, or nil for its only three-dimensional one.
  /// - Throws: ``EngramError`` with code `usage` when the member must be named; whatever opening throws.
  init(_ path: String, name: String?) throws(EngramError) {
    let file = try InputFile(opening: path)
    let start = try FileSlice(file: file, offset: 0, byteCount: min(2, file.byteCount)).bytes(
      0..<min(2, file.byteCount))
    guard start == [0x50, 0x4B] else {
      // A pickle starts with a byte that no .npy has; the reader of .npy says what it found.
      array = try NpyFile.open(path)
      (npz, others, unreadable) = (nil, [], [])
      return
    }
    let npz = try NpzFile(opening: path)
    var arrays: [NumPyArray] = []
    var unreadable: [(name: String, reason: String)] = []
    for member in npz.names {
      do {
        arrays.append(try npz.array(member))
      } catch  where error.code == .unsupported && member != name {
        unreadable.append((member, error.message))
      }
    }
    let chosen: NumPyArray
    if let name {
      guard let named = arrays.first(where: { $0.name == name }) else {
        _ = try npz.array(name); throw Self.ambiguous(path, arrays)
      }
      chosen = named
    } else {
      // Without a three-dimensional array, the only one that is nearly so gets the more helpful refusal.
      let candidates = arrays.filter { $0.shape.count == 3 }
      let near = candidates.isEmpty ? arrays.filter { $0.shape.count > 1 } : candidates
      guard near.count == 1 else { throw Self.ambiguous(path, arrays) }
      chosen = near[0]
    }
    array = chosen
    self.npz = npz
    others = arrays.filter { $0.name != chosen.name }
    self.unreadable = unreadable
  }

  /// The error for a file in which the array must be named.
  private static func ambiguous(_ path: String, _ arrays: [NumPyArray]) -> EngramError {
    let shown = arrays.prefix(20).map { array in
      "\(array.name) (\(array.shape.map(String.init).joined(separator: ", ")))"
    }
    let example = arrays.first { $0.shape.count == 3 }?.name ?? "NAME"
    return EngramError(
      .usage, "which array holds the recordings is not clear", file: path,
      expected: "one three-dimensional array (examples, epochs, statistics)",
      found: shown.isEmpty ? "no arrays" : shown.joined(separator: ", "),
      mend: arrays.contains { $0.shape.count == 3 }
        ? "name it: \(set: .array, to: example)"
        : "stack the arrays of the statistics first: numpy.save('x.npy', numpy.stack([f[name] for name in NAMES], axis=-1))"
    )
  }
}
