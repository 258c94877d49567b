// LinearSVM.swift -- a linear support vector machine, one class against the rest.

public import Base
public import TrajectoryModel

/// A linear support vector machine with squared hinge loss, one class against the rest, as scikit-learn's `LinearSVC`.
///
/// For each class, with t = +1 on its rows and -1 on the others, it minimises over w
///
///     1/2 |w|² + C Σ max(0, 1 - t w·x)²
///
/// where x is a row with a constant 1 before it; so the intercept is regularised too, as LIBLINEAR's `-B 1` and
/// scikit-learn's `intercept_scaling=1` do. The class of the greatest decision value w·x is predicted. With two classes
/// one problem is solved, and the other class has the negative decision value.
///
/// ```swift
/// var machine = LinearSVM(cost: 50)
/// machine.standardizes = true
/// machine.componentCount = 100
/// let model = try machine.fitted(matrix, columns: columns, labels: labels)
/// let classes = try model.predict(others)
/// ```
///
/// Columns are prepared inside the model by the training rows: first z-scores if ``standardizes``, then principal
/// components if ``componentCount``; position columns are left out of both and stand before the others, as published.
public struct LinearSVM: Classifier, Hashable {
  /// The kind, as in model files.
  public static let kind = "linear-svm"
  /// The iterations that LIBLINEAR always allows.
  public static let defaultMaxIterations = 1000

  /// C: how much errors weigh against the size of the weights; above 0.
  public var cost: Double
  /// When a solver stops, as ``LinearSVMSolver`` says; above 0.
  public var tolerance: Double
  /// The most iterations of a solver, at least 1.
  public var maxIterations: Int
  /// How the problems are solved.
  public var solver: LinearSVMSolver
  /// The number of principal components that take the place of the columns; nil for the columns themselves.
  public var componentCount: Int?
  /// Whether columns are z-scored by the training rows.
  public var standardizes: Bool

  /// Makes a machine with the defaults of scikit-learn, but for the solver.
  public init(
    cost: Double = 1, tolerance: Double = 1e-4, maxIterations: Int = defaultMaxIterations,
    solver: LinearSVMSolver = .newton, componentCount: Int? = nil, standardizes: Bool = false
  ) {
    self.cost = cost
    self.tolerance = tolerance
    self.maxIterations = maxIterations
    self.solver = solver
    self.componentCount = componentCount
    self.standardizes = standardizes
  }

  /// Learns from rows of a matrix; as ``fitted(_:columns:labels:rows:options:)``.
  public func fit(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
  ) throws(EngramError) -> any ClassifierModel {
    try fitted(features, columns: columns, labels: labels, rows: rows, options: options)
  }

  /// Learns from rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: One row an example, one column a feature; either type and layout, row-major is fastest.
  ///   - columns: What the columns are.
  ///   - labels: The class of every row of `features`.
  ///   - rows: The rows to learn from, each at most once; nil for all.
  ///   - options: The seed, and how the work is done. Newton's method draws nothing and ignores the seed.
  /// - Returns: The model; ``LinearSVMModel/problems`` says whether each class converged.
  /// - Throws: ``EngramError`` with code `usage` for a parameter that cannot be, or more components than rows or
  ///   columns; `invalidData` for values that are not finite and for fewer than two classes; `notFound` when a library
  ///   is missing.
  /// - Complexity: Memory for the rows in Float64 and, for each thread, columns² numbers twice.
  public func fitted(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]? = nil,
    options: FitOptions = FitOptions()
  ) throws(EngramError) -> LinearSVMModel {
    try checkParameters()
    try features.requireColumns(columns.columnCount)
    try features.requireSomeColumn()
    let counts = try labels.requireClasses(among: rows, of: features.rows)
    try features.requireFinite(rows: rows)
    let rows = rows ?? (0..<Int32(features.rows)).map { $0 }
    let present = counts.indices.filter { counts[$0] > 0 }
    do throws(EngramError) {
      return try solved(features, columns: columns, labels: labels, rows: rows, present: present, options: options)
    } catch {
      throw features.naming(error, rows: rows)
    }
  }

  private func solved(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32], present: [Int],
    options: FitOptions
  ) throws(EngramError) -> LinearSVMModel {
    let design = try LinearDesign(
      features, columns: columns, rows: rows, standardizes: standardizes, reduces: componentCount != nil,
      mayTurn: solver == .newton, work: options.work)
    if let reason = design.refusal(of: componentCount) {
      throw EngramError(.usage, reason, place: "key \"n_components\"", mend: "ask for fewer components")
    }
    let problem = LinearProblem(
      design.rows, columns: design.width(components: componentCount), classes: LinearSVM.places(labels, rows, present),
      gram: solver == .newton ? try design.rows.gram(work: options.work) : [])
    let fits = try OneVersusRest(self, options: options).solve(
      [(problem, [cost])], classCount: present.count)[0][0]
    return LinearSVMModel(self, design: design, fits: fits, present: present, classCount: labels.classCount)
  }

  /// For each row the place of its class among those present.
  static func places(_ labels: ClassLabels, _ rows: [Int32], _ present: [Int]) -> [Int32] {
    var place = [Int32](repeating: 0, count: labels.classCount)
    for (index, code) in present.enumerated() { place[code] = Int32(index) }
    return rows.map { place[Int(labels.codes[Int($0)])] }
  }
}
