// SelectedTrajectories+Arrays.swift -- selected trajectories as .npy and .npz files.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension SelectedTrajectories {
  private var header: NpyHeader {
    NpyHeader(
      type: NumPyType(elementType), shape: [examples.count, columns.samplesPerStatistic, columns.statistics.count])
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
  func writeNpz(_ path: String) throws(EngramError) {
    let file = try NpzWriter(creating: path)
    do throws(EngramError) {
      try file.begin("X", header)
      try forEachArrayBlock { (values) throws(EngramError) in try file.write(values) }
      try file.end()
      try addAxes(to: file)
      let names = try fields()
      var metadata = [[MetadataValue]](repeating: [], count: names.count)
      try snapshot.metadata(of: examples, columns: names) { (_, row) throws(EngramError) in
        for (index, value) in row.enumerated() { metadata[index].append(value) }
      }
      for (name, values) in zip(names, metadata) { try file.add(name, metadata: values) }
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  private func addAxes(to file: NpzWriter) throws(EngramError) {
    let view = columns.view
    try file.add("statistics", texts: columns.statistics)
    try file.add("epochs", reals: columns.epochsRead)
    if view.isMean || view.hasRandomStart { try file.add("samples", texts: columns.sampleNames) }
    if view.hasPositions {
      try file.add("positions", texts: try snapshot.layerPositions(of: examples).map(\.rawValue))
    }
    if view != .whole { try file.add("view", texts: [try view.json.text()]) }
  }
}
