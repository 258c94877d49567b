// DigitsTask.swift -- tasks on the bundled digits: which digit, which sub-class, which digit in noise, which view of which.

package import Base

/// A task on the bundled digits.
package struct DigitsTask: TrainingTask {
  /// What is asked of them.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Which of ten digits.
    case digits
    /// Which of forty sub-classes: four of each digit, by k-means. In the place of ImageNet's many classes.
    case subclasses = "digits40"
    /// Which digit, in front of another image and noise at -10 to 10 dB. In the place of words in noise.
    case noise = "digits-noise"
    /// Which view is of the same image: SimCLR.
    case contrastive = "digits-simclr"
  }

  /// What is asked.
  package let kind: Kind
  private let images: DigitImages
  private let trainingLabels: [Int32], validationLabels: [Int32]
  /// The stimuli of the validation set as they are measured, and two views of each where there are any: made once for all runs.
  private var measured: [Float] = []
  private var measuredViews: ([Float], [Float]) = ([], [])

  /// Groups of each digit among sub-classes.
  private static let groups = 4
  /// Units of the contrastive head.
  private static let contrastiveUnits = 32
  /// What noise and views of the validation set are drawn from, so that all networks are measured on the same.
  private static let validationSeed: UInt64 = 0x9e37

  /// Makes the task, of images of `size` rows and columns.
  package init(_ kind: Kind, size: Int = 16) throws(EngramError) {
    self.kind = kind
    images = try DigitImages(size: size)
    if kind == .subclasses {
      (trainingLabels, validationLabels) = images.subclasses(Self.groups)
    } else {
      (trainingLabels, validationLabels) = (images.trainingLabels, images.validationLabels)
    }
    func drawn(views: Bool) -> [Float] {
      batch(
        Array(validationLabels.indices), of: images.validation, validationLabels, seed: Self.validationSeed,
        views: views
      ).images
    }
    measured = drawn(views: false)
    guard kind == .contrastive else { return }
    let views = drawn(views: true)
    measuredViews = (Array(views.prefix(measured.count)), Array(views.suffix(measured.count)))
  }

  package var name: String { kind.rawValue }
  package var image: FeatureShape { FeatureShape(images.size, images.size, 1) }
  package var trainingCount: Int { trainingLabels.count }
  package var validationCount: Int { validationLabels.count }

  package var head: NetworkHead {
    switch kind {
    case .digits, .noise: .classes(10)
    case .subclasses: .classes(10 * Self.groups)
    case .contrastive: .contrastive(units: Self.contrastiveUnits)
    }
  }

  package func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    batch(indices, of: images.training, trainingLabels, seed: seed, views: kind == .contrastive)
  }

  package func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch {
    ImageBatch(
      images: Array(measured[numbers(of: range)]), labels: Array(validationLabels[range]), count: range.count)
  }

  package func validationViews(_ range: Range<Int>) throws(EngramError) -> ImageBatch? {
    guard kind == .contrastive else { return nil }
    let numbers = numbers(of: range)
    return ImageBatch(
      images: Array(measuredViews.0[numbers] + measuredViews.1[numbers]), labels: Array(validationLabels[range]),
      count: range.count)
  }

  private func numbers(of range: Range<Int>) -> Range<Int> {
    (range.lowerBound * images.pixelCount)..<(range.upperBound * images.pixelCount)
  }

  private func batch(
    _ indices: [Int], of set: [Float], _ labels: [Int32], seed: UInt64, views: Bool
  ) -> ImageBatch {
    var pixels: [Float] = []
    pixels.reserveCapacity(indices.count * images.pixelCount * (views ? 2 : 1))
    for view in 0..<(views ? 2 : 1) {
      for index in indices {
        let image = Array(set[(index * images.pixelCount)..<((index + 1) * images.pixelCount)])
        var draws = Draws(seed: seed, stream: UInt64(2 * index + view))
        if views {
          pixels += Self.view(image, size: images.size, &draws)
        } else if kind == .noise {
          pixels += noisy(image, among: set, &draws)
        } else {
          pixels += image
        }
      }
    }
    return ImageBatch(images: pixels, labels: indices.map { labels[$0] }, count: indices.count)
  }

  /// A digit in front of another, which lies on its side, and of noise; the whole has the deviation of a digit.
  private func noisy(_ digit: [Float], among set: [Float], _ draws: inout Draws) -> [Float] {
    let size = images.size
    let other = draws.below(set.count / images.pixelCount)
    var background = [Float](repeating: 0, count: digit.count)
    for row in 0..<size {
      for column in 0..<size {
        background[row * size + column] =
          0.7 * set[other * images.pixelCount + column * size + row] + 0.7 * draws.nearlyNormal()
      }
    }
    // Decibels between the powers of digit and background.
    let ratio = Self.power(digit) / max(1e-6, Self.power(background))
    let decibels = draws.uniform(-10, 10)
    let gain = (ratio / Self.decibelPower(decibels)).squareRoot()
    let mixed = zip(digit, background).map { $0 + gain * $1 }
    let scale = 1 / max(1e-6, Self.power(mixed)).squareRoot()
    return mixed.map { $0 * scale }
  }

  private static func power(_ image: [Float]) -> Float {
    image.reduce(0) { $0 + $1 * $1 } / Float(image.count)
  }

  /// 10^(decibels / 10).
  private static func decibelPower(_ decibels: Float) -> Float {
    // e^(decibels ln(10) / 10) by halving and squaring, for the same bits on every C library.
    let small = decibels * 0.230_258_51 / 64
    var power: Float = 1 + small * (1 + small * (0.5 + small * (0.166_666_67 + small * 0.041_666_668)))
    for _ in 0..<6 { power *= power }
    return power
  }

  /// A view: a crop of 70 to 100 % of the area at its old size, other contrast and brightness, some noise.
  private static func view(_ image: [Float], size: Int, _ draws: inout Draws) -> [Float] {
    let side = Float(size) * draws.uniform(0.7, 1).squareRoot()
    let (top, left) = (draws.uniform(0, Float(size) - side), draws.uniform(0, Float(size) - side))
    let (contrast, brightness) = (draws.uniform(0.7, 1.3), draws.uniform(-0.3, 0.3))
    var view: [Float] = []
    view.reserveCapacity(image.count)
    for row in 0..<size {
      for column in 0..<size {
        let y = max(0, min(Float(size) - 1.001, top + (Float(row) + 0.5) * side / Float(size) - 0.5))
        let x = max(0, min(Float(size) - 1.001, left + (Float(column) + 0.5) * side / Float(size) - 0.5))
        let (low, near) = (Int(y), Int(x))
        let (down, right) = (y - Float(low), x - Float(near))
        let above = image[low * size + near] * (1 - right) + image[low * size + near + 1] * right
        let below = image[(low + 1) * size + near] * (1 - right) + image[(low + 1) * size + near + 1] * right
        view.append((above * (1 - down) + below * down) * contrast + brightness + 0.1 * draws.nearlyNormal())
      }
    }
    return view
  }
}
