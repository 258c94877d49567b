// IdentificationScore.swift -- how far an identification was true, where the labels of the examples are known after all.

import Base
import TrajectoryModel

/// How far an identification was true, where the labels of the examples are known after all: kept with results of a plan that
/// identifies.
public struct IdentificationScore: Sendable, Hashable {
  /// The version of what is computed and kept; raised whenever the same plan may give other numbers.
  public static let version: Int64 = 4

  /// The field of which values were held out to calibrate.
  public let calibratedBy: String
  /// The runs; those of a class that was learned; of these those identified correctly, and those whose set holds their class.
  public let runs: Int, knownRuns: Int, rightRuns: Int, coveredRuns: Int
  /// The means over runs of the probability of the most likely class, and of the number of classes in a set.
  public let meanConfidence: Double, meanSetSize: Double
  /// The examples, and those and the runs that are farther from the training data than 99 in 100 that were held out.
  public let examples: Int, novelExamples: Int, novelRuns: Int
  /// The classes that were learned, and the number of runs that were taken for each.
  public let classes: [String], runsTakenFor: [Int]
  /// How far the measures, each learned from alone, agree on the runs, chance aside; nil where that was not measured.
  public let agreement: Double?
  /// Whether a warning says that the runs may be identified no better than by guessing.
  public let isDoubtful: Bool
  /// The kinds of all warnings.
  public let warnings: [String]

  /// The share of runs of a known class that was identified correctly; nil where the class of none is known.
  public var accuracy: Double? { knownRuns > 0 ? Double(rightRuns) / Double(knownRuns) : nil }
  /// The share of them whose set holds their class; nil where the class of none is known.
  public var coverage: Double? { knownRuns > 0 ? Double(coveredRuns) / Double(knownRuns) : nil }
  /// Whether a warning says what is to be known: of runs of a learned class that they may be identified no better than by guessing;
  /// of runs of a class that was not learned that they may be of one.
  public var isWarnedOf: Bool {
    warnings.compactMap(IdentifyWarning.Kind.init).contains { knownRuns > 0 ? $0 == .doubtful : $0.speaksOfNewClass }
  }
  /// Whether the accuracy may well be that of guessing: not above it by two standard errors.
  public var isNearChance: Bool {
    accuracy.map { PredictionSets.isNearChance($0, of: knownRuns, classCount: classes.count) } ?? false
  }
}

extension IdentificationScore {
  /// The JSON form.
  var json: JSONValue {
    [
      "version": .integer(Self.version), "calibrated_by": .string(calibratedBy), "runs": .count(runs),
      "known_runs": .count(knownRuns), "right_runs": .count(rightRuns), "covered_runs": .count(coveredRuns),
      "mean_confidence": .real(meanConfidence), "mean_set_size": .real(meanSetSize), "examples": .count(examples),
      "novel_examples": .count(novelExamples), "novel_runs": .count(novelRuns),
      "classes": .array(classes.map { .string($0) }), "runs_taken_for": .array(runsTakenFor.map { .count($0) }),
      "agreement": agreement.map { .real($0) } ?? .null, "doubtful": .bool(isDoubtful),
      "warnings": .array(warnings.map { .string($0) }),
    ]
  }

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` that names the key.
  init(json value: JSONValue) throws(EngramError) {
    let object = try value.asObject()
    func count(_ key: String) throws(EngramError) -> Int {
      guard let count = Int(exactly: try object.integer(key)), count >= 0 else {
        throw EngramError(.invalidData, "a number is negative", place: "key \"\(key)\"")
      }
      return count
    }
    calibratedBy = try object.string("calibrated_by")
    (runs, knownRuns) = (try count("runs"), try count("known_runs"))
    (rightRuns, coveredRuns) = (try count("right_runs"), try count("covered_runs"))
    (meanConfidence, meanSetSize) = (try object.real("mean_confidence"), try object.real("mean_set_size"))
    (examples, novelExamples) = (try count("examples"), try count("novel_examples"))
    novelRuns = try count("novel_runs")
    classes = try object.strings("classes")
    runsTakenFor = try object.array("runs_taken_for").map { (value) throws(EngramError) in
      Int(clamping: try value.asInteger())
    }
    agreement = try object.optional("agreement") { (value) throws(EngramError) in try value.asReal() }
    isDoubtful = try object.require("doubtful") { (value) throws(EngramError) in try value.asBool() }
    warnings = try object.strings("warnings")
    guard runsTakenFor.count == classes.count else {
      throw EngramError(
        .invalidData, "numbers of runs are not well formed", place: "key \"runs_taken_for\"",
        expected: "\(classes.count) numbers", found: "\(runsTakenFor.count)")
    }
  }
}

extension IdentificationScore {
  /// Counts what was right.
  ///
  /// - Parameters:
  ///   - found: What was said.
  ///   - truth: The true class of each run of it, in the same order.
  init(_ found: Identification, truth: [MetadataValue]) {
    calibratedBy = found.calibrationGroups.fields.joined(separator: ",")
    runs = found.runs.count
    let codes = truth.map { found.classes.firstIndex(of: $0) }
    let sets = found.runs.map { found.runSets.codes(of: $0.probabilities) }
    knownRuns = codes.count { $0 != nil }
    rightRuns = zip(found.runs, codes).count { $0.mostLikely == $1 }
    coveredRuns = zip(sets, codes).count { set, code in code.map(set.contains) ?? false }
    let count = Double(max(1, runs))
    meanConfidence = found.runs.reduce(0) { $0 + $1.confidence } / count
    meanSetSize = sets.reduce(0) { $0 + Double($1.count) } / count
    examples = found.examples.count
    novelExamples = found.group.examplesBeyond99
    novelRuns = found.runs.count { $0.noveltyPValue <= 0.01 }
    classes = found.classes.map(\.description)
    runsTakenFor = found.group.classRuns
    agreement = found.agreement?.value
    isDoubtful = found.agreement?.isDoubtful ?? false
    warnings = found.warnings.map(\.kind.rawValue)
  }
}
