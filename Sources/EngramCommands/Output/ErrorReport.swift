// ErrorReport.swift -- an error as lines for a person, or as JSON for a program.
//
//   error: the segment file ends too early
//   where: lr.engram/segments/1f….seg, footer, byte 4096
//   expected: 32 bytes
//   found: 7 bytes
//   to mend it: copy the file again from its source

package import Base

/// An error as lines for a person, or as JSON for a program.
package enum ErrorReport {
  /// Lines for a person, with a line feed after each.
  package static func lines(_ error: EngramError, style: TextStyle = .plain) -> String {
    var lines = [style.error("error:") + " " + printable(error.message)]
    func add(_ label: String, _ text: String?) {
      guard let text, !text.isEmpty else { return }
      lines.append(style.bold("\(label):") + " " + printable(text))
    }
    let places = [error.file, error.place, error.offset.map { "byte \($0)" }].compactMap { $0 }
    add("where", places.joined(separator: ", "))
    add("expected", error.expected)
    add("found", error.found)
    add("to mend it", error.mend)
    return lines.joined(separator: "\n") + "\n"
  }

  /// One JSON object on one line; what is not known is null.
  package static func json(_ error: EngramError) -> String {
    let fields: [(String, JSONText)] = [
      ("code", .string(error.code.rawValue)),
      ("message", .string(error.message)),
      ("file", .optional(error.file)),
      ("place", .optional(error.place)),
      ("offset", error.offset.map { .integer(Int64($0)) } ?? .null),
      ("expected", .optional(error.expected)),
      ("found", .optional(error.found)),
      ("mend", .optional(error.mend)),
    ]
    return JSONText.object([("error", .object(fields))]).text + "\n"
  }
}
