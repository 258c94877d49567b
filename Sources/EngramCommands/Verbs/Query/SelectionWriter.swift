// SelectionWriter.swift -- writes selected trajectories block by block, so that memory stays bounded.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// Writes selected trajectories, as arrays or as rows, block by block.
struct SelectionWriter {
  /// Examples in memory at a time: a few row groups.
  private static let block = 4_096

  let snapshot: Snapshot
  let selection: FeatureSelection
  let elementType: ElementType
  let work: WorkContext

  /// The columns of the example view that say what an example is, `example_id` first.
  private var fields: [String] {
    get throws(EngramError) {
      // These say where an example stands in the catalog.
      let internals = ["observation_id", "layer_ordinal", "layer_set_id", "example_count"]
      return try snapshot.exampleColumns().filter { !internals.contains($0) }
    }
  }

  // MARK: Arrays

  private var header: NpyHeader {
    NpyHeader(
      type: NumPyType(elementType),
      shape: [
        selection.examples.count, selection.columns.samplesPerStatistic, selection.columns.statistics.count,
      ])
  }

  /// Writes the values (examples x epochs x statistics).
  func writeNpy(_ path: String) throws(EngramError) {
    let file = try NpyWriter(creating: path, header: header)
    do throws(EngramError) {
      try forEachBlock { (values) throws(EngramError) in try file.write(values) }
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  /// Writes the values as `X`, the names of the axes, and one array for each metadata field.
  func writeNpz(_ path: String) throws(EngramError) {
    let file = try NpzWriter(creating: path)
    do throws(EngramError) {
      try file.begin("X", header)
      try forEachBlock { (values) throws(EngramError) in try file.write(values) }
      try file.end()
      let view = selection.columns.view
      try file.add("statistics", texts: selection.columns.statistics)
      try file.add("epochs", reals: selection.columns.epochsRead)
      if view.isMean || view.hasRandomStart { try file.add("samples", texts: selection.columns.sampleNames) }
      if view.hasPositions {
        try file.add("positions", texts: try snapshot.layerPositions(of: selection.examples).map(\.rawValue))
      }
      if view != .whole { try file.add("view", texts: [try view.json.text()]) }
      let names = try fields
      var columns = [[MetadataValue]](repeating: [], count: names.count)
      try snapshot.metadata(of: selection.examples, columns: names) { (_, row) throws(EngramError) in
        for (index, value) in row.enumerated() { columns[index].append(value) }
      }
      for (name, values) in zip(names, columns) { try file.add(name, metadata: values) }
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  private func forEachBlock(_ body: (RawSpan) throws(EngramError) -> Void) throws(EngramError) {
    let columns = selection.columns.recorded
    var matrix = Matrix(elementType: elementType)
    for block in selection.examples.parts(of: Self.block) {
      try work.checkCancelled("stopped on request")
      try snapshot.materialize(block, columns, into: &matrix, work: work)
      try body(matrix.bytes)
    }
  }

  // MARK: Rows

  /// Writes a row for each example: its metadata, then its values, statistic by statistic.
  func writeRows(_ format: Table.Format, to output: ByteOutput, terminal: Terminal) throws(EngramError) {
    let names = try fields
    let columns = names + selection.columns.names
    var matrix = Matrix(elementType: elementType)
    var isFirst = true
    if format == .json { try output.write("[") }
    // Rows are wide; a small block keeps the text of one small as well.
    for block in selection.examples.parts(of: Self.block / 16) {
      try work.checkCancelled("stopped on request")
      try snapshot.materialize(block, selection.columns, into: &matrix, work: work)
      var rows: [[TableCell]] = []
      try snapshot.metadata(of: block, columns: names) { (_, row) throws(EngramError) in
        rows.append(row.map { TableCell($0) })
      }
      var table = Table(columns: columns)
      for row in rows.indices {
        var cells = rows[row]
        for column in 0..<selection.columns.count { cells.append(Self.cell(matrix, row, column)) }
        table.append(cells)
      }
      try write(table, format, isFirst: isFirst, to: output, terminal: terminal)
      isFirst = false
    }
    if format == .json { try output.write("]\n") }
  }

  /// The shortest text that reads back to the same bits, also for a Float32.
  private static func cell(_ matrix: borrowing Matrix, _ row: Int, _ column: Int) -> TableCell {
    guard matrix.elementType == .float32 else { return .real(matrix[row, column]) }
    return .real32(Float(matrix[row, column]))
  }

  private func write(
    _ table: Table, _ format: Table.Format, isFirst: Bool, to output: ByteOutput, terminal: Terminal
  ) throws(EngramError) {
    let text = table.text(as: format, width: terminal.width, style: terminal.style)
    switch format {
    case .json:
      // Each block is an array; what is between its brackets joins the others.
      let inner = text.drop { $0 != "[" }.dropFirst()
      guard let end = inner.lastIndex(of: "]") else { return }
      try output.write((isFirst ? "" : ",") + inner[..<end])
    case .csv where !isFirst:
      guard let end = text.utf8.firstIndex(of: 10) else { return }
      try output.write(String(text[text.utf8.index(after: end)...]))
    default:
      try output.write(text)
    }
  }
}
