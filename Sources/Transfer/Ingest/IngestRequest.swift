// IngestRequest.swift -- which files to ingest and how to understand them; opening tells the formats apart.

public import Base
import Formats
public import TrajectoryModel
import TrajectoryStore

/// Which files to ingest and how to understand them.
///
/// The format is told by the first bytes of the file, not by its name: a Python pickle in the published layout, an
/// `.npy` or `.npz` array of a user's own with a table of metadata, or a table of trajectories.
public struct IngestRequest: Sendable, Hashable {
  /// The pickle, or the file of the array.
  public var source: String
  /// The member of an `.npz` that holds the values, or nil for its only three-dimensional one.
  public var array: String?
  /// A CSV, TSV or JSON table with one row an example, or nil.
  public var metadata: String?
  /// Names of the statistics: `a,b,c`, `published`, or a file; nil where the source has them.
  public var statistics: String?
  /// The epochs: `0,5,10`, `0:100:5`, or a file; nil where the source has them.
  public var epochs: String?
  /// Our name of a field or key to the name it has in the files.
  public var map: [String: String]
  /// What the cells of tables mean.
  public var rules: TableRules
  /// How a table of trajectories holds them.
  public var format = SeriesFormat.auto
  /// The type of the values of a table of trajectories, whose text does not say it; nil for Float64, and in a correction for
  /// the type of what they take the place of.
  public var valueType: ElementType?
  /// The type of the values of such a table where ``valueType`` says none: that of the store which it corrects.
  var storedType: ElementType?
  /// Names of fields of the store in lower case that are not also those of its statistics: columns of them are fields.
  var storedFields: Set<String> = []

  /// Makes a request.
  public init(
    source: String, array: String? = nil, metadata: String? = nil, statistics: String? = nil, epochs: String? = nil,
    map: [String: String] = [:], rules: TableRules = TableRules()
  ) {
    self.source = source
    self.array = array
    self.metadata = metadata
    self.statistics = statistics
    self.epochs = epochs
    self.map = map
    self.rules = rules
  }

  /// Adds what the request names to a store, in one commit; a store that does not exist is made.
  ///
  /// - Throws: ``EngramError`` that names file, place, what was expected and found, and the mend; the store is then as
  ///   it was before.
  public func ingest(into store: String, options: IngestOptions = IngestOptions()) throws(EngramError) -> IngestReport {
    try Ingest.run(try open(for: store, options), into: store, options: options)
  }

  /// Says what ``ingest(into:options:)`` would do, and changes nothing.
  ///
  /// - Parameters:
  ///   - store: The store that the input would be added to; it need not be there.
  ///   - options: How the ingest would go about it.
  /// - Returns: What was understood, what of it is stored already, and why it would be refused, if it would be.
  /// - Throws: As ``ingest(into:options:)``, but for what the store has already.
  public func preview(
    into store: String, options: IngestOptions = IngestOptions()
  ) throws(EngramError) -> IngestPreview {
    try Ingest.preview(try open(for: store, options), into: store, options: options)
  }

  /// Opens the files; a field that is text in a store, as the standard ones are in a new one, is read as text.
  private func open(for store: String, _ options: IngestOptions) throws(EngramError) -> IngestInput {
    var request = self
    let given = Set(rules.types.keys.map { $0.lowercased() })
    var fields = MetadataField.standard
    if TrajectoryStore.exists(at: store) {
      let snapshot = try TrajectoryStore(opening: store).snapshot()
      if options.repeats == .update, snapshot.elementTypes(of: snapshot.allExamples) == [.float32] {
        request.storedType = .float32
      }
      fields = try snapshot.fields()
      let statistics = Set(
        snapshot.recorded(snapshot.allExamples).flatMap(\.columns.statistics).map { $0.lowercased() })
      request.storedFields = Set(fields.map { $0.name.lowercased() }).subtracting(statistics)
    }
    for field in fields where field.type == .text && !given.contains(field.name.lowercased()) {
      request.rules.types[field.name] = .text
      request.rules.optionalTypes.insert(field.name)
    }
    request.rules.fieldsOfRuns = Set((fields.map(\.name) + (options.runFields ?? [])).map { $0.lowercased() })
    return try request.open(runFields: options.runFields, work: options.write.work)
  }

  /// Opens the files; of the values nothing but their description is read.
  package func open(
    runFields: [String]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> IngestInput {
    let file = try InputFile(opening: source)
    let start = try FileSlice(file: file, offset: 0, byteCount: file.byteCount).bytes(
      0..<min(ForeignFile.bytesToTell, file.byteCount))
    let isTable = StreamCompression(firstBytes: start) != nil || start.isText
    if !isTable { try checkOptionsOfTables() }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return try openRecordings() }
    if let foreign = ForeignFile(start, of: file) {
      guard foreign.isNumPyArchive else { throw foreign.error(file: source) }
      return try openRecordings()
    }
    if isTable {
      return try openSeries(runFields: runFields, work: work)
    }
    return try openPickle(isPlain: start.isPlain, isComment: start.first == UInt8(ascii: "#"), work: work)
  }

