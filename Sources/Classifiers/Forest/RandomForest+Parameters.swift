// RandomForest+Parameters.swift -- the parameters of a forest as JSON, by the names that scikit-learn gives them.

public import Base

extension RandomForest {
  private static let keys = [
    "n_estimators", "max_features", "max_depth", "min_samples_split", "min_samples_leaf", "max_leaf_nodes", "bootstrap",
    "class_weight", "bins",
    "min_weight_fraction_leaf",
  ]
  /// More trees than anyone waits for; the limit keeps a slip of the finger from filling the memory.
  private static let mostTrees = 1_000_000

  /// Every parameter under scikit-learn's name, and `bins`: a number, or `"exact"`.
  public var parameters: JSONObject {
    var object = JSONObject()
    object["n_estimators"] = .integer(Int64(treeCount))
    object["max_features"] = maxFeatures.json
    object["max_depth"] = maxDepth.map { .integer(Int64($0)) } ?? .null
    object["min_samples_split"] = .integer(Int64(minSamplesSplit))
    object["min_samples_leaf"] = .integer(Int64(minSamplesLeaf))
    object["max_leaf_nodes"] = maxLeafNodes.map { .integer(Int64($0)) } ?? .null
    object["bootstrap"] = .bool(bootstrap)
    object["class_weight"] = classWeight.json
    switch binning {
    case .histogram(let bins): object["bins"] = .integer(Int64(bins))
    case .exact: object["bins"] = "exact"
    }
    // Results that are kept name their parameters; those that were made before there was this one have its default.
    if minWeightFractionLeaf != 0 { object["min_weight_fraction_leaf"] = .real(minWeightFractionLeaf) }
    return object
  }

  /// Reads parameters; those that are absent keep their defaults.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a value that cannot be, `invalidData` for a key that is not known or a
  ///   value of the wrong kind.
  public init(parameters: JSONObject) throws(EngramError) {
    try parameters.checkKeys(Self.keys)
    self.init()
    treeCount = try parameters.count("n_estimators") ?? treeCount
    if let value = parameters["max_features"] { maxFeatures = try MaxFeatures(json: value) }
    maxDepth = try parameters.count("max_depth")
    minSamplesSplit = try parameters.count("min_samples_split") ?? minSamplesSplit
    minSamplesLeaf = try parameters.count("min_samples_leaf") ?? minSamplesLeaf
    minWeightFractionLeaf = try parameters.real("min_weight_fraction_leaf") ?? 0
    maxLeafNodes = try parameters.count("max_leaf_nodes")
    bootstrap = try parameters.flag("bootstrap") ?? bootstrap
    if let value = parameters["class_weight"] { classWeight = try ClassWeight(json: value) }
    switch parameters["bins"] {
    case nil, .null?: break
    case "exact"?: binning = .exact
    default: binning = .histogram(bins: try parameters.count("bins") ?? 0)
    }
    try checkParameters()
  }

  /// Refuses parameters that cannot be.
  ///
  /// - Throws: ``EngramError`` with code `usage` for the first.
  func checkParameters() throws(EngramError) {
    func check(_ key: String, _ value: Int?, _ range: ClosedRange<Int>) throws(EngramError) {
      guard let value, !range.contains(value) else { return }
      throw EngramError(
        .usage, "a parameter of the forest is out of range", place: "key \"\(key)\"",
        expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
    let any = Int(Int32.max)
    try check("n_estimators", treeCount, 1...Self.mostTrees)
    try check("max_depth", maxDepth, 1...any)
    try check("min_samples_split", minSamplesSplit, 2...any)
    try check("min_samples_leaf", minSamplesLeaf, 1...any)
    try check("max_leaf_nodes", maxLeafNodes, 2...any)
    guard (0...0.5).contains(minWeightFractionLeaf) else {
      throw EngramError(
        .usage, "a parameter of the forest is out of range", place: "key \"min_weight_fraction_leaf\"",
        expected: "0 to 0.5", found: "\(minWeightFractionLeaf)")
    }
    if case .histogram(let bins) = binning { try check("bins", bins, 2...256) }
    _ = try MaxFeatures(json: maxFeatures.json)
  }
}
