// TrajectoryView+JSON.swift -- a view as JSON, as results keep it.
//   {"version": 1, "name": "random-start:15x4", "epochs": "all",
//    "random_start": {"period": 15, "count": 4, "seed": 0}, "mean": false, "zscore": false, "positions": true}
//   {"version": 1, "name": "last", "epochs": "all", "choice": "last", …}
//   {"version": 1, "name": "first third", "epochs": "all", "portion": {"index": 0, "count": 3}, …}

public import Base
import TrajectoryModel

extension TrajectoryView {
  /// The version of the JSON form that this code writes and reads.
  public static let version: Int64 = 1

  /// The JSON form, with every choice spelled out.
  public var json: JSONValue {
    var object = JSONObject()
    object["version"] = .integer(Self.version)
    object["name"] = .string(name)
    object["epochs"] = .string(epochs.text)
    switch samples {
    case .all: break
    case .randomStart(let plan):
      let period = Int64(exactly: plan.period).map { JSONValue.integer($0) } ?? .real(plan.period)
      object["random_start"] = [
        "period": period, "count": .integer(Int64(plan.count)), "seed": .integer(Int64(plan.seed)),
      ]
    case .portion(let portion):
      object["portion"] = ["index": .integer(Int64(portion.index)), "count": .integer(Int64(portion.count))]
    case .choice(let choice): object["choice"] = .string(choice.text)
    }
    object["mean"] = .bool(isMean)
    object["zscore"] = .bool(isStandardized)
    object["positions"] = .bool(hasPositions)
    return .object(object)
  }

  /// Reads the JSON form; what is left out is as in ``whole``.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names the key when one is unknown, missing or out of range, and
  ///   `unsupported` for a newer version.
  public init(json: JSONValue) throws(EngramError) {
    self = try json.document("trajectory view", version: Self.version, Self.read)
  }

  private static func read(_ object: JSONObject) throws(EngramError) -> TrajectoryView {
    try object.checkKeys([
      "version", "name", "epochs", "random_start", "portion", "choice", "mean", "zscore", "positions",
    ])
    func flag(_ key: String) throws(EngramError) -> Bool {
      try object.optional(key) { (value) throws(EngramError) in try value.asBool() } ?? false
    }
    let start = try object.optional("random_start") { (value) throws(EngramError) in
      try readRandomStart(try value.asObject())
    }
    let portion = try object.optional("portion") { (value) throws(EngramError) in
      try readPortion(try value.asObject())
    }
    let choice = try object.optional("choice") { (value) throws(EngramError) in
      let text = try value.asString()
      if let choice = EpochChoice(parsing: text) { return choice }
      throw EngramError(
        .usage, "this chooses no epoch", expected: "first, last, at-most:N or best:METRIC[:min|max]", found: "'\(text)'"
      )
    }
    let ways: [Samples] = [
      start.map { .randomStart($0) }, portion.map { .portion($0) }, choice.map { .choice($0) },
    ].compactMap { $0 }
    guard ways.count <= 1 else {
      throw EngramError(
        .usage, "a view samples in one way", place: "key \"\(choice == nil ? "portion" : "choice")\"",
        expected: "one of random_start, portion and choice", mend: "leave the others out")
    }
    let samples = ways.first ?? .all
    let epochs = try object.optional("epochs") { (value) throws(EngramError) in
      try EpochSelection(parsing: try value.asString())
    }
    return TrajectoryView(
      name: try object.optional("name") { (value) throws(EngramError) in try value.asString() },
      epochs: epochs ?? .all, samples: samples, isMean: try flag("mean"), isStandardized: try flag("zscore"),
      hasPositions: try flag("positions"))
  }

  private static func readRandomStart(_ object: JSONObject) throws(EngramError) -> RandomStart {
    try object.checkKeys(["period", "count", "seed"])
    let seed = try object.optional("seed") { (value) throws(EngramError) in
      try number(value, in: 0...Int64(UInt32.max))
    }
    let period = try object.real("period")
    guard period > 0 else {
      throw EngramError(
        .usage, "a period is above 0", place: "key \"period\"", expected: "such as 15", found: "\(period)")
    }
    let count = try object.require("count") { (value) throws(EngramError) in try number(value, in: 1...1 << 31) }
    return RandomStart(period: period, count: Int(count), seed: UInt32(seed ?? 0))
  }

  private static func readPortion(_ object: JSONObject) throws(EngramError) -> Portion {
    try object.checkKeys(["index", "count"])
    let count = try object.require("count") { (value) throws(EngramError) in try number(value, in: 1...1 << 31) }
    let index = try object.require("index") { (value) throws(EngramError) in try number(value, in: 0...(count - 1)) }
    return Portion(index: Int(index), count: Int(count))
  }

  private static func number(_ value: JSONValue, in bounds: ClosedRange<Int64>) throws(EngramError) -> Int64 {
    let number = try value.asInteger()
    guard bounds.contains(number) else {
      throw EngramError(
        .usage, "a number is out of range", expected: "\(bounds.lowerBound) to \(bounds.upperBound)", found: "\(number)"
      )
    }
    return number
  }
}
