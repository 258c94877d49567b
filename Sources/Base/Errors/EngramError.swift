// EngramError.swift -- the one error that leaves the package.

/// What went wrong, where, what was expected, what was found, and how to mend it.
///
/// The ``code`` is stable: programs may switch on it. Every other part is text for a person.
///
/// ```swift
/// throw EngramError(.truncated, "the segment file ends too early", file: path, place: "footer", offset: 4096,
///   expected: "32 bytes", found: "7 bytes", mend: "copy the file again from its source")
/// ```
public struct EngramError: Error, Sendable, Equatable {
  /// The stable kind of an error.
  public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The name that programs see, such as `corrupt`.
    public let rawValue: String

    /// Makes a code from its stable name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The stable name.
    public var description: String { rawValue }

    /// The request itself is wrong: an unknown option, a bad filter, a size that cannot be.
    public static let usage = Code(rawValue: "usage")
    /// A file, store, split, field, statistic or epoch that was asked for is not there.
    public static let notFound = Code(rawValue: "notFound")
    /// Something of that name or content is already there.
    public static let exists = Code(rawValue: "exists")
    /// A file ends before its contents do.
    public static let truncated = Code(rawValue: "truncated")
    /// Bytes differ from their checksum or break a rule of the format.
    public static let corrupt = Code(rawValue: "corrupt")
    /// The data are well formed and need something that this version does not read.
    public static let unsupported = Code(rawValue: "unsupported")
    /// The input is well formed and its contents do not fit together.
    public static let invalidData = Code(rawValue: "invalidData")
    /// A declared limit on size, depth, memory or time was reached.
    public static let limit = Code(rawValue: "limit")
    /// Another process is writing.
    public static let busy = Code(rawValue: "busy")
    /// The operating system refused to read or write.
    public static let io = Code(rawValue: "io")
    /// The disk is full.
    public static let diskFull = Code(rawValue: "diskFull")
    /// The caller asked to stop.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  /// The stable kind of the error.
  public var code: Code
  /// What went wrong, in one clause without a full stop.
  public var message: String
  /// The file, store or stream it happened in.
  public var file: String?
  /// The part of it, by its name in the format document, or the row and column.
  public var place: String?
  /// The byte offset in `file`.
  public var offset: Int?
  /// What a well-formed input would have had there.
  public var expected: String?
  /// What was there.
  public var found: String?
  /// What the user can do about it.
  public var mend: Mend?

  /// Makes an error; give every part that is known.
  public init(
    _ code: Code, _ message: String, file: String? = nil, place: String? = nil, offset: Int? = nil,
    expected: String? = nil, found: String? = nil, mend: Mend? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.place = place
    self.offset = offset
    self.expected = expected
    self.found = found
    self.mend = mend
  }

  /// The same error, with a file named if none was yet.
  public func inFile(_ path: String) -> EngramError {
    var copy = self
    if copy.file == nil { copy.file = path }
    return copy
  }
}

extension EngramError: CustomStringConvertible {
  /// The whole error on one line, in the words of Swift.
  ///
  /// `FILE: MESSAGE (in PLACE at byte OFFSET, expected E, found F). To mend it: MEND`
  public var description: String { text(in: SwiftWording()) }

  /// The whole error on one line, in the words of a door.
  public func text(in wording: some Wording) -> String {
    var at: [String] = []
    if let place { at.append("in \(place)") }
    if let offset { at.append("at byte \(offset)") }
    var details: [String] = []
    if !at.isEmpty { details.append(at.joined(separator: " ")) }
    if let expected { details.append("expected \(expected)") }
    if let found { details.append("found \(found)") }
    var text = file.map { "\($0): \(message)" } ?? message
    if !details.isEmpty { text += " (\(details.joined(separator: ", ")))" }
    if let mend { text += ". To mend it: \(mend.text(in: wording))" }
    return text
  }
}
