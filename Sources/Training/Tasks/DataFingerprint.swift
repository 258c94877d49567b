// DataFingerprint.swift -- what tells the data set of a task from others, kept beside networks and states.

import Base

/// What tells one data set from another: how many stimuli it has of how many classes, and what they are called or hold.
///
/// How large some files are counts too, but half of these may differ: a picture that was damaged and is mended does not make
/// another data set.
package struct DataFingerprint: Sendable, Hashable {
  /// Counts, and a hash of all names and classes, or of all numbers.
  private let text: String
  /// Bytes of some files, evenly spaced.
  private let sizes: [Int]

  /// Files of a half whose sizes are looked at.
  private static let mostFiles = 32

  init(training: Int, validation: Int, classes: Int, hash: UInt64, sizes: [Int] = []) {
    let digits = String(hash, radix: 16)
    text =
      "\(training) + \(validation) stimuli of \(classes) classes, hash "
      + String(repeating: "0", count: 16 - digits.count) + digits
    self.sizes = sizes
  }

  /// Reads what ``json`` is.
  init(_ json: JSONValue) throws(EngramError) {
    let object = try json.asObject()
    text = try object.string("text")
    sizes = try object.integers("sizes").map { Int(clamping: $0) }
  }

  /// It as it is kept.
  var json: JSONValue { ["text": .string(text), "sizes": .array(sizes.map { .count($0) })] }

  /// It in words.
  var summary: String {
    if sizes.isEmpty { return text }
    return "\(text), files of \(sizes.prefix(4).map { "\($0)" }.joined(separator: ", "))… bytes"
  }

  /// Whether it is that of other data.
  func differs(from other: DataFingerprint) -> Bool {
    let equal = zip(sizes, other.sizes).filter { $0 == $1 }.count
    return text != other.text || sizes.count != other.sizes.count || 2 * equal < sizes.count
  }

  /// The sizes of some of so many files, evenly spaced.
  static func sizes(count: Int, _ path: (Int) -> String) -> [Int] {
    let number = min(count, mostFiles)
    let chosen = (0..<number).map { $0 * count / number }
    // What cannot be read is said when it is to be learned from.
    return chosen.map { (try? InputFile(opening: path($0)).byteCount) ?? -1 }
  }
}
