// ArrayFixtures.swift -- the fixtures of arrays, and folders that tests write into.

import Base
import Glibc
import Testing
import TrajectoryModel

/// The fixtures in fixtures/arrays: x[example, epoch, statistic] = 100 example + 10 epoch + statistic + 0.5.
enum ArrayFixtures {
  static let examples = 5
  static let epochs = 3
  static let statistics = 4

  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.joined(separator: "/") + "/fixtures/arrays/" + name
  }

  /// The bytes of a fixture.
  static func bytes(_ name: String) throws -> [UInt8] { try InputFile(opening: path(name)).contents(limit: 1 << 20) }

  /// x in canonical order, each value with something added.
  static func values(_ examples: Range<Int> = 0..<5, adding offset: Double = 0) -> [Double] {
    examples.flatMap { e in
      (0..<epochs).flatMap { t in (0..<statistics).map { s in Double(100 * e + 10 * t + s) + 0.5 + offset } }
    }
  }

  /// Canonical bytes as values.
  static func decoded(_ bytes: [UInt8], _ type: ElementType) -> [Double] {
    stride(from: 0, to: bytes.count, by: type.byteCount).map { start in
      let bits = bytes[start..<(start + type.byteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return type == .float32 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
    }
  }
}

/// A folder of a test's own, removed at the end.
final class ArrayScratch {
  let path: String

  init() throws {
    path = "/tmp/engram-arrays-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let made = unsafe mkdir(path, 0o700)
    try #require(made == 0)
  }

  deinit {
    removeAll()
    _ = unsafe rmdir(path)
  }

  /// Removes the files in it.
  func removeAll() {
    for name in names { _ = unsafe remove("\(path)/\(name)") }
  }

  /// The names of the files in it.
  var names: [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file and gives its path; not durably, as thousands are written.
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    let file = "\(path)/\(name)"
    // Truncating a file in place makes some file systems write it out; a new one stays in memory.
    _ = unsafe unlink(file)
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let all = Array(bytes)
    let written = unsafe Glibc.write(descriptor, all, all.count)
    try #require(written == all.count)
    return file
  }
}

/// A source that only goes forward cheaply, as an escaped text does.
struct ForwardBytes: ByteSource {
  let bytes: [UInt8]
  var byteCount: Int { bytes.count }
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    try MemoryBytes(bytes).read(at: offset, into: &buffer)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same mutations.
struct ArrayMutations: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// The bytes after one to three changes: a bit flipped, a byte set, removed, or copied from elsewhere.
  mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 2: bytes[place] = [0, 0x7F, 0xFF, UInt8(ascii: "9")].randomElement(using: &self) ?? 0
      case 3: bytes.remove(at: place)
      default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &self)], at: place)
      }
    }
    return bytes
  }
}
