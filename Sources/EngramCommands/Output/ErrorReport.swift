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
  /// Lines for a person, with a line feed after each; with an exit code, the code of the error and this one too.
  package static func lines(_ error: EngramError, exitCode: Int32? = nil, style: TextStyle = .plain) -> String {
    var lines = [style.error("error:") + " " + printable(error.message)]
    func add(_ label: String, _ text: String?) {
      guard let text, !text.isEmpty else { return }
      lines.append(style.bold("\(label):") + " " + printable(text))
    }
    let places = [error.file, error.place, error.offset.map { "byte \($0)" }].compactMap { $0 }
    add("where", places.joined(separator: ", "))
    add("expected", error.expected)
    add("found", error.found)
    add("to mend it", error.mend?.text(in: CommandWording()))
    if let exitCode { add("code", "\(error.code.rawValue), exit code \(exitCode)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One JSON object on one line; what is not known is null.
  package static func json(_ error: EngramError) -> String {
    var writer = JSONWriter(.line)
    writer.beginObject()
    writer.key("error")
    writer.beginObject()
    let texts = [
      ("code", error.code.rawValue), ("message", error.message), ("file", error.file), ("place", error.place),
      ("offset", nil), ("expected", error.expected), ("found", error.found),
      ("mend", error.mend?.text(in: CommandWording())),
    ]
    for (key, text) in texts {
      writer.key(key)
      if key == "offset", let offset = error.offset {
        writer.integer(offset)
      } else if let text {
        writer.string(text)
      } else {
        writer.null()
      }
    }
    writer.endObject()
    writer.endObject()
    return String(decoding: writer.takeBytes(), as: UTF8.self) + "\n"
  }
}
