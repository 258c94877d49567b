// Meters.swift -- the statistics of a layer from its numbers.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import Observables
import TrajectoryModel

private let statisticNames = CTexts(Statistic.publishedNames)

@c @implementation
public func engram_statistic_name(_ index: Int32) -> CText { unsafe statisticNames[Int64(index)] }

/// A meter, which grows with what it is given.
final class MeterHandle {
  var meter: ObservableMeter

  init(_ meter: ObservableMeter) { self.meter = meter }
}

@c @implementation
public func engram_meter_new(
  _ condition: UnsafePointer<engram_condition>?, _ meter: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(meter, "meter")
    let given = try unsafe options(condition, engram_condition())
    let units: MeasurementCondition.Units =
      if given.unit_count != 0 { .count(Int(given.unit_count)) } else if given.unit_fraction != 0 {
        .fraction(given.unit_fraction)
      } else { .all }
    let measured = try MeasurementCondition(units: units, noiseSD: given.noise_sd, seed: given.seed)
    unsafe place.pointee = handle(MeterHandle(try ObservableMeter(conditions: [measured])))
  }
}

/// Lends numbers of a caller's as a span of their type.
private func withNumbers(
  _ values: UnsafeRawPointer?, _ count: Int64, _ type: Int32,
  float32: (Span<Float>) throws(EngramError) -> Void, float64: (Span<Double>) throws(EngramError) -> Void
) throws(EngramError) {
  let type = try elementType(type)
  guard count >= 0, count <= Int64.max / 8, unsafe values != nil || count == 0 else {
    throw EngramError(.usage, "there are no values", place: "argument values", expected: "\(count)", found: "NULL")
  }
  guard UInt(bitPattern: values) % UInt(type.byteCount) == 0 else {
    throw EngramError(.usage, "the values are not aligned", place: "argument values", expected: type.name)
  }
  // SAFETY: the caller has so many numbers there, and leaves them alone during the call.
  let bytes = unsafe UnsafeRawBufferPointer(start: values, count: Int(count) * type.byteCount)
  switch type {
  case .float32: try unsafe float32(Span(_unsafeBytes: bytes))
  case .float64: try unsafe float64(Span(_unsafeBytes: bytes))
  }
}

@c @implementation
public func engram_meter_add_activations(
  _ meter: Handle, _ values: UnsafeRawPointer?, _ stimuli: Int64, _ units: Int64, _ type: Int32,
  _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let handle = try unsafe object(meter, MeterHandle.self)
    let context = try unsafe workContext(work)
    let (count, isTooMany) = stimuli.multipliedReportingOverflow(by: units)
    try unsafe withNumbers(values, isTooMany ? .max : count, type) { (numbers) throws(EngramError) in
      try handle.meter.addActivations(numbers, units: Int(units), work: context)
    } float64: { (numbers) throws(EngramError) in
      try handle.meter.addActivations(numbers, units: Int(units), work: context)
    }
  }
}

@c @implementation
public func engram_meter_set_weights(
  _ meter: Handle, _ values: UnsafeRawPointer?, _ count: Int64, _ rows: Int64, _ type: Int32,
  _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let handle = try unsafe object(meter, MeterHandle.self)
    _ = try unsafe workContext(work)
    try unsafe withNumbers(values, count, type) { (numbers) throws(EngramError) in
      try handle.meter.addWeights(numbers, rows: Int(rows))
    } float64: { (numbers) throws(EngramError) in
      try handle.meter.addWeights(numbers, rows: Int(rows))
    }
  }
}

@c @implementation
public func engram_meter_add_activity_changes(
  _ meter: Handle, _ values: UnsafeRawPointer?, _ count: Int64, _ type: Int32, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let handle = try unsafe object(meter, MeterHandle.self)
    try unsafe withNumbers(values, count, type) { (numbers) throws(EngramError) in
      handle.meter.addActivityChange(numbers)
    } float64: { (numbers) throws(EngramError) in
      handle.meter.addActivityChange(numbers)
    }
  }
}

@c @implementation
public func engram_meter_read(
  _ meter: Handle, _ values: UnsafeMutablePointer<Double>?, _ isMeasured: UnsafeMutablePointer<UInt8>?,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let found = try unsafe object(meter, MeterHandle.self).meter.observables()
    let all = Statistic.published.map { found[$0] }
    try unsafe copy(all.map { $0 ?? .nan }, to: values, capacity: Int64(all.count))
    if unsafe isMeasured != nil {
      try unsafe copy(all.map { $0 == nil ? 0 : 1 }, to: isMeasured, capacity: Int64(all.count))
    }
  }
}

@c @implementation
public func engram_meter_free(_ meter: Handle) { unsafe release(meter) }
