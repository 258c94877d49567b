// DrawnOutput.swift -- where a picture goes: a file of the kind that its name says, or the terminal.

import Base
import Drawing
import Reporting

/// What a file of a picture holds, by the ending of its name.
enum DrawnFormat: String, CaseIterable {
  case svg, png, pdf, csv, json

  /// The format of a path.
  static func of(_ path: String, _ invocation: Invocation) throws(EngramError) -> DrawnFormat {
    let ending = path.split(separator: "/").last?.split(separator: ".", omittingEmptySubsequences: false).dropFirst()
      .last
    if let format = ending.flatMap({ DrawnFormat(rawValue: $0.lowercased()) }) { return format }
    throw invocation.usageError(
      "the name of the file does not say what to write",
      expected: "a name that ends in .\(allCases.map(\.rawValue).joined(separator: ", ."))", found: path)
  }
}

extension Invocation {
  /// The columns of output that is no terminal.
  private static var plainWidth: Int { 80 }

  /// Shows a picture: in a file, as JSON or CSV for programs, or in characters.
  func show(
    _ drawn: NumberedPicture, to path: String?, asCSV: Bool, json: JSONValue
  ) throws(EngramError) {
    guard let path else {
      if asCSV { return try output.write(drawn.numbers.csv) }
      if self[CommonParameters.json] { return try show(json) }
      return try output.write(
        drawn.picture.terminalText(
          width: outputTerminal.width ?? Self.plainWidth, isColoured: outputTerminal.style.isColoured))
    }
    switch try DrawnFormat.of(path, self) {
    case .svg: try write(to: path) { (file) throws(EngramError) in try file.write(drawn.picture.svg()) }
    case .png: try write(bytes: try drawn.picture.raster(.png), to: path)
    case .pdf: try write(bytes: try drawn.picture.raster(.pdf), to: path)
    case .csv: try write(to: path) { (file) throws(EngramError) in try file.write(drawn.numbers.csv) }
    case .json:
      try write(to: path) { (file) throws(EngramError) in
        try file.write(try json.text(.pretty, nonFinite: .named) + "\n")
      }
    }
    if self[CommonParameters.json] {
      try show(["file": .string(path), "rows": .count(drawn.numbers.rows.count)])
    } else {
      try output.write("wrote \(printable(path))\n")
    }
  }

  private func write(bytes: [UInt8], to path: String) throws(EngramError) {
    try write(to: path) { (file) throws(EngramError) in try file.write(bytes) }
  }
}
