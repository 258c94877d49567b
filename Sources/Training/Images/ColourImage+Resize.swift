// ColourImage+Resize.swift -- images at another size, as TensorFlow 1 makes them.
//
// The place in the input of output i is i * input / output, without the half of a pixel that later versions add. Places beyond the
// edge are the edge. Bicubic is Keys' kernel with a = -0.75, which may overshoot.

extension ColourImage<Float> {
  /// The image at a size, by linear interpolation.
  package func bilinear(height newHeight: Int, width newWidth: Int) -> ColourImage {
    if newHeight == height, newWidth == width { return self }
    return resized(newHeight, newWidth, taps: 2) { share in [1 - share, share] }
  }

  /// The image at a size, by cubic interpolation.
  package func bicubic(height newHeight: Int, width newWidth: Int) -> ColourImage {
    resized(newHeight, newWidth, taps: 4) { share in
      func near(_ x: Float) -> Float { ((Self.cubic + 2) * x - (Self.cubic + 3)) * x * x + 1 }
      func far(_ x: Float) -> Float {
        ((Self.cubic * x - 5 * Self.cubic) * x + 8 * Self.cubic) * x - 4 * Self.cubic
      }
      return [far(1 + share), near(share), near(1 - share), far(2 - share)]
    }
  }

  private static var cubic: Float { -0.75 }

  /// One place of an axis: the inputs that it is made of, and their weights.
  private struct Tap {
    var inputs: [Int]
    var weights: [Float]
  }

  private static func taps(_ input: Int, _ output: Int, _ count: Int, _ weights: (Float) -> [Float]) -> [Tap] {
    let scale = Float(input) / Float(output)
    return (0..<output).map { place in
      let exact = Float(place) * scale
      let low = Int(exact)
      let first = low - (count / 2 - 1)
      return Tap(
        inputs: (first..<(first + count)).map { max(0, min(input - 1, $0)) }, weights: weights(exact - Float(low)))
    }
  }

  /// Columns first, then rows.
  private func resized(
    _ newHeight: Int, _ newWidth: Int, taps count: Int, _ weights: (Float) -> [Float]
  ) -> ColourImage {
    let columns = Self.taps(width, newWidth, count, weights)
    let rows = Self.taps(height, newHeight, count, weights)
    var narrow = [Float](repeating: 0, count: height * newWidth * 3)
    for row in 0..<height {
      for (column, tap) in columns.enumerated() {
        let to = 3 * (row * newWidth + column)
        for (input, weight) in zip(tap.inputs, tap.weights) {
          let from = 3 * (row * width + input)
          for channel in 0..<3 { narrow[to + channel] += weight * samples[from + channel] }
        }
      }
    }
    var made = [Float](repeating: 0, count: newHeight * newWidth * 3)
    let length = 3 * newWidth
    for (row, tap) in rows.enumerated() {
      for (input, weight) in zip(tap.inputs, tap.weights) {
        for place in 0..<length { made[row * length + place] += weight * narrow[input * length + place] }
      }
    }
    return ColourImage(height: newHeight, width: newWidth, samples: made)
  }
}
