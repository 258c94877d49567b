// Cochleagram.swift -- what an ear makes of a sound: the slow envelopes of its bands.

package import Base
import CTorch
import Glibc

/// What an ear makes of a sound: the slow envelopes of its bands, as published for Word-Speaker-Noise.
///
/// A sound is cut into 203 bands by half-cosine filters that lie evenly on the scale of equivalent rectangular bandwidths from 20 to
/// 8,000 Hz: 50 that touch, and four times as many between (McDermott and Simoncelli 2011). The envelope of each is what the Hilbert
/// transform gives; a sinc of 1,001 taps in a Kaiser window (beta 5) takes it to 200 Hz; what falls below 0 is 0; and the power .3
/// stands for the ear's compression.
package struct Cochleagram: Sendable {
  /// Sounds are sampled at 20 kHz, and envelopes at 200 Hz.
  package static let (rate, envelopeRate) = (20_000, 200)
  /// Samples of a sound to a frame.
  package static let stride = rate / envelopeRate
  /// Bands.
  package static let bandCount = overlap * (filterCount + 1) - 1

  private static let (filterCount, overlap) = (50, 4)
  private static let range = (low: 20.0, high: 8_000.0)
  private static let (tapCount, beta) = (1_001, 5.0)
  private static let power = 0.3

  private let sampleCount: Int
  /// bands x frequencies from 0 to half the rate: gains, doubled where the negative frequency is left out.
  private let filters: [Float]
  /// The window of the envelopes.
  private let taps: [Float]

  /// Makes the filters for sounds of one length.
  package init(sampleCount: Int) {
    self.sampleCount = sampleCount
    filters = Self.analyticFilters(sampleCount)
    taps = Self.envelopeWindow()
  }

  /// Frames of a cochleagram.
  package var frameCount: Int { (sampleCount + Self.stride - 1) / Self.stride }

  /// Equivalent rectangular bandwidths below a frequency (Glasberg and Moore 1990).
  private static func bandwidths(below frequency: Double) -> Double { 9.265 * log(1 + frequency / (24.7 * 9.265)) }

  /// The gain of each band at a frequency; neighbours' squares add to 1 where all of them lie.
  ///
  /// Bands are evenly spaced between the ends of the range, and reach four places to either side; the first ones are cut at 0 Hz.
  package static func gains(at frequency: Double) -> [Double] {
    let (low, high) = (bandwidths(below: range.low), bandwidths(below: range.high))
    let spacing = (high - low) / Double(bandCount + 1)
    let place = (bandwidths(below: frequency) - low) / spacing
    return (1...bandCount).map { band in
      let distance = (place - Double(band)) / Double(2 * overlap)
      return abs(distance) < 0.5 ? cos(distance * .pi) / Double(overlap).squareRoot() : 0
    }
  }

  private static func analyticFilters(_ sampleCount: Int) -> [Float] {
    let binCount = sampleCount / 2 + 1
    var filters = [Float](repeating: 0, count: bandCount * binCount)
    for bin in 0..<binCount {
      let frequency = Double(bin) * Double(rate) / Double(sampleCount)
      let isAlone = bin == 0 || 2 * bin == sampleCount
      for (band, gain) in gains(at: frequency).enumerated() where gain > 0 {
        filters[band * binCount + bin] = Float(isAlone ? gain : 2 * gain)
      }
    }
    return filters
  }

  private static func envelopeWindow() -> [Float] {
    let half = (tapCount - 1) / 2
    return (-half...half).map { tap in
      let x = Double(tap) / Double(stride) * .pi
      let sinc = tap == 0 ? 1 : sin(x) / x
      let place = Double(tap) / Double(half)
      let window = besselI0(beta * (1 - place * place).squareRoot()) / besselI0(beta)
      return Float(sinc * window / Double(stride))
    }
  }

  /// The modified Bessel function of order 0, by its series.
  private static func besselI0(_ x: Double) -> Double {
    var (sum, term, step) = (1.0, 1.0, 1.0)
    while term > sum * 1e-17 {
      term *= (x / (2 * step)) * (x / (2 * step))
      sum += term
      step += 1
    }
    return sum
  }

  /// The cochleagrams of some sounds.
  ///
  /// - Parameter sounds: sounds x samples.
  /// - Returns: sounds x bands x frames, the lowest band first.
  /// - Throws: ``EngramError`` with code `io` without the tensor library, `limit` when there is no memory.
  package func callAsFunction(_ sounds: [Float]) throws(EngramError) -> [Float] {
    precondition(sounds.count % sampleCount == 0, "sounds have one length")
    try TensorLibrary.useThreads(1)
    let count = sounds.count / sampleCount
    var result = [Float](repeating: 0, count: count * Self.bandCount * frameCount)
    var shape = engram_sounds(
      count: Int64(count), samples: Int64(sampleCount), bands: Int64(Self.bandCount), taps: Int64(taps.count),
      stride: Int64(Self.stride), power: Self.power)
    // SAFETY: all arrays lend their elements for the call and are as long as the shape says.
    try TensorLibrary.check(
      unsafe engram_torch_envelopes(&shape, sounds, filters, taps, &result), "to make cochleagrams")
    return result
  }
}
