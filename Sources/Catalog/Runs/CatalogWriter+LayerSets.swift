// CatalogWriter+LayerSets.swift -- adding layer sets, shared by content.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// The layer set of an ordered list of layers; made when new, shared by content.
  ///
  /// - Throws: Code `invalidData` for an empty list, an empty name, or one with a NUL.
  package func layerSet(for layers: [Layer]) throws(EngramError) -> Int64 {
    if layers.isEmpty || layers.contains(where: { $0.name.isEmpty }) {
      throw EngramError(.invalidData, "a layer set needs layers, each with a name", file: connection.path)
    }
    for layer in layers { try layer.checkName() }
    var known: [[UInt8]: Int64]
    if let loaded = layerSetIDs {
      known = loaded
    } else {
      known = [:]
      for (id, members) in try layerSets() {
        known[Self.content(members.map { ($0[0].description, $0[1] == .null ? "" : $0[1].description) })] = id
        layerCounts[id] = Int64(members.count)
      }
    }
    // Taken out while it grows, so that the dictionary is not copied.
    layerSetIDs = nil
    defer { layerSetIDs = known }
    let content = Self.content(layers.map { ($0.name, $0.position?.rawValue ?? "") })
    if let id = known[content] { return id }
    let id = try connection.nextNumber("layer_set_id", of: "layer_set")
    let set = try statement("INSERT INTO layer_set (layer_set_id, layer_count) VALUES (?1, ?2)")
    try set.bind(1, id)
    try set.bind(2, Int64(layers.count))
    try set.run()
    let member = try statement(
      "INSERT INTO layer_set_member (layer_set_id, ordinal, layer_name, layer_position) VALUES (?1, ?2, ?3, ?4)")
    for (ordinal, layer) in layers.enumerated() {
      try member.bind(1, id)
      try member.bind(2, Int64(ordinal))
      try member.bind(3, layer.name)
      try member.bind(4, layer.position.map { MetadataValue.text($0.rawValue) } ?? .null, as: .text)
      try member.run()
    }
    known[content] = id
    layerCounts[id] = Int64(layers.count)
    return id
  }

  /// A list of layers as bytes, which tell apart names that Swift takes for equal.
  private static func content(_ layers: [(name: String, position: String)]) -> [UInt8] {
    layers.flatMap { layer -> [UInt8] in Array(layer.name.utf8) + [0] + Array(layer.position.utf8) + [0] }
  }
}
