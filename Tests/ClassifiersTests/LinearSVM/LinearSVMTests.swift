// LinearSVMTests.swift -- what a linear SVM promises beside its optimum.

import Base
import Classifiers
import Synchronization
import Testing
import TrajectoryModel

@Suite struct LinearSVMTests {
  static let columns = FeatureLayout(statisticCount: 7, sampleCount: 1)

  @Test(arguments: LinearSVMSolver.allCases)
  func `the same seed gives the same bytes on any number of threads, of either layout`(
    solver: LinearSVMSolver
  ) throws {
    let (rows, labels) = blobs(700, columns: 7, classes: 5, seed: 1)
    var machine = LinearSVM(solver: solver, componentCount: 4, standardizes: true)
    if solver != .liblinear { machine.maxIterations = 30 }
    func bytes(_ threads: Int, _ layout: MatrixLayout) throws -> [UInt8] {
      let features = try featureMatrix(rows, .float32, layout)
      let options = FitOptions(seed: 3, work: WorkContext(threads: threads))
      return try machine.fitted(features, columns: Self.columns, labels: labels, options: options).encoded().bytes()
    }
    let expected = try bytes(1, .rowMajor)
    for (threads, layout) in [(2, MatrixLayout.rowMajor), (3, .columnMajor), (9, .rowMajor)] {
      #expect(try bytes(threads, layout) == expected)
    }
  }

  @Test func `learns from the rows named, as from a matrix of those rows alone`() throws {
    let (rows, labels) = blobs(90, columns: 7, classes: 3, seed: 2)
    let used = (0..<90).filter { $0 % 4 != 1 }
    let machine = LinearSVM(cost: 2, standardizes: true)
    let some = try machine.fitted(
      featureMatrix(rows, .float64), columns: Self.columns, labels: labels, rows: used.map { Int32($0) })
    let alone = try machine.fitted(
      featureMatrix(used.map { rows[$0] }), columns: Self.columns,
      labels: ClassLabels(codes: used.map { labels.codes[$0] }, classCount: 3))
    #expect(some == alone)
    let all = try some.predict(featureMatrix(rows))
    #expect(try some.predict(featureMatrix(rows), rows: [5, 1]) == [all[5], all[1]])
  }

  @Test func `predicts the greatest decision value, and probabilities order classes alike`() throws {
    let (rows, labels) = blobs(120, columns: 7, classes: 4, seed: 3, spread: 3)
    let features = try featureMatrix(rows)
    let model = try LinearSVM().fitted(features, columns: Self.columns, labels: labels)
    let (values, shares) = (try model.decisionValues(of: features), try model.probabilities(of: features))
    for (row, code) in try model.predict(features).enumerated() {
      let range = (row * 4)..<(row * 4 + 4)
      #expect(values[row * 4 + Int(code)] == values[range].max())
      #expect(shares[row * 4 + Int(code)] == shares[range].max())
      #expect(abs(shares[range].reduce(0, +) - 1) < 1e-5)
    }
    let right = try zip(model.predict(features), labels.codes).count { $0 == $1 }
    #expect(right > 110)
    #expect(model.summary["probabilities"] == "softmax of decision values, not calibrated")
  }

  @Test func `a class without training rows is never predicted`() throws {
    let (rows, labels) = blobs(80, columns: 7, classes: 4, seed: 4)
    let used = labels.codes.indices.filter { labels.codes[$0] == 1 || labels.codes[$0] == 3 }.map { Int32($0) }
    let features = try featureMatrix(rows)
    let model = try LinearSVM().fitted(features, columns: Self.columns, labels: labels, rows: used)
    #expect(model.presentClasses == [1, 3])
    #expect(Set(try model.predict(features)) == [1, 3])
    let values = try model.decisionValues(of: features, rows: [0])
    #expect(values[0] == -.infinity && values[1] == -values[3])
    #expect(try model.probabilities(of: features, rows: [0])[2] == 0)
    #expect(try LinearSVMModel(decoding: model.encoded()) == model)
  }

