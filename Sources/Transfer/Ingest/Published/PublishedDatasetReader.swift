// PublishedDatasetReader.swift -- finds the parts of the published layout and says what is there when one is not.

import Base
import Formats
import TrajectoryModel

/// Finds the parts of the published layout in a value.
struct PublishedDatasetReader {
  let file: String
  /// Our name to the file's.
  let map: [String: String]
  let root: PickleValue

  /// The file's name of a key or field; nil when the user says that there is none.
  func foundName(_ ours: String) -> String? {
    let name = map[ours] ?? ours
    return name.isEmpty ? nil : name
  }

  /// The value of a key, or nil when the file has none.
  func part(_ ours: String) -> PickleValue? { foundName(ours).flatMap { root[key: $0] } }

  func failure(
    _ message: String, place: String? = nil, expected: String? = nil, found: String? = nil, mend: Mend? = nil
  )
    -> EngramError
  {
    EngramError(.invalidData, message, file: file, place: place, expected: expected, found: found, mend: mend)
  }

  /// What the file holds, for messages.
  private var contents: String {
    guard case .dictionary(let items) = root else { return root.summary }
    return items.prefix(40).map { item in
      if case .text(let name) = item.key { return "\(name): \(Self.summary(item.value))" }
      return "\(item.key.summary): \(item.value.summary)"
    }.joined(separator: "; ") + (items.count > 40 ? "; …" : "")
  }

  /// A value's summary, with the names of fields where a dictionary or list of dictionaries holds them.
  static func summary(_ value: PickleValue) -> String {
    var fields = value
    if case .list(let rows) = value, let first = rows.first { fields = first }
    guard case .dictionary(let items) = fields else { return value.summary }
    let names = items.prefix(40).compactMap { item in
      if case .text(let name) = item.key { name } else { nil }
    }
    return "\(value.summary) with \(names.joined(separator: ", "))"
  }

  /// Whether the file is a dictionary with what cannot be missing.
  func checkShape() throws(EngramError) {
    guard case .dictionary(let items) = root else {
      var mend: Mend = "ingest a dictionary with the keys \(PublishedDataset.keys.joined(separator: ", "))"
      if case .array = root {
        mend = "save the array with numpy.save and ingest the .npy file together with a table of metadata"
      }
      throw failure(
        "the pickle is not in the published layout", expected: "a dictionary", found: root.summary, mend: mend)
    }
    for (ours, name) in map.sorted(by: { $0.key < $1.key }) where PublishedDataset.keys.contains(ours) {
      guard name.isEmpty || root[key: name] != nil else {
        throw failure("the file has no key '\(name)' to use as \(ours)", found: contents)
      }
    }
    let missing = ["X", "meta"].filter { part($0) == nil }
    guard !missing.isEmpty else { return }
    let suggestions: [Mend] = missing.map { ours in "\(map: ours, to: Self.likely(ours, items) ?? "NAME")" }
    throw failure(
      "the pickle is not in the published layout: it has no \(missing.joined(separator: " and no "))",
      expected: "the keys \(PublishedDataset.keys.joined(separator: ", "))", found: contents,
      mend: "say which key plays which part, as in \(each: suggestions)")
  }

  /// A key that could play a part, by its type.
  private static func likely(_ ours: String, _ items: [PickleItem]) -> String? {
    for item in items {
      guard case .text(let name) = item.key, !PublishedDataset.keys.contains(name) else { continue }
      switch (ours, item.value) {
      case ("X", .array(let array)) where array.shape.count == 3 && array.type.kind == .float: return name
      case ("meta", .recordArray), ("meta", .dictionary): return name
      default: continue
      }
    }
    return nil
  }

  /// `X`.
  func trajectories() throws(EngramError) -> NumPyArray {
    let value = part("X") ?? .none
    guard case .array(let array) = value, array.type.kind == .float, array.shape.count == 3 else {
      throw failure(
        "the trajectories are of the wrong kind", place: foundName("X"),
        expected: "an array of float32 or float64 (examples, epochs, statistics)", found: value.summary,
        mend: "say which key holds the trajectories with \(map: "X", to: "NAME")")
    }
    guard !array.shape.contains(0) else {
      throw failure("the trajectories are empty", place: foundName("X"), found: value.summary)
    }
    return array
  }

