// FilePattern.swift -- the files that a pattern such as `w_*.npy` names, in the order in which a person counts.

import Glibc

/// A pattern of file names, as shells have them: `*`, `?` and `[…]`.
package enum FilePattern {
  /// Whether a path has a character that patterns are made of.
  package static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The files that a pattern names, in the order of their numbers: `w_2` before `w_10`, `w_0.5` before `w_0.75`.
  ///
  /// A path that is no pattern, or that is there, names itself.
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
    if let numbers = numbers(in: paths) {
      return zip(numbers, paths).sorted { $0.0 < $1.0 }.map(\.1)
    }
    return paths.map { (parts($0, .digits), $0) }.sorted { precedes($0.0, $1.0) }.map(\.1)
  }

  /// The numbers in which paths differ, or nil unless they differ in one number alone and it increases.
  package static func numbers(of paths: [String]) -> [Double]? {
    guard let numbers = numbers(in: paths), zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return nil
    }
    return numbers
  }

  /// What of a path is a number.
  private enum Reading: CaseIterable {
    /// A decimal number; a minus belongs to it at the beginning of a name and behind _ or =: `b_-1` is -1 and `run-5` is 5. An
    /// exponent does there too, and elsewhere where a point or a sign shows that it is one: `s_1e4` is 10,000, `m1e-3` ends in
    /// 0.001 and `m1e5` in 5.
    case decimal
    /// A decimal number with any minus before it: `t-1` beside `t0`.
    case signed
    /// Digits alone: `run1.9` and `run1.10` end in 9 and 10.
    case digits
  }

  /// The number in which each path differs from the others, by the first reading in which they differ in one number alone;
  /// nil where there is none, or it may be read in two ways.
  private static func numbers(in paths: [String]) -> [Double]? {
    guard paths.count > 1 else { return nil }
    for reading in Reading.allCases {
      guard let found = differing(in: paths, reading) else { continue }
      let numbers = found.map(\.number)
      guard reading != .digits, haveUnlikeFractions(found.map(\.text)) else { return numbers }
      let digits = differing(in: paths, .digits)?.map(\.number)
      let isFraction = found.allSatisfy { $0.text.hasPrefix("0.") || $0.text.hasPrefix("-0.") }
      // No program writes a decimal number with a zero at its end beside shorter ones: 1.9 and 1.10 count, and 0.5 and 0.10
      // may be either. Without one, 0.5 and 0.25 are decimal numbers, and 1.5 and 1.25 may be either.
      if found.contains(where: { endsInZero($0.text) }) { return isFraction ? nil : digits }
      return isFraction || digits == nil ? numbers : nil
    }
    return nil
  }

  /// The numbers of paths that differ in one number alone, with their texts; nil where they do not.
  private static func differing(in paths: [String], _ reading: Reading) -> [(number: Double, text: String)]? {
    let split = paths.map { parts($0, reading) }
    guard let first = split.first, split.allSatisfy({ $0.count == first.count }) else { return nil }
    let places = first.indices.filter { place in split.contains { $0[place] != first[place] } }
    guard places.count == 1 else { return nil }
    var found: [(number: Double, text: String)] = []
    for parts in split {
      if case .number(let number, let text) = parts[places[0]], number.isFinite { found.append((number, text)) }
    }
    return found.count == paths.count && Set(found.map(\.number)).count == paths.count ? found : nil
  }

  /// The digits behind the point of a number without an exponent; nil where it has no point.
  private static func fraction(_ number: String) -> Substring? {
    guard let point = number.firstIndex(of: "."), !number.contains("e"), !number.contains("E") else { return nil }
    return number[number.index(after: point)...]
  }

  /// Whether numbers have more digits behind their points and fewer.
  private static func haveUnlikeFractions(_ numbers: [String]) -> Bool {
    Set(numbers.compactMap { fraction($0)?.count }).count > 1
  }

  /// Whether a number has two digits behind its point or more, and the last is a zero.
  private static func endsInZero(_ number: String) -> Bool {
    fraction(number).map { $0.count > 1 && $0.last == "0" } ?? false
  }

  /// A part of a path: a number, or what is between numbers.
  private enum Part: Equatable {
    case number(Double, text: String)
    case text(String)
  }

  private static func parts(_ path: String, _ reading: Reading) -> [Part] {
    var parts: [Part] = []
    var text: [UInt8] = []
    let bytes = Array(path.utf8)
    var place = 0
    while place < bytes.count {
      let end = endOfNumber(bytes, from: place, reading)
      guard end > place else {
        text.append(bytes[place])
        place += 1
        continue
      }
      if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
      text = []
      let number = String(decoding: bytes[place..<end], as: UTF8.self)
      parts.append(.number(Double(number) ?? .infinity, text: number))
      place = end
    }
    if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
    return parts
  }

  /// Where a number ends that begins at a place; the place itself where none does.
  private static func endOfNumber(_ bytes: [UInt8], from start: Int, _ reading: Reading) -> Int {
    func digits(from place: Int) -> Int { bytes[min(place, bytes.count)...].firstIndex { !isDigit($0) } ?? bytes.count }
    func byte(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }
    var begin = start
    if byte(start) == UInt8(ascii: "-") {
      let isSign = reading == .signed || reading == .decimal && (start == 0 || "/_=".utf8.contains(bytes[start - 1]))
      guard isSign else { return start }
      begin += 1
    }
    var end = digits(from: begin)
    guard end > begin else { return start }
    if reading == .digits { return end }
    let hasPoint = byte(end) == UInt8(ascii: ".") && digits(from: end + 1) > end + 1
    if hasPoint { end = digits(from: end + 1) }
    if let mark = byte(end), mark | 0x20 == UInt8(ascii: "e") {
      let sign = byte(end + 1)
      let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
      let first = hasSign ? end + 2 : end + 1
      let isFree = start == 0 || "/_=".utf8.contains(bytes[start - 1])
      if hasPoint || hasSign || isFree, digits(from: first) > first { end = digits(from: first) }
    }
    return end
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
