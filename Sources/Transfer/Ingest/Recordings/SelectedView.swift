// SelectedView.swift -- the view under which a store wrote arrays: what their second axis means.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// The view under which a store wrote the arrays of an .npz, and what it wrote beside them.
struct SelectedView {
  /// Arrays that a store writes beside the values under a view; they are no metadata.
  let members: Set<String>
  private let view: TrajectoryView
  private let chosen: NumPyArray?
  private let file: String

  /// Tells the view; nil where no store wrote the file, or whole trajectories.
  ///
  /// - Throws: What reading the view throws.
  init?(_ source: RecordedArray, file: String) throws(EngramError) {
    let named = Dictionary(source.others.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard named["statistics"] != nil, named["epochs"] != nil, let member = named["view"], member.shape == [1],
      member.type.kind == .unicode
    else { return nil }
    do throws(EngramError) {
      guard case .text(let text) = try member.metadataValues()[0], text.hasPrefix("{") else { return nil }
      view = try TrajectoryView(json: try JSONValue(parsing: Array(text.utf8)))
    } catch {
      throw error.inFile(file)
    }
    chosen = named["chosen_epochs"]
    self.file = file
    // The positions are in the metadata too, unless few columns were asked for.
    members = Set(
      ["view", "samples", "chosen_epochs"] + (named["layer_position"] == nil || !view.hasPositions ? [] : ["positions"])
    )
  }

  /// Which examples stand at which epoch; nil where the array has an axis of epochs.
  ///
  /// - Parameter count: The number of examples.
  /// - Returns: Their order; nil where the array has an axis of epochs.
  /// - Throws: ``EngramError`` with code `invalidData` for samples that have no epoch, and where the file does not say it.
  func examplesByEpoch(of count: Int) throws(EngramError) -> ExamplesByEpoch? {
    guard !view.hasRandomStart, !view.isMean || view.choice != nil else {
      throw SelectedColumns.noEpochs(view.text, place: "array view", file: file)
    }
    guard view.choice != nil else { return nil }
    guard let chosen, chosen.shape == [count], chosen.type.kind == .float else {
      throw EngramError(
        .invalidData, "the file does not say at which epoch each example stands", file: file,
        place: "array chosen_epochs", expected: "\(count) numbers", found: chosen.map { "shape \($0.shape)" } ?? "none")
    }
    let values: [MetadataValue]
    do throws(EngramError) {
      values = try chosen.metadataValues()
    } catch {
      throw error.inFile(file)
    }
    let examples = ExamplesByEpoch(
      values.map { value in if case .real(let epoch) = value { epoch } else { .nan } })
    guard !examples.order.isEmpty else {
      throw EngramError(.invalidData, "no example has an epoch", file: file, place: "array chosen_epochs")
    }
    return examples
  }
}
