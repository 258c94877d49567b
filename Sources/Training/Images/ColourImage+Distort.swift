// ColourImage+Distort.swift -- other brightness, contrast, saturation and hue, grey, and blur, of samples from 0 to 1.

import Glibc

extension ColourImage<Float> {
  /// Every sample between 0 and 1.
  package var clipped: ColourImage { map { min(1, max(0, $0)) } }

  /// Brighter by so much.
  package func brighter(by change: Float) -> ColourImage { map { $0 + change } }

  /// The distance of every sample from the mean of its channel times a factor.
  package func contrast(_ factor: Float) -> ColourImage {
    var means = [Double](repeating: 0, count: 3)
    for (place, sample) in samples.enumerated() { means[place % 3] += Double(sample) }
    let centre = means.map { Float($0 / Double(max(1, height * width))) }
    var made = self
    for place in samples.indices {
      made.samples[place] = (samples[place] - centre[place % 3]) * factor + centre[place % 3]
    }
    return made
  }

  /// The saturation times a factor, at most full.
  package func saturation(_ factor: Float) -> ColourImage {
    pixels { hue, saturation, value in (hue, min(1, max(0, saturation * factor)), value) }
  }

  /// The hue turned by a share of the circle.
  package func hue(turnedBy turn: Float) -> ColourImage {
    pixels { hue, saturation, value in ((hue + turn + 1).truncatingRemainder(dividingBy: 1), saturation, value) }
  }

  /// Every pixel its luminance.
  package var grey: ColourImage {
    var made = self
    for place in stride(from: 0, to: samples.count, by: 3) {
      let light = 0.2989 * samples[place] + 0.587 * samples[place + 1] + 0.114 * samples[place + 2]
      for channel in 0..<3 { made.samples[place + channel] = light }
    }
    return made
  }

  /// Blurred by a normal distribution of a deviation, cut at `radius` places; beyond the edge is black.
  package func blurred(deviation: Float, radius: Int) -> ColourImage {
    var weights = (-radius...radius).map { place in
      Float(exp(-Double(place * place) / (2 * Double(deviation) * Double(deviation))))
    }
    let sum = weights.reduce(0, +)
    for place in weights.indices { weights[place] /= sum }
    var wide = [Float](repeating: 0, count: samples.count)
    for row in 0..<height {
      for column in 0..<width {
        let to = 3 * (row * width + column)
        for offset in -radius...radius where (0..<width).contains(column + offset) {
          let (from, weight) = (to + 3 * offset, weights[offset + radius])
          for channel in 0..<3 { wide[to + channel] += weight * samples[from + channel] }
        }
      }
    }
    var made = [Float](repeating: 0, count: samples.count)
    let length = 3 * width
    for row in 0..<height {
      for offset in -radius...radius where (0..<height).contains(row + offset) {
        let (from, weight) = ((row + offset) * length, weights[offset + radius])
        for place in 0..<length { made[row * length + place] += weight * wide[from + place] }
      }
    }
    return ColourImage(height: height, width: width, samples: made)
  }

  /// Changes every pixel as hue (0 to 1), saturation and value.
  private func pixels(_ change: (Float, Float, Float) -> (Float, Float, Float)) -> ColourImage {
    var made = self
    for place in stride(from: 0, to: samples.count, by: 3) {
      let (red, green, blue) = (samples[place], samples[place + 1], samples[place + 2])
      let value = max(red, green, blue), range = value - min(red, green, blue)
      var hue: Float = 0
      if range > 0 {
        if value == red {
          hue = (green - blue) / range
        } else if value == green {
          hue = 2 + (blue - red) / range
        } else {
          hue = 4 + (red - green) / range
        }
        hue /= 6
        if hue < 0 { hue += 1 }
      }
      let (turned, saturation, light) = change(hue, value > 0 ? range / value : 0, value)
      func channel(_ shift: Float) -> Float {
        let k = (shift + turned * 6).truncatingRemainder(dividingBy: 6)
        return light - light * saturation * max(0, min(k, 4 - k, 1))
      }
      (made.samples[place], made.samples[place + 1], made.samples[place + 2]) = (channel(5), channel(3), channel(1))
    }
    return made
  }
}
