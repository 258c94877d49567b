// LinearSVMGridTests.swift -- candidates scored together do as they do alone.

import Base
import Classifiers
import Testing

@Suite struct LinearSVMGridTests {
  @Test func `the published grid is in the published order`() throws {
    let grid = try GridSpecification.paper(.linearSVM).makeGrid()
    let candidates = grid.candidates
    #expect(candidates.count == 84)
    #expect(candidates[0]["C"] == 1.0 && candidates[0]["n_components"] == .null)
    #expect(candidates[6]["C"] == 5e6 && candidates[6]["n_components"] == .null)
    #expect(candidates[7]["C"] == 1.0 && candidates[7]["n_components"] == 10)
    #expect(candidates[83]["C"] == 5e6 && candidates[83]["n_components"] == 600)
    #expect(grid.classifier(8).parameters == candidates[8])
  }

  @Test(arguments: LinearSVMSolver.allCases)
  func `a candidate scores as its classifier does alone`(solver: LinearSVMSolver) throws {
    let (rows, labels) = blobs(240, columns: 9, classes: 3, seed: 11, spread: 0.7)
    let features = try featureMatrix(rows)
    let columns = FeatureLayout(positionCount: 2, statisticCount: 7, sampleCount: 1)
    let (train, validation) = (Array<Int32>(0..<160), Array<Int32>(160..<240))
    var base = LinearSVM(solver: solver, standardizes: true)
    if solver == .dualCoordinateDescent { base.maxIterations = 20_000 }
    // The costs are not in order, and eight components of seven columns cannot be.
    let grid = try LinearSVMGrid(base: base, componentCounts: [2, nil, 8, 7], costs: [1, 0.01])
    let indices = [0, 1, 2, 4, 5, 6]
    func score(_ threads: Int) throws -> [CandidateScore] {
      try grid.score(
        indices, features, columns: columns, labels: labels, train: train, validation: validation,
        options: FitOptions(seed: 2, work: WorkContext(threads: threads)))
    }
    let scores = try score(2)
    #expect(scores == (try score(1)))
    for (index, score) in zip(indices, scores) {
      if index == 4 || index == 5 {
        #expect(score == .skipped("8 principal components of 160 rows and 7 columns cannot be had"))
        continue
      }
      let model = try grid.classifier(index).fit(
        features, columns: columns, labels: labels, rows: train, options: FitOptions(seed: 2))
      let predicted = try model.predict(features, rows: validation, work: WorkContext(threads: 1))
      let right = zip(predicted, validation).count { $0 == labels.codes[Int($1)] }
      #expect(score == .accuracy(Double(right) / 80, note: nil), "\(grid.candidates[index])")
    }
  }

  @Test func `a candidate that did not converge has a note`() throws {
    let (rows, labels) = blobs(150, columns: 5, classes: 3, seed: 12, spread: 0.2)
    var base = LinearSVM(solver: .dualCoordinateDescent)
    base.maxIterations = 3
    let grid = try LinearSVMGrid(base: base, costs: [1e5])
    let scores = try grid.score(
      [0], featureMatrix(rows), columns: FeatureLayout(statisticCount: 5, sampleCount: 1), labels: labels,
      train: Array(0..<100), validation: Array(100..<150), options: FitOptions())
    guard case .accuracy(_, let note?) = scores[0] else {
      Issue.record("no note: \(scores)")
      return
    }
    #expect(note.hasPrefix("not converged: class 0 after 3 iterations"))
  }

  @Test func `a grid is read from JSON`() throws {
    let text = #"{"C": [1, 50], "n_components": [null, 3], "standardize": true}"#
    let grid = try LinearSVMGrid(parameters: JSONValue(parsing: text).asObject())
    #expect(grid.costs == [1, 50] && grid.componentCounts == [nil, 3] && grid.base.standardizes)
    #expect(try LinearSVMGrid(parameters: JSONValue(parsing: #"{"C": 7}"#).asObject()).candidates.count == 1)
    for (text, code) in [
      (#"{"C": []}"#, EngramError.Code.usage), (#"{"C": [1, 0]}"#, .usage), (#"{"n_components": [0]}"#, .usage),
      (#"{"Cs": [1]}"#, .invalidData), (#"{"C": ["x"]}"#, .invalidData),
    ] {
      let object = try JSONValue(parsing: text).asObject()
      let error = #expect(throws: EngramError.self) { try LinearSVMGrid(parameters: object) }
      #expect(error?.code == code, "\(text)")
    }
  }
}
