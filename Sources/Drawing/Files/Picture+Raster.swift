// Picture+Raster.swift -- a picture as PNG or PDF, drawn by librsvg from its SVG.

package import Base
import CRSVG

extension Picture {
  /// What a picture can be written as, beside SVG.
  package enum Raster: Sendable, Hashable {
    /// Pixels, twice as many as the SVG has units, for screens and print.
    case png
    /// A page with real text.
    case pdf
  }

  /// Pixels of a PNG for each unit of the SVG.
  private static let pixelScale = 2.0

  /// The picture as a file of pixels or of a page.
  ///
  /// - Parameter raster: Which.
  /// - Returns: The bytes; the same for the same picture, libraries and fonts.
  /// - Throws: ``EngramError`` with code `unsupported` when librsvg is not installed, `limit` when there is no memory.
  package func raster(_ raster: Raster) throws(EngramError) -> [UInt8] {
    // SAFETY: the text is static, and is copied at once.
    if let reason = unsafe engram_rsvg_load() {
      throw EngramError(
        .unsupported, "PNG and PDF are drawn by librsvg, which cannot be loaded",
        found: unsafe String(cString: reason),
        mend: "install librsvg (the package librsvg2-2 of Debian and Ubuntu), or write SVG, which needs nothing")
    }
    let page = page(id: "picture", isInline: false)
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let source = Array(page.text.utf8)
    // SAFETY: the function reads the source for the call and sets both results only when it returns nil.
    let problem = unsafe source.withUnsafeBufferPointer { buffer in
      unsafe engram_rsvg_draw(
        buffer.baseAddress, buffer.count, page.width, page.height, Self.pixelScale,
        raster == .pdf ? Int32(ENGRAM_RSVG_PDF) : Int32(ENGRAM_RSVG_PNG), &bytes, &count)
    }
    if let problem = unsafe problem { throw EngramError(.limit, unsafe String(cString: problem)) }
    // SAFETY: the block is of `count` bytes and is freed once, after it was copied.
    defer { unsafe engram_rsvg_free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
