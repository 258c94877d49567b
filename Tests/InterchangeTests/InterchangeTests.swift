// InterchangeTests: the first test replaces this line.
