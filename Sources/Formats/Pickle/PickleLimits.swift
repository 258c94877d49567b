// PickleLimits.swift -- what a pickle may cost before it is refused.

/// What a pickle may cost before it is refused, whatever it says about itself.
package struct PickleLimits: Sendable {
  /// Bytes of memory for everything but large payloads, which stay in the file.
  ///
  /// Published metadata take about 160 bytes an example: 1 GiB is room for six million examples.
  package var memory: Int
  /// How deep values may be nested; the published layout needs six.
  package var depth: Int
  /// Strings of more bytes than this stay in the file and are decoded when they are read.
  package var inlineBytes: Int

  /// Makes limits.
  package init(memory: Int = 1 << 30, depth: Int = 200, inlineBytes: Int = 64 << 10) {
    self.memory = memory
    self.depth = depth
    self.inlineBytes = inlineBytes
  }

  /// Enough for any data set that fits the published layout.
  package static let standard = PickleLimits()
}
