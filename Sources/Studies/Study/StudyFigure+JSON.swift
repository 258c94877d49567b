// StudyFigure+JSON.swift -- a figure of a study as JSON.

import Base
import Classifiers
import TrajectoryStore

extension StudyFigure {
  init(reading object: JSONObject) throws(EngramError) {
    try object.checkKeys(["name", "title", "draw", "experiments", "statistics", "classifiers", "reference"])
    let name = try object.string("name")
    guard Study.isName(name) else {
      throw EngramError(
        .usage, "this is no name for a figure", place: "key \"name\"",
        expected: "letters, digits, '_' and '-', at most 60", found: "'\(name)'")
    }
    let word = try object.string("draw")
    guard let drawing = Drawing(rawValue: word) else {
      let words = Drawing.allCases.map(\.rawValue)
      throw EngramError(
        .usage, "there is no such drawing", place: "figure \(name), key \"draw\"",
        expected: "one of \(words.joined(separator: ", "))", found: word,
        mend: closestName(to: word, among: words).map { "did you mean '\($0)'?" })
    }
    self.init(
      name: name, title: try object.optional("title") { (value) throws(EngramError) in try value.asString() } ?? name,
      drawing: drawing, experiments: try object.strings("experiments"),
      statistics: try object.optional("statistics") { (value) throws(EngramError) in
        try value.elements { (element) throws(EngramError) in try StatisticSelection(parsing: try element.asString()) }
      },
      classifiers: try object.optional("classifiers") { (value) throws(EngramError) in
        try value.elements { (element) throws(EngramError) in try StudyClassifier.kind(try element.asString()) }
      }, reference: try object.optional("reference") { (value) throws(EngramError) in try value.asString() })
  }

  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["title"] = .string(title)
    object["draw"] = .string(drawing.rawValue)
    object["experiments"] = .array(experiments.map { .string($0) })
    object["statistics"] = statistics.map { .array($0.map { .string($0.text) }) }
    object["classifiers"] = classifiers.map { .array($0.map { .string($0.rawValue) }) }
    object["reference"] = reference.map { .string($0) }
    return .object(object)
  }
}
