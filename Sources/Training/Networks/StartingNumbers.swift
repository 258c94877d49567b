// StartingNumbers.swift -- the distributions that weights start from, as TensorFlow has them.

package import Base
import Glibc

/// A distribution that the weights of a tensor start from.
package enum StartingNumbers: Sendable, Hashable {
  /// All of one value.
  case constant(Double)
  /// Normal with mean 0.
  case normal(deviation: Double)
  /// Normal with mean 0, drawn again beyond two deviations.
  case truncatedNormal(deviation: Double)
  /// Uniform within ± gain * sqrt(6 / (inputs + outputs)), each times the places of a kernel (Glorot and Bengio 2010).
  case glorotUniform(gain: Double)
  /// A normal distribution cut at two deviations whose deviation, after cutting, is sqrt(scale / inputs).
  case varianceScaling(Double)

  /// The deviation of a standard normal distribution that is cut at two deviations.
  private static let cutDeviation = 0.879_625_661_034_239_8

  /// Draws the numbers of a tensor.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - fans: The inputs and outputs of a unit.
  ///   - random: What is drawn from.
  /// - Returns: The numbers, in the order of drawing.
  package func draw(_ count: Int, fans: (inputs: Int, outputs: Int), from random: inout RandomState) -> [Double] {
    switch self {
    case .constant(let value): return [Double](repeating: value, count: count)
    case .normal(let deviation):
      return (0..<count).map { _ in deviation * random.standardNormal() }
    case .truncatedNormal(let deviation):
      return (0..<count).map { _ in deviation * Self.cutNormal(&random) }
    case .glorotUniform(let gain):
      let bound = gain * (6 / Double(fans.inputs + fans.outputs)).squareRoot()
      return (0..<count).map { _ in bound * (2 * random.nextReal() - 1) }
    case .varianceScaling(let scale):
      let deviation = (scale / Double(fans.inputs)).squareRoot() / Self.cutDeviation
      return (0..<count).map { _ in deviation * Self.cutNormal(&random) }
    }
  }

  private static func cutNormal(_ random: inout RandomState) -> Double {
    while true {
      let deviate = random.standardNormal()
      if abs(deviate) <= 2 { return deviate }
    }
  }
}
