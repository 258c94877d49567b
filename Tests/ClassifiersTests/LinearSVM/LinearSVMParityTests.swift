// LinearSVMParityTests.swift -- solvers held against exact optima and against scikit-learn.

import Classifiers
import Testing

@Suite struct LinearSVMParityTests {
  typealias Problem = LinearReference.Problem

  /// The decision values of the problems that were solved, as the reference has them: [problem][row].
  private func decisions(_ model: LinearSVMModel, _ problem: Problem) throws -> [[Double]] {
    let values = try model.decisionValues(of: featureMatrix(problem.rows))
    let classes = problem.labels.classCount
    return (classes == 2 ? [1] : Array(0..<classes)).map { code in
      problem.rows.indices.map { values[$0 * classes + code] }
    }
  }

  private func expectNear(_ found: [[Double]], _ expected: [[Double]], within tolerance: Double, _ comment: Comment) {
    #expect(found.count == expected.count, comment)
    let scale = expected.joined().reduce(1) { max($0, abs($1)) }
    let worst = zip(found.joined(), expected.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst <= tolerance * scale, comment)
  }

  @Test(arguments: LinearReference.problems)
  func `Newton reaches the optimum that exact arithmetic finds`(problem: Problem) throws {
    #expect(problem.optima.count == 6)
    for optimum in problem.optima {
      let comment: Comment = "\(optimum.machine.parameters)"
      let model = try optimum.machine.fitted(
        featureMatrix(problem.rows), columns: problem.layout, labels: problem.labels)
      let solved = problem.labels.classCount == 2 ? Array(model.problems.dropFirst()) : model.problems
      #expect(model.isConverged, comment)
      for (found, objective) in zip(solved, optimum.objectives) {
        #expect(abs(found.objective - objective) <= 1e-10 * objective, comment)
        #expect(found.objective - objective <= found.gap + 1e-10 * objective, comment)
      }
      expectNear(try decisions(model, problem), optimum.decisions, within: 1e-7, comment)
    }
  }

  @Test(arguments: LinearReference.problems)
  func `dual coordinate descent reaches the same optimum`(problem: Problem) throws {
    for optimum in problem.optima where optimum.machine.cost <= 1 {
      var machine = optimum.machine
      machine.solver = .dualCoordinateDescent
      machine.tolerance = 1e-9
      machine.maxIterations = 200_000
      let model = try machine.fitted(featureMatrix(problem.rows), columns: problem.layout, labels: problem.labels)
      let comment: Comment = "\(machine.parameters)"
      #expect(model.isConverged, comment)
      // Rows are rounded to Float32 there, so the last digits differ.
      let solved = problem.labels.classCount == 2 ? Array(model.problems.dropFirst()) : model.problems
      for (found, objective) in zip(solved, optimum.objectives) {
        #expect(abs(found.objective - objective) <= 1e-6 * objective, comment)
      }
      expectNear(try decisions(model, problem), optimum.decisions, within: 1e-5, comment)
    }
  }

  @Test func `LIBLINEAR gives the decision values of scikit-learn where that converged`() throws {
    var compared = 0
    for problem in LinearReference.problems {
      for optimum in problem.optima {
        guard let expected = optimum.scikitLearn else { continue }
        var machine = optimum.machine
        machine.solver = .liblinear
        machine.tolerance = 1e-7
        let model = try machine.fitted(featureMatrix(problem.rows), columns: problem.layout, labels: problem.labels)
        // The shuffles differ, so in rare cases one of the two needs more passes than there are.
        guard model.isConverged else { continue }
        expectNear(
          try decisions(model, problem), expected, within: 1e-4, "\(problem.testDescription) \(machine.parameters)")
        compared += 1
      }
    }
    #expect(compared >= 18)
  }
}