  /// `obs_keys`, or the names given instead.
  func statistics(count: Int, given: [String]?) throws(EngramError) -> [String] {
    let names: [String]
    if let given {
      names = given
    } else {
      guard let value = part("obs_keys") else {
        throw failure(
          "the file does not name its statistics", expected: "the key obs_keys with \(count) names", found: contents,
          mend: "say which key holds the names with \(map: "obs_keys", to: "NAME"), or give the names themselves")
      }
      names = try texts(value, place: foundName("obs_keys") ?? "obs_keys")
    }
    guard names.count == count else {
      throw failure(
        "the names of the statistics do not fit the trajectories", place: foundName("obs_keys"),
        expected: "\(count) names", found: "\(names.count)")
    }
    var seen: Set<String> = []
    for name in names {
      guard !name.isEmpty, seen.insert(name).inserted else {
        throw failure(
          "the names of the statistics must be unique and not empty", place: foundName("obs_keys"),
          found: PickleText.quoted(name.utf8))
      }
    }
    return names
  }

  /// `Y`.
  func labels(count: Int) throws(EngramError) -> [String]? {
    guard let value = part("Y") else { return nil }
    let labels = try texts(value, place: foundName("Y") ?? "Y", count: count)
    guard labels.count == count else {
      throw failure(
        "the labels do not fit the trajectories", place: foundName("Y"), expected: "\(count)", found: "\(labels.count)")
    }
    return labels
  }

  /// A column of text.
  private func texts(_ value: PickleValue, place: String, count: Int? = nil) throws(EngramError) -> [String] {
    var texts: [String] = []
    for value in try values(value, place: place, count: count) {
      guard case .text(let text) = value else {
        throw failure("this must be text", place: place, expected: "text", found: value.description)
      }
      texts.append(text)
    }
    return texts
  }

  /// A column of values of any kind, whose number is checked before anything is loaded.
  func values(_ value: PickleValue, place: String, count: Int? = nil) throws(EngramError) -> [MetadataValue] {
    let items: [PickleValue]
    switch value {
    case .list(let list), .tuple(let list): items = list
    case .objectArray(let shape, let list) where shape.count == 1: items = list
    case .array(let array) where array.shape.count == 1:
      try checkCount(array.shape[0], count, place: place)
      return try elements(array, place: place)
    default:
      throw failure(
        "this must be a column", place: place, expected: "a list or an array of one dimension", found: value.summary)
    }
    try checkCount(items.count, count, place: place)
    var values: [MetadataValue] = []
    values.reserveCapacity(items.count)
    for (row, item) in items.enumerated() { values.append(try plain(item, place: place, row: row)) }
    return values
  }

  func checkCount(_ found: Int, _ expected: Int?, place: String) throws(EngramError) {
    guard let expected, found != expected else { return }
    throw failure(
      "this does not fit the trajectories", place: place, expected: "\(expected) values, one for each example",
      found: "\(found)")
  }

  /// The elements of an array of one dimension.
  private func elements(_ array: NumPyArray, place: String) throws(EngramError) -> [MetadataValue] {
    var values: [MetadataValue] = []
    values.reserveCapacity(array.shape[0])
    let size = array.type.byteCount
    try NumPyElements.forEachBlock(of: array.payload, elementByteCount: size) { _, block throws(EngramError) in
      for start in stride(from: block.startIndex, to: block.endIndex, by: size) {
        guard let value = NumPyElements.value(block[start..<(start + size)], type: array.type) else {
          throw failure("a value is malformed or beyond 64 bits", place: "\(place) row \(values.count)")
        }
        values.append(try plain(value, place: place, row: values.count))
      }
    }
    return values
  }

  /// Longer bytes are no metadata value.
  private static let longestText = 1 << 16

  /// A value as metadata; bytes are text, and NaN is null, as metadata know only one absence.
  func plain(_ value: PickleValue, place: String, row: Int) throws(EngramError) -> MetadataValue {
    switch value {
    case .none: return .null
    case .boolean(let flag): return .integer(flag ? 1 : 0)
    case .integer(let number): return .integer(number)
    case .real(let number): return number.isNaN ? .null : .real(number)
    case .text(let text): return .text(text)
    case .bytes(let source) where source.byteCount <= Self.longestText:
      var text = ""
      try NumPyElements.forEachBlock(of: source, elementByteCount: source.byteCount) { _, block throws(EngramError) in
        text = PickleText.text(ofLegacy: block)
      }
      return .text(text)
    default:
      throw failure(
        "a value is neither a number nor text nor None", place: "\(place) row \(row)", found: value.summary)
    }
  }
}
