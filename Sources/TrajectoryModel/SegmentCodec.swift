// SegmentCodec.swift -- whether the writer may store one statistic by what it differs from others.

/// How a writer stores the statistics of a segment; readers read every form.
///
/// The values are the same by bits in both. A predicted statistic is smaller, and reading it alone decodes the few
/// statistics that it is predicted from as well.
public enum SegmentCodec: String, Sendable, Hashable, CaseIterable {
  /// A statistic that a published formula gives from others is stored as the difference from it; the default.
  case predicted
  /// Every statistic stands for itself.
  case independent
}