  @Test func `says when a solver did not converge`() throws {
    let (rows, labels) = blobs(200, columns: 7, classes: 3, seed: 5, spread: 0.2)
    for (solver, cost) in [(LinearSVMSolver.dualCoordinateDescent, 1e6), (.newton, 1), (.liblinear, 1e6)] {
      var machine = LinearSVM(cost: cost, solver: solver)
      if solver != .liblinear { machine.maxIterations = 2 }
      let model = try machine.fitted(featureMatrix(rows), columns: Self.columns, labels: labels)
      #expect(!model.isConverged, "\(solver)")
      #expect(model.problems.contains { $0.iterations == machine.maxIterations && $0.gap > 0 }, "\(solver)")
      #expect(model.summary["converged"] == false)
    }
  }

  @Test(arguments: LinearSVMSolver.allCases)
  func `stops within a few passes when asked to`(solver: LinearSVMSolver) throws {
    let (rows, labels) = blobs(400, columns: 7, classes: 3, seed: 8, spread: 0.2)
    let features = try featureMatrix(rows)
    // What takes hundreds of passes asks again and again; after it was stopped the solver works as before.
    let machine = LinearSVM(cost: 1e4, solver: solver)
    let asked = Mutex(0)
    let work = WorkContext(
      threads: 1,
      isCancelled: {
        asked.withLock { count in
          count += 1
          return count > 4
        }
      })
    let error = #expect(throws: EngramError.self) {
      try machine.fitted(
        features, columns: Self.columns, labels: labels, options: FitOptions(seed: 1, work: work))
    }
    #expect(error?.code == .cancelled)
    #expect(asked.withLock { $0 } == 5)
    let model = try machine.fitted(features, columns: Self.columns, labels: labels)
    #expect(model.problems.count == 3)
  }

  @Test func `Newton converges where C is so large that coordinate descent does not`() throws {
    let (rows, labels) = blobs(300, columns: 7, classes: 3, seed: 6, spread: 0.5)
    let features = try featureMatrix(rows)
    let newton = try LinearSVM(cost: 5e6).fitted(features, columns: Self.columns, labels: labels)
    let descent = try LinearSVM(cost: 5e6, solver: .dualCoordinateDescent).fitted(
      features, columns: Self.columns, labels: labels)
    #expect(newton.isConverged && !descent.isConverged)
    for (better, worse) in zip(newton.problems, descent.problems) { #expect(better.objective <= worse.objective) }
  }

  @Test func `comes back from a model file, and damaged contents are refused`() throws {
    let (rows, labels) = blobs(60, columns: 7, classes: 3, seed: 7)
    let model = try LinearSVM(componentCount: 2, standardizes: true).fitted(
      featureMatrix(rows), columns: Self.columns, labels: labels)
    let file = try ModelFile(parsing: model.encoded().bytes())
    #expect(try LinearSVMModel(decoding: file) == model)
    func refused(_ code: EngramError.Code, _ change: (inout ModelFile) -> Void) {
      var damaged = file
      change(&damaged)
      let error = #expect(throws: EngramError.self) { try LinearSVMModel(decoding: damaged) }
      #expect(error?.code == code)
    }
    refused(.unsupported) { $0 = ModelFile(kind: "random-forest", header: $0.header, sections: $0.sections) }
    refused(.corrupt) { $0.header["class_count"] = 1 }
    refused(.corrupt) { $0.header["column_count"] = -1 }
    refused(.corrupt) { $0.header["column_count"] = 8 }
    refused(.corrupt) { $0.header["present_classes"] = [0, 2, 1] }
    refused(.corrupt) { $0.header["present_classes"] = [0, 1, 3] }
    refused(.corrupt) { $0.header["present_classes"] = [0, 1] }
    refused(.corrupt) { $0.sections[1] = [UInt8](repeating: 0, count: 56) }
    refused(.corrupt) { $0.sections[3] = [UInt8](repeating: 0xff, count: $0.sections[3].count) }
    refused(.corrupt) { $0.sections.append([]) }
    refused(.invalidData) { $0.header["problems"] = nil }
    refused(.usage) { $0.header["parameters"] = ["C": 0] }
  }

  @Test func `parameters go to JSON and back, and others are refused`() throws {
    let machine = LinearSVM(
      cost: 50, tolerance: 1e-3, maxIterations: 77, solver: .dualCoordinateDescent, componentCount: 30,
      standardizes: true)
    #expect(try LinearSVM(parameters: machine.parameters) == machine)
    #expect(try LinearSVM(parameters: LinearSVM().parameters) == LinearSVM())
    #expect(try LinearSVM(parameters: JSONObject()) == LinearSVM())
    func refused(_ text: String, _ code: EngramError.Code, _ place: String) throws {
      let object = try JSONValue(parsing: text).asObject()
      let error = #expect(throws: EngramError.self) { try LinearSVM(parameters: object) }
      #expect(error?.code == code, "\(text)")
      #expect(error?.place == "key \"\(place)\"", "\(text)")
    }
    try refused(#"{"c": 1}"#, .invalidData, "c")
    try refused(#"{"C": 0}"#, .usage, "C")
    try refused(#"{"C": -1}"#, .usage, "C")
    try refused(#"{"C": "much"}"#, .invalidData, "C")
    try refused(#"{"tol": 0}"#, .usage, "tol")
    try refused(#"{"max_iter": 0}"#, .usage, "max_iter")
    try refused(#"{"n_components": 0}"#, .usage, "n_components")
    try refused(#"{"solver": "liblinaer"}"#, .usage, "solver")
    try refused(#"{"solver": "liblinear", "max_iter": 5}"#, .usage, "max_iter")
  }

  @Test func `refuses what nothing can be learned from, and says where`() throws {
    var (rows, labels) = blobs(20, columns: 7, classes: 2, seed: 8)
    func refused(
      _ code: EngramError.Code, _ machine: LinearSVM = LinearSVM(), rows used: [Int32]? = nil,
      columns: FeatureLayout = Self.columns
    ) throws -> EngramError? {
      let features = try featureMatrix(rows)
      let error = #expect(throws: EngramError.self) {
        try machine.fitted(features, columns: columns, labels: labels, rows: used)
      }
      #expect(error?.code == code)
      return error
    }
    _ = try refused(.usage, LinearSVM(cost: 0))
    _ = try refused(.usage, LinearSVM(componentCount: 0))
    #expect(try refused(.usage, LinearSVM(componentCount: 8))?.place == "key \"n_components\"")
    _ = try refused(.invalidData, columns: FeatureLayout(statisticCount: 6, sampleCount: 1))
    #expect(try refused(.invalidData, rows: [0, 2, 4])?.found == "one class")
    let positions = FeatureLayout(positionCount: 7, statisticCount: 0, sampleCount: 1)
    _ = try refused(.invalidData, LinearSVM(componentCount: 1), columns: positions)
    rows[13][4] = .nan
    #expect(try refused(.invalidData)?.place == "row 13, column 4")
    let model = try LinearSVM().fitted(featureMatrix(rows), columns: Self.columns, labels: labels, rows: [0, 1, 2, 3])
    let error = #expect(throws: EngramError.self) { try model.predict(featureMatrix(rows)) }
    #expect(error?.place == "row 13, column 4")
  }

  @Test(arguments: LinearSVMSolver.allCases)
  func `refuses values whose squares overflow`(solver: LinearSVMSolver) throws {
    var (rows, labels) = blobs(20, columns: 7, classes: 2, seed: 8)
    for row in rows.indices { rows[row][2] *= 1e200 }
    let error = #expect(throws: EngramError.self) {
      try LinearSVM(maxIterations: solver == .liblinear ? 1000 : 5, solver: solver).fitted(
        featureMatrix(rows, .float64), columns: Self.columns, labels: labels)
    }
    #expect(error?.code == .invalidData)
  }

  @Test(arguments: LinearSVMSolver.allCases)
  func `stops when asked to, and tells how far it is`(solver: LinearSVMSolver) throws {
    let (rows, labels) = blobs(60, columns: 7, classes: 3, seed: 9)
    let features = try featureMatrix(rows)
    let machine = LinearSVM(solver: solver)
    let error = #expect(throws: EngramError.self) {
      try machine.fitted(
        features, columns: Self.columns, labels: labels, options: FitOptions(work: WorkContext(isCancelled: { true })))
    }
    #expect(error?.code == .cancelled)
    let shares = Mutex<[Double]>([])
    let options = FitOptions(
      work: WorkContext(threads: 2, progress: { told in shares.withLock { $0.append(told.share) } }))
    _ = try machine.fitted(features, columns: Self.columns, labels: labels, options: options)
    #expect(shares.withLock { $0.max() } == 1)
  }
}
