// IngestReportText.swift -- how an ingest and its preview are shown.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// How an ingest and its preview are shown.
enum IngestReportText {
  /// Names that people are shown; programs get all.
  private static let shownNames = 8

  /// Shows what was understood of an input that was not stored.
  static func show(_ preview: IngestPreview, _ invocation: Invocation) throws(EngramError) {
    try tell(preview, invocation)
    if invocation[CommonParameters.json] { return try invocation.show(.object(json(preview))) }
    try invocation.output.write("nothing was stored; this is what was understood\n\(lines(preview, isFull: true))")
    if !preview.fields.isEmpty { try invocation.show(fieldTable(preview)) }
    if let correction = preview.correction { try CorrectionText.show(correction, nil, invocation) }
    if let refusal = preview.refusal {
      try invocation.output.write("an ingest would be refused: \(printable(refusal.text(in: CommandWording())))\n")
    }
  }

  /// Shows what was stored, and what was understood of it.
  static func show(
    _ report: IngestReport, seconds: Double, _ invocation: Invocation
  ) throws(EngramError) {
    let (examples, preview) = (report.append.examples, report.preview)
    try invocation.detail("read as \(report.format)")
    try invocation.detail("statistics: \(report.statistics.joined(separator: ", "))")
    try invocation.detail("epochs: \(EpochSelection.text(report.epochs))")
    let fields = preview.fields.map { "\($0.name) (\($0.type.rawValue))" }.joined(separator: ", ")
    try invocation.detail("fields of runs: \(fields.isEmpty ? "none" : fields)")
    try invocation.detail("runs told apart by \(preview.runFields.joined(separator: ", "))")
    try tell(preview, invocation)
    let ratio = Double(report.valueBytes) / Double(max(1, report.append.byteCount))
    if invocation[CommonParameters.json] {
      var object: JSONObject = [
        "store": .string(invocation[IngestCommand.store]), "commit": .integer(report.append.commit),
        "first_example": .integer(examples.lowerBound), "observations": .count(report.observations),
        "value_bytes": .count(report.valueBytes), "stored_bytes": .count(report.append.byteCount),
        "verified": .bool(!invocation[IngestCommand.noVerify]), "seconds": .real(seconds),
      ]
      for member in json(preview).members { object[member.key] = member.value }
      object["type"] = .string(report.elementType.name)
      return try invocation.show(.object(object))
    }
    if let correction = preview.correction { return try CorrectionText.show(correction, report.append, invocation) }
    let joined = preview.storedRuns > 0 ? " and \(countText(preview.storedRuns)) known" : ""
    try invocation.output.write(
      """
      ingested \(countText(examples.count)) examples (\(countText(report.append.runs)) runs\(joined)) x \
      \(shape(preview)), \(report.elementType.name)
      ids      \(examples.lowerBound) to \(examples.upperBound - 1)
      size     \(byteText(report.valueBytes)) of values in \(byteText(report.append.byteCount)) \
      (\(fixed(ratio, digits: 2)) to 1)
      checked  \(invocation[IngestCommand.noVerify] ? "no" : "read back; the hash of every value's bits agrees")
      time     \(durationText(seconds: seconds))
      \(lines(preview, isFull: false))
      """)
  }

  private static func tell(_ preview: IngestPreview, _ invocation: Invocation) throws(EngramError) {
    for note in preview.notes { try invocation.note("note: \(note)") }
    for warning in preview.warnings { try invocation.warn(warning.text(in: CommandWording())) }
  }

  private static func shape(_ preview: IngestPreview) -> String {
    guard preview.parts.count == 1, let part = preview.parts.first else {
      return "\(preview.parts.count) sets of epochs and statistics"
    }
    return "\(part.epochs.count) epochs x \(part.statistics.count) statistics"
  }

