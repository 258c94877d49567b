// Errors.swift -- errors as handles of C.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
import CEngram

/// An error as C sees it: each part as a text.
final class ErrorHandle {
  let status: Int32
  let offset: Int64
  private let texts: CTexts
  private let places: [Int64]

  /// The parts of an error, in the order of the functions of engram.h.
  enum Part: Int { case code, message, file, place, expected, found, mend, mendPython, text }

  init(_ error: EngramError) {
    status = Self.status(of: error.code)
    offset = error.offset.map { Int64($0) } ?? -1
    let parts: [String?] = [
      error.code.rawValue, error.message, error.file, error.place, error.expected, error.found,
      error.mend?.text(in: CWording()), error.mend?.text(in: PythonWording()), error.text(in: CWording()),
    ]
    var known: [String] = []
    var places: [Int64] = []
    for part in parts {
      places.append(part == nil ? -1 : Int64(known.count))
      // A text of C ends at its first zero byte.
      if let part { known.append(part.replacing("\0", with: "\u{fffd}")) }
    }
    self.places = places
    texts = CTexts(known)
  }

  /// One part; NULL where it is not known.
  func text(_ part: Part) -> CText { unsafe texts[places[part.rawValue]] }

  private static func status(of code: EngramError.Code) -> Int32 {
    let known: [EngramError.Code: engram_status] = [
      .usage: ENGRAM_USAGE, .notFound: ENGRAM_NOT_FOUND, .exists: ENGRAM_EXISTS, .truncated: ENGRAM_TRUNCATED,
      .corrupt: ENGRAM_CORRUPT, .unsupported: ENGRAM_UNSUPPORTED, .invalidData: ENGRAM_INVALID_DATA,
      .limit: ENGRAM_LIMIT, .busy: ENGRAM_BUSY, .io: ENGRAM_IO, .diskFull: ENGRAM_DISK_FULL,
      .cancelled: ENGRAM_CANCELLED,
    ]
    return Int32((known[code] ?? ENGRAM_FAILED).rawValue)
  }
}

/// Runs the body of a function of the library.
///
/// - Parameters:
///   - error: Gets what the body throws; the caller frees it.
///   - body: What the function does.
/// - Returns: An `engram_status`.
func call(
  _ error: HandlePlace, _ body: () throws(EngramError) -> Void
) -> Int32 {
  do throws(EngramError) {
    try body()
    return Int32(ENGRAM_OK.rawValue)
  } catch let thrown {
    let known = ErrorHandle(thrown)
    // SAFETY: the caller's place for one pointer.
    if let error = unsafe error { unsafe error.pointee = handle(known) }
    return known.status
  }
}

private func part(_ error: Handle, _ part: ErrorHandle.Part) -> CText {
  unsafe known(error, ErrorHandle.self)?.text(part)
}

@c @implementation
public func engram_error_status(_ error: Handle) -> Int32 {
  unsafe known(error, ErrorHandle.self)?.status ?? Int32(ENGRAM_OK.rawValue)
}

@c @implementation
public func engram_error_code(_ error: Handle) -> CText { unsafe part(error, .code) }

@c @implementation
public func engram_error_message(_ error: Handle) -> CText { unsafe part(error, .message) }

@c @implementation
public func engram_error_file(_ error: Handle) -> CText { unsafe part(error, .file) }

@c @implementation
public func engram_error_place(_ error: Handle) -> CText { unsafe part(error, .place) }

@c @implementation
public func engram_error_expected(_ error: Handle) -> CText { unsafe part(error, .expected) }

@c @implementation
public func engram_error_found(_ error: Handle) -> CText { unsafe part(error, .found) }

@c @implementation
public func engram_error_mend(_ error: Handle) -> CText { unsafe part(error, .mend) }

@c @implementation
public func engram_error_mend_python(_ error: Handle) -> CText {
  unsafe part(error, .mendPython)
}

@c @implementation
public func engram_error_offset(_ error: Handle) -> Int64 {
  unsafe known(error, ErrorHandle.self)?.offset ?? -1
}

@c @implementation
public func engram_error_text(_ error: Handle) -> CText { unsafe part(error, .text) }

@c @implementation
public func engram_error_free(_ error: Handle) { unsafe release(error) }
