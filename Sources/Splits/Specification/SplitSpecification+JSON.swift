// SplitSpecification+JSON.swift -- the specification as JSON; schema/split-specification.schema.json describes it.

public import TrajectoryModel

extension SplitSpecification {
  /// The JSON form, with every choice spelled out.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("version", .integer(Self.version)), ("kind", .string(kind.name)), ("label", .string(label)),
    ]
    if let filter { members.append(("where", .string(filter))) }
    if let trainFilter { members.append(("train_where", .string(trainFilter))) }
    if let testFilter { members.append(("test_where", .string(testFilter))) }
    switch kind {
    case .balanced(let plan):
      members.append(("repeats", .integer(Int64(plan.repeats))))
      members.append(("seed", .integer(Int64(plan.seed))))
      members.append(contentsOf: Self.members(of: plan.test, side: "test"))
      members.append(contentsOf: Self.members(of: plan.train, side: "train"))
      members.append(("compatibility", .string(Self.publishedCompatibility)))
    case .holdout(let plan):
      members.append(("by", .array(plan.by.map { .string($0) })))
    }
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    return .object(object)
  }

  /// The one algorithm that balanced splits have: the published code's, index for index.
  public static let publishedCompatibility = "lr-identify"

  private static func members(of size: BalancedSplits.Size, side: String) -> [(String, JSONValue)] {
    switch size {
    case .perClass(let count): [("\(side)_per_class", .integer(Int64(count)))]
    case .fraction(let fraction): [("\(side)_fraction", .real(fraction))]
    case .rest: []
    }
  }

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names the key when one is unknown, missing or out of range, and
  ///   `unsupported` for a newer version.
  public init(json: JSONValue) throws(EngramError) {
    do throws(EngramError) {
      self = try Self.read(try json.asObject())
    } catch {
      var usage = error
      if usage.code != .unsupported { usage.code = .usage }
      usage.message = "the split specification is not valid: \(error.message)"
      throw usage
    }
  }

  private static func read(_ object: JSONObject) throws(EngramError) -> SplitSpecification {
    let version = try object.integer("version")
    guard version == Self.version else {
      throw EngramError(
        .unsupported, "its version is not known here", place: "version", expected: String(Self.version),
        found: String(version), mend: "use a newer version of engram")
    }
    let common = ["version", "kind", "label", "where", "train_where", "test_where"]
    let kind: Kind
    switch try object.string("kind") {
    case "balanced":
      try object.checkKeys(
        common + [
          "repeats", "seed", "test_per_class", "test_fraction", "train_per_class", "train_fraction", "compatibility",
        ])
      if let mode = try text("compatibility", in: object), mode != publishedCompatibility {
        throw EngramError(
          .usage, "there is no such compatibility", place: "compatibility", expected: publishedCompatibility,
          found: mode)
      }
      let repeats = try object.optional("repeats") { (value) throws(EngramError) in try value.asInteger() } ?? 10
      let seed = try object.optional("seed") { (value) throws(EngramError) in try value.asInteger() } ?? 0
      guard let seed = UInt32(exactly: seed) else {
        throw EngramError(
          .usage, "the seed is out of range", place: "seed", expected: "0 to 4294967295", found: "\(seed)")
      }
      kind = .balanced(
        BalancedSplits(
          repeats: Int(repeats), seed: seed, test: try size(of: "test", in: object) ?? .fraction(0.25),
          train: try size(of: "train", in: object) ?? .rest))
    case "holdout":
      try object.checkKeys(common + ["by"])
      kind = .holdout(HoldoutSplits(by: try object.strings("by")))
    case let other:
      throw EngramError(
        .usage, "there is no such kind of split", place: "kind", expected: "balanced or holdout", found: other,
        mend: closestName(to: other, among: ["balanced", "holdout"]).map { "did you mean '\($0)'?" })
    }
    var specification = SplitSpecification(kind)
    if let label = try text("label", in: object) { specification.label = label }
    specification.filter = try text("where", in: object)
    specification.trainFilter = try text("train_where", in: object)
    specification.testFilter = try text("test_where", in: object)
    try specification.check()
    return specification
  }

  private static func text(_ key: String, in object: JSONObject) throws(EngramError) -> String? {
    try object.optional(key) { (value) throws(EngramError) in try value.asString() }
  }

  private static func size(of side: String, in object: JSONObject) throws(EngramError) -> BalancedSplits.Size? {
    let count = try object.optional("\(side)_per_class") { (value) throws(EngramError) in try value.asInteger() }
    let fraction = try object.optional("\(side)_fraction") { (value) throws(EngramError) in try value.asReal() }
    switch (count, fraction) {
    case (nil, nil): return nil
    case (let count?, nil): return .perClass(Int(count))
    case (nil, let fraction?): return .fraction(fraction)
    case (_?, _?):
      throw EngramError(
        .usage, "the size of the \(side) side is given twice", place: "\(side)_fraction",
        expected: "\(side)_per_class or \(side)_fraction", mend: "leave one of them out")
    }
  }

  /// Refuses sizes that cannot be.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names what is out of range.
  public func check() throws(EngramError) {
    switch kind {
    case .balanced(let plan):
      /// More repeats than anyone averages over; the limit keeps a slip of the finger from filling the disk.
      let mostRepeats = 100_000
      guard (1...mostRepeats).contains(plan.repeats) else {
        throw EngramError(
          .usage, "the number of repeats is out of range", place: "repeats", expected: "1 to \(mostRepeats)",
          found: "\(plan.repeats)")
      }
      for (side, size) in [("test", plan.test), ("train", plan.train)] {
        switch size {
        case .perClass(let count) where count < 1:
          throw EngramError(
            .usage, "a side of a split cannot be empty", place: "\(side)_per_class", expected: "at least 1",
            found: "\(count)")
        case .fraction(let fraction) where !(fraction > 0 && fraction < 1):
          throw EngramError(
            .usage, "a fraction is between 0 and 1", place: "\(side)_fraction", expected: "above 0 and below 1",
            found: "\(fraction)")
        case .rest where side == "test":
          throw EngramError(
            .usage, "the size of the test side is missing", place: "test_fraction",
            expected: "test_per_class or test_fraction")
        default: break
        }
      }
    case .holdout(let plan):
      guard !plan.by.isEmpty, Set(plan.by).count == plan.by.count else {
        throw EngramError(
          .usage, "a hold-out names its columns, each once", place: "by", expected: "such as architecture",
          found: plan.by.isEmpty ? "none" : plan.by.joined(separator: ","))
      }
    }
  }
}
