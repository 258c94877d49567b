// ColourImage.swift -- a colour image in memory: rows of red, green and blue.

package import Base
import CJPEG

/// A colour image: rows of pixels, each red, green and blue.
package struct ColourImage<Sample: Sendable & Hashable>: Sendable, Hashable {
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// height x width x 3.
  package var samples: [Sample]

  /// Makes an image.
  package init(height: Int, width: Int, samples: [Sample]) {
    precondition(samples.count == height * width * 3, "three samples for each pixel")
    (self.height, self.width, self.samples) = (height, width, samples)
  }

  /// The same image with each sample made another.
  package func map<Other>(_ change: (Sample) -> Other) -> ColourImage<Other> {
    ColourImage<Other>(height: height, width: width, samples: samples.map(change))
  }

  /// The image with its columns in the other order.
  package var mirrored: ColourImage {
    var turned = samples
    for row in 0..<height {
      for column in 0..<width {
        let (to, from) = (3 * (row * width + column), 3 * (row * width + width - 1 - column))
        for channel in 0..<3 { turned[to + channel] = samples[from + channel] }
      }
    }
    return ColourImage(height: height, width: width, samples: turned)
  }

  /// A part of the image, which lies inside.
  package func cut(_ part: ImageRectangle) -> ColourImage {
    var kept: [Sample] = []
    kept.reserveCapacity(part.height * part.width * 3)
    for row in part.top..<(part.top + part.height) {
      let start = 3 * (row * width + part.left)
      kept += samples[start..<(start + 3 * part.width)]
    }
    return ColourImage(height: part.height, width: part.width, samples: kept)
  }
}

extension ColourImage<UInt8> {
  /// The most pixels of a picture that is read: 100 million, 300 MB.
  private static let mostPixels = 100_000_000
  private static let mostBytes = 1 << 28

  /// Reads a JPEG.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a file that is none or is damaged, `limit` for one that is too large,
  ///   `io` without libjpeg-turbo, `notFound`.
  package init(jpeg path: String) throws(EngramError) {
    try Self.loadLibrary()
    let bytes = try InputFile(opening: path).contents(limit: Self.mostBytes)
    var (width, height) = (Int32(0), Int32(0))
    // SAFETY (here and below): the array lends its bytes for the call, and the text that is returned is copied at once.
    if let why = unsafe engram_jpeg_size(bytes, bytes.count, &width, &height) {
      throw Self.damaged(path, unsafe String(cString: why))
    }
    guard width > 0, height > 0, Int(width) * Int(height) <= Self.mostPixels else {
      throw EngramError(
        .limit, "a picture is too large", file: path, expected: "at most \(Self.mostPixels) pixels",
        found: "\(width) x \(height)")
    }
    var samples = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
    if let why = unsafe engram_jpeg_decode(bytes, bytes.count, width, height, &samples) {
      throw Self.damaged(path, unsafe String(cString: why))
    }
    self.init(height: Int(height), width: Int(width), samples: samples)
  }

  /// The image as a JPEG.
  ///
  /// - Throws: ``EngramError`` with code `io` without libjpeg-turbo or where it refuses.
  package func jpeg(quality: Int = 95) throws(EngramError) -> [UInt8] {
    try Self.loadLibrary()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    // SAFETY: the library fills both on success; the file is copied and freed.
    if let why = unsafe engram_jpeg_encode(
      samples, Int32(clamping: width), Int32(clamping: height), Int32(clamping: quality), &bytes, &count)
    {
      throw EngramError(.io, "a JPEG could not be made", found: unsafe String(cString: why))
    }
    defer { unsafe engram_jpeg_free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Loads libjpeg-turbo, once.
  static func loadLibrary() throws(EngramError) {
    guard let why = unsafe engram_jpeg_load() else { return }
    throw EngramError(
      .io, "pictures cannot be read: libjpeg-turbo is not there", expected: "libturbojpeg.so.0",
      found: unsafe String(cString: why), mend: "install it; Debian's package is libturbojpeg0")
  }

  private static func damaged(_ path: String, _ why: String) -> EngramError {
    EngramError(
      .invalidData, "a picture cannot be read", file: path, expected: "a whole JPEG", found: why,
      mend: "get the file again, or make it a JPEG; what was trained so far goes on from its last checkpoint")
  }
}

/// A part of an image.
package struct ImageRectangle: Sendable, Hashable {
  /// Where it begins.
  package var top: Int, left: Int
  /// How large it is.
  package var height: Int, width: Int

  /// Makes a rectangle.
  package init(top: Int, left: Int, height: Int, width: Int) {
    (self.top, self.left, self.height, self.width) = (top, left, height, width)
  }
}
