// StudyReport.swift -- everything about a store and a study on one page.

package import Base
import Classifiers
import Drawing
import Splits
import Studies
import TrajectoryModel
package import TrajectoryStore

/// Everything about a store and a study on one page: what it holds, its splits, every figure, the paper's claims.
///
/// The same store, study and commands give the same bytes: nothing in it depends on when or where it is written.
package struct StudyReport {
  /// The store.
  package let store: TrajectoryStore
  /// The figures.
  package let figures: StudyFigures
  /// The figures of further studies of which the store has results, drawn below those of the study.
  package let others: [StudyFigures]
  /// Command lines that make the report again, in the words of the door.
  package let commands: [String]
  /// The version of the program.
  package let version: String

  /// Puts a report together.
  package init(
    _ figures: StudyFigures, others: [StudyFigures] = [], of store: TrajectoryStore, commands: [String], version: String
  ) {
    self.figures = figures
    self.others = others
    self.store = store
    self.commands = commands
    self.version = version
  }

  private var study: Study { figures.plan.study }

  /// The name of the store without the folders above it.
  private var storeName: String {
    store.path.split(separator: "/").last.map(String.init) ?? store.path
  }

  /// The page.
  ///
  /// - Parameter work: Who may stop it.
  /// - Returns: The text of the file.
  /// - Throws: What reading the store throws; `cancelled`.
  package func html(work: WorkContext = WorkContext()) throws(EngramError) -> String {
    var page = HTMLPage()
    let snapshot = try store.snapshot()
    let summary = try snapshot.summary(limits: QueryLimits(work: work))
    page.heading("\(study.title): \(storeName)", id: "top", level: 1)
    page.paragraph(
      "Written by engram \(version) from store \(summary.identifier). \(figures.plan.grid.sentence).",
      style: "faint")
    let isPaper = study.name == "paper"
    let sections =
      [("contents", "What the store holds"), ("recording", "How it was recorded")]
      + (isPaper ? [("claims", "The paper's claims")] : [])
      + study.figures.map { ("figure-\($0.name)", "Figure \($0.name): \($0.title)") }
      + others.map { ("study-\($0.plan.study.name)", $0.plan.study.title) }
      + [("splits", "Splits"), ("effort", "Time and memory"), ("again", "Make it again")]
    page.contents(sections.map { (id: $0.0, text: $0.1) })
    try addContents(summary, snapshot, to: &page)
    try addRecording(snapshot, to: &page)
    if isPaper { addClaims(to: &page) }
    for figure in study.figures {
      try work.checkCancelled("stopped while the report was written")
      add(figures.draw(figure), of: nil, to: &page)
    }
    for other in others {
      let study = other.plan.study
      page.heading(study.title, id: "study-\(study.name)")
      for figure in study.figures {
        try work.checkCancelled("stopped while the report was written")
        add(other.draw(figure), of: study.name, to: &page)
      }
    }
    try addSplits(work, to: &page)
    addEffort(to: &page)
    page.heading("Make it again", id: "again")
    page.preformatted(commands)
    return page.text(title: "\(study.title): \(storeName)")
  }

  private func addContents(_ summary: StoreSummary, _ snapshot: Snapshot, to page: inout HTMLPage) throws(EngramError) {
    page.heading("What the store holds", id: "contents")
    let finite = try snapshot.finiteStatistics(of: snapshot.allExamples)
    page.paragraph(
      "\(countText(summary.examples)) examples (run and layer) of \(countText(summary.runs)) runs, "
        + "\(summary.statistics.count) statistics, of which \(finite.count) are finite in every example, at "
        + "\(summary.epochs.count) epochs.")
    /// Values of a field that are listed; more are counted.
    let shown = 24
    let rows = summary.fields.map { field -> [JSONValue] in
      let values = field.values.prefix(shown).map { "\($0.value) (\(countText($0.examples)))" }.joined(separator: ", ")
      let more = field.values.count > shown ? ", and \(field.values.count - shown) more" : ""
      return [
        .string(field.field.name), .string(field.field.type.rawValue), .count(field.values.count),
        .string(values + more),
      ]
    }
    page.table(["field", "type", "values", "examples of each"], rows, caption: "Fields of runs and layers")
    if !summary.metrics.isEmpty {
      page.table(
        ["metric", "runs", "values", "first epoch", "last epoch"],
        summary.metrics.map {
          [.string($0.name), .count($0.runs), .count($0.values), .real($0.firstEpoch), .real($0.lastEpoch)]
        },
        caption: "Metrics of runs")
    }
  }

  private func addRecording(_ snapshot: Snapshot, to page: inout HTMLPage) throws(EngramError) {
    page.heading("How it was recorded", id: "recording")
    var sets: [(columns: FeatureColumns, count: Int)] = []
    for part in snapshot.recorded(snapshot.allExamples) {
      if let place = sets.firstIndex(where: { $0.columns == part.columns }) {
        sets[place].count += part.examples.count
      } else {
        sets.append((part.columns, part.examples.count))
      }
    }
    page.table(
      ["examples", "statistics", "epochs"],
      sets.map {
        [.count($0.count), .count($0.columns.statistics.count), .string(EpochSelection.text($0.columns.epochs))]
      },
      caption: "Examples by the epochs and statistics of their recording")
    let conditions = try snapshot.groups(by: ["unit_fraction", "noise_sd"])
    page.table(
      ["fraction of units", "noise (standard deviation)", "examples"],
      conditions.map { [.string($0.key[0].description), .string($0.key[1].description), .count($0.examples.count)] },
      caption: "Examples by the condition of their measurement")
  }

  private func addClaims(to page: inout HTMLPage) {
    page.heading("The paper's claims", id: "claims")
    page.paragraph(
      "What the text of the paper claims, tested on the results in this store. A criterion in numbers stands beside each, for "
        + "the text gives none.")
    page.table(
      ["figure", "claim", "verdict", "numbers", "criterion"],
      Claim.paper(figures).map {
        [
          .string($0.figures), .string($0.text), .string($0.verdict.rawValue), .string($0.numbers),
          .string($0.criterion),
        ]
      }, caption: "Claims")
  }

  /// Adds a figure, of a further study where one is named.
  private func add(_ drawn: DrawnFigure, of study: String?, to page: inout HTMLPage) {
    let figure = drawn.figure
    let name = [study, figure.name].compactMap { $0 }.joined(separator: "-")
    page.heading("Figure \(figure.name): \(figure.title)", id: "figure-\(name)", level: study == nil ? 2 : 3)
    switch drawn.state {
    case .impossible(let reason): page.paragraph("Not possible here: \(reason).", style: "faint")
    case .empty: page.paragraph("No result of it is in the store.", style: "faint")
    case .partial(let done, let all):
      page.paragraph("\(done) of \(all) splits of its classifications are done.", style: "faint")
    case .complete: break
    }
    guard let picture = drawn.drawn else { return }
    var plain = picture.picture
    plain.title = ""
    page.picture(plain)
    page.numbers(picture.numbers, file: "figure-\(name).csv", caption: "Numbers of figure \(figure.name)")
  }

  private func addSplits(_ work: WorkContext, to page: inout HTMLPage) throws(EngramError) {
    page.heading("Splits", id: "splits")
    /// Conditions of observation make a split set each; a page of them says enough.
    let shown = 60
    let sets = try store.splitSets()
    if sets.isEmpty { return page.paragraph("The store has no splits.", style: "faint") }
    var rows: [[JSONValue]] = []
    for set in sets.prefix(shown) {
      try work.checkCancelled("stopped while the report was written")
      let audit = try store.auditFirstSplit(set.name, work: work.silent)
      let leaks =
        audit?.leaks.map { $0.check == "run" ? $0.sentence : "\($0.check): \($0.sentence)" }.joined(separator: "; ")
        ?? ""
      rows.append([
        .string(set.name), .string(set.kind), .count(set.splitCount), .count(audit?.trainCount ?? 0),
        .count(audit?.testCount ?? 0), .integer(set.commit),
        .string(leaks.isEmpty ? "the sides are independent" : leaks),
        .string(set.sha256),
      ])
    }
    page.table(
      [
        "split set", "kind", "splits", "train examples", "test examples", "commit",
        "what both sides of the first split share", "SHA-256",
      ],
      rows, caption: "Split sets; the SHA-256 is that of all index arrays")
    if sets.count > shown { page.paragraph("And \(sets.count - shown) more.", style: "faint") }
  }

  private func addEffort(to page: inout HTMLPage) {
    page.heading("Time and memory", id: "effort")
    /// Hundredths are as fine as anybody reads.
    func rounded(_ number: Double) -> JSONValue { .real((number * 100).rounded() / 100) }
    let bytesOfMiB = 1_048_576.0
    var rows: [[JSONValue]] = []
    // What is learned once is counted once, however many figures and tests it serves.
    var counted: Set<LearnedSplit> = []
    for figure in study.figures {
      var (search, fit, splits, memory) = (0.0, 0.0, 0, 0)
      for cell in figures.plan.cells(of: figure) {
        for split in figures.results[cell]?.splits ?? []
        where counted.insert(LearnedSplit(plan: cell.plan.learning, ordinal: split.ordinal)).inserted {
          search += split.searchSeconds
          fit += split.fitSeconds
          splits += 1
          memory = max(memory, split.peakMemory ?? 0)
        }
      }
      if splits > 0 {
        let peak = memory > 0 ? rounded(Double(memory) / bytesOfMiB) : .null
        rows.append([.string(figure.name), .count(splits), rounded(search), rounded(fit), peak])
      }
    }
    page.table(
      ["figure", "fits kept", "seconds of search", "seconds of fits", "peak memory (MiB)"], rows,
      caption:
        "Seconds as they were measured when each result was made, and the most memory that a process had until then that made one; "
        + "what figures share counts for the first")
    page.paragraph(
      "Results are those of version \(ClassificationPlan.codeVersion) of the classifying code.", style: "faint")
  }

  /// A split that is learned, whatever is tested on it.
  private struct LearnedSplit: Hashable {
    let plan: ClassificationPlan
    let ordinal: Int
  }
}
