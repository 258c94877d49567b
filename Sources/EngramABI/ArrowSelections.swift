// ArrowSelections.swift -- selections as batches of Arrow, decoded as they are asked for.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Values of a batch in memory of their own.
@safe private final class BatchValues {
  var matrix: Matrix

  init(_ type: ElementType, _ layout: MatrixLayout) { matrix = Matrix(elementType: type, layout: layout) }

  /// The number at a place.
  func pointer(_ element: Int) -> UnsafeRawPointer? {
    // SAFETY: the memory lives as long as this object, which whoever uses the pointer keeps.
    let size = matrix.elementType.byteCount
    let base = unsafe matrix.start
    return unsafe base.map { unsafe $0 + element * size }
  }
}

/// The batches of a selection.
private final class SelectionBatches {
  /// Examples of a batch: 16 row groups; a multiple of 8.
  private static let batchSize = 12_288
  /// Values of a batch of long rows, about 64 MiB with their fields.
  private static let longBatchValues = 1 << 20

  private let selection: SelectionHandle
  private let layout: engram_arrow_layout
  private let work: WorkContext
  private let type: ElementType
  private let fields: [ArrowTableColumn]
  private let metadata: TableHandle
  private var parts: ArraySlice<ExampleSet>
  private var start = 0

  init(
    _ selection: SelectionHandle, _ layout: engram_arrow_layout, fields names: [String], work: WorkContext
  ) throws(EngramError) {
    self.selection = selection
    self.layout = layout
    self.work = work
    let examples = selection.selection.examples
    type = selection.snapshot.widestElementType(of: examples)
    var types: [String: MetadataType] = [
      "layer_name": .text, "layer_position": .text, "unit_fraction": .real, "noise_sd": .real,
      "observation_seed": .integer, "run_id": .integer, "observation_id": .integer, "layer_ordinal": .integer,
      "commit_id": .integer,
    ]
    for field in try selection.snapshot.fields() { types[field.name] = field.type }
    let names = ["example_id"] + names.filter { $0 != "example_id" }
    metadata = try EngramABI.metadata(of: examples, names, in: selection.snapshot)
    var fields: [ArrowTableColumn] = []
    for column in metadata.columns {
      fields.append(try ArrowTableColumn(column, type: column.name == "example_id" ? .integer : types[column.name]))
    }
    self.fields = fields
    let columns = selection.columns
    let perExample = columns.statistics.count * columns.samplesPerStatistic
    let size =
      layout == ENGRAM_ARROW_LONG ? max(8, Self.longBatchValues / max(1, perExample) / 8 * 8) : Self.batchSize
    parts = examples.parts(of: size)[...]
  }

  /// The columns.
  private var schema: [ArrowField] {
    let columns = selection.columns
    let format = type == .float32 ? "f" : "g"
    let known = fields.map(\.field)
    let taken = known.map(\.name)
    switch layout {
    case ENGRAM_ARROW_LIST:
      return known
        + RowColumn.names(of: columns.statistics, beside: taken).map {
          ArrowField(
            name: $0, format: "+w:\(columns.samplesPerStatistic)", children: [ArrowField(name: "item", format: format)])
        }
    case ENGRAM_ARROW_WIDE: return known + columns.names.map { ArrowField(name: $0, format: format) }
    default:
      return known + [
        .texts(RowColumn.statistic.name(beside: taken)), .reals(RowColumn.epoch.name(beside: taken)),
        ArrowField(name: RowColumn.value.name(beside: taken), format: format),
      ]
    }
  }

  /// The batches as a stream.
  var source: ArrowSource {
    let columns = selection.columns
    return ArrowSource(
      schema: schema,
      metadata: [
        ("engram.commit", "\(selection.snapshot.commit)"), ("engram.view", columns.view.text),
        ("engram.samples", columns.sampleNames.joined(separator: ",")),
      ]
    ) { () throws(EngramError) in try self.next() }
  }

