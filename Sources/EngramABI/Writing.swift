// Writing.swift -- appends, and runs that grow.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import EngramCommands
import TrajectoryModel
import TrajectoryStore

/// What an append did, as JSON.
private func reportText(_ report: AppendReport) throws(EngramError) -> String {
  try JSONValue.object([
    "commit": .integer(report.commit), "first_example": .integer(report.examples.lowerBound),
    "examples": .count(report.examples.count), "runs": .count(report.runs), "bytes": .count(report.byteCount),
  ]).text(.line)
}

/// Numbers of a caller's, from a place on.
@safe private struct CallersNumbers {
  @unsafe let bytes: UnsafeRawBufferPointer
  let type: ElementType

  init(_ pointer: UnsafeRawPointer?, _ byteCount: Int, _ type: ElementType) throws(EngramError) {
    guard unsafe pointer != nil || byteCount == 0, byteCount >= 0 else {
      throw EngramError(.usage, "there are no values", place: "argument values", found: "NULL")
    }
    // SAFETY: the caller has so many bytes there.
    unsafe bytes = UnsafeRawBufferPointer(start: pointer, count: byteCount)
    self.type = type
  }

  /// Some of the numbers, copied.
  func values(_ range: Range<Int>) -> TrajectoryValues {
    let places = (range.lowerBound * type.byteCount)..<(range.upperBound * type.byteCount)
    let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[places])
    switch type {
    case .float32: return unsafe .float32(Self.copy(part, count: range.count))
    case .float64: return unsafe .float64(Self.copy(part, count: range.count))
    }
  }

  private static func copy<Number: BitwiseCopyable>(_ part: UnsafeRawBufferPointer, count: Int) -> [Number] {
    unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      // SAFETY: the buffer has room for the bytes, every pattern of which is a number.
      unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: part)
      initialized = count
    }
  }
}

extension JSONObject {
  /// The condition that a run was measured under.
  fileprivate func condition() throws(EngramError) -> ObservationCondition {
    ObservationCondition(
      unitFraction: try optional("unit_fraction") { (value) throws(EngramError) in try value.asReal() } ?? 1,
      noiseSD: try optional("noise_sd") { (value) throws(EngramError) in try value.asReal() } ?? 0,
      seed: try optional("observation_seed") { (value) throws(EngramError) in try value.asInteger() })
  }
}

/// The runs that a caller describes, each with its part of the values.
private func recordings(
  _ json: String, of numbers: CallersNumbers, epochs: Int, statistics: Int
) throws(EngramError) -> [Recording] {
  var recordings: [Recording] = []
  var start = 0
  let all = unsafe numbers.bytes.count / numbers.type.byteCount
  func refusal(_ needed: Int) -> EngramError {
    EngramError(
      .usage, "the values do not fill the runs", place: "argument values",
      expected: "at least \(needed) numbers [run][layer][epoch][statistic] of \(numbers.type.name)", found: "\(all)")
  }
  for value in try JSONValue(parsing: json).asArray() {
    let object = try value.asObject()
    try object.checkKeys(["run", "layers", "unit_fraction", "noise_sd", "observation_seed"])
    let run = try RunDescription(object)
    let (perLayer, isTooLong) = epochs.multipliedReportingOverflow(by: statistics)
    let (count, isTooMany) = perLayer.multipliedReportingOverflow(by: run.layers.count)
    guard !isTooLong, !isTooMany, count <= all - start else {
      throw refusal(isTooLong || isTooMany ? Int.max : start + count)
    }
    recordings.append(
      Recording(
        metadata: run.metadata.filter { $0.value != .null }, layers: run.layers, condition: try object.condition(),
        values: numbers.values(start..<(start + count))))
    start += count
  }
  guard unsafe start * numbers.type.byteCount == numbers.bytes.count else {
    throw EngramError(
      .usage, "there are more values than the runs have", place: "argument values", expected: "\(start) numbers",
      found: unsafe "\(numbers.bytes.count) bytes of \(numbers.type.name)")
  }
  return recordings
}

