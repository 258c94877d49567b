// SearchRecord+JSON.swift -- a search as JSON, as results keep it.
//   {"rungs": [{"rows": 972, "candidates": [0, 1, 2], "folds": [[0.91, [0.9, "did not converge"], "600 components"], …]}]}
// A score is an accuracy, an accuracy with a note, the reason why the candidate was skipped, or null where it is not known.

public import Base

extension SearchRecord {
  /// The JSON form.
  public var json: JSONValue {
    [
      "rungs": .array(
        rungs.map { rung in
          [
            "rows": .integer(Int64(rung.rowCount)), "candidates": .array(rung.candidates.map { .integer(Int64($0)) }),
            "folds": .array(rung.scores.map { .array($0.map(Self.json)) }),
          ]
        })
    ]
  }

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` that names the key.
  public init(json: JSONValue) throws(EngramError) {
    self.init()
    for value in try json.asObject().array("rungs") {
      let object = try value.asObject()
      let candidates = try object.integers("candidates").map { Int($0) }
      let folds = try object.array("folds")
      var rung = SearchRung(
        rowCount: Int(try object.integer("rows")), candidates: candidates, folds: folds.count)
      for (fold, scores) in folds.enumerated() {
        let scores = try scores.asArray()
        guard scores.count == candidates.count else {
          throw EngramError(
            .invalidData, "a fold of a search has not a score for each candidate", place: "key \"folds\"",
            expected: "\(candidates.count)", found: "\(scores.count)")
        }
        for (place, score) in scores.enumerated() { rung.scores[fold][place] = try Self.score(score) }
      }
      rungs.append(rung)
    }
  }

  private static func json(_ score: CandidateScore?) -> JSONValue {
    switch score {
    case nil: .null
    case .accuracy(let accuracy, nil): .real(accuracy)
    case .accuracy(let accuracy, let note?): [.real(accuracy), .string(note)]
    case .skipped(let reason): .string(reason)
    }
  }

  private static func score(_ json: JSONValue) throws(EngramError) -> CandidateScore? {
    switch json {
    case .null: return nil
    case .string(let reason): return .skipped(reason)
    case .array(let pair) where pair.count == 2:
      return .accuracy(try pair[0].asReal(), note: try pair[1].asString())
    default: return .accuracy(try json.asReal(), note: nil)
    }
  }
}