  private static func lines(_ preview: IngestPreview, isFull: Bool) -> String {
    var lines: [(String, String)] = []
    var runs = countText(preview.runs)
    if preview.runs > 1 {
      let fields = list(preview.distinguishing)
      runs += ", told apart by \(preview.distinguishing.isEmpty ? "nothing in the metadata" : fields)"
    }
    if preview.storedRuns > 0 { runs += ", \(countText(preview.storedRuns)) of them stored already" }
    lines.append(("runs", runs))
    if let column = preview.layerColumn { lines.append(("layers", "\(list(preview.layers)) (column \(column))")) }
    if isFull {
      lines.insert(("format", preview.format), at: 0)
      for part in preview.parts {
        let epochs = "\(part.epochs.count) epochs (\(EpochSelection.text(part.epochs)))"
        let statistics = "\(part.statistics.count) statistics (\(list(part.statistics)))"
        lines.append(
          ("examples", "\(countText(part.examples)) x \(epochs) x \(statistics), \(part.elementType.name)"))
      }
      if let count = preview.storedTrajectories, count > 0 {
        lines.append(("stored", "\(countText(count)) trajectories are in the store already, bit for bit"))
      }
    } else if !preview.fields.isEmpty {
      let fields = preview.fields.map { field -> String in
        let missing = field.missing > 0 ? " (\(countText(field.missing)) missing)" : ""
        return "\(field.name) \(field.type.rawValue)\(missing)"
      }
      lines.append(("fields", list(fields)))
    }
    let texts = lines.map { line -> String in
      let space = String(repeating: " ", count: max(1, 9 - line.0.count))
      return line.0 + space + printable(line.1) + "\n"
    }
    return texts.joined()
  }

  private static func list(_ names: [String]) -> String {
    names.count <= shownNames
      ? names.joined(separator: ", ")
      : "\(names.prefix(shownNames - 1).joined(separator: ", ")) and \(names.count - shownNames + 1) more"
  }

  private static func fieldTable(_ preview: IngestPreview) -> Table {
    var table = Table(columns: ["field", "type", "decided by", "missing", "values", "example"])
    for field in preview.fields {
      var decided = "every value"
      if field.isDeclared {
        decided = "declared"
      } else if let cell = field.deciding {
        decided = "row \(cell.row): '\(cell.text.prefix(40))'"
      }
      var name = field.name
      if let source = field.sourceName { name += " (column \(source))" }
      let example: TableCell = if let value = field.example { .text(String(value.prefix(40))) } else { .missing }
      table.append([
        .text(name), .text(field.type.rawValue), .text(decided), .integer(field.missing), .integer(field.values),
        example,
      ])
    }
    return table
  }

  /// Everything that was understood, for programs.
  static func json(_ preview: IngestPreview) -> JSONObject {
    func texts(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
    let fields = preview.fields.map { field -> JSONValue in
      let deciding = field.deciding
      var object: JSONObject = ["name": .string(field.name), "source_name": .optional(field.sourceName)]
      object["type"] = .string(field.type.rawValue)
      object["declared"] = .bool(field.isDeclared)
      object["deciding_row"] = deciding.map { .count($0.row) } ?? .null
      object["deciding_cell"] = .optional(deciding?.text)
      object["missing"] = .count(field.missing)
      object["values"] = .count(field.values)
      object["tells_runs_apart"] = .bool(field.tellsRunsApart)
      object["example"] = .optional(field.example)
      return .object(object)
    }
    let parts = preview.parts.map { part -> JSONValue in
      [
        "examples": .count(part.examples), "statistics": texts(part.statistics),
        "epochs": .array(part.epochs.map { .real($0) }), "type": .string(part.elementType.name),
      ]
    }
    return [
      "format": .string(preview.format), "examples": .count(preview.examples), "runs": .count(preview.runs),
      "stored_runs": .count(preview.storedRuns), "run_fields": texts(preview.runFields),
      "distinguishing": texts(preview.distinguishing), "layer_column": .optional(preview.layerColumn),
      "layers": texts(preview.layers), "fields": .array(fields), "parts": .array(parts),
      "statistics": .count(preview.parts.first?.statistics.count ?? 0),
      "epochs": .count(preview.parts.first?.epochs.count ?? 0),
      "correction": preview.correction.map { .object(CorrectionText.json($0)) } ?? .null,
      "stored_trajectories": preview.storedTrajectories.map { .count($0) } ?? .null,
      "refusal": .optional(preview.refusal?.text(in: CommandWording())), "notes": texts(preview.notes),
      "warnings": texts(preview.warnings.map { $0.text(in: CommandWording()) }),
    ]
  }
}
