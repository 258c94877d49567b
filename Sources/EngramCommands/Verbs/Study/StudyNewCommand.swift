// StudyNewCommand.swift -- `engram study new STORE -o FILE`.

import Base
import Studies
import TrajectoryStore

/// Writes a study for the fields of a store.
enum StudyNewCommand {
  static let name = Parameter.option(
    "name", .text("NAME"), default: "study", "the name of the study; its split sets begin with it")
  static let groups = Parameter.option(
    "hold-out", .list(of: .field),
    "the fields to hold out, each value in turn (text fields of 2 to 30 values unless given)")
  static let output = Parameter.required("output", letter: "o", .file("FILE.json"), "the file to write")

  static let command = Command(
    "new", "write a study for the fields of a store, to be edited",
    discussion: """
      The study has balanced splits, splits that keep every run on one side, a hold-out for each field, confusions, \
      importances and samples of the trajectory, as the figures of the paper. schema/study.schema.json describes the file.
      """,
    takes: [SharedParameters.store, SharedParameters.label, name, groups, output, CommonParameters.json],
    examples: [
      .init("engram study new mine.engram --label genotype -o genotype.json", "A study of another label"),
      .init(
        "engram study new lr.engram --hold-out architecture,task -o mine.json", "One that holds out two fields"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let path = invocation[output]
    guard path == "-" || !OutputFile.exists(at: path) else {
      throw EngramError(
        .exists, "the file is there already, and may have been edited", file: path,
        mend: "give another name, or remove it first")
    }
    let snapshot = try invocation.snapshot(SharedParameters.store)
    let study = try Study.new(
      named: invocation[name], label: invocation[SharedParameters.label], holdingOut: invocation[groups], for: snapshot)
    try invocation.write(to: path) { (file) throws(EngramError) in
      try file.write(try study.json.text(.pretty) + "\n")
    }
    if path == "-" { return }
    if invocation[CommonParameters.json] {
      try invocation.show(["file": .string(path), "figures": .array(study.figures.map { .string($0.name) })])
    } else {
      try invocation.output.write(
        "wrote \(printable(path)): \(study.figures.map(\.name).joined(separator: ", "))\n")
    }
  }
}
