// Identification+JSON.swift -- an answer as JSON, for programs; keys are stable.
//   {"version": 1, "label": "learning_rule", "classes": ["adam", …], "train": {…}, "columns": {…}, "calibration": {…},
//    "group": {…}, "runs": […], "examples": […], "known": null, "warnings": []}

public import Base
import Classifiers
import TrajectoryModel
import TrajectoryStore

extension Identification {
  /// The version of the JSON form.
  public static let version: Int64 = 1

  /// The JSON form; probabilities are objects with a key for each class.
  public var json: JSONValue {
    [
      "version": .integer(Self.version), "label": .string(label), "classes": .array(classes.map(\.json)),
      "train": train, "columns": columnsJSON,
      "calibration": [
        "by": .string(calibrationGroups.fields.joined(separator: ",")), "reason": .string(calibrationGroups.reason),
        "new_values": .array(calibrationGroups.newValues.map { .string($0) }),
        "run_fields": .array(calibrationGroups.runFields.map { .string($0) }),
        "folds": .integer(Int64(calibrationGroups.foldCount)), "examples": exampleConfidence.json,
        "runs": runConfidence.json, "run_sets": runSets.json, "agreement": agreement?.json ?? .null,
      ],
      "like_recording": perfectBeside.map {
        [
          "condition": .string($0.condition), "perfect_runs": .integer(Int64($0.runs)),
          "perfect_examples_confidence": $0.exampleConfidence?.json ?? .null,
          "perfect_runs_confidence": $0.runConfidence?.json ?? .null,
        ]
      } ?? .null,
      "group": groupJSON, "runs": .array(runs.map(json)), "examples": .array(examples.map(json)),
      "known": known.map {
        [
          "examples": .integer(Int64($0.examples)), "right_examples": .integer(Int64($0.rightExamples)),
          "runs": .integer(Int64($0.runs)), "right_runs": .integer(Int64($0.rightRuns)),
        ]
      } ?? .null,
      "warnings": .array(
        warnings.map { ["kind": .string($0.kind.rawValue), "sentence": .string($0.sentence)] }),
    ]
  }

  private var train: JSONValue {
    [
      "filter": .string(training.filter), "examples": .integer(Int64(training.examples)),
      "runs": .integer(Int64(training.runs)), "examples_by_class": counts(training.classExamples),
      "runs_by_class": counts(training.classRuns), "unlabelled": .integer(Int64(training.unlabelled)),
      "trees": .integer(Int64(training.treeCount)), "seed": .integer(Int64(training.seed)),
    ]
  }

  private var columnsJSON: JSONValue {
    [
      "statistics": .array(columns.columns.statistics.map { .string($0) }),
      "epochs": .array(columns.columns.epochsRead.map { .real($0) }),
      "view": .string(columns.columns.view.text), "count": .integer(Int64(columns.columns.count)),
      "statistics_left_out": .array(
        columns.leftOut.map { ["statistic": .string($0.statistic), "reason": .string($0.reason.rawValue)] }),
      "epochs_left_out": .array(columns.epochsLeftOut.map { .real($0) }),
    ]
  }

  private var groupJSON: JSONValue {
    var object = verdict(group.probabilities)
    object["examples_by_class"] = counts(group.classExamples)
    object["runs_by_class"] = counts(group.classRuns)
    object["examples_beyond_95"] = .integer(Int64(group.examplesBeyond95))
    object["examples_beyond_99"] = .integer(Int64(group.examplesBeyond99))
    object["may_be_new"] = .bool(mayBeOfNewClass)
    object["nearest_runs"] = .array(group.nearestRuns.map(\.json))
    object["statistics"] = .array(group.statistics.map(\.json))
    return .object(object)
  }

  private func json(_ run: RunVerdict) -> JSONValue {
    var object = JSONObject()
    object["run_id"] = run.run.json
    object["fields"] = run.fields.json
    object["examples"] = .integer(Int64(run.exampleCount))
    for member in verdict(run.probabilities).members { object[member.key] = member.value }
    object["set"] = .array(runSets.codes(of: run.probabilities).map { classes[$0].json })
    object["novelty_p"] = .real(run.noveltyPValue)
    object["nearest_runs"] = .array(run.nearestRuns.map(\.json))
    return .object(object)
  }

  private func json(_ example: ExampleVerdict) -> JSONValue {
    var object = JSONObject()
    object["example_id"] = .integer(example.example)
    object["run_id"] = example.run.json
    object["layer_name"] = example.layer.json
    for member in verdict(example.probabilities).members { object[member.key] = member.value }
    object["distance"] = .real(example.distance)
    object["novelty_p"] = .real(example.noveltyPValue)
    object["nearest_example"] = .integer(example.nearestExample)
    object["nearest_run"] = example.nearestRun.json
    object["statistics"] = .array(example.statistics.map(\.json))
    return .object(object)
  }

  private func verdict(_ probabilities: [Double]) -> JSONObject {
    let best = mostLikely(probabilities[...])
    var object = JSONObject()
    object["predicted"] = classes[best].json
    object["confidence"] = .real(probabilities[best])
    object["probabilities"] = byClass(probabilities.map { .real($0) })
    return object
  }

  private func counts(_ counts: [Int]) -> JSONValue { byClass(counts.map { .integer(Int64($0)) }) }

  private func byClass(_ values: [JSONValue]) -> JSONValue {
    var object = JSONObject()
    for (name, value) in zip(classes, values) { object[name.description] = value }
    return .object(object)
  }
}

extension ConfidenceLevel {
  fileprivate var json: JSONValue {
    ["exponent": .real(exponent), "uncalibrated": uncalibrated.json, "calibrated": calibrated.json]
  }
}

extension PredictionSets {
  fileprivate var json: JSONValue {
    [
      "level": .real(level), "least_probability": .real(leastProbability), "coverage": .real(coverage),
      "mean_size": .real(meanSize),
      "held_out": .array(
        kinds.map {
          [
            "name": .string($0.name), "runs": .count($0.runs), "accuracy": .real($0.accuracy),
            "coverage": .real($0.coverage), "near_chance": .bool($0.isNearChance),
            "agreement": $0.agreement?.json ?? .null,
          ]
        }),
    ]
  }
}

extension MeasureAgreement {
  fileprivate var json: JSONValue {
    [
      "measures": .array(measures.map { .string($0) }), "share": .real(share), "value": .real(value),
      "slight": .bool(isSlight), "doubtful": .bool(isDoubtful), "unlike": .bool(isUnlike),
    ]
  }
}

extension Reliability {
  fileprivate var json: JSONValue {
    [
      "count": .integer(Int64(count)), "accuracy": .real(accuracy), "mean_confidence": .real(meanConfidence),
      "expected_calibration_error": .real(expectedCalibrationError), "log_loss": .real(logLoss),
      "bins": .array(
        bins.map {
          [
            "lower_bound": .real($0.lowerBound), "count": .integer(Int64($0.count)),
            "mean_confidence": .real($0.meanConfidence), "accuracy": .real($0.accuracy),
          ]
        }),
    ]
  }
}

extension NearRun {
  fileprivate var json: JSONValue {
    ["run_id": run.json, "label": label.json, "fields": fields.json, "distance": .real(distance)]
  }
}

extension StatisticShare {
  fileprivate var json: JSONValue { ["statistic": .string(statistic), "share": .real(share)] }
}

extension RunFields {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    for field in values { object[field.name] = field.value.json }
    return .object(object)
  }
}

extension MetadataValue {
  /// The value as JSON.
  fileprivate var json: JSONValue {
    switch self {
    case .null: .null
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .text(let value): .string(value)
    }
  }
}
