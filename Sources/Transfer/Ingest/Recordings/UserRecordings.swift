// UserRecordings.swift -- a user's own recordings: an array, the names of its axes, and metadata about its examples.

package import Base
package import Formats
package import TrajectoryModel

/// Recordings of a user's own, joined from an array file, the names of its axes and a table of metadata.
///
/// Nothing of the array but its header has been read.
package struct UserRecordings: Sendable {
  /// Where the parts are.
  package struct Request: Sendable {
    /// An .npy or .npz file.
    package var array: String
    /// The member of the .npz, or nil for its only three-dimensional one.
    package var arrayName: String?
    /// A CSV, TSV or JSON table, or nil for the one-dimensional members of the .npz.
    package var metadata: String?
    /// `a,b,c`, `published`, a file, or a member; nil for the member `obs_keys` or `statistics`.
    package var statistics: String?
    /// `0,5,10`, `0:100:5` (the end counts), `0::5`, a file, or a member; nil for the member `epochs`.
    package var epochs: String?
    /// What the cells of the table mean.
    package var rules: TableRules
    /// Our names of fields to the names that they have in the table or the .npz.
    package var map: [String: String]

    /// Makes a request.
    package init(
      array: String, arrayName: String? = nil, metadata: String? = nil, statistics: String? = nil,
      epochs: String? = nil,
      rules: TableRules = TableRules(), map: [String: String] = [:]
    ) {
      self.array = array
      self.arrayName = arrayName
      self.metadata = metadata
      self.statistics = statistics
      self.epochs = epochs
      self.rules = rules
      self.map = map
    }
  }

  /// The values (examples, epochs, statistics).
  package let x: NumPyArray
  /// The file of the array.
  package let file: String
  /// What kind of file the array is in, and where the metadata come from.
  package let format: String
  /// The names of the statistics, as many as the array has.
  package let statistics: [String]
  /// The epochs, increasing, as many as the array has; those of all examples where each stands at an epoch of its own.
  package let epochs: [Double]
  /// Which examples stand at which epoch, where each stands at an epoch of its own.
  let byEpoch: ExamplesByEpoch?
  /// The columns of metadata, one value for each example; may be none.
  package let metadata: [MetadataColumn]
  /// What tells the runs of each example apart beside the metadata: the runs of the store that wrote the file.
  package let sourceRuns: [MetadataValue]?
  /// Members of the .npz that were not used, and why.
  package private(set) var unused: [(name: String, reason: String)]
  /// What a user should know about how the metadata were understood.
  package private(set) var notes: [String] = []

  /// Opens and joins the parts.
  ///
  /// - Throws: ``EngramError`` with code `usage` when the axes have no names or the array must be named, `invalidData` when
  ///   parts do not fit together, and whatever reading the parts throws.
  package init(_ request: Request) throws(EngramError) {
    let source = try RecordedArray(request.array, name: request.arrayName)
    let (examples, epochCount, statisticCount) = try ExampleBlocks.extents(of: source.array, file: request.array)
    var axes = AxisNames(npz: source.npz, file: request.array)
    let fields = source.array.fieldNames
    statistics =
      request.statistics == nil && !fields.isEmpty
      ? fields : try axes.statistics(request.statistics, count: statisticCount)
    let view = try SelectedView(source, file: request.array)
    byEpoch = try request.epochs == nil ? view?.examplesByEpoch(of: examples) : nil
    epochs =
      if let byEpoch { byEpoch.counts.map(\.epoch) } else { try axes.epochs(request.epochs, count: epochCount) }
    unused = source.unreadable
    var (columns, runs): ([MetadataColumn], [MetadataValue]?) = ([], nil)
    if request.metadata != nil {
      let table = try Self.table(of: request, examples: examples)
      (columns, notes) = (table.columns, table.notes)
    }
    let ofAxes = axes.usedMembers.union(view?.members ?? []).union(byEpoch == nil ? [] : AxisNames.epochMembers)
    let types = try Self.types(of: source, file: request.array)
    let members = try Self.members(
      of: source, but: ofAxes.union(types == nil ? [] : [OwnExport.types]), examples: examples, request: request,
      unused: &unused)
    if request.metadata == nil {
      (columns, runs) = try Self.columns(of: members, types: types ?? [:], request: request, notes: &notes)
    }
    x = source.array
    file = request.array
    format =
      (source.npz == nil ? "an .npy array" : "the array \(source.array.name) of an .npz file")
      + (request.metadata.map { ", metadata from \($0)" } ?? "")
    metadata = byEpoch.map { by in columns.map { $0.ordered(by.order) } } ?? columns
    sourceRuns = byEpoch.map { by in runs.map { runs in by.order.map { runs[$0] } } } ?? runs
    notes += axes.notes
    if let byEpoch { notes += byEpoch.notes }
  }

  /// A member of the file that is not the array of values, with its value for each example.
  private typealias Member = (name: String, values: [MetadataValue])

  /// The members of the file that are metadata, but for those that name an axis; `unused` gains the rest, and why.
  ///
  /// - Returns: Their values, in the order of the file.
  /// - Throws: ``EngramError`` with code `invalidData` when one does not fit into memory, and what reading them throws.
  private static func members(
    of source: RecordedArray, but ofAxes: Set<String>, examples: Int, request: Request,
    unused: inout [(name: String, reason: String)]
  ) throws(EngramError) -> [Member] {
    var members: [Member] = []
    var held = 0
    for member in source.others where !ofAxes.contains(member.name) {
      if AxisNames.statisticMembers.contains(member.name) || AxisNames.epochMembers.contains(member.name) {
        unused.append((member.name, "the axis was named otherwise"))
      } else if request.metadata != nil {
        unused.append((member.name, "metadata come from the table"))
      } else if member.shape != [examples] {
        unused.append((member.name, "its shape \(member.shape) is not one value for each of \(examples) examples"))
      } else {
        held = held.addingReportingOverflow(member.heldAsMetadata).overflow ? .max : held + member.heldAsMetadata
        try MemoryBudget.require(held, of: 1, what: "the metadata of the file", file: request.array)
        try members.append((member.name, values(of: member, file: request.array)))
      }
    }
    return members
  }

  /// The metadata that members of the file give, and the runs of the store that wrote it, where one did.
  ///
  /// - Returns: The columns under the store's names, and a run of each example; nil where no store wrote the file.
  /// - Throws: ``EngramError`` when two members mean one column.
  private static func columns(
    of members: [Member], types: [String: MetadataType], request: Request, notes: inout [String]
  ) throws(EngramError) -> (columns: [MetadataColumn], runs: [MetadataValue]?) {
    var members = members
    let own = OwnExport(members.map(\.name))
    let runs = own.flatMap { own in members.first { $0.name == own.runs }?.values }
    if let own {
      members = members.map { (OwnExport.field(ofArray: $0.name), $0.values) }
      members = own.metadata(members, keeping: Set(request.map.values), types: types, &notes)
    }
    let names = try ColumnNames(members.map(\.name), file: request.array, place: "arrays", map: request.map)
    notes += names.notes
    if own == nil {
      // A whole number and a real of the same value are equal, so types are compared.
      let whole = members.filter {
        MetadataType(narrowestFor: $0.values.withoutGaps) != MetadataType(narrowestFor: $0.values)
      }.map(\.name)
      if !whole.isEmpty {
        notes.append(
          "arrays of reals with gaps that are whole everywhere else are fields of whole numbers: "
            + whole.joined(separator: ", "))
      }
    }
    let columns = zip(members, names.ours).compactMap { member, name in
      name.map { name in
        MetadataColumn(
          name: name, sourceName: name == member.name ? nil : member.name,
          values: types[member.name] == nil ? member.values.withoutGaps : member.values)
      }
    }
    return (columns, runs)
  }

  /// The types of fields with gaps, where a store wrote the file; nil where it does not say them.
  private static func types(of source: RecordedArray, file: String) throws(EngramError) -> [String: MetadataType]? {
    guard OwnExport(source.others.map(\.name)) != nil,
      let member = source.others.first(where: { $0.name == OwnExport.types && $0.shape.count == 1 })
    else { return nil }
    return OwnExport.types(in: try values(of: member, file: file))
  }

  /// The table of metadata, with a row for each example.
  private static func table(of request: Request, examples: Int) throws(EngramError) -> MetadataTable {
    let path = request.metadata ?? ""
    let table = try MetadataTable(reading: path, rules: request.rules, map: request.map)
    guard table.rowCount == examples else {
      throw EngramError(
        .invalidData, "the table of metadata has another number of rows than the array has examples", file: path,
        expected: "\(examples) rows, as \(request.array) has examples", found: "\(table.rowCount) rows",
        mend: "give one row for each example, in the same order")
    }
    return table
  }

  /// The values and their epochs, in the order of the metadata.
  ///
  /// - Returns: One part; several where each example stands at an epoch of its own.
  /// - Throws: What reading the array throws, where its examples must be put in another order.
  func parts() throws(EngramError) -> [IngestInput.Part] {
    if let byEpoch { return try byEpoch.parts(of: x, statistics: statistics, file: file) }
    return [IngestInput.Part(values: x, statistics: statistics, epochs: epochs)]
  }

  /// The values of a member, with the file named in errors; no text is no value, as in a table.
  private static func values(of member: NumPyArray, file: String) throws(EngramError) -> [MetadataValue] {
    do {
      return try member.metadataValues().map { $0 == .text("") ? .null : $0 }
    } catch {
      throw error.inFile(file)
    }
  }
}
