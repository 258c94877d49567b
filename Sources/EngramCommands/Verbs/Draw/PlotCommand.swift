// PlotCommand.swift -- `engram plot STORE --statistic NAME`.

import Base
import Drawing
import Reporting
import TrajectoryModel
import TrajectoryStore

/// Draws trajectories.
enum PlotCommand {
  static let statistics = Parameter.required(
    "statistic", .text("NAME,…"), "the statistics, each in a panel of its own")
  static let colour = Parameter.option(
    "color", .field, "a colour for each value of this field (learning_rule unless given; none for one colour)")
  static let facet = Parameter.option(
    "facet", .field, "a panel for each value of this field, such as layer_position")
  static let mean = Parameter.flag(
    "mean", "the mean of each colour in a band of its standard error, rather than trajectories one by one")
  static let scale = Parameter.option(
    "scale", ValueType<ValueAxis.Scale>.choice("SCALE"),
    "linear, log or asinh, which is logarithmic on both sides of zero (what suits the values unless given)")
  static let most = Parameter.option(
    "most", .integer(in: 1...100_000), default: "200", "how many trajectories of a panel are drawn one by one")
  static let output = Parameter.option(
    "output", letter: "o", .file("FILE"), "the file to write: .svg, .png, .pdf, or its numbers as .csv or .json")

  static let command = Command(
    "plot", "draw trajectories",
    discussion: """
      Without a file the picture is drawn in the terminal; --csv and --json give its numbers. An SVG has real text, follows \
      the reader's preference for light or dark pages, and says to whoever points at it the number of a mean (where a panel \
      has at most 2,000), or the example of a trajectory. PNG and PDF are made by librsvg, where it is installed. Its epochs are all, a range or a list, and not one of each run.
      """,
    takes: [
      SharedParameters.store, statistics, SharedParameters.filter, colour, facet, mean, SharedParameters.epochs, scale,
      most, output, SharedParameters.asOf, SharedParameters.threads, CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram plot lr.engram --statistic weightabs_median --mean",
        "The mean trajectory of each learning rule, in the terminal"),
      .init(
        "engram plot lr.engram --statistic actraw_norm --facet layer_position --mean -o norms.svg",
        "Three panels, for early, middle and deep layers"),
      .init(
        "engram plot lr.engram --statistic weightsq_mean --where \"architecture = 'knet'\" --color task -o knet.pdf",
        "Trajectories one by one, a colour for each task"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    guard let names = QuotedList.names(in: invocation[statistics]), !names.contains("") else {
      throw invocation.usageError(
        "--statistic is no list of names", expected: "NAME,NAME,…", found: invocation[statistics])
    }
    if let path = invocation[output] { _ = try DrawnFormat.of(path, invocation) }
    let columns = try snapshot.exampleColumns()
    func column(_ name: String?) -> String? {
      // Fields are found in any case, as SQL finds them.
      name.map { wanted in columns.first { $0.lowercased() == wanted.lowercased() } ?? wanted }
    }
    let chosen = invocation[colour] ?? "learning_rule"
    guard case .selection(let epochs) = invocation[SharedParameters.epochs] else {
      throw invocation.usageError(
        "a plot is drawn over epochs, of which a run gives more than one", expected: "--epochs all, a range or a list",
        found: invocation[SharedParameters.epochs].text)
    }
    let request = PlotRequest(
      statistics: names, where: invocation[SharedParameters.filter], colour: chosen == "none" ? nil : column(chosen),
      facet: column(invocation[facet]), isMean: invocation[mean], epochs: epochs,
      scale: invocation[scale], mostLines: invocation[most])
    let drawn = try plot(request, of: snapshot, invocation)
    if invocation[output] != nil || invocation[CommonParameters.csv] {
      for note in drawn.picture.notes { try invocation.note("note: \(note)") }
    }
    try invocation.show(
      drawn, to: invocation[output],
      json: [
        "title": .string(drawn.picture.title), "notes": .array(drawn.picture.notes.map { .string($0) }),
        "numbers": drawn.numbers.json,
      ])
  }

  /// Draws; what mends an error is said in the words of this command.
  private static func plot(
    _ request: PlotRequest, of snapshot: Snapshot, _ invocation: Invocation
  ) throws(EngramError) -> NumberedPicture {
    do throws(EngramError) {
      return try snapshot.plot(request, work: invocation.work)
    } catch {
      var worded = error
      worded.mend = error.mend.map { Mend($0.text(in: PlotWording())) }
      throw worded
    }
  }
}

/// The words of the command line, where each statistic is named by `--statistic`.
private struct PlotWording: Wording {
  private let common = CommandWording()

  func words(for option: Mend.Option, value: String?) -> String {
    guard option == .statistics else { return common.words(for: option, value: value) }
    return PlotCommand.statistics.facts.spelling + (value.map { " \($0)" } ?? "")
  }

  func words(forMapping field: String, to name: String) -> String { common.words(forMapping: field, to: name) }

  func words(for operation: Mend.Operation, on store: String?, arguments: [String]) -> String {
    common.words(for: operation, on: store, arguments: arguments)
  }
}
