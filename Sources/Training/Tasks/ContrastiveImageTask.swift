// ContrastiveImageTask.swift -- which view is of the same image: SimCLR on any colour images (Chen et al. 2020).

package import Base

/// Which of many views is of the same image: SimCLR.
///
/// A view is a part of 8 to 100 % of the area, mirrored every other time; four times of five with other brightness, contrast, saturation and
/// hue in a random order; every fifth time grey; every other time blurred, by one deviation for all images of a batch and side.
/// Samples are 0 to 1. What is measured is the middle 87.5 % of an image; loss and top-1 are of two views, drawn once for all runs.
package struct ContrastiveImageTask: TrainingTask {
  package let name: String
  private let source: any ColourSource
  private let size: Int
  /// How strong colours are distorted; 1 as on ImageNet.
  private let strength: Float
  private let blurs: Bool

  private static let middle = 0.875
  /// What the views of the validation set are drawn from.
  private static let validationSeed: UInt64 = 0x9e37
  /// The greatest changes of brightness, contrast, saturation and hue at strength 1.
  private static let (colour, hue): (Float, Float) = (0.8, 0.2)
  private static let (distorted, grey, blurred): (Float, Float, Float) = (0.8, 0.2, 0.5)
  private static let deviations: (Float, Float) = (0.1, 2)

  /// Makes the task of some images.
  package init(_ name: String, _ source: any ColourSource, size: Int, strength: Float = 1, blurs: Bool = true) {
    self.name = name
    self.source = source
    self.size = size
    self.strength = strength
    self.blurs = blurs
  }

  package var image: FeatureShape { FeatureShape(size, size, 3) }
  package var head: NetworkHead { .simCLR }
  package var trainingCount: Int { source.trainingCount }
  package var validationCount: Int { source.validationCount }
  package var isCostly: Bool { true }
  package var fingerprint: DataFingerprint? { source.fingerprint }

  package func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    // One deviation of the blur for each side of the batch, which its first stimulus stands for.
    let deviations = Self.blur(seed: seed, stimulus: indices.first ?? 0)
    return try views(indices, seed: seed, deviations: { _ in deviations }) { (index) throws(EngramError) in
      try source.trainingImage(index)
    }
  }

  /// The deviations of the blur of both sides.
  private static func blur(seed: UInt64, stimulus: Int) -> [Float] {
    var draws = Draws(seed: seed ^ 0xb1, stream: UInt64(stimulus))
    return (0..<2).map { _ in draws.uniform(deviations.0, deviations.1) }
  }

  /// Two views of each of some images: all first ones, then all second ones.
  private func views(
    _ indices: [Int], seed: UInt64, deviations: (Int) -> [Float],
    of source: (Int) throws(EngramError) -> (image: ColourImage<UInt8>, label: Int32)
  ) throws(EngramError) -> ImageBatch {
    var batch = ImageBatch(images: [], labels: [], count: indices.count)
    batch.images.reserveCapacity(2 * indices.count * image.count)
    var second: [Float] = []
    second.reserveCapacity(indices.count * image.count)
    for index in indices {
      let (image, label) = try source(index)
      let whole = image.map { Float($0) / 255 }
      let blur = deviations(index)
      for side in 0..<2 {
        var draws = Draws(seed: seed, stream: UInt64(2 * index + side))
        let view = view(of: whole, deviation: blur[side], &draws).samples
        if side == 0 { batch.images += view } else { second += view }
      }
      batch.labels.append(label)
    }
    batch.images += second
    return batch
  }

  private func view(of image: ColourImage<Float>, deviation: Float, _ draws: inout Draws) -> ColourImage<Float> {
    let part =
      RandomCrop.residual.draw(height: image.height, width: image.width, &draws)
      ?? ImageRectangle(top: 0, left: 0, height: image.height, width: image.width)
    var view = image.cut(part).bicubic(height: size, width: size)
    if draws.below(2) == 1 { view = view.mirrored }
    if draws.uniform() < Self.distorted { view = recoloured(view, &draws) }
    if draws.uniform() < Self.grey { view = view.grey }
    if blurs, draws.uniform() < Self.blurred { view = view.blurred(deviation: deviation, radius: size / 20) }
    return view.clipped
  }

  private func recoloured(_ image: ColourImage<Float>, _ draws: inout Draws) -> ColourImage<Float> {
    let most = Self.colour * strength
    var order = [0, 1, 2, 3]
    for last in stride(from: 3, to: 0, by: -1) { order.swapAt(last, draws.below(last + 1)) }
    var made = image
    for change in order {
      switch change {
      case 0: made = made.brighter(by: draws.uniform(-most, most))
      case 1: made = made.contrast(draws.uniform(1 - most, 1 + most))
      case 2: made = made.saturation(draws.uniform(1 - most, 1 + most))
      default: made = made.hue(turnedBy: draws.uniform(-Self.hue * strength, Self.hue * strength))
      }
      made = made.clipped
    }
    return made
  }

  package func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch {
    var batch = ImageBatch(images: [], labels: [], count: range.count)
    for index in range {
      let (image, label) = try source.validationImage(index)
      let middle = ImageRectangle.middle(ofHeight: image.height, width: image.width, share: Self.middle)
      batch.images += image.cut(middle).map { Float($0) / 255 }.bicubic(height: size, width: size).clipped.samples
      batch.labels.append(label)
    }
    return batch
  }

  package func validationViews(_ range: Range<Int>) throws(EngramError) -> ImageBatch? {
    try views(
      Array(range), seed: Self.validationSeed,
      deviations: { Self.blur(seed: Self.validationSeed, stimulus: $0) }
    ) { (index) throws(EngramError) in try source.validationImage(index) }
  }
}
