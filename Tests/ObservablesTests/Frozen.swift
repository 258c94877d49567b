// Frozen.swift -- NumPy's frozen answers, and how near to them a measurement must be.

import Base
import Observables
import TestSupport
import Testing
import TrajectoryModel

/// NumPy's frozen answers.
enum Frozen {
  static let all = (try? Fixtures.json("parity/observables.json").asObject()) ?? JSONObject()

  /// Numbers of JSON; what is none of those is text.
  static func numbers(_ value: JSONValue) throws -> [Double] {
    try value.asArray().map { element in
      switch element {
      case .string("nan"): .nan
      case .string("inf"): .infinity
      case .string("-inf"): -.infinity
      default: try element.asReal()
      }
    }
  }

  static func numbers(_ name: String, of object: JSONObject) throws -> [Double] {
    try numbers(object.require(name) { (value) in value })
  }

  /// Records an issue unless the values are those frozen under `values`, to a part in 10^12 of those under `scales`.
  static func expect(
    _ values: [Double], are frozen: JSONObject, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try numbers("values", of: frozen)
    let scales = try numbers("scales", of: frozen)
    #expect(values.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    for (index, value) in values.enumerated() {
      let isSame =
        value.isNaN
        ? expected[index].isNaN
        : value == expected[index] || abs(value - expected[index]) <= 1e-12 * max(scales[index], 1e-300)
      #expect(isSame, "\(what), statistic \(index): \(value) for \(expected[index])", sourceLocation: sourceLocation)
    }
  }
}

extension ObservableMeter {
  /// Adds activations as Float32 or Float64, in blocks of so many stimuli.
  mutating func add(
    _ numbers: [Double], type: ElementType, units: Int, blocks: Int = .max, work: WorkContext = WorkContext()
  ) throws {
    let size = min(blocks, numbers.count / units) * units
    for start in stride(from: 0, to: numbers.count, by: size) {
      let part = Array(numbers[start..<min(start + size, numbers.count)])
      // The compiler stops at a span of what has no name here.
      let floats = part.map { Float($0) }
      if type == .float32 {
        try addActivations(floats.span, units: units, work: work)
      } else {
        try addActivations(part.span, units: units, work: work)
      }
    }
  }
}