  private func next() throws(EngramError) -> ArrowColumn? {
    guard let examples = parts.popFirst() else { return nil }
    let count = examples.count
    defer { start += count }
    if layout == ENGRAM_ARROW_LONG { return try longBatch(examples) }
    let known = fields.map { $0.rows(start, count) }
    let values = layout == ENGRAM_ARROW_LIST ? try lists(examples) : try wide(examples)
    return unsafe ArrowColumn(length: count, buffers: [nil], children: known + values)
  }

  /// A fixed-size list for each statistic.
  private func lists(_ examples: ExampleSet) throws(EngramError) -> [ArrowColumn] {
    let (columns, count) = (selection.columns, examples.count)
    let samples = columns.samplesPerStatistic
    let values = BatchValues(type, .rowMajor)
    try selection.snapshot.materialize(statisticBlocks: examples, columns, into: &values.matrix, work: work)
    return columns.statistics.indices.map { statistic in
      let items = unsafe ArrowColumn(
        length: count * samples, buffers: [nil, values.pointer(statistic * count * samples)], owner: values)
      return unsafe ArrowColumn(length: count, buffers: [nil], children: [items])
    }
  }

  /// A column for each statistic and sample.
  private func wide(_ examples: ExampleSet) throws(EngramError) -> [ArrowColumn] {
    let values = BatchValues(type, .columnMajor)
    try selection.snapshot.materialize(examples, selection.columns, into: &values.matrix, work: work)
    return (0..<selection.columns.count).map { column in
      unsafe ArrowColumn(
        length: examples.count, buffers: [nil, values.pointer(column * examples.count)], owner: values)
    }
  }

  /// A row for each value.
  private func longBatch(_ examples: ExampleSet) throws(EngramError) -> ArrowColumn {
    let columns = selection.columns
    let (statistics, samples, count) = (columns.statistics.count, columns.samplesPerStatistic, examples.count)
    let values = BatchValues(type, .rowMajor)
    try selection.snapshot.materialize(examples, columns, into: &values.matrix, work: work)
    let length = count * statistics * samples
    var children: [ArrowColumn] = []
    for (column, field) in zip(metadata.columns, fields) {
      try work.checkCancelled()
      let repeated = TableColumn(column, rows: start..<(start + count), times: statistics * samples)
      children.append(try ArrowTableColumn(repeated, type: field.type).rows(0, length))
    }
    try work.checkCancelled()
    let names = TableColumn("statistic", columns.statistics, each: samples, times: count)
    let epochs = TableColumn("epoch", columns.epochsRead, times: count * statistics)
    children.append(try ArrowTableColumn(names, type: .text).rows(0, length))
    children.append(try ArrowTableColumn(epochs, type: .real).rows(0, length))
    children.append(unsafe ArrowColumn(length: length, buffers: [nil, values.pointer(0)], owner: values))
    return unsafe ArrowColumn(length: length, buffers: [nil], children: children)
  }
}

@c @implementation
public func engram_selection_arrow(
  _ selection: Handle, _ layout: Int32, _ fields: CText, _ work: UnsafePointer<engram_work>?,
  _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(stream, "stream")
    let selection = try unsafe object(selection, SelectionHandle.self)
    let kind = engram_arrow_layout(UInt32(bitPattern: layout))
    guard [ENGRAM_ARROW_LIST, ENGRAM_ARROW_WIDE, ENGRAM_ARROW_LONG].contains(kind) else {
      throw unknown("engram_arrow_layout", layout)
    }
    let view = selection.columns.view
    guard !view.isStandardized, !view.hasPositions, selection.columns.order == .byStatistic else {
      throw EngramError(
        .usage, "a stream has values as they are, statistic by statistic", place: "view",
        expected: "no z-score and no positions", found: view.text,
        mend: "leave them out of the view; layer_position is a field")
    }
    guard kind != ENGRAM_ARROW_LONG || (view.samples == .all && !view.isMean) else {
      throw EngramError(
        .usage, "long rows have an epoch each", place: "view", expected: "epochs only", found: view.text,
        mend: "take another layout")
    }
    let names = try unsafe exampleColumns(fields, of: selection.snapshot)
    let batches = try SelectionBatches(selection, kind, fields: names, work: try unsafe workContext(work))
    unsafe batches.source.fill(place)
  }
}
