// ReportCommand.swift -- `engram report STORE -o FILE.html`.

import Base
import Drawing
import Reporting
import Studies
import TrajectoryStore

/// Writes everything about a store and a study on one page.
enum ReportCommand {
  static let output = Parameter.required("output", letter: "o", .file("FILE.html"), "the file to write")
  private enum Format { case html }
  private static let endings = FileEndings<Format>(["html": [.html], "htm": [.html]], bare: .html)
  static let grid = Parameter.option(
    "grid", ValueType<StudyGrid>.choice("GRID"),
    "the candidates by which the results were made (those of which more results are there, unless given)")

  static let command = Command(
    "report", "write everything about a store and a study on one page",
    discussion: """
      One file of HTML that needs no network: what the store holds and how it was recorded, every figure with its numbers \
      (tables sort, and can be saved as CSV), the paper's claims one by one with the numbers behind each verdict, the splits \
      with what their sides share, and the commands that make it again. Nothing is computed: `engram study` makes the \
      results. The same store gives the same bytes.
      """,
    takes: [SharedParameters.store, StudyParameters.studyOption, grid, output, CommonParameters.json],
    examples: [
      .init("engram report lr.engram -o report.html", "The paper's study"),
      .init("engram report mine.engram --study mine.json -o mine.html", "A study of your own"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let path = invocation[output]
    if path != "-" { _ = try endings.format(of: path, invocation) }
    let store = try invocation.open(SharedParameters.store)
    let name = invocation[StudyParameters.studyOption]
    let study = try invocation.study(name)
    let figures = try StudyFigures.fullest(study, grid: invocation[grid], in: store, work: invocation.work)
    // The report of the paper shows what the other studies that are compiled in have found, where they were made.
    var others: [StudyFigures] = []
    if name == "paper" {
      for other in Study.builtInNames where other != name {
        guard let study = try Study.builtIn(other) else { continue }
        let found = try StudyFigures.fullest(study, grid: invocation[grid], in: store, work: invocation.work)
        if found.hasOwnResults { others.append(found) }
      }
    }
    let storeWord = shellWord(store.path.split(separator: "/").last.map(String.init) ?? store.path)
    let report = StudyReport(
      figures, others: others, of: store,
      commands: ([(name, figures)] + others.map { ($0.plan.study.name, $0) }).map { name, figures in
        "engram study make \(storeWord) \(shellWord(name)) --grid \(figures.plan.grid.rawValue)"
      } + [
        "engram report \(storeWord)\(name == "paper" ? "" : " --study \(shellWord(name))") -o report.html"
      ], version: engramVersion)
    let text = try report.html(work: invocation.work)
    try invocation.write(to: path) { (file) throws(EngramError) in try file.write(text) }
    if path == "-" { return }
    if invocation[CommonParameters.json] {
      try invocation.show(["file": .string(path), "bytes": .count(text.utf8.count)])
    } else {
      try invocation.output.write("wrote \(printable(path)) (\(byteText(text.utf8.count)))\n")
    }
  }
}
