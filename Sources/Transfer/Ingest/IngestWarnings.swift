// IngestWarnings.swift -- what of an input is likely a mistake.

import Base
import TrajectoryModel
import TrajectoryStore

/// What of an input is likely a mistake, in sentences that say how to mend it.
struct IngestWarnings {
  private(set) var sentences: [Mend] = []

  /// The field that classifiers are to predict, unless somebody says otherwise.
  private static let label = "learning_rule"

  init(_ grouping: RunGrouping, _ input: IngestInput) {
    for column in input.columns {
      if let evidence = column.evidence { lookAtCells(column.sourceName ?? column.name, evidence) }
    }
    lookAtRuns(grouping)
    lookAtLabel(grouping)
    lookAtUniqueTexts(grouping)
    lookAtSpellings(grouping)
    if input.hasLayerColumn { lookAtLayers(grouping) }
  }

  private mutating func lookAtCells(_ name: String, _ evidence: ColumnEvidence) {
    if evidence.isDeclared { return }
    if evidence.beyondInt64 > 0 {
      sentences.append(
        "\(name) is text: \(evidence.beyondInt64) of its numbers do not fit 64 bits, and none is rounded")
    }
    guard evidence.type == .text else { return }
    if evidence.thousands > 0, (evidence.thousands + evidence.numbers) * 2 > evidence.present,
      evidence.thousands == evidence.decimalCommas + evidence.severalCommas
    {
      sentences.append(
        """
        \(name) is text: \(evidence.thousands) of \(evidence.present) cells are numbers with commas before three digits, such as \
        '\(evidence.deciding?.text ?? "1,000")'; write them without commas, or, if the comma is the decimal mark, say \
        \(set: .decimal, to: "','")
        """)
    } else if evidence.decimalCommas * 2 > evidence.present {
      let shown = evidence.deciding?.text ?? "0,5"
      sentences.append(
        """
        \(name) is text: \(evidence.decimalCommas) of \(evidence.present) cells are numbers with a decimal comma, such as \
        '\(shown)'; read them as numbers with \(set: .decimal, to: "','")
        """)
    } else if evidence.others > 0, evidence.numbers >= 2, evidence.numbers >= evidence.others, evidence.codes == 0 {
      let cells = evidence.firstOthers
      let shown = cells.map { "'\($0.text.prefix(40))' in row \($0.row)" }.joined(separator: ", ")
      sentences.append(
        """
        \(name) is text, though \(evidence.numbers) of \(evidence.present) cells are numbers: \(shown)\
        \(evidence.others > cells.count ? ", …" : ""); correct the cells, or read them as no value with \
        \(set: .missingWords, to: "'\(cells.first?.text.prefix(20) ?? "")'"), or say \(set: .types, to: "\(name)=text")
        """)
    }
  }

  private mutating func lookAtRuns(_ grouping: RunGrouping) {
    let metadata = grouping.metadata
    guard grouping.repeatedRows > 0 else { return }
    let fields = grouping.keyFields.isEmpty ? "no field" : "all of \(grouping.keyFields.joined(separator: ", "))"
    sentences.append(
      """
      \(grouping.repeatedRows) of \(metadata.exampleCount) rows share \(fields) and the layer with an earlier row and count as \
      further measurements of its run, so group splits keep them together; if they are runs of their own, say \
      \(set: .newRuns) or add a column that tells them apart
      """)
  }

  private mutating func lookAtLabel(_ grouping: RunGrouping) {
    guard let column = grouping.columns.first(where: { $0.name == Self.label }) else { return }
    let labelled = column.values.count { !$0.isUnlabelled }
    if labelled * 5 < column.values.count {
      sentences.append(
        "\(column.name) is given for only \(labelled) of \(column.values.count) rows; the others are unlabelled")
    }
  }

  /// A text that nearly every row has for itself, which makes each row a run.
  private mutating func lookAtUniqueTexts(_ grouping: RunGrouping) {
    /// Fewer rows say little.
    let fewest = 10
    for column in grouping.columns where grouping.keyFields.contains(column.name) {
      let present = column.values.filter { if case .text = $0 { true } else { false } }
      guard present.count >= fewest, present.count == column.values.count else { continue }
      let distinct = Set(present).count
      guard distinct * 10 >= present.count * 9, distinct < present.count || grouping.layerNames.count > 1 else {
        continue
      }
      sentences.append(
        """
        \(column.name) has \(distinct) different texts in \(present.count) rows, so nearly every row is a run of its own; if it \
        does not tell runs apart, name the fields that do with \(option: .runFields)
        """)
    }
  }

  /// Texts that differ in case, in blanks around them or in how their letters are composed, and so are different values.
  private mutating func lookAtSpellings(_ grouping: RunGrouping) {
    /// More different texts are codes rather than words.
    let mostTexts = 1_000
    for column in grouping.columns {
      let rows = Self.rowsOfTexts(column)
      guard rows.count <= mostTexts else { continue }
      var groups: [String: [[UInt8]]] = [:]
      for text in rows.keys {
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        groups[words.joined(separator: " ").lowercased(), default: []].append(text)
      }
      let alike = groups.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
      guard let first = alike.first else { continue }
      let shown = first.value.sorted { $0.lexicographicallyPrecedes($1) }.map { text in
        "'\(String(decoding: text, as: UTF8.self).prefix(40))' (\(rows[text] ?? 0))"
      }
      sentences.append(
        """
        \(column.name) has texts that differ only in case, blanks or the composition of letters, and are different values: \
        \(shown.joined(separator: ", "))\(alike.count > 1 ? "; and \(alike.count - 1) more" : "")
        """)
    }
  }

  /// For each text of a column, as bytes, how many rows have it.
  ///
  /// Texts that look alike are equal to Swift, so bytes are compared; neighbours are mostly the same.
  private static func rowsOfTexts(_ column: MetadataColumn) -> [[UInt8]: Int] {
    var rows: [[UInt8]: Int] = [:]
    var (text, count) = ("", 0)
    for case .text(let next) in column.values {
      if next.utf8.elementsEqual(text.utf8) {
        count += 1
        continue
      }
      if count > 0 { rows[Array(text.utf8), default: 0] += count }
      (text, count) = (next, 1)
    }
    if count > 0 { rows[Array(text.utf8), default: 0] += count }
    return rows
  }

  private mutating func lookAtLayers(_ grouping: RunGrouping) {
    for column in grouping.columns where LayerColumns.aliases.contains(column.name.lowercased()) {
      guard grouping.layerSource != nil || grouping.keyFields.contains(column.name) else { continue }
      sentences.append(
        """
        \(column.name) is called like a layer and is a field of runs here; if it names layers, say \
        \(map: LayerColumns.name, to: column.sourceName ?? column.name)
        """)
    }
  }
}
