// RowScanner.swift -- the fields of one row of delimited text with whatever RFC 4180 allows, byte by byte.

import Base
import CTextKernels

/// Finds the fields of one row of delimited text: quotes, spaces around fields, and line ends of every kind.
struct RowScanner {
  let delimiter: UInt8
  /// Whether nothing comes after the bytes.
  let isLast: Bool
  /// Line feeds and carriage returns that were passed.
  private(set) var lines = 0

  private static let quote = UInt8(ascii: "\"")

  /// What a look at a row found.
  enum Outcome {
    /// The row ends before this place.
    case row(end: Int)
    /// It goes on beyond what was read.
    case cut
    /// Its quotes are misplaced.
    case broken(EngramError.Code, String)
  }

  private enum Field {
    /// Its bytes, and where what ends it stands.
    case found(Range<Int>, next: Int)
    case cut
    case broken(EngramError.Code, String)
  }

  init(delimiter: UInt8, isLast: Bool) {
    self.delimiter = delimiter
    self.isLast = isLast
  }

  /// Scans one row.
  ///
  /// - Parameters:
  ///   - bytes: What was read.
  ///   - start: Where the row starts.
  ///   - fields: Gets its fields.
  /// - Returns: Where it ends, or why it was not found.
  mutating func scan(_ bytes: [UInt8], from start: Int, into fields: inout [engram_field]) -> Outcome {
    let count = bytes.count
    var place = start
    while true {
      let isQuoted = place < count && bytes[place] == Self.quote
      switch isQuoted ? quoted(bytes, place) : plain(bytes, place) {
      case .found(let range, let next):
        fields.append(
          engram_field(start: UInt32(range.lowerBound), end: UInt32(range.upperBound), is_quoted: isQuoted ? 1 : 0))
        place = next
      case .cut: return isLast ? .broken(.truncated, "the text ends inside a row") : .cut
      case .broken(let code, let message): return .broken(code, message)
      }
      if place >= count { return .row(end: place) }
      let byte = bytes[place]
      place += 1
      if byte == delimiter { continue }
      lines += 1
      guard byte == 0x0D else { return .row(end: place) }
      if place == count, !isLast { return .cut }
      return .row(end: place < count && bytes[place] == 0x0A ? place + 1 : place)
    }
  }

  /// A field in quotes, at whose opening quote the cursor stands.
  private mutating func quoted(_ bytes: [UInt8], _ place: Int) -> Field {
    let count = bytes.count
    var close = place + 1
    while close < count {
      if bytes[close] == Self.quote {
        guard close + 1 < count, bytes[close + 1] == Self.quote else { break }
        close += 1
      } else if bytes[close] == 0x0A {
        lines += 1
      }
      close += 1
    }
    if close >= count { return isLast ? .broken(.truncated, "a quote is never closed") : .cut }
    if close + 1 == count, !isLast { return .cut }
    if close + 1 < count {
      let byte = bytes[close + 1]
      guard byte == delimiter || byte == 0x0A || byte == 0x0D else {
        return .broken(.corrupt, "text follows a closing quote")
      }
    }
    return .found(place + 1..<close, next: close + 1)
  }

  /// A field without quotes, without the spaces around it.
  private func plain(_ bytes: [UInt8], _ first: Int) -> Field {
    let count = bytes.count
    var place = first
    while place < count {
      let byte = bytes[place]
      if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
      if byte == Self.quote {
        return .broken(.corrupt, "a quote stands inside a field that does not start with one")
      }
      place += 1
    }
    if place == count, !isLast { return .cut }
    var (low, high) = (first, place)
    while low < high && (bytes[low] == 0x20 || bytes[low] == 0x09) { low += 1 }
    while low < high && (bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09) { high -= 1 }
    return .found(low..<high, next: place)
  }
}
