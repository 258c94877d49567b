// ColourSource.swift -- colour images with classes, whatever files they come from.

package import Base

/// Colour images with classes, in two halves: to learn from, and for validation.
package protocol ColourSource: Sendable {
  /// Images to learn from, and for validation.
  var trainingCount: Int { get }
  var validationCount: Int { get }
  /// How many classes there are.
  var classCount: Int { get }
  /// What tells the images from others.
  var fingerprint: DataFingerprint? { get }

  /// An image to learn from, and its class.
  ///
  /// - Throws: ``EngramError`` with what is wrong with its file.
  func trainingImage(_ index: Int) throws(EngramError) -> (image: ColourImage<UInt8>, label: Int32)

  /// An image for validation, and its class.
  func validationImage(_ index: Int) throws(EngramError) -> (image: ColourImage<UInt8>, label: Int32)
}
