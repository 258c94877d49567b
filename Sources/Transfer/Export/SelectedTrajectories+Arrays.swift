// SelectedTrajectories+Arrays.swift -- selected trajectories as .npy and .npz files.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension SelectedTrajectories {
  private var header: NpyHeader {
    NpyHeader(
      type: NumPyType(elementType), shape: [exampleCount, columns.samplesPerStatistic, columns.statistics.count])
  }

  /// Writes the values (examples x epochs x statistics).
  func writeNpy(_ path: String) throws(EngramError) {
    let file = try NpyWriter(creating: path, header: header)
    do throws(EngramError) {
      try forEachArrayBlock { (values) throws(EngramError) in try file.write(values) }
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  /// Writes the values as `X`, the names of the axes, and one array for each metadata field.
  ///
  /// - Returns: What a user should know about the arrays.
  /// - Throws: What reading and writing throw.
  func writeNpz(_ path: String) throws(EngramError) -> [String] {
    let file = try NpzWriter(creating: path)
    do throws(EngramError) {
      try file.begin("X", header)
      try forEachArrayBlock { (values) throws(EngramError) in try file.write(values) }
      try file.end()
      try addAxes(to: file)
      let names = try fields()
      let rows = try rows(of: names)
      var remarks: [String] = []
      for (index, name) in names.enumerated() {
        let array = OwnExport.array(ofField: name)
        if array != name {
          remarks.append("the field \(name) is the array \(array), for \(name) has another meaning there")
        }
        if let said = try file.add(array, metadata: rows.map { $0.values[index] }) { remarks.append(said) }
      }
      let types = try types(of: names, rows)
      if !types.isEmpty { try file.add(OwnExport.types, texts: types) }
      if hasChosenEpochs { try file.add("chosen_epochs", reals: rows.map { $0.epoch ?? .nan }) }
      try file.finish()
      return remarks
    } catch {
      file.abandon()
      throw error
    }
  }

  /// The types of fields with gaps, such as `dose=real`: NumPy has NaN or an empty text there, which says less.
  private func types(of names: [String], _ rows: [Row]) throws(EngramError) -> [String] {
    let known = try parts.first?.snapshot.fields() ?? []
    return names.enumerated().compactMap { index, name in
      guard rows.contains(where: { $0.values[index] == .null }), let field = known.first(where: { $0.name == name }),
        field.type != .integer
      else { return nil }
      return "\(name)=\(field.type.rawValue)"
    }
  }

  private func addAxes(to file: NpzWriter) throws(EngramError) {
    let view = columns.view
    try file.add("statistics", texts: columns.statistics)
    try file.add("epochs", reals: columns.epochsRead)
    if view.isMean || view.hasRandomStart || hasChosenEpochs { try file.add("samples", texts: columns.sampleNames) }
    if view.hasPositions {
      var positions: [String] = []
      for part in parts { positions += try part.snapshot.layerPositions(of: part.examples).map(\.rawValue) }
      try file.add("positions", texts: positions)
    }
    if view != .whole { try file.add("view", texts: [try view.json.text()]) }
  }
}
