// SegmentFileTests: the first test replaces this line.
