// IngestPlan.swift -- an opened input, grouped into runs and compared with the store: all that an ingest decides.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// An opened input, grouped into runs and compared with the store: all that an ingest decides before it writes.
struct IngestPlan {
  /// A part of the input that can be read.
  struct Part {
    let blocks: ExampleBlocks
    let statistics: [String]
    let epochs: [Double]
  }

  let input: IngestInput
  let parts: [Part]
  let grouping: RunGrouping
  let repeats: RepeatPolicy
  private let axisNotes: [String]

  /// The epochs of the published file, which does not name them (paper Appendix A: every 5 of 100).
  static let publishedEpochs = Array(stride(from: 0.0, through: 100, by: 5))

  /// Decides everything; of the values nothing is read.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when the parts of the input do not fit each other, `usage` for fields
  ///   that are not there.
  init(_ input: IngestInput, options: IngestOptions, snapshot: Snapshot?) throws(EngramError) {
    var parts: [Part] = []
    var notes: [String] = []
    for part in input.parts {
      let blocks = try ExampleBlocks(part.values, file: input.source)
      let epochs = try Self.epochs(of: part, input, count: blocks.epochCount, notes: &notes)
      guard part.statistics.count == blocks.statisticCount else {
        throw EngramError(
          .invalidData, "the names of the statistics do not fit the values", file: input.source,
          place: "array \(part.values.name)", expected: "\(blocks.statisticCount) names",
          found: "\(part.statistics.count)",
          mend: "name every statistic once, in the order of the last axis")
      }
      parts.append(Part(blocks: blocks, statistics: part.statistics, epochs: epochs))
    }
    self.input = input
    self.parts = parts
    repeats = options.repeats
    axisNotes = notes
    let identity = try RunIdentity(options.runFields, options.repeats, in: snapshot)
    grouping = try RunGrouping(
      input, rowCount: parts.reduce(0) { $0 + $1.blocks.exampleCount }, identity: identity)
  }

  /// The metadata of the input.
  var metadata: AppendMetadata { grouping.metadata }

  private static func epochs(
    of part: IngestInput.Part, _ input: IngestInput, count: Int, notes: inout [String]
  ) throws(EngramError) -> [Double] {
    if let epochs = part.epochs {
      guard epochs.count == count else {
        throw EngramError(
          .invalidData, "the epochs do not fit the values", file: input.source, place: "array \(part.values.name)",
          expected: "\(count) epochs", found: "\(epochs.count)",
          mend: "give one epoch for each index of the second axis, such as \(set: .epochs, to: "0:100:5")")
      }
      return epochs
    }
    if count == publishedEpochs.count { return publishedEpochs }
    notes.append("the input does not name its \(count) epochs; they are numbered 0 to \(count - 1)")
    return (0..<count).map(Double.init)
  }

