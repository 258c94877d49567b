// SplitsTests: the first test replaces this line.
