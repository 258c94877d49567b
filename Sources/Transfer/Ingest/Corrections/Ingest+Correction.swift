// Ingest+Correction.swift -- an input that corrects what is stored: one commit that edits, hides and adds.

import Base
import TrajectoryModel
import TrajectoryStore

extension Ingest {
  /// Hashes every trajectory of an input.
  static func fingerprints(_ plan: IngestPlan, _ options: IngestOptions) throws(EngramError) -> TrajectoryFingerprints {
    /// Examples that are read at a time.
    let examplesAtATime = 256
    var prints = TrajectoryFingerprints()
    for part in plan.parts {
      prints.begin(
        statistics: part.statistics, epochs: part.epochs, elementType: part.blocks.elementType,
        isOpen: plan.input.hasOpenType, isText: plan.input.isText)
      try stream(part.blocks, rowGroupSize: examplesAtATime, options: options, done: 0, of: 0) { (values, count) in
        prints.add(values, exampleCount: count)
      }
    }
    return prints
  }

  /// Takes an input as a correction of what is stored, in one commit.
  ///
  /// - Throws: ``EngramError`` as ``CorrectionPlan``, as an edit and as an append; the store is then as it was.
  static func correct(
    _ plan: IngestPlan, _ snapshot: Snapshot, in session: WriteSession, _ options: IngestOptions
  ) throws(EngramError) -> IngestReport {
    var preview = plan.preview
    let (prints, work) = (try fingerprints(plan, options), options.write.work)
    let matches = try prints.matches(in: snapshot, work: work)
    preview.storedTrajectories = matches.count
    let corrected = try CorrectionPlan(plan, matches, in: snapshot)
    if let hidden = try plan.hiddenConflict(prints, rows: corrected.unknownRows, in: snapshot, work: work) {
      throw hidden
    }
    preview.notes += try corrected.notes(plan, in: snapshot, options)
    let message = "corrected by \(plan.input.source)"
    let done: (append: AppendReport, edit: EditReport)
    if corrected.appendsNothing {
      done = try session.correct(corrected.correction, operation: "update", message: message)
    } else {
      done = try append(corrected, of: plan, snapshot, in: session, message, options)
    }
    preview.correction = corrected.summary(done.edit)
    return IngestReport(append: done.append, observations: corrected.metadata.observations.count, preview: preview)
  }

  private static func append(
    _ corrected: CorrectionPlan, of plan: IngestPlan, _ snapshot: Snapshot, in session: WriteSession,
    _ message: String, _ options: IngestOptions
  ) throws(EngramError) -> (append: AppendReport, edit: EditReport) {
    let appender = try appender(session, plan, corrected.metadata)
    do throws(EngramError) {
      var row = 0
      for part in plan.parts {
        let end = row + part.blocks.exampleCount
        defer { row = end }
        guard corrected.appendsRow[row..<end].contains(true) else { continue }
        func begin(_ type: ElementType) throws(EngramError) {
          try appender.begin(epochs: part.epochs, statistics: part.statistics, elementType: type)
        }
        try begin(part.blocks.elementType)
        let size = part.blocks.bytesPerExample
        var next = row
        try stream(
          part.blocks, rowGroupSize: appender.rowGroupSize, options: options, done: row, of: corrected.appendsRow.count
        ) { (values, count) throws(EngramError) in
          for index in 0..<count where corrected.appendsRow[next + index] {
            let example = values.extracting((index * size)..<((index + 1) * size))
            if corrected.isSingle[next + index], let single = example.narrowedIfFinite() {
              try begin(.float32)
              // SAFETY: a Float has no padding.
              unsafe try appender.append(single.span.bytes, exampleCount: 1)
            } else {
              try begin(part.blocks.elementType)
              try appender.append(example, exampleCount: 1)
            }
          }
          next += count
        }
      }
      try appender.append(copiesOf: corrected.copies, from: snapshot)
      let report = try appender.commit(
        operation: "update", message: message,
        ingest: Appender.Ingest(source: plan.input.source, allowsRepeat: true), correcting: corrected.correction,
        verifies: options.verifies)
      return (report, appender.edit ?? EditReport(commit: nil, runsSelected: 0, runsChanged: 0))
    } catch {
      appender.abandon()
      throw error
    }
  }
}
