// EngramCommandsTests: the first test replaces this line.
