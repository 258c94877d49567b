// TrainingSettings+JSON.swift -- settings as JSON: those of plans, of states and of the recipe that a run names.

package import Base

extension TrainingSettings {
  /// The keys of the six fields that every run has.
  package static let gridKeys = ["task", "architecture", "learning_rule", "batch_size", "model_seed", "dataset_seed"]

  /// The other keys.
  package static let settingKeys = [
    "recipe", "epochs", "checkpoint_every", "epoch_images", "image_size", "width", "stem_size", "stem_stride", "gain",
    "norm_decay", "dropout",
    "rate", "constant_rate", "decay", "clip", "temperature", "rule_options", "feedback_change",
  ]

  /// The settings other than the six fields, where they are not the published ones.
  package var recipeJSON: JSONObject {
    let usual = TrainingSettings()
    var json = JSONObject()
    if epochs != usual.epochs { json["epochs"] = .count(epochs) }
    if checkpointEvery != usual.checkpointEvery { json["checkpoint_every"] = .count(checkpointEvery) }
    json["epoch_images"] = epochImages.map { .count($0) }
    json["image_size"] = imageSize.map { .count($0) }
    if size.width != 1 { json["width"] = .real(size.width) }
    json["stem_size"] = size.stemSize.map { .count($0) }
    json["stem_stride"] = size.stemStride.map { .count($0) }
    json["gain"] = size.gain.map { .real($0) }
    json["norm_decay"] = size.normDecay.map { .real($0) }
    json["dropout"] = size.dropout.map { .real($0) }
    json["rate"] = rate.map { .real($0) }
    json["constant_rate"] = hasConstantRate.map { .bool($0) }
    json["decay"] = decay.map { .real($0) }
    if clip != usual.clip { json["clip"] = .real(clip) }
    if temperature != usual.temperature { json["temperature"] = .real(temperature) }
    if !ruleOptions.isEmpty {
      var options = JSONObject()
      for (name, value) in ruleOptions.sorted(by: { $0.key < $1.key }) { options[name] = .real(value) }
      json["rule_options"] = .object(options)
    }
    if changesByFeedback { json["feedback_change"] = .bool(true) }
    return json
  }

  /// What the recipe is called where nobody named it.
  var recipeText: String {
    let json = recipeJSON
    if json.members.isEmpty { return "published" }
    return json.members.map { "\($0.key)=\($0.value.description)" }.joined(separator: " ")
  }

  /// All of it, as text that is the same for equal settings.
  package var canonicalText: String {
    var json = recipeJSON
    json["task"] = .string(task)
    json["architecture"] = .string(architecture.rawValue)
    json["learning_rule"] = .string(rule)
    json["batch_size"] = .count(batchSize)
    json["model_seed"] = modelSeed.map { .integer($0) } ?? .null
    json["dataset_seed"] = datasetSeed.map { .integer($0) } ?? .null
    json["recipe"] = recipe.map { .string($0) } ?? .null
    return JSONValue.object(json).description
  }

  /// Takes over what an object sets.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a key that is not known or a value that cannot be.
  package mutating func apply(_ json: JSONObject, allowed: [String] = settingKeys) throws(EngramError) {
    try json.checkKeys(allowed)
    for member in json.members {
      do throws(EngramError) {
        try apply(member.key, member.value)
      } catch {
        var placed = error
        placed.place = "key \"\(member.key)\"" + (error.place.map { ", \($0)" } ?? "")
        throw placed
      }
    }
  }

  private mutating func apply(_ key: String, _ value: JSONValue) throws(EngramError) {
    switch key {
    case "task": task = try value.asString()
    case "architecture": architecture = try Self.architecture(try value.asString())
    case "learning_rule": rule = try value.asString()
    case "batch_size": batchSize = try Self.whole(value, 1...1_000_000)
    case "model_seed": modelSeed = try Self.seed(value)
    case "dataset_seed": datasetSeed = try Self.seed(value)
    case "recipe": recipe = try value.asString()
    case "epochs": epochs = try Self.whole(value, 1...1_000_000)
    case "checkpoint_every": checkpointEvery = try Self.whole(value, 1...1_000_000)
    case "epoch_images": epochImages = try Self.whole(value, 1...1_000_000_000)
    case "image_size": imageSize = try Self.whole(value, 1...4096)
    case "width": size.width = try Self.number(value, above: 0, atMost: 64)
    case "stem_size": size.stemSize = try Self.whole(value, 1...64)
    case "stem_stride": size.stemStride = try Self.whole(value, 1...64)
    case "gain": size.gain = try Self.number(value, above: 0, atMost: 1000)
    case "norm_decay": size.normDecay = try Self.number(value, above: -.leastNonzeroMagnitude, atMost: 0.999999)
    case "dropout": size.dropout = try Self.number(value, above: -.leastNonzeroMagnitude, atMost: 0.999999)
    case "rate": rate = try Self.number(value, above: 0, atMost: 1e6)
    case "constant_rate": hasConstantRate = try value.asBool()
    case "decay": decay = try Self.number(value, above: -.leastNonzeroMagnitude, atMost: 1e6)
    case "clip": clip = try Self.number(value, above: -.leastNonzeroMagnitude, atMost: 1e30)
    case "temperature": temperature = try Self.number(value, above: 0, atMost: 1e6)
    case "feedback_change": changesByFeedback = try value.asBool()
    default:
      for option in try value.asObject().members { ruleOptions[option.key] = try option.value.asReal() }
    }
  }

  /// The architecture of a name.
  package static func architecture(_ name: String) throws(EngramError) -> Architecture {
    if let architecture = Architecture(rawValue: name) { return architecture }
    let names = Architecture.allCases.map(\.rawValue)
    throw EngramError(
      .invalidData, "there is no such architecture", expected: names.joined(separator: ", "), found: name,
      mend: closestName(to: name, among: names).map { "did you mean \($0)?" })
  }

  private static func whole(_ value: JSONValue, _ bounds: ClosedRange<Int64>) throws(EngramError) -> Int {
    let number = try value.asInteger()
    guard bounds.contains(number) else {
      throw EngramError(
        .invalidData, "a setting is out of range", expected: "\(bounds.lowerBound) to \(bounds.upperBound)",
        found: "\(number)")
    }
    return Int(number)
  }

  private static func number(_ value: JSONValue, above low: Double, atMost high: Double) throws(EngramError) -> Double {
    let number = try value.asReal()
    guard number > low, number <= high else {
      throw EngramError(
        .invalidData, "a setting is out of range", expected: "\(low < 0 ? "at least 0" : "above 0"), at most \(high)",
        found: "\(number)")
    }
    return number
  }

  private static func seed(_ value: JSONValue) throws(EngramError) -> Int64? {
    if value == .null { return nil }
    return Int64(try whole(value, 0...Int64(UInt32.max)))
  }
}
