// DrawnOutput.swift -- where a picture goes: a file of the kind that its name says, or the terminal.

import Base
import Drawing
import Reporting

/// What a file of a picture holds, by the ending of its name.
enum DrawnFormat {
  case svg, png, pdf, csv, json

  private static let endings = FileEndings<DrawnFormat>(
    ["svg": [.svg], "png": [.png], "pdf": [.pdf], "csv": [.csv], "json": [.json]], bare: nil)

  /// The format of a path, which `--csv` may ask for.
  static func of(_ path: String, _ invocation: Invocation) throws(EngramError) -> DrawnFormat {
    try endings.format(of: path, asked: invocation[CommonParameters.csv] ? (.csv, "--csv") : nil, invocation)
  }
}

extension Invocation {
  /// The columns of output that is no terminal.
  private static var plainWidth: Int { 80 }

  /// Shows a picture: in a file, as JSON or CSV for programs, or in characters.
  func show(
    _ drawn: NumberedPicture, to path: String?, json: JSONValue
  ) throws(EngramError) {
    guard let path else {
      if self[CommonParameters.csv] { return try output.write(drawn.numbers.csv) }
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
