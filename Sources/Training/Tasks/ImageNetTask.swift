// ImageNetTask.swift -- which of the classes of a folder of images, prepared as ResNets or as Inception have it.

package import Base

/// Which class an image is of: ImageNet, or any folder of the same layout.
package struct ImageNetTask: TrainingTask {
  /// How images are prepared.
  package enum Preparation: Sendable, Hashable {
    /// Learned from: a part of 8 to 100 % of the area, 224 x 224, mirrored every other time. Measured: the short side 256, the middle.
    /// Red, green and blue less their means, by their deviations.
    case residual
    /// Learned from: a part of 5 to 100 % of the area, 299 x 299, mirrored, other brightness and saturation. Measured: the middle
    /// 87.5 %. Samples are -1 to 1.
    case inception

    /// The published size of an image.
    package var size: Int { self == .residual ? 224 : 299 }
  }

  package let name = "imagenet"
  private let source: any ColourSource
  private let preparation: Preparation
  private let size: Int

  /// The means and deviations of red, green and blue on ImageNet, and the short side of an image of 224.
  private static let means: [Float] = [0.485, 0.456, 0.406]
  private static let deviations: [Float] = [0.229, 0.224, 0.225]
  private static let (shortSide, cutSide) = (256, 224)
  private static let middle = 0.875

  /// Makes the task of some images, at the published size unless another is given.
  package init(_ source: any ColourSource, _ preparation: Preparation, size: Int? = nil) {
    self.source = source
    self.preparation = preparation
    self.size = size ?? preparation.size
  }

  package var image: FeatureShape { FeatureShape(size, size, 3) }
  package var head: NetworkHead { .classes(source.classCount) }
  package var trainingCount: Int { source.trainingCount }
  package var validationCount: Int { source.validationCount }
  package var isCostly: Bool { true }
  package var fingerprint: DataFingerprint? { source.fingerprint }

  package func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    try batch(indices) { (index) throws(EngramError) in
      let (image, label) = try source.trainingImage(index)
      var draws = Draws(seed: seed, stream: UInt64(index))
      return (augmented(image, &draws), label)
    }
  }

  package func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch {
    try batch(Array(range)) { (index) throws(EngramError) in
      let (image, label) = try source.validationImage(index)
      return (measured(image), label)
    }
  }

  private func batch(
    _ indices: [Int], _ make: (Int) throws(EngramError) -> (ColourImage<Float>, Int32)
  ) throws(EngramError) -> ImageBatch {
    var batch = ImageBatch(images: [], labels: [], count: indices.count)
    batch.images.reserveCapacity(indices.count * image.count)
    for index in indices {
      let (image, label) = try make(index)
      batch.images += image.samples
      batch.labels.append(label)
    }
    return batch
  }

  /// An image to learn from.
  private func augmented(_ image: ColourImage<UInt8>, _ draws: inout Draws) -> ColourImage<Float> {
    let crop = preparation == .residual ? RandomCrop.residual : .inception
    let part =
      crop.draw(height: image.height, width: image.width, &draws)
      ?? (preparation == .residual
        ? RandomCrop.square(height: image.height, width: image.width, &draws)
        : ImageRectangle(top: 0, left: 0, height: image.height, width: image.width))
    var made = image.cut(part).map { Float($0) }.bilinear(height: size, width: size)
    // The published code has whole numbers at this place.
    if preparation == .residual { made = made.map { $0.rounded(.towardZero) } }
    if draws.below(2) == 1 { made = made.mirrored }
    made = made.map { $0 / 255 }
    guard preparation == .inception else { return standardised(made) }
    let (brightness, saturation) = (draws.uniform(-32.0 / 255, 32.0 / 255), draws.uniform(0.5, 1.5))
    return made.brighter(by: brightness).saturation(saturation).clipped.map { 2 * $0 - 1 }
  }

  /// An image as it is measured.
  private func measured(_ image: ColourImage<UInt8>) -> ColourImage<Float> {
    let whole = image.map { Float($0) / 255 }
    guard preparation == .residual else {
      let middle = ImageRectangle.middle(ofHeight: image.height, width: image.width, share: Self.middle)
      return whole.cut(middle).bilinear(height: size, width: size).map { 2 * $0 - 1 }
    }
    let short = max(size, (size * Self.shortSide + Self.cutSide / 2) / Self.cutSide)
    let least = min(image.height, image.width)
    let resized = whole.bilinear(
      height: max(size, image.height * short / least), width: max(size, image.width * short / least))
    let middle = ImageRectangle.middle(ofHeight: resized.height, width: resized.width, size, size)
    return standardised(resized.cut(middle))
  }

  private func standardised(_ image: ColourImage<Float>) -> ColourImage<Float> {
    var made = image
    for place in made.samples.indices {
      made.samples[place] = (image.samples[place] - Self.means[place % 3]) / Self.deviations[place % 3]
    }
    return made
  }
}
