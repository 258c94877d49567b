// FigureCommand.swift -- `engram figure STORE FIGURE`.

import Base
import Drawing
import Reporting
import Studies
import TrajectoryStore

/// Draws a figure of a study from the results in the store.
enum FigureCommand {
  static let figure = Parameter.argument(.text("FIGURE"), "the figure, such as 2a")
  static let output = Parameter.option(
    "output", letter: "o", .file("FILE"), "the file to write: .svg, .png, .pdf, or its numbers as .csv or .json")
  static let grid = Parameter.option(
    "grid", ValueType<StudyGrid>.choice("GRID"),
    "the candidates by which the results were made (those of which more results are there, unless given)")

  static let command = Command(
    "figure", "draw a figure of a study from the results in the store",
    discussion: """
      Nothing is computed: `engram study` makes the results. A figure of which only a part is there is drawn as far as it \
      goes, and says so. Without a file it is drawn in the terminal; --csv and --json give its numbers.
      """,
    takes: [
      SharedParameters.store, figure, StudyParameters.studyOption, grid, output, CommonParameters.json,
      CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init("engram figure lr.engram 2a", "In the terminal"),
      .init("engram figure lr.engram 2a -o fig2a.svg", "As SVG, with real text"),
      .init("engram figure lr.engram 4b --csv > fig4b.csv", "Its numbers"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let study = try invocation.study(invocation[StudyParameters.studyOption])
    let figure = try study.figure(invocation[figure])
    if let path = invocation[output] { _ = try DrawnFormat.of(path, invocation) }
    let drawn = try StudyFigures.fullest(
      study, figures: [figure], grid: invocation[grid], in: store, work: invocation.work
    ).draw(figure)
    guard let picture = drawn.drawn else {
      if case .impossible(let reason) = drawn.state {
        throw EngramError(
          .notFound, "figure \(figure.name) is not possible here: \(reason)", file: store.path,
          mend: "add what is missing, or draw another figure of the study: "
            + "\(study.figures.map(\.name).joined(separator: ", "))")
      }
      throw EngramError(
        .notFound, "no result of figure \(figure.name) is in the store", file: store.path,
        mend: "make them: `engram study make \(shellWord(store.path)) "
          + "\(shellWord(invocation[StudyParameters.studyOption])) --only \(figure.name)`")
    }
    if invocation[output] != nil || invocation[CommonParameters.csv] {
      for note in picture.picture.notes { try invocation.note("note: \(note)") }
    }
    try invocation.show(picture, to: invocation[output], json: drawn.json)
  }
}
