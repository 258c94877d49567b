// TrajectoryStoreTests: the first test replaces this line.
