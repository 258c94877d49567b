// RecordedRun.swift -- what a run in progress is: its metadata, layers, statistics and type.

import Base
public import TrajectoryModel

/// What a run that is being recorded is; runs of equal metadata are one run.
public struct RecordedRun: Sendable, Hashable {
  /// Metadata of the run by field name.
  public let metadata: [String: MetadataValue]
  /// The layers, in the order of values.
  public let layers: [Layer]
  /// The names of the statistics, in the order of values.
  public let statistics: [String]
  /// The type of the values.
  public let elementType: ElementType

  /// The fields that tell runs apart, as the store declares them; nil where all do.
  let runKey: [String]?
  /// How many runs of this key were recorded to their end before and have other metadata today.
  var attempt = 0

  /// Values of one checkpoint.
  var valueCount: Int { layers.count * statistics.count }

  /// 32 hexadecimal digits that equal metadata share, whatever the order of their fields.
  ///
  /// Where a store declares what tells runs apart, they are those of these fields and of the names of the layers.
  var key: String {
    var text = ""
    let declared = runKey.map { Set(($0 + ["replicate"]).map { $0.lowercased() }) }
    if runKey != nil { for layer in layers { text += "l\(layer.name.utf8.count):\(layer.name)" } }
    for (name, value) in metadata.map({ ($0.key.lowercased(), $0.value) }).sorted(by: { $0.0 < $1.0 })
    where value != .null && declared?.contains(name) ?? true {
      text += "\(name.utf8.count):\(name)"
      switch value {
      case .null: continue
      case .integer(let number): text += "i\(number);"
      case .real(let number): text += Int64(exactly: number).map { "i\($0);" } ?? "r\(number.bitPattern);"
      case .text(let text_): text += "s\(text_.utf8.count):\(text_)"
      }
    }
    if attempt > 0 { text += "again \(attempt)" }
    return unsafe XXH3.hash128(Array(text.utf8).span.bytes)
  }

  /// Checks what a caller gives.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for layers or statistics that are missing or stand twice.
  init(
    metadata: [String: MetadataValue], layers: [Layer], statistics: [String], elementType: ElementType,
    runKey: [String]? = nil
  ) throws(EngramError) {
    for name in metadata.keys.sorted() { try MetadataField.check(name: name) }
    for (what, names) in [("layer", layers.map(\.name)), ("statistic", statistics)] {
      guard !names.isEmpty, !names.contains("") else {
        throw EngramError(.invalidData, "a run needs a \(what)", expected: "at least one, each with a name")
      }
      guard Set(names).count == names.count else {
        throw EngramError(.invalidData, "a \(what) stands twice", found: names.joined(separator: ", "))
      }
    }
    self.metadata = metadata
    self.runKey = runKey
    self.layers = layers
    self.statistics = statistics
    self.elementType = elementType
  }
}

extension RecordedRun {
  /// The same run with numbers as text where a store has text in their field today.
  ///
  /// - Parameter fields: The fields of the store.
  /// - Returns: The run with values that the fields accept, as far as text makes them so.
  /// - Throws: Nothing for a run that is one.
  func fitting(_ fields: [MetadataField]) throws(EngramError) -> RecordedRun {
    let texts = Set(fields.filter { $0.type == .text }.map { $0.name.lowercased() })
    var fitted = metadata
    for (name, value) in metadata where texts.contains(name.lowercased()) {
      switch value {
      case .null, .text: continue
      // As a field that is widened spells its numbers.
      case .integer, .real: fitted[name] = .text(value.description)
      }
    }
    return try RecordedRun(
      metadata: fitted, layers: layers, statistics: statistics, elementType: elementType, runKey: runKey)
  }

  /// Whether another run equals this one in what tells runs apart, and has the same layers in another order.
  func differsInOrder(from other: RecordedRun) -> Bool {
    guard let runKey, other.layers.map(\.name) != layers.map(\.name),
      Set(other.layers.map(\.name)) == Set(layers.map(\.name))
    else { return false }
    let (own, others) = (given, other.given)
    return (runKey + ["replicate"]).map { $0.lowercased() }.allSatisfy { own[$0] == others[$0] }
  }
}

extension RecordedRun {
  /// The JSON of a journal's first block.
  var json: JSONValue {
    var fields = JSONObject()
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      fields[name] =
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        // Bits, for JSON has no infinity and does not tell 1 from 1.0.
        case .real(let number): ["real": .integer(Int64(bitPattern: number.bitPattern))]
        case .text(let text): .string(text)
        }
    }
    return [
      "version": 1, "metadata": .object(fields),
      "layers": .array(
        layers.map { ["name": .string($0.name), "position": $0.position.map { .string($0.rawValue) } ?? .null] }),
      "statistics": .array(statistics.map { .string($0) }), "type": .string(elementType.name),
    ]
  }

  /// Reads the JSON of a journal's first block.
  init(journal json: JSONValue) throws(EngramError) {
    let object = try json.asObject()
    guard try object.integer("version") == 1 else {
      throw EngramError(.unsupported, "the journal is of a newer version", mend: "use a newer version of this program")
    }
    var metadata: [String: MetadataValue] = [:]
    for member in try object.object("metadata").members {
      metadata[member.key] =
        switch member.value {
        case .integer(let number): .integer(number)
        case .string(let text): .text(text)
        case .object(let real): .real(Double(bitPattern: UInt64(bitPattern: try real.integer("real"))))
        default: .null
        }
    }
    let layers = try object.array("layers").map { (value) throws(EngramError) in
      let layer = try value.asObject()
      let position = layer["position"].flatMap { value -> String? in
        if case .string(let text) = value { text } else { nil }
      }
      return Layer(name: try layer.string("name"), position: position.flatMap { LayerPosition(rawValue: $0) })
    }
    guard let type = ElementType(name: try object.string("type")) else {
      throw EngramError(.corrupt, "the journal names no type", place: "key \"type\"", found: try object.string("type"))
    }
    try self.init(metadata: metadata, layers: layers, statistics: try object.strings("statistics"), elementType: type)
  }
}
