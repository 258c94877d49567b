// GridSpecificationTests.swift -- grids that users write: what they mean, and how a mistake is told.

import Base
import Classifiers
import Testing

struct GridSpecificationTests {
  static func grid(_ text: String, _ kind: ClassifierKind? = nil) throws -> GridSpecification {
    try GridSpecification(json: try JSONValue(parsing: text), for: kind)
  }

  @Test(arguments: [(ClassifierKind.randomForest, 15, 4), (.linearSVM, 84, 6), (.conv1D, 720, 4)])
  func `the named grids have their candidates`(kind: ClassifierKind, paper: Int, coarse: Int) throws {
    #expect(try GridSpecification.paper(kind).makeGrid().candidates.count == paper)
    #expect(try GridSpecification.coarse(kind).makeGrid().candidates.count == coarse)
    let again = try GridSpecification(json: GridSpecification.paper(kind).json, for: kind)
    #expect(again == .paper(kind))
  }

  @Test(arguments: ClassifierKind.allCases, [(21, 15_552), (21, 1_224), (3, 90), (1, 5)])
  func `a single candidate fits the trajectories and rows that there are`(
    kind: ClassifierKind, size: (samples: Int, rows: Int)
  ) throws {
    let grid = try GridSpecification.single(kind, samples: size.samples, rows: size.rows).makeGrid()
    #expect(grid.candidates.count == 1)
    guard kind == .conv1D else { return }
    let network = try #require(grid.classifier(0) as? Conv1DNetwork)
    #expect(network.kernelSize <= size.samples && network.batchSize <= size.rows)
    // About as many steps whatever the number of rows, so that few rows are not learned from too little.
    #expect((1_000...25_000).contains(size.rows / network.batchSize * network.epochCount) || network.epochCount == 400)
  }

  @Test func `every combination of each part is a candidate, and batches hold each once`() throws {
    let grid = try Self.grid(
      """
      {"version": 1, "classifier": "random-forest", "parameters": [
        {"n_estimators": [5, 10], "max_depth": [2, null], "max_features": ["sqrt", 0.5]}, {"n_estimators": 7}]}
      """
    ).makeGrid()
    #expect(grid.candidates.count == 9)
    #expect(Set(grid.candidates).count == 9)
    #expect(grid.batches.flatMap { $0 } == Array(0..<9))
    for (index, parameters) in grid.candidates.enumerated() {
      #expect(grid.classifier(index).parameters == parameters)
    }
    #expect(try grid.candidates[8].integer("n_estimators") == 7)
  }

  @Test(
    arguments: [
      ("[1, 2.5, 1]", [.array([.real(1), .real(2.5), .real(1)])]),
      ("[[1, 2], [2, 1]]", [.array([.real(1), .real(2)]), .array([.real(2), .real(1)])]),
      (#"["balanced", null, [1, 2]]"#, ["balanced", .null, .array([.real(1), .real(2)])]),
      (#""balanced""#, ["balanced"]),
    ] as [(String, [JSONValue])])
  func `a number for each class is one choice of class weights`(text: String, weights: [JSONValue]) throws {
    let grid = try Self.grid(
      #"{"version": 1, "classifier": "random-forest", "parameters": {"class_weight": \#(text)}}"#)
    #expect(try grid.makeGrid().candidates.compactMap { $0["class_weight"] } == weights)
  }

  @Test(arguments: [
    (#"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimatorz": 5}}"#, "n_estimatorz"),
    (#"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": "many"}}"#, "n_estimators"),
    (#"{"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": [5, 0]}}"#, "n_estimators"),
    (#"{"version": 1, "classifier": "random-forest", "parameters": {"max_features": []}}"#, "max_features"),
    (#"{"version": 1, "classifier": "linear-svm", "parameters": {"C": [1, -1]}}"#, "C"),
    (#"{"version": 1, "classifier": "conv1d", "parameters": {"ksize": [1, 0]}}"#, "ksize"),
    (#"{"version": 1, "classifier": "random-forrest", "parameters": {}}"#, "classifier"),
    (#"{"version": 1, "classifier": "random-forest"}"#, "parameters"),
    (#"{"version": 1, "classifier": "random-forest", "parameters": []}"#, "parameters"),
    (#"{"version": 1, "classifier": "random-forest", "parameters": {}, "seed": 1}"#, "seed"),
  ])
  func `a mistake in a grid is told with its key`(text: String, key: String) throws {
    let error = #expect(throws: EngramError.self) { try Self.grid(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.hasPrefix("the grid is not valid") == true)
    #expect(error?.place?.contains("key \"\(key)\"") == true, "\(String(describing: error))")
  }

  @Test func `a grid of another kind, of a newer version or with too many candidates is refused`() throws {
    let forest = #"{"version": 1, "classifier": "random-forest", "parameters": {}}"#
    #expect(#expect(throws: EngramError.self) { try Self.grid(forest, .conv1D) }?.code == .usage)
    let newer = #"{"version": 2, "classifier": "random-forest", "parameters": {}}"#
    #expect(#expect(throws: EngramError.self) { try Self.grid(newer) }?.code == .unsupported)
    let numbers = (1...200).map(String.init).joined(separator: ",")
    let many = """
      {"version": 1, "classifier": "random-forest",
       "parameters": {"n_estimators": [\(numbers)], "max_depth": [\(numbers)]}}
      """
    let error = #expect(throws: EngramError.self) { try Self.grid(many) }
    #expect(error?.message.contains("too many") == true)
  }
}
