// PredictCommand.swift -- `engram predict STORE --model-file FILE`.

import Base
import TrajectoryModel
import Studies
import TrajectoryStore
import Transfer

/// Predicts examples with a saved model.
enum PredictCommand {
  static let modelFile = Parameter.required(
    "model-file", .file(), "a model that `engram classify --save-model` wrote")

  static let command = Command(
    "predict", "predict the class of examples with a saved model",
    discussion: """
      The model knows its statistics, epochs, view and classes; examples of any store that have them can be predicted. A \
      z-score is by the means and deviations of the examples that the model learned from.
      """,
    takes: [
      SharedParameters.store, modelFile, SharedParameters.filter, SharedParameters.asOf, SharedParameters.missing,
      SharedParameters.threads, CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init("engram predict lr.engram --model-file forest.model --csv", "Every example of a store"),
      .init(
        "engram predict lr.engram --model-file forest.model --where \"task = 'neural'\"", "Only those of one task"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    /// A forest of a thousand trees of large data takes a few hundred MB.
    let longestModel = 1 << 32
    let path = invocation[modelFile]
    let model = try TrainedModel(parsing: try InputFile(opening: path).contents(limit: longestModel), file: path)
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    let examples = try snapshot.examples(
      where: invocation[SharedParameters.filter], limits: QueryLimits(work: invocation.work))
    let answer = try model.predict(
      examples, in: snapshot, missing: invocation[SharedParameters.missing], work: invocation.work)
    for remark in answer.remarks { try invocation.note("note: \(remark)") }
    let names = model.classes.names
    let label = model.classes.label
    // A store of recordings of unknown class may lack the field; its column is there all the same, for programs.
    let isKnown = try snapshot.exampleColumns().contains { $0.lowercased() == label.lowercased() }
    if !isKnown { try invocation.note("note: the store has no field \(label), so its column is empty") }
    var table = Table(
      columns: ["example_id", "run_id", "layer_name", label, "predicted"] + names.map { "p_\($0)" })
    var row = 0
    try snapshot.metadata(of: answer.examples, columns: ["run_id", "layer_name"] + (isKnown ? [label] : [])) {
      (example, values) throws(EngramError) in
      let values = isKnown ? values : values + [.null]
      let probabilities = answer.probabilities[(row * names.count)...].prefix(names.count)
      table.append(
        [.identifier(example)] + values.map { TableCell($0) } + [.text(names[Int(answer.codes[row])])]
          + probabilities.map { .real32($0) })
      row += 1
    }
    try invocation.show(table, as: invocation.tableFormat)
  }
}
