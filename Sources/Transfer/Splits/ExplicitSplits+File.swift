// ExplicitSplits+File.swift -- example ids of splits from .npz, .json, .csv and .tsv files.

public import Base
import Formats
public import Splits
import TrajectoryModel

extension ExplicitSplits {
  /// Reads the sides of splits from a file that another program wrote, as ``read(from:)`` does.
  ///
  /// - Throws: As ``read(from:)``.
  public init(reading path: String) throws(EngramError) { self = try Self.read(from: path).splits }

  /// Reads the sides of splits from a file that another program wrote, and which label they are of, where the file says so.
  ///
  /// - `.npz`: arrays `train_ids` and `test_ids`, as ``SplitExport`` writes them, or `train_0`, `test_0`, `train_1` and so
  ///   on.
  /// - `.json`: `{"splits": [{"name": …, "train": [ids], "test": [ids]}, …]}`; the label is that of the member `specification`.
  /// - `.csv`, `.tsv`: columns `example_id` and `side` (train or test), and `split` where there are several; in the rows of one
  ///   split that ``SplitExport`` wrote, `split` is a field and names none.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a file that holds no sides, for what is no id, and for an id that
  ///   comes twice on a side; what opening and parsing throw.
  public static func read(from path: String) throws(EngramError) -> (splits: ExplicitSplits, label: String?) {
    var notes: [String] = []
    return try read(from: path, &notes)
  }

  /// Reads the sides of splits as ``read(from:)`` does, and says what a user should know about how the file was understood.
  package static func read(
    from path: String, _ notes: inout [String]
  ) throws(EngramError) -> (splits: ExplicitSplits, label: String?) {
    let name = path.lowercased()
    do throws(EngramError) {
      if name.hasSuffix(".npz") {
        return (try splits(arrays: try NpzFile(opening: path)), nil)
      } else if name.hasSuffix(".json") {
        let value = try JSONValue(reading: path, limit: SplitSpecification.mostFileBytes)
        return (try splits(json: value), try label(json: value))
      } else {
        return (try splits(table: try MetadataTable(reading: path), &notes), nil)
      }
    } catch {
      throw error.inFile(path)
    }
  }

  /// The label of the specification of a split set that `split show --json` wrote.
  private static func label(json: JSONValue) throws(EngramError) -> String? {
    let specification = try json.asObject().optional("specification") { (value) throws(EngramError) in
      try value.asObject()
    }
    return try specification?.optional("label") { (value) throws(EngramError) in try value.asString() }
  }

  private static func splits(json: JSONValue) throws(EngramError) -> ExplicitSplits {
    let list = try json.asObject().array("splits")
    var kept: [JSONValue] = []
    for value in list {
      var member = JSONObject()
      for key in ["name", "train", "test"] { member[key] = try value.asObject()[key] }
      kept.append(.object(member))
    }
    var object = JSONObject()
    object["version"] = .integer(SplitSpecification.version)
    object["kind"] = .string("explicit")
    object["splits"] = .array(kept)
    guard case .explicit(let plan) = try SplitSpecification(json: .object(object)).kind else {
      preconditionFailure("an explicit specification is explicit")
    }
    return plan
  }

  private static func splits(arrays file: NpzFile) throws(EngramError) -> ExplicitSplits {
    let sides = Set(file.names.filter { isNumberedSide($0) })
    for (train, test) in [("train_ids", "test_ids"), ("train", "test")] where file.names.contains(train) {
      guard sides.isEmpty else {
        throw EngramError(
          .invalidData, "the file names the sides of splits in two ways", file: file.path,
          expected: "arrays \(train) and \(test), or train_0, test_0, …",
          found: "\(train), and \(sides.sorted().joined(separator: ", "))",
          mend: "keep one of the two")
      }
      return ExplicitSplits([try split("0", try file.array(train), try file.array(test))])
    }
    let pairs = (0..<(sides.count + 1) / 2).map { ("train_\($0)", "test_\($0)") }
    guard !pairs.isEmpty else {
      throw EngramError(
        .invalidData, "the file holds no sides of a split", file: file.path,
        expected: "arrays train_ids and test_ids, or train_0, test_0, …",
        found: "the arrays \(file.names.joined(separator: ", "))")
    }
    let wanted = pairs.flatMap { [$0, $1] }
    if let absent = wanted.first(where: { !sides.contains($0) }) {
      throw EngramError(
        .invalidData, "the arrays of sides are not numbered one after the other, each with its other side",
        file: file.path, expected: "train_0 and test_0, train_1 and test_1, and so on",
        found: "no \(absent), and \(sides.subtracting(wanted).sorted().joined(separator: ", "))",
        mend: "number the splits from 0 without a gap, and give each both sides")
    }
    return ExplicitSplits(
      try pairs.enumerated().map { (index, pair) throws(EngramError) in
        try split(String(index), try file.array(pair.0), try file.array(pair.1))
      })
  }

