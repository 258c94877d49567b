// ColumnCodecTests: the first test replaces this line.