  /// What was understood.
  var preview: IngestPreview {
    let metadata = metadata
    let columns = Dictionary(grouping.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let fields = metadata.fields.enumerated().map { index, field in
      let column = columns[field.name]
      let values = Set(metadata.runs.lazy.map { $0[index] })
      return IngestPreview.Field(
        name: field.name, sourceName: column?.sourceName, type: column?.evidence?.type ?? field.type,
        isDeclared: column?.evidence?.isDeclared ?? false, deciding: column?.evidence?.deciding,
        missing: column?.values.count { $0 == .null } ?? 0, values: values.count,
        tellsRunsApart: grouping.distinguishing.contains(field.name),
        example: values.lazy.filter { $0 != .null }.min().map(\.description))
    }
    return IngestPreview(
      format: input.format, examples: metadata.exampleCount, runs: metadata.runs.count,
      storedRuns: metadata.runs.count - metadata.newRunCount, layerColumn: grouping.layerSource,
      layers: grouping.layerNames, runFields: grouping.keyFields, distinguishing: grouping.distinguishing,
      fields: fields,
      parts: parts.map {
        IngestPreview.Part(
          examples: $0.blocks.exampleCount, statistics: $0.statistics, epochs: $0.epochs,
          elementType: $0.blocks.elementType)
      }, storedTrajectories: nil, correction: nil, refusal: nil, notes: input.notes + axisNotes + grouping.notes,
      warnings: input.warnings + IngestWarnings(grouping, input).sentences)
  }

  /// Why no store of these fields can take the axes or the metadata; nil where it can.
  ///
  /// What an input corrects is compared with the fields as an edit.
  func misfit(with fields: [MetadataField]) throws(EngramError) -> EngramError? {
    do throws(EngramError) {
      for part in parts {
        try Appender.check(epochs: part.epochs, statistics: part.statistics, elementType: part.blocks.elementType)
      }
      if repeats != .update { try metadata.check(against: fields) }
      return nil
    } catch {
      return error.inFile(input.metadataSource)
    }
  }

  /// Why the store, where some of the runs are hidden, cannot take the input as it is; nil where it can.
  var hiddenConflict: EngramError? {
    guard let first = grouping.hidden.first else { return nil }
    let shown = 8
    let ids = grouping.hidden.prefix(shown).map { String($0.run) }.joined(separator: ", ")
    let more = grouping.hidden.count > shown ? " and \(grouping.hidden.count - shown) more" : ""
    return EngramError(
      .exists, "runs of this input are hidden in the store", file: input.metadataSource,
      place: "row \(input.row(first.row))",
      expected: "runs that are shown, or that the store has not",
      found: "\(grouping.hidden.count) of \(metadata.runs.count) runs, in the store as run_id \(ids)\(more)",
      mend: Self.hiddenMend)
  }

  /// Rows of runs that the store does not show.
  var unknownRows: [Int] {
    let rows = CorrectionRows(metadata)
    return rows.places.indices.filter { metadata.storedRun(rows.places[$0].run) == nil }
  }

  /// Why the store, where some of the trajectories are hidden, cannot take the input as it is; nil where it can.
  ///
  /// - Parameters:
  ///   - prints: The hashes of all trajectories.
  ///   - rows: The rows that are nothing of what the store shows.
  ///   - snapshot: The store.
  ///   - work: How the work is done.
  /// - Returns: The error.
  /// - Throws: What reading the store throws.
  func hiddenConflict(
    _ prints: TrajectoryFingerprints, rows: [Int], in snapshot: Snapshot, work: WorkContext
  ) throws(EngramError) -> EngramError? {
    guard !rows.isEmpty, let hidden = try snapshot.hiddenTrajectories() else { return nil }
    let matches = try prints.matches(in: hidden.snapshot, among: hidden.examples, work: work)
    let same = rows.filter { matches.isRecognised($0) }
    guard let first = same.first else { return nil }
    return EngramError(
      .exists, "trajectories of this input are hidden in the store", file: input.source,
      place: "row \(input.row(first))",
      expected: "runs that are shown, or that the store has not",
      found:
        "\(same.count) of \(metadata.exampleCount) rows are bit for bit those of hidden examples, the first of example "
        + "\(matches[first].first ?? 0)",
      mend: Self.hiddenMend)
  }

  private static let hiddenMend: Mend = """
    show them again with \(run: .unhide), and the input is compared with them; if these are further runs, say \
    \(set: .newRuns); or leave them out of the input
    """

  /// Why the store, which has some of the trajectories already, cannot take the input as it is; nil where it can.
  ///
  /// - Parameters:
  ///   - matches: The stored examples that each row equals.
  ///   - snapshot: The store.
  /// - Returns: The error, which names rows, runs and what can be done.
  /// - Throws: What reading the catalog throws.
  func conflict(_ matches: TrajectoryMatches, in snapshot: Snapshot) throws(EngramError) -> EngramError? {
    guard repeats == .ask else { return nil }
    if matches.count == metadata.exampleCount, grouping.stored.count < metadata.exampleCount,
      (0..<matches.count).contains(where: matches.isRecognised)
    {
      return try otherMetadata(matches, rows: Array(0..<matches.count), in: snapshot)
    }
    let known = rowsOfKnownRuns(matches)
    if !known.isEmpty { return try otherMetadata(matches, rows: known, in: snapshot) }
    guard let first = grouping.stored.first else { return nil }
    return EngramError(
      .exists, "layers of this input are stored already", file: input.metadataSource,
      place: "row \(input.row(first.row))",
      expected: "runs or layers that the store has not",
      found: "\(grouping.stored.count) of \(metadata.exampleCount) rows, the first being layer \(first.layer) of run "
        + "\(first.run), example \(first.example)",
      mend: """
        if this input corrects what is stored, say \(set: .update); if they are further runs, \(set: .newRuns); if the same \
        runs were measured once more, \(set: .measurements); if they are the same, leave them out
        """)
  }

  /// What is likely a mistake of trajectories that are stored under other metadata, where that is no reason to refuse them.
  ///
  /// Layers that do not learn, and the first epoch of networks of one seed, are the same in several runs.
  func warnings(of matches: TrajectoryMatches) -> [Mend] {
    guard repeats == .ask else { return [] }
    let rows = unknownRows.filter(matches.isRecognised)
    guard let first = rows.first else { return [] }
    return [
      """
      \(rows.count) of \(metadata.exampleCount) rows are of runs that the store has not, and have bit for bit the trajectories \
      of stored examples: row \(input.row(first)) that of example \(matches[first].first ?? 0); if they are the same recordings, say \
      \(set: .update) or leave them out
      """
    ]
  }

  /// The rows of runs that the store has not, though it has all of their trajectories and one of these was learned.
  private func rowsOfKnownRuns(_ matches: TrajectoryMatches) -> [Int] {
    let runs = CorrectionRows(metadata).places.map(\.run)
    var (whole, learned) = (Set(unknownRows.map { runs[$0] }), Set<Int>())
    for (row, run) in runs.enumerated() {
      if matches[row].isEmpty { whole.remove(run) }
      if matches.isSameRun(row) { learned.insert(run) }
    }
    whole.formIntersection(learned)
    return runs.indices.filter { whole.contains(runs[$0]) }
  }

  /// The error for rows whose trajectories are stored, with other metadata.
  private func otherMetadata(
    _ matches: TrajectoryMatches, rows: [Int], in snapshot: Snapshot
  ) throws(EngramError) -> EngramError {
    let columns = input.columns.filter { column in grouping.columns.contains { $0.name == column.name } }
    let fields = try snapshot.fields()
    let known = columns.filter { column in fields.contains { $0.name.lowercased() == column.name.lowercased() } }
    var differences: [String] = []
    let firsts = rows.compactMap { row in matches[row].first.map { (example: $0, row: row) } }
    let rowOf = Dictionary(firsts.map { ($0.example, $0.row) }, uniquingKeysWith: { min($0, $1) })
    try snapshot.metadata(of: ExampleSet(rowOf.keys.map { $0..<($0 + 1) }), columns: known.map(\.name)) {
      (example, values) in
      guard let row = rowOf[example] else { return }
      for (column, value) in zip(known, values) where column.values[row] != value {
        differences.append("\(column.name) of row \(input.row(row)) is '\(column.values[row])' and was '\(value)'")
      }
    }
    let new = columns.filter { column in !known.contains { $0.name == column.name } }.map(\.name)
    if !new.isEmpty { differences.append("new are the fields \(new.joined(separator: ", "))") }
    let shown = 3
    let more = differences.count > shown ? ", and \(differences.count - shown) more" : ""
    return EngramError(
      .exists, "these trajectories are stored with other metadata", file: input.metadataSource,
      expected: "trajectories that the store has not, or the metadata that they have there",
      found: (rows.count == metadata.exampleCount ? "all \(rows.count)" : "\(rows.count) of \(metadata.exampleCount)")
        + " are stored bit for bit, the first\(rows[0] == 0 ? "" : ", row \(input.row(rows[0])),") as example \(firsts[0].example)"
        + (differences.isEmpty ? "" : "; \(differences.prefix(shown).joined(separator: ", "))\(more)"),
      mend: """
        if these metadata correct what is stored, say \(set: .update); if these are further runs, \(set: .newRuns); if the \
        same content is wanted once more, \(set: .measurements)
        """)
  }
}