  /// Whether an array is named as a side of one of several splits: `train_` or `test_`, and a number.
  private static func isNumberedSide(_ name: String) -> Bool {
    ["train_", "test_"].contains { side in
      name.hasPrefix(side) && name.utf8.count > side.utf8.count
        && name.utf8.dropFirst(side.utf8.count).allSatisfy { (48...57).contains($0) }
    }
  }

  private static func split(_ name: String, _ train: NumPyArray, _ test: NumPyArray) throws(EngramError) -> Split {
    var sides: [ExampleSet] = []
    for array in [train, test] {
      let values = try array.metadataValues()
      sides.append(try ids(values, "array \(array.name)"))
    }
    return Split(name: name, train: sides[0], test: sides[1])
  }

  private static func splits(table: MetadataTable, _ notes: inout [String]) throws(EngramError) -> ExplicitSplits {
    func column(_ name: String) -> [MetadataValue]? { table.columns.first { $0.name.lowercased() == name }?.values }
    // An export has the sides first, and calls them `chosen_side` where a field is called `side`.
    let sideNames = ["side", "chosen_side", "chosen_chosen_side"]
    let called = table.columns.filter { sideNames.contains($0.name.lowercased()) }
    // In a user's own table, `side` may be what a subject saw.
    let holding = called.filter { $0.values.allSatisfy { [.text("train"), .text("test")].contains($0) } }
    guard let examples = column("example_id"), let sideColumn = holding.first ?? called.first else {
      throw EngramError(
        .invalidData, "the table has not the columns of a split", expected: "example_id and side, and perhaps split",
        found: table.columns.map(\.name).joined(separator: ", "))
    }
    let sides = sideColumn.values
    if holding.count > 1 || called[0].name != sideColumn.name {
      let names = called.map(\.name).joined(separator: " and ")
      notes.append("of the columns \(names), \(sideColumn.name) has the sides; rename it where that is wrong")
    }
    var names = [String](repeating: "0", count: sides.count)
    if let place = table.columns.firstIndex(where: { $0.name.lowercased() == "split" }) {
      if isExport(table, beforeValues: place) {
        notes.append(
          "the column 'split' is a field, for the file reads like an export of one split; in a table of your own it names the "
            + "splits once example_id stands before \(sideColumn.name)")
      } else {
        names = table.columns[place].values.map(\.description)
      }
    }
    var order: [String] = []
    // By bytes: two names that Unicode has equal are two names.
    var members: [[UInt8]: (train: [MetadataValue], test: [MetadataValue])] = [:]
    for row in sides.indices {
      let key = Array(names[row].utf8)
      if members[key] == nil { order.append(names[row]) }
      switch sides[row] {
      case .text("train"): members[key, default: ([], [])].train.append(examples[row])
      case .text("test"): members[key, default: ([], [])].test.append(examples[row])
      case let other:
        throw EngramError(
          .invalidData, "this is no side of a split", place: "row \(row + 1), column \(sideColumn.name)",
          expected: "train or test", found: "'\(other)'")
      }
    }
    var splits: [Split] = []
    for name in order {
      let both = members[Array(name.utf8)] ?? ([], [])
      splits.append(
        Split(
          name: name, train: try ids(both.train, "split \(name), train"),
          test: try ids(both.test, "split \(name), test")))
    }
    return ExplicitSplits(splits)
  }

  /// Whether a store wrote a table of one split, and a column stands before its values, where the fields are.
  private static func isExport(_ table: MetadataTable, beforeValues place: Int) -> Bool {
    let names = table.columns.map { $0.sourceName ?? $0.name }
    guard names.count > 2, ["side", "chosen_side"].contains(names[0]), names[1] == "example_id" else { return false }
    return names[(place + 1)...].contains { $0.contains("@") || RowColumn.epoch.isName($0) }
  }

  /// Example ids, each once.
  private static func ids(_ values: [MetadataValue], _ place: String) throws(EngramError) -> ExampleSet {
    var ids: [Int64] = []
    ids.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard case .integer(let id) = value, id >= 0, id < 1 << 48 else {
        throw EngramError(
          .invalidData, "this is no example id", place: "\(place), entry \(index)", expected: "a whole number from 0",
          found: "\(value)")
      }
      ids.append(id)
    }
    let set = ExampleSet(ids: ids)
    guard set.count == ids.count else {
      throw EngramError(
        .invalidData, "an example is listed twice on one side", place: place, expected: "each id once",
        found: "\(ids.count) ids, \(set.count) of them different")
    }
    return set
  }
}
