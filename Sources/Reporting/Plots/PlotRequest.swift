// PlotRequest.swift -- which trajectories are drawn, and how.

import Base
package import Drawing
package import TrajectoryModel

/// Which trajectories are drawn, and how.
package struct PlotRequest: Sendable, Hashable {
  /// The statistics, a panel each.
  package var statistics: [String]
  /// SQL that the examples must satisfy; nil for all.
  package var filter: String?
  /// The column whose values have a colour each; nil for one colour.
  package var colour: String?
  /// The column whose values have a panel each, such as `layer_position`; nil for one panel.
  package var facet: String?
  /// Whether the mean of each colour is drawn with its standard error, rather than trajectories one by one.
  package var isMean: Bool
  /// The epochs.
  package var epochs: EpochSelection
  /// How values become heights; nil for what suits them.
  package var scale: ValueAxis.Scale?
  /// The most trajectories that are drawn one by one in a panel.
  package var mostLines: Int

  /// Makes a request.
  package init(
    statistics: [String], where filter: String? = nil, colour: String? = nil, facet: String? = nil,
    isMean: Bool = false,
    epochs: EpochSelection = .all, scale: ValueAxis.Scale? = nil, mostLines: Int = 200
  ) {
    self.statistics = statistics
    self.filter = filter
    self.colour = colour
    self.facet = facet
    self.isMean = isMean
    self.epochs = epochs
    self.scale = scale
    self.mostLines = mostLines
  }
}

/// A picture with its numbers.
package struct NumberedPicture: Sendable, Hashable {
  /// The picture.
  package let picture: Picture
  /// The numbers.
  package let numbers: NumberTable

  /// Makes one.
  package init(_ picture: Picture, _ numbers: NumberTable) {
    self.picture = picture
    self.numbers = numbers
  }
}