@c @implementation
public func engram_append(
  _ path: CText, _ runs: CText, _ epochs: UnsafePointer<Double>?, _ epochCount: Int64,
  _ statistics: UnsafePointer<UnsafePointer<CChar>?>?, _ statisticCount: Int64, _ values: UnsafeRawPointer?,
  _ byteCount: Int, _ type: Int32, _ options: UnsafePointer<engram_write_options>?, _ work: UnsafePointer<engram_work>?,
  _ report: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    guard epochCount >= 0, unsafe epochs != nil || epochCount == 0 else {
      throw EngramError(.usage, "there are no epochs", place: "argument epochs", found: "NULL")
    }
    let names = try unsafe words(Int32(clamping: statisticCount), statistics)
    // SAFETY: the caller has so many epochs there.
    let axis = unsafe Array(UnsafeBufferPointer(start: epochs, count: Int(epochCount)))
    let numbers = try unsafe CallersNumbers(values, byteCount, try elementType(type))
    let given = try recordings(
      try unsafe text(runs, "runs"), of: numbers, epochs: axis.count, statistics: names.count)
    let write = try unsafe writeOptions(options, work)
    let (store, isNew) = try TrajectoryStore.openOrCreate(at: try unsafe text(path, "path"))
    do throws(EngramError) {
      let done = try store.append(given, epochs: axis, statistics: names, options: write)
      try unsafe TextHandle.put(reportText(done), report)
    } catch {
      // What failed leaves nothing behind; the first error is the one to tell.
      if isNew { _ = try? store.removeIfEmpty() }
      throw error
    }
  }
}

/// A run that grows.
final class RecorderHandle {
  let recorder: Recorder

  init(_ recorder: Recorder) { self.recorder = recorder }
}

@c @implementation
public func engram_recorder_open(
  _ path: CText, _ run: CText, _ options: UnsafePointer<engram_write_options>?, _ recorder: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(recorder, "recorder")
    let object = try JSONValue(parsing: try unsafe text(run, "run")).asObject()
    try object.checkKeys(["run", "layers", "statistics", "type"])
    let description = try RunDescription(object)
    let write = try unsafe writeOptions(options)
    let store = try TrajectoryStore.openOrCreate(at: try unsafe text(path, "path")).store
    let begun = try store.recorder(
      run: description.metadata, layers: description.layers, statistics: try object.strings("statistics"),
      elementType: try RunDescription.elementType(object), options: write)
    unsafe place.pointee = handle(RecorderHandle(begun))
  }
}

@c @implementation
public func engram_recorder_is_resumed(_ recorder: Handle) -> Int32 {
  unsafe known(recorder, RecorderHandle.self)?.recorder.isResumed == true ? 1 : 0
}

@c @implementation
public func engram_recorder_epoch_count(_ recorder: Handle) -> Int64 {
  unsafe Int64(known(recorder, RecorderHandle.self)?.recorder.epochs.count ?? 0)
}

@c @implementation
public func engram_recorder_epochs(
  _ recorder: Handle, _ epochs: UnsafeMutablePointer<Double>?, _ capacity: Int64, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    try unsafe copy(try object(recorder, RecorderHandle.self).recorder.epochs, to: epochs, capacity: capacity)
  }
}

@c @implementation
public func engram_recorder_record(
  _ recorder: Handle, _ epoch: Double, _ values: UnsafeRawPointer?, _ byteCount: Int, _ metrics: CText,
  _ isDurable: Int32, _ isNew: UnsafeMutablePointer<Int32>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let recorder = try unsafe object(recorder, RecorderHandle.self).recorder
    let type = recorder.run.elementType
    let numbers = try unsafe CallersNumbers(values, byteCount, type)
    guard byteCount % type.byteCount == 0 else {
      throw EngramError(
        .usage, "the values are no whole numbers of their type", place: "argument values", expected: type.name,
        found: "\(byteCount) bytes")
    }
    var scalars: [String: Double] = [:]
    if let json = try unsafe optionalText(metrics, "metrics") {
      for member in try JSONValue(parsing: Array(json.utf8), nonFinite: .bare).asObject().members {
        scalars[member.key] = try RunDescription.number(member.value)
      }
    }
    let outcome = try recorder.record(
      epoch: epoch, values: numbers.values(0..<(byteCount / type.byteCount)), metrics: scalars,
      isDurable: isDurable != 0)
    if let isNew = unsafe isNew { unsafe isNew.pointee = outcome == .recorded ? 1 : 0 }
  }
}

@c @implementation
public func engram_recorder_finish(_ recorder: Handle, _ report: HandlePlace, _ error: HandlePlace) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let done = try unsafe object(recorder, RecorderHandle.self).recorder.finish()
    try unsafe TextHandle.put(reportText(done), report)
  }
}

@c @implementation
public func engram_recorder_free(_ recorder: Handle) { unsafe release(recorder) }