  /// Refuses what is said of the cells of tables where there is no table, and of trajectories in a table where these are none.
  private func checkOptionsOfTables() throws(EngramError) {
    var unused: [(what: String, found: String)] = []
    if format != .auto { unused.append(("how a table holds trajectories", format.rawValue)) }
    if let valueType { unused.append(("the type of the values of a table of trajectories", valueType.name)) }
    if metadata == nil {
      for name in rules.types.keys.sorted() where !rules.optionalTypes.contains(name) {
        unused.append(("the type of a column of a table", name))
      }
      if !rules.missing.isEmpty {
        unused.append(("words of a table that stand for no value", rules.missing.joined(separator: ", ")))
      }
      if rules.decimal != .point { unused.append(("the decimal mark of a table", rules.decimal.rawValue)) }
      if let delimiter = rules.delimiter { unused.append(("the delimiter of a table", delimiter.rawValue)) }
    }
    guard let first = unused.first else { return }
    throw EngramError(
      .usage, "\(first.what) is said, and the file is none", file: source, expected: "a table",
      found: "'\(first.found)'",
      mend: "leave it out: arrays and pickles have types of their own")
  }

  /// Opens a pickle; what is plain text and turns out to be none is a table that lacks something.
  private func openPickle(isPlain: Bool, isComment: Bool, work: WorkContext) throws(EngramError) -> IngestInput {
    let beside = [(array, "a name of an array", Mend.Option.array), (metadata, "a table of metadata", .metadata)]
    for (name, what, option) in beside where name != nil {
      throw EngramError(
        .usage, "\(what) belongs to .npy and .npz files", file: source, found: "a file that is neither",
        mend: "leave \(option: option) out; for a pickle of other names use \(option: .map)")
    }
    let value: PickleValue
    do throws(EngramError) {
      value = try PickleFile.read(path: source, work: work)
    } catch {
      /// A pickle says so in its first bytes; what fails there is most likely something else.
      let start = 16
      guard error.code == .corrupt || error.code == .unsupported, let offset = error.offset, offset < start else {
        throw error
      }
      if isPlain {
        throw EngramError(
          .invalidData, "the text is no table that can be read", file: source, place: "line 1",
          expected: "names of columns, parted by , ; tab or |", found: "a line without any of these",
          mend: isComment
            ? "remove the lines before the names of the columns"
            : "write the table as CSV, with the names of its columns in the first line")
      }
      throw EngramError(
        .invalidData, "this is neither a pickle nor an .npy or .npz array", file: source, offset: offset,
        found: error.message,
        mend: "give a file of one of these kinds; a table of metadata goes with \(option: .metadata)")
    }
    var axes = AxisNames(npz: nil, file: source)
    let dataset =
      if let statistics {
        try PublishedDataset(
          value, file: source, map: map,
          statistics: { (count) throws(EngramError) in try axes.statistics(statistics, count: count) },
          work: work)
      } else {
        try PublishedDataset(value, file: source, map: map, work: work)
      }
    let times = if let epochs { try axes.epochs(epochs, count: dataset.epochCount) } else { nil as [Double]? }
    return IngestInput(
      source: source, format: "a pickle in the published layout", values: dataset.trajectories,
      statistics: dataset.statistics, epochs: times,
      positions: dataset.positions, columns: dataset.metadata)
  }

  private func openRecordings() throws(EngramError) -> IngestInput {
    let recordings = try UserRecordings(
      .init(
        array: source, arrayName: array, metadata: metadata, statistics: statistics, epochs: epochs, rules: rules,
        map: map))
    return IngestInput(
      source: source, metadataSource: metadata, format: recordings.format, parts: try recordings.parts(),
      columns: recordings.metadata, sourceRuns: recordings.sourceRuns,
      notes: recordings.notes + recordings.unused.map { "the array '\($0.name)' was not used: \($0.reason)" })
  }
}

extension [UInt8] {
  /// Whether there are no control characters but those of lines of text.
  fileprivate var isPlain: Bool { allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D } }

  /// Whether the first bytes of a file are those of a table of text, rather than of a pickle.
  ///
  /// A pickle of protocol 0 is text, too, and begins with the opcode of a list, a dictionary or a global.
  fileprivate var isText: Bool {
    if isEmpty { return false }
    // UTF-16 is text that is refused with its name.
    if starts(with: [0xFF, 0xFE]) || starts(with: [0xFE, 0xFF]) { return true }
    // A header may be longer than what is looked at.
    let first = self[(starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)...].drop { $0 == 0x0A || $0 == 0x0D }
    if first.isEmpty { return true }
    let line = first.prefix { $0 != 0x0A && $0 != 0x0D }
    guard line.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else { return false }
    if line.first == UInt8(ascii: "{") || line.first == UInt8(ascii: "[") { return true }
    if line.contains(where: { [0x2C, 0x3B, 0x09, 0x7C].contains($0) }) { return true }
    // A name may be longer than what is looked at; the lines of a pickle are short.
    return line.endIndex == ForeignFile.bytesToTell && isPlain
  }
}
