// FilePattern.swift -- the files that a pattern such as `w_*.npy` names, in the order in which a person counts.

import Glibc

/// A pattern of file names, as shells have them: `*`, `?` and `[…]`.
package enum FilePattern {
  /// Whether a path has a character that patterns are made of.
  package static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The files that a pattern names, `w_2` before `w_10`; a path that is no pattern, or that is there, names itself.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when a pattern names no file.
  package static func files(_ pattern: String) throws(EngramError) -> [String] {
    // SAFETY: the path is a C string for the time of the call.
    guard isPattern(pattern), unsafe access(pattern, F_OK) != 0 else { return [pattern] }
    var found = unsafe glob_t()
    // SAFETY: glob fills the structure, which is freed below whatever it returns.
    let status = unsafe glob(pattern, GLOB_NOSORT, nil, &found)
    defer { unsafe globfree(&found) }
    var paths: [String] = []
    if status == 0 {
      for index in 0..<Int(unsafe found.gl_pathc) {
        // SAFETY: there are `gl_pathc` C strings.
        if let path = unsafe found.gl_pathv[index] { paths.append(unsafe String(cString: path)) }
      }
    }
    guard !paths.isEmpty else {
      throw EngramError(
        .notFound, "no file has such a name", file: pattern, expected: "at least one file", found: "none",
        mend: "name the files with * for what differs, such as w_*.npy")
    }
    return paths.map { (parts($0), $0) }.sorted { precedes($0.0, $1.0) }.map(\.1)
  }

  /// The numbers in which paths differ, or nil unless they differ in one whole number alone and it increases.
  package static func numbers(of paths: [String]) -> [Double]? {
    let split = paths.map(parts)
    guard paths.count > 1, let first = split.first, split.allSatisfy({ $0.count == first.count }) else { return nil }
    let places = first.indices.filter { place in split.contains { $0[place] != first[place] } }
    guard places.count == 1 else { return nil }
    var numbers: [Double] = []
    for parts in split {
      guard case .number(let number, _) = parts[places[0]], numbers.last.map({ $0 < number }) ?? true else {
        return nil
      }
      numbers.append(number)
    }
    return numbers
  }

  /// A part of a path: digits, or what is between digits.
  private enum Part: Equatable {
    case number(Double, text: String)
    case text(String)
  }

  private static func parts(_ path: String) -> [Part] {
    var parts: [Part] = []
    var rest = path.utf8[...]
    while let first = rest.first {
      let isNumber = isDigit(first)
      let run = rest.prefix { isDigit($0) == isNumber }
      let text = String(decoding: run, as: UTF8.self)
      parts.append(isNumber ? .number(Double(text) ?? .infinity, text: text) : .text(text))
      rest = rest.dropFirst(run.count)
    }
    return parts
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func precedes(_ left: [Part], _ right: [Part]) -> Bool {
    for (a, b) in zip(left, right) where a != b {
      switch (a, b) {
      case (.number(let a, let aText), .number(let b, let bText)): return a == b ? aText < bText : a < b
      case (.number, .text): return true
      case (.text, .number): return false
      case (.text(let a), .text(let b)): return a < b
      }
    }
    return left.count < right.count
  }
}
