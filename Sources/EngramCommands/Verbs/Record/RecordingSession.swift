// RecordingSession.swift -- what lines of JSON do to the runs that are being recorded, and what is answered.

import Base
import TrajectoryModel
import TrajectoryStore

/// What lines of JSON do to the runs that are being recorded.
final class RecordingSession {
  private let store: TrajectoryStore
  private let options: WriteOptions
  private var recorders: [String: Recorder] = [:]
  private var lines: [String] = []
  private var lineNumber = 0
  /// The first line that was refused, and how many were.
  private(set) var firstError: EngramError?
  private(set) var errorCount = 0

  init(_ store: TrajectoryStore, _ options: WriteOptions) {
    self.store = store
    self.options = options
  }

  /// Runs that were begun and have not ended.
  var openRuns: Int { recorders.count }

  /// Makes durable what the lines so far recorded.
  func sync() throws(EngramError) {
    for recorder in recorders.values { try recorder.sync() }
  }

  /// The answers to the lines so far, each on a line.
  func answers() -> String {
    defer { lines = [] }
    return lines.joined()
  }

  /// Takes a line.
  func take(_ line: [UInt8]) {
    lineNumber += 1
    if line.allSatisfy({ $0 == 32 || (9...13).contains($0) }) { return }
    do throws(EngramError) {
      let object = try JSONValue(parsing: line, nonFinite: .bare).asObject()
      lines.append(try JSONValue.object(try answer(object)).text(.line) + "\n")
    } catch {
      var placed = error
      placed.place = "line \(lineNumber)" + (error.place.map { ", \($0)" } ?? "")
      errorCount += 1
      firstError = firstError ?? placed
      lines.append(ErrorReport.json(placed))
    }
  }

  private func answer(_ object: JSONObject) throws(EngramError) -> JSONObject {
    var id = ""
    if let given = object["id"] { id = try given.text() }
    var answer: JSONObject
    if object["run"] != nil {
      try object.checkKeys(["id", "run", "layers", "statistics", "type"])
      answer = try begin(object, id)
    } else if ["epoch", "values", "metrics"].contains(where: { object[$0] != nil }) {
      try object.checkKeys(["id", "epoch", "values", "metrics"])
      answer = try record(object, id)
    } else {
      try object.checkKeys(["id", "end"])
      guard object["end"] != nil, try object.bool("end") else {
        throw EngramError(
          .invalidData, "the line says nothing to do", expected: "an object with run, epoch or end")
      }
      answer = try end(id)
    }
    if let given = object["id"] { answer["id"] = given }
    return answer
  }

  private func recorder(_ id: String) throws(EngramError) -> Recorder {
    if let recorder = recorders[id] { return recorder }
    throw EngramError(
      .notFound, "no run of that id is being recorded", found: id.isEmpty ? "no id" : id,
      mend: "begin it with a line that has run, layers and statistics")
  }

  private func begin(_ object: JSONObject, _ id: String) throws(EngramError) -> JSONObject {
    guard recorders[id] == nil else {
      throw EngramError(
        .exists, "a run of that id is being recorded", found: id.isEmpty ? "no id" : id,
        mend: "end it first, or give the new one another id")
    }
    let description = try RunDescription(object)
    let recorder = try store.recorder(
      run: description.metadata, layers: description.layers, statistics: try object.strings("statistics"),
      elementType: try RunDescription.elementType(object), options: options)
    recorders[id] = recorder
    return [
      "ok": .string(recorder.isResumed ? "resumed" : "started"), "epochs": .array(recorder.epochs.map(Self.json)),
    ]
  }

  private func record(_ object: JSONObject, _ id: String) throws(EngramError) -> JSONObject {
    let recorder = try recorder(id)
    let epoch = try object.real("epoch")
    var numbers: [Double] = []
    numbers.reserveCapacity(recorder.run.layers.count * recorder.run.statistics.count)
    for value in try object.array("values") {
      guard case .array(let row) = value else {
        numbers.append(try RunDescription.number(value))
        continue
      }
      guard row.count == recorder.run.statistics.count else {
        throw EngramError(
          .invalidData, "a layer has another number of values than there are statistics", place: "key \"values\"",
          expected: "\(recorder.run.statistics.count)", found: "\(row.count)")
      }
      for number in row { numbers.append(try RunDescription.number(number)) }
    }
    var metrics: [String: Double] = [:]
    if let given = object["metrics"] {
      for member in try given.asObject().members { metrics[member.key] = try RunDescription.number(member.value) }
    }
    let values: TrajectoryValues =
      recorder.run.elementType == .float32 ? .float32(numbers.map { Float($0) }) : .float64(numbers)
    let outcome = try recorder.record(epoch: epoch, values: values, metrics: metrics, isDurable: false)
    var answer: JSONObject = ["ok": .string(outcome == .recorded ? "recorded" : "repeated"), "epoch": Self.json(epoch)]
    if recorder.run.elementType == .float32, let note = Self.note(ofBeyondFloat32: numbers) {
      answer["note"] = .string(note)
    }
    return answer
  }

  /// What is said of finite numbers that float32 has as infinities or zeros; nil where there are none.
  private static func note(ofBeyondFloat32 numbers: [Double]) -> String? {
    let large = numbers.count { $0.isFinite && !Float($0).isFinite }
    let small = numbers.count { $0 != 0 && Float($0) == 0 }
    let parts = [(large, "infinities"), (small, "zeros")].filter { $0.0 > 0 }.map { "\($0.0) as \($0.1)" }
    if parts.isEmpty { return nil }
    return "values are beyond float32 and are stored otherwise, \(parts.joined(separator: " and ")); "
      + "a run that begins with \"type\": \"float64\" keeps them"
  }

  /// An epoch, whole where it is.
  private static func json(_ epoch: Double) -> JSONValue { Int64(exactly: epoch).map { .integer($0) } ?? .real(epoch) }

  private func end(_ id: String) throws(EngramError) -> JSONObject {
    let report = try recorder(id).finish()
    recorders[id] = nil
    return [
      "ok": "ended", "first_example": .integer(report.examples.lowerBound), "examples": .count(report.examples.count),
      "commit": .integer(report.commit),
    ]
  }
}
