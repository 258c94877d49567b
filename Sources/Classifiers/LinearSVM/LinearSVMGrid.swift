// LinearSVMGrid.swift -- linear SVMs that differ in C and in the number of principal components, scored together.

public import Base
public import TrajectoryModel

/// Linear SVMs for every pair of a number of principal components and a C, components outermost.
///
/// One decomposition serves all numbers of components, and each C starts from the solution of the next smaller one. The
/// problems of different components and classes are solved side by side.
public struct LinearSVMGrid: CandidateGrid, Hashable {
  /// What the candidates have in common.
  public let base: LinearSVM
  /// The numbers of principal components, nil for the columns themselves.
  public let componentCounts: [Int?]
  /// The values of C.
  public let costs: [Double]

  /// Makes a grid.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there is no candidate or one cannot be.
  public init(base: LinearSVM = LinearSVM(), componentCounts: [Int?] = [nil], costs: [Double]) throws(EngramError) {
    self.base = base
    self.componentCounts = componentCounts
    self.costs = costs
    guard !costs.isEmpty, !componentCounts.isEmpty else {
      throw EngramError(.usage, "the grid has no candidate", expected: "at least one C and one n_components")
    }
    for index in 0..<(componentCounts.count * costs.count) { try machine(index).checkParameters() }
  }

  /// Reads the parameters of ``LinearSVM/init(parameters:)``, where `C` and `n_components` may be arrays.
  ///
  /// - Throws: As ``LinearSVM/init(parameters:)``.
  public init(parameters: JSONObject) throws(EngramError) {
    var common = parameters
    var (costs, counts): ([Double]?, [Int?]?)
    if case .array? = parameters["C"] {
      costs = try parameters.reals("C")
      common["C"] = nil
    }
    if case .array(let values)? = parameters["n_components"] {
      counts = try values.map { (value) throws(EngramError) in value == .null ? nil : Int(try value.asInteger()) }
      common["n_components"] = nil
    }
    let base = try LinearSVM(parameters: common)
    try self.init(base: base, componentCounts: counts ?? [base.componentCount], costs: costs ?? [base.cost])
  }

  /// The parameters of each candidate.
  public var candidates: [JSONObject] {
    (0..<(componentCounts.count * costs.count)).map { machine($0).parameters }
  }

  /// The classifier of a candidate.
  public func classifier(_ index: Int) -> any Classifier { machine(index) }

  private func machine(_ index: Int) -> LinearSVM {
    var machine = base
    machine.componentCount = componentCounts[index / costs.count]
    machine.cost = costs[index % costs.count]
    return machine
  }

  /// Learns from some rows and predicts others, for some candidates.
  ///
  /// Columns are z-scored, if they are, by the rows learned from; published: the whole train side.
  ///
  /// - Returns: For each of `indices` its accuracy, with a note when it did not converge, or why it cannot be.
  public func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    try features.requireColumns(columns.columnCount)
    let counts = try labels.requireClasses(among: train, of: features.rows)
    try features.requireFinite(rows: train + validation)
    let present = counts.indices.filter { counts[$0] > 0 }
    do throws(EngramError) {
      return try solved(
        indices, features, columns: columns, labels: labels, train: train, validation: validation, present: present,
        options: options)
    } catch {
      throw features.naming(error, rows: train)
    }
  }

  private func solved(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], present: [Int], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    let classes = LinearSVM.places(labels, train, present)
    var scores: [Int: CandidateScore] = [:]
    // First the columns themselves, then components, so that only one design is in memory.
    for reduces in [false, true] {
      let part = indices.filter { (machine($0).componentCount != nil) == reduces }
      if part.isEmpty { continue }
      let design = try LinearDesign(
        features, columns: columns, rows: train, standardizes: base.standardizes, reduces: reduces,
        mayTurn: base.solver == .newton, work: options.work)
      let gram = base.solver == .newton ? try design.rows.gram(work: options.work) : []
      var families: [(problem: LinearProblem, indices: [Int])] = []
      for (place, count) in componentCounts.enumerated() {
        let family = part.filter { $0 / costs.count == place }.sorted { machine($0).cost < machine($1).cost }
        if let reason = design.refusal(of: count) {
          for index in family { scores[index] = .skipped(reason) }
        } else if !family.isEmpty {
          let problem = LinearProblem(
            design.rows, columns: design.width(components: count), classes: classes, gram: gram)
          families.append((problem, family))
        }
      }
      var partOptions = options
      partOptions.work = options.work.part(scores.count..<(scores.count + part.count), of: indices.count)
      let solved = try OneVersusRest(base, options: partOptions).solve(
        families.map { ($0.problem, $0.indices.map { machine($0).cost }) }, classCount: present.count)
      for (family, fits) in zip(families, solved) {
        for (index, fits) in zip(family.indices, fits) {
          let model = LinearSVMModel(
            machine(index), design: design, fits: fits, present: present, classCount: labels.classCount)
          scores[index] = try model.score(features, labels, validation, work: options.work)
        }
      }
    }
    return indices.compactMap { scores[$0] }
  }
}

extension LinearSVMModel {
  /// The share of rows that the model gets right, with a note when its solver did not converge.
  fileprivate func score(
    _ features: borrowing Matrix, _ labels: ClassLabels, _ rows: [Int32], work: WorkContext
  ) throws(EngramError) -> CandidateScore {
    let predicted = try predict(features, rows: rows, work: work)
    let right = zip(predicted, rows).count { $0 == labels.codes[Int($1)] }
    let slow = zip(presentClasses, problems).filter { !$1.isConverged }
    let note = slow.map { "class \($0) after \($1.iterations) iterations" }.joined(separator: ", ")
    return .accuracy(Double(right) / Double(rows.count), note: slow.isEmpty ? nil : "not converged: \(note)")
  }
}
