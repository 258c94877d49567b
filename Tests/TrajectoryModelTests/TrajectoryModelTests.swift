// TrajectoryModelTests: the first test replaces this line.
