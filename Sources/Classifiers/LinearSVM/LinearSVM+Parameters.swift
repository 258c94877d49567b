// LinearSVM+Parameters.swift -- the parameters as JSON, by the names that scikit-learn gives them where it has one.

public import Base

extension LinearSVM {
  static let keys = ["C", "tol", "max_iter", "solver", "n_components", "standardize"]

  /// Every parameter under scikit-learn's name; `n_components` is that of its PCA, null for none.
  public var parameters: JSONObject {
    var object = JSONObject()
    object["C"] = .real(cost)
    object["tol"] = .real(tolerance)
    object["max_iter"] = .integer(Int64(maxIterations))
    object["solver"] = .string(solver.rawValue)
    object["n_components"] = componentCount.map { .integer(Int64($0)) } ?? .null
    object["standardize"] = .bool(standardizes)
    return object
  }

  /// Reads parameters; those that are absent keep their defaults.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a value that cannot be, `invalidData` for a key that is not known
  ///   or a value of the wrong kind.
  public init(parameters: JSONObject) throws(EngramError) {
    try parameters.checkKeys(Self.keys)
    self.init()
    cost = try parameters.real("C") ?? cost
    tolerance = try parameters.real("tol") ?? tolerance
    maxIterations = try parameters.count("max_iter") ?? maxIterations
    if let name = try parameters.text("solver") {
      solver = try LinearSVMSolver(named: name)
    }
    componentCount = try parameters.count("n_components")
    standardizes = try parameters.flag("standardize") ?? standardizes
    try checkParameters()
  }

  /// Refuses parameters that cannot be.
  ///
  /// - Throws: ``EngramError`` with code `usage` for the first.
  func checkParameters() throws(EngramError) {
    func require(_ holds: Bool, _ key: String, _ expected: String, _ found: String) throws(EngramError) {
      guard !holds else { return }
      throw EngramError(
        .usage, "a parameter of the linear SVM is out of range", place: "key \"\(key)\"", expected: expected,
        found: found)
    }
    try require(cost > 0 && cost.isFinite, "C", "a finite number above 0", "\(cost)")
    try require(tolerance > 0 && tolerance.isFinite, "tol", "a finite number above 0", "\(tolerance)")
    try require(maxIterations >= 1, "max_iter", "at least 1", "\(maxIterations)")
    try require(componentCount ?? 1 >= 1, "n_components", "at least 1", "\(componentCount ?? 1)")
    try require(
      solver != .liblinear || maxIterations == Self.defaultMaxIterations, "max_iter",
      "\(Self.defaultMaxIterations), which LIBLINEAR has compiled in", "\(maxIterations)")
  }
}
