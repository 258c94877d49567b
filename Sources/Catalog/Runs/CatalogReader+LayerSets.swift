// CatalogReader+LayerSets.swift -- the ordered lists of layers that observations share.

import Base
import SQLite
import TrajectoryModel

extension CatalogReader {
  /// The layers of every layer set, in order: name, position, ordinal, in the order of ``Columns/ofLayer``.
  func layerSets() throws(EngramError) -> [Int64: [[MetadataValue]]] {
    let rows = try statement(
      """
      SELECT layer_set_id, ordinal, layer_name, layer_position FROM layer_set_member ORDER BY layer_set_id, ordinal
      """)
    defer { rows.reset() }
    var sets: [Int64: [[MetadataValue]]] = [:]
    while try rows.step() {
      let (set, ordinal) = (rows.integer(0), rows.integer(1))
      guard ordinal == sets[set]?.count ?? 0 else {
        throw corrupt("a layer is missing", "table layer_set_member, layer_set_id \(set), ordinal \(ordinal)")
      }
      sets[set, default: []].append([try rows.value(2), try rows.value(3), .integer(ordinal)])
    }
    return sets
  }

  /// The layers of every layer set, by its number.
  func layers() throws(EngramError) -> [Int64: [Layer]] {
    var sets: [Int64: [Layer]] = [:]
    for (id, members) in try layerSets() {
      var layers: [Layer] = []
      for member in members {
        let position = LayerPosition(rawValue: member[1].description)
        guard case .text(let name) = member[0], position != nil || member[1] == .null else {
          throw corrupt("a layer is not well formed", "table layer_set_member, layer_set_id \(id)")
        }
        layers.append(Layer(name: name, position: position))
      }
      sets[id] = layers
    }
    return sets
  }
}
