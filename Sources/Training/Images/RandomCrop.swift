// RandomCrop.swift -- a part of an image, of a random area and shape, as TensorFlow's sample_distorted_bounding_box draws it.

/// How a part of an image is drawn.
package struct RandomCrop: Sendable, Hashable {
  /// The least share of the area; the most is all of it.
  package let leastArea: Double
  /// Width by height.
  package let aspects: ClosedRange<Double>
  /// The share of the image that a part covers at least.
  package let leastCovered: Double

  /// Makes a way to draw parts.
  package init(leastArea: Double, aspects: ClosedRange<Double>, leastCovered: Double = 0.1) {
    (self.leastArea, self.aspects, self.leastCovered) = (leastArea, aspects, leastCovered)
  }

  /// That of ResNets and of SimCLR.
  package static let residual = RandomCrop(leastArea: 0.08, aspects: (3.0 / 4)...(4.0 / 3))
  /// That of Inception.
  package static let inception = RandomCrop(leastArea: 0.05, aspects: 0.75...1.33)

  private static let attempts = 100

  /// Draws a part.
  ///
  /// - Returns: The part; nil when a hundred attempts gave none that is large enough.
  package func draw(height: Int, width: Int, _ draws: inout Draws) -> ImageRectangle? {
    for _ in 0..<Self.attempts {
      let aspect = aspects.lowerBound + (aspects.upperBound - aspects.lowerBound) * Double(draws.uniform())
      if let part = attempt(height, width, aspect, &draws) { return part }
    }
    return nil
  }

  /// Heights between those of the least and of the whole area are drawn alike; then a place.
  private func attempt(_ height: Int, _ width: Int, _ aspect: Double, _ draws: inout Draws) -> ImageRectangle? {
    let area = Double(height) * Double(width)
    var least = Int((leastArea * area / aspect).squareRoot().rounded(.toNearestOrEven))
    var most = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
    if Int((Double(most) * aspect).rounded(.toNearestOrEven)) > width {
      most = Int(((Double(width) + 0.5 - 1e-7) / aspect).rounded(.down))
    }
    most = min(most, height)
    least = min(least, most)
    let high = least + draws.below(most - least + 1)
    let wide = Int((Double(high) * aspect).rounded(.toNearestOrEven))
    let share = Double(high) * Double(wide) / area
    guard high > 0, wide > 0, wide <= width, share >= leastArea, share >= leastCovered else { return nil }
    return ImageRectangle(
      top: draws.below(height - high + 1), left: draws.below(width - wide + 1), height: high, width: wide)
  }

  /// The square of the short side, at a random place.
  package static func square(height: Int, width: Int, _ draws: inout Draws) -> ImageRectangle {
    let side = min(height, width)
    return ImageRectangle(
      top: draws.below(height - side + 1), left: draws.below(width - side + 1), height: side, width: side)
  }
}

extension ImageRectangle {
  /// The middle of an image, of a size that fits it.
  package static func middle(ofHeight height: Int, width: Int, _ high: Int, _ wide: Int) -> ImageRectangle {
    ImageRectangle(top: (height - high) / 2, left: (width - wide) / 2, height: high, width: wide)
  }

  /// The middle of an image, a share of each side.
  package static func middle(ofHeight height: Int, width: Int, share: Double) -> ImageRectangle {
    let top = Int((Double(height) - Double(height) * share) / 2),
      left = Int((Double(width) - Double(width) * share) / 2)
    return ImageRectangle(top: top, left: left, height: height - 2 * top, width: width - 2 * left)
  }
}
