// LinearSVMModel+File.swift -- a linear SVM as the contents of a model file, and back.
// Sections: means, scales, intercepts, weights; all Float64.

public import Base

extension LinearSVMModel {
  /// The model as the contents of a model file.
  public func encoded() throws(EngramError) -> ModelFile {
    var header = JSONObject()
    header["parameters"] = .object(machine.parameters)
    header["class_count"] = .integer(Int64(classCount))
    header["column_count"] = .integer(Int64(columnCount))
    header["present_classes"] = .array(presentClasses.map { .integer(Int64($0)) })
    header["problems"] = .array(problems.map { .object($0.json) })
    var file = ModelFile(kind: LinearSVM.kind, header: header)
    for section in [means, scales, intercepts, weights] { file.append(section) }
    return file
  }

  /// Reads the contents of a model file.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` for another kind of model, `corrupt` or `invalidData` when
  ///   something is missing or cannot be.
  public init(decoding file: ModelFile) throws(EngramError) {
    guard file.kind == LinearSVM.kind else {
      throw EngramError(
        .unsupported, "the model is of another kind", expected: LinearSVM.kind, found: file.kind)
    }
    let header = file.header
    let machine = try LinearSVM(parameters: header.object("parameters"))
    let (classCount, columnCount) = (try header.integer("class_count"), try header.integer("column_count"))
    let present = try header.integers("present_classes")
    let problems = try header.array("problems").map { (value) throws(EngramError) in
      try LinearSVMConvergence(json: value.asObject())
    }
    func require(_ holds: Bool, _ key: String, _ expected: String) throws(EngramError) {
      guard !holds else { return }
      throw EngramError(
        .corrupt, "the model does not fit together", place: "key \"\(key)\"", expected: expected,
        mend: "train the model again")
    }
    let limit = Int64(Int32.max)
    try require((2...limit).contains(classCount), "class_count", "at least 2")
    try require((0...limit).contains(columnCount), "column_count", "0 to \(limit)")
    try require(
      present.count >= 2 && zip(present, present.dropFirst()).allSatisfy { $0 < $1 }
        && present.allSatisfy { (0..<classCount).contains($0) }, "present_classes",
      "at least two codes below \(classCount), ascending")
    try require(problems.count == present.count, "problems", "\(present.count) of them")
    let columns = Int(columnCount)
    let means = try file.numbers(0, count: columns, as: Double.self)
    let scales = try file.numbers(1, count: columns, as: Double.self)
    let intercepts = try file.numbers(2, count: present.count, as: Double.self)
    let weights = try file.numbers(3, count: present.count * columns, as: Double.self)
    try require(file.sections.count == 4, "sectionByteCounts", "4 sections")
    try require(
      [means, scales, intercepts, weights].allSatisfy { $0.allSatisfy(\.isFinite) } && scales.allSatisfy { $0 > 0 },
      "sectionByteCounts", "finite numbers, and scales above 0")
    self.init(
      machine, classCount: Int(classCount), presentClasses: present.map { Int($0) }, problems: problems,
      intercepts: intercepts, weights: weights, means: means, scales: scales)
  }
}

extension LinearSVMConvergence {
  private static let keys = ["iterations", "violation", "converged", "objective", "gap", "class"]

  /// The members as JSON.
  var json: JSONObject {
    var object = JSONObject()
    object["iterations"] = .integer(Int64(iterations))
    object["violation"] = violation.map { .real($0) } ?? .null
    object["converged"] = .bool(isConverged)
    object["objective"] = .real(objective)
    object["gap"] = .real(gap)
    return object
  }

  /// Reads the members.
  init(json: JSONObject) throws(EngramError) {
    try json.checkKeys(Self.keys)
    self.init(
      iterations: Int(try json.integer("iterations")),
      violation: try json.optional("violation") { (value) throws(EngramError) in try value.asReal() },
      isConverged: try json.bool("converged"), objective: try json.real("objective"), gap: try json.real("gap"))
  }
}
