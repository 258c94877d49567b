// DataFingerprint.swift -- what tells the data set of a task from others, kept beside networks and states.

package import Base

/// What tells one data set from another: how many stimuli it has of how many classes, and what they are called or hold.
///
/// What some files hold counts too, but one in eight of these may differ: a picture that was damaged and is mended does not make
/// another data set.
package struct DataFingerprint: Sendable, Hashable {
  /// What is remembered of a file.
  struct FileMark: Sendable, Hashable {
    /// Its bytes; -1 where it cannot be read.
    let size: Int
    /// A hash of its first, middle and last bytes; nil where it cannot be read, and in what was kept before there were hashes.
    let hash: String?

    func differs(from other: FileMark) -> Bool {
      if size != other.size { return true }
      guard let hash, let before = other.hash else { return false }
      return hash != before
    }
  }

  /// Counts, and a hash of all names and classes, or of all numbers.
  private let text: String
  /// Some files, evenly spaced.
  private let files: [FileMark]

  /// Files of a half that are looked at.
  private static let mostFiles = 32
  /// Of so many files that are looked at one may differ, and one of fewer.
  private static let filesPerMended = 8

  init(training: Int, validation: Int, classes: Int, hash: UInt64, files: [FileMark] = []) {
    text = "\(training) + \(validation) stimuli of \(classes) classes, hash \(Self.digits(hash))"
    self.files = files
  }

  /// Reads what ``json`` is.
  package init(_ json: JSONValue) throws(EngramError) {
    let object = try json.asObject()
    text = try object.string("text")
    let sizes = try object.integers("sizes")
    let hashes = try object.optional("hashes") { (value) throws(EngramError) in try value.asStrings() } ?? []
    files = sizes.indices.map { place in
      let hash = place < hashes.count && !hashes[place].isEmpty ? hashes[place] : nil
      return FileMark(size: Int(clamping: sizes[place]), hash: hash)
    }
  }

  /// It as it is kept.
  package var json: JSONValue {
    [
      "text": .string(text), "sizes": .array(files.map { .count($0.size) }),
      "hashes": .array(files.map { .string($0.hash ?? "") }),
    ]
  }

  /// It in words.
  var summary: String {
    if files.isEmpty { return text }
    let shown = files.prefix(4)
    let hashes = shown.compactMap { $0.hash?.prefix(4) }
    return "\(text), files of \(shown.map { "\($0.size)" }.joined(separator: ", "))… bytes"
      + (hashes.isEmpty ? "" : " with hashes \(hashes.joined(separator: ", "))…")
  }

  /// Whether it is that of other data.
  package func differs(from other: DataFingerprint) -> Bool {
    let changed = zip(files, other.files).filter { $0.differs(from: $1) }.count
    return text != other.text || files.count != other.files.count || changed > max(1, files.count / Self.filesPerMended)
  }

  /// What is remembered of some of so many files, evenly spaced.
  static func files(count: Int, _ path: (Int) -> String) -> [FileMark] {
    let number = min(count, mostFiles)
    let chosen = (0..<number).map { $0 * count / number }
    // What cannot be read is said when it is to be learned from.
    return chosen.map { (try? FileMark(reading: path($0))) ?? FileMark(size: -1, hash: nil) }
  }

  /// A hash as 16 digits.
  fileprivate static func digits(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension DataFingerprint.FileMark {
  /// Bytes of each of three parts of a file that are looked at.
  private static let partBytes = 4_096

  /// Reads what is remembered of a file.
  fileprivate init(reading path: String) throws(EngramError) {
    let file = try InputFile(opening: path)
    let length = min(file.byteCount, Self.partBytes)
    var bytes: [UInt8] = []
    for offset in [0, (file.byteCount - length) / 2, file.byteCount - length] {
      bytes += try FileSlice(file: file, offset: offset, byteCount: length).bytes(0..<length)
    }
    self.init(size: file.byteCount, hash: DataFingerprint.digits(XXH3.hash64(bytes)))
  }
}
