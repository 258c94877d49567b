// DigitImages.swift -- the bundled 1,797 handwritten digits, at any size.

import Base
import CDigits

/// The bundled handwritten digits: 1,797 images of 8 x 8 (UCI's optical recognition of handwritten digits, its test set).
///
/// Every fifth image, from the first on, is for validation: 360; the others, 1,437, are to learn from.
struct DigitImages: Sendable {
  /// Rows and columns of an image.
  let size: Int
  /// The images to learn from and to validate with, one after the other, their mean 0 and their deviation 1.
  let training: [Float], validation: [Float]
  /// Which digit each is.
  let trainingLabels: [Int32], validationLabels: [Int32]

  /// Rows and columns of an image as it is bundled, and its darkest value.
  private static let (original, darkest) = (8, Float(16))
  private static let step = 5

  /// Makes the images at a size, by bilinear interpolation.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a size that is none.
  init(size: Int) throws(EngramError) {
    guard (8...256).contains(size) else {
      throw EngramError(
        .usage, "digits cannot be made at this size", expected: "8 to 256 rows and columns", found: "\(size)")
    }
    self.size = size
    let count = Int(engram_digit_count())
    var images: [(training: Bool, pixels: [Float], label: Int32)] = []
    for index in 0..<count {
      let pixels = (0..<(Self.original * Self.original)).map {
        Float(engram_digit_pixel(Int32(index), Int32($0))) / Self.darkest
      }
      images.append((index % Self.step != 0, Self.resized(pixels, to: size), engram_digit_label(Int32(index))))
    }
    // Mean and deviation of what is learned from.
    let seen = images.filter(\.training)
    let numbers = Double(seen.count * size * size)
    let mean = seen.reduce(0.0) { $0 + $1.pixels.reduce(0.0) { $0 + Double($1) } } / numbers
    let square = seen.reduce(0.0) { $0 + $1.pixels.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } }
    let (shift, scale) = (Float(mean), Float(1 / (square / numbers).squareRoot()))
    func standardised(_ wanted: Bool) -> [Float] {
      images.filter { $0.training == wanted }.flatMap { $0.pixels.map { ($0 - shift) * scale } }
    }
    training = standardised(true)
    validation = standardised(false)
    trainingLabels = seen.map(\.label)
    validationLabels = images.filter { !$0.training }.map(\.label)
  }

  /// Numbers of an image.
  var pixelCount: Int { size * size }

  /// Resizes an image of 8 x 8, its edges kept.
  private static func resized(_ pixels: [Float], to size: Int) -> [Float] {
    if size == original { return pixels }
    func place(_ index: Int) -> (low: Int, high: Int, share: Float) {
      let exact = (Float(index) + 0.5) * Float(original) / Float(size) - 0.5
      let low = max(0, min(original - 1, Int(exact.rounded(.down))))
      return (low, min(original - 1, low + 1), max(0, exact - Float(low)))
    }
    var resized: [Float] = []
    resized.reserveCapacity(size * size)
    for row in 0..<size {
      let y = place(row)
      for column in 0..<size {
        let x = place(column)
        func at(_ row: Int, _ column: Int) -> Float { pixels[row * original + column] }
        let above = at(y.low, x.low) + (at(y.low, x.high) - at(y.low, x.low)) * x.share
        let below = at(y.high, x.low) + (at(y.high, x.high) - at(y.high, x.low)) * x.share
        resized.append(above + (below - above) * y.share)
      }
    }
    return resized
  }

  /// Sub-classes of the digits: of each digit so many groups of like images, found by k-means.
  ///
  /// Groups are those of the images to learn from; one for validation is of the nearest group of its digit.
  ///
  /// - Parameter groups: Groups of each digit.
  /// - Returns: The classes, digit * groups + group.
  func subclasses(_ groups: Int) -> (training: [Int32], validation: [Int32]) {
    var (learned, tested) = (trainingLabels, validationLabels)
    for digit in Int32(0)..<10 {
      let members = trainingLabels.indices.filter { trainingLabels[$0] == digit }
      let centres = centres(of: members, groups)
      for index in members { learned[index] = digit * Int32(groups) + Int32(nearest(training, index, centres)) }
      for index in validationLabels.indices where validationLabels[index] == digit {
        tested[index] = digit * Int32(groups) + Int32(nearest(validation, index, centres))
      }
    }
    return (learned, tested)
  }

  private func nearest(_ images: [Float], _ index: Int, _ centres: [[Float]]) -> Int {
    let pixels = images[(index * pixelCount)..<((index + 1) * pixelCount)]
    let distances = centres.map { centre in zip(pixels, centre).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return distances.indices.min { distances[$0] < distances[$1] } ?? 0
  }

  /// Lloyd's algorithm from the image nearest to none so far.
  private func centres(of members: [Int], _ groups: Int) -> [[Float]] {
    func pixels(_ index: Int) -> [Float] { Array(training[(index * pixelCount)..<((index + 1) * pixelCount)]) }
    var centres = [pixels(members[0])]
    func distance(_ index: Int) -> Float {
      let image = pixels(index)
      return centres.map { zip(image, $0).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }.min() ?? 0
    }
    while centres.count < groups {
      let farthest = members.map { (index: $0, distance: distance($0)) }.max { $0.distance < $1.distance }
      centres.append(pixels(farthest?.index ?? members[0]))
    }
    for _ in 0..<8 {
      var sums = [[Float]](repeating: [Float](repeating: 0, count: pixelCount), count: groups)
      var counts = [Float](repeating: 0, count: groups)
      for index in members {
        let group = nearest(training, index, centres)
        counts[group] += 1
        for place in 0..<pixelCount { sums[group][place] += training[index * pixelCount + place] }
      }
      for group in 0..<groups where counts[group] > 0 { centres[group] = sums[group].map { $0 / counts[group] } }
    }
    return centres
  }
}
