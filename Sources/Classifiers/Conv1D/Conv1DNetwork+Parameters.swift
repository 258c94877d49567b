// Conv1DNetwork+Parameters.swift -- the parameters of a network as JSON, by the published code's names.

public import Base

extension Conv1DNetwork {
  private static let keys = [
    "ksize", "stride", "num_filters", "pool_type", "init_lr", "train_batch_size", "weight_decay", "max_epochs",
    "zscore_data",
  ]
  /// Far more filters than trajectories have to show.
  private static let mostFilters = 1 << 12
  /// Larger minibatches would only keep gradients of parts in memory.
  private static let largestBatch = 1 << 16
  private static let mostEpochs = 1_000_000

  /// Every parameter under the published code's name.
  public var parameters: JSONObject {
    var object = JSONObject()
    object["ksize"] = .integer(Int64(kernelSize))
    object["stride"] = .integer(Int64(stride))
    object["num_filters"] = .integer(Int64(filterCount))
    object["pool_type"] = .string(pooling.rawValue)
    object["init_lr"] = .real(learningRate)
    object["train_batch_size"] = .integer(Int64(batchSize))
    object["weight_decay"] = .real(weightDecay)
    object["max_epochs"] = .integer(Int64(epochCount))
    object["zscore_data"] = .bool(standardizes)
    return object
  }

  /// Reads parameters; those that are absent keep their defaults.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a value that cannot be, `invalidData` for a key that is not known
  ///   or a value of the wrong kind.
  public init(parameters: JSONObject) throws(EngramError) {
    try parameters.checkKeys(Self.keys)
    self.init()
    kernelSize = try parameters.count("ksize") ?? kernelSize
    stride = try parameters.count("stride") ?? stride
    filterCount = try parameters.count("num_filters") ?? filterCount
    if let word = try parameters.text("pool_type") {
      guard let known = Pooling(rawValue: word) else {
        throw EngramError(
          .usage, "there is no such pooling", place: "key \"pool_type\"",
          expected: Pooling.allCases.map(\.rawValue).joined(separator: ", "), found: word)
      }
      pooling = known
    }
    learningRate = try parameters.real("init_lr") ?? learningRate
    batchSize = try parameters.count("train_batch_size") ?? batchSize
    weightDecay = try parameters.real("weight_decay") ?? weightDecay
    epochCount = try parameters.count("max_epochs") ?? epochCount
    standardizes = try parameters.flag("zscore_data") ?? standardizes
    try checkParameters()
  }

  /// Refuses parameters that cannot be.
  ///
  /// - Throws: ``EngramError`` with code `usage` for the first.
  func checkParameters() throws(EngramError) {
    func check<Number: Comparable>(
      _ key: String, _ value: Number, _ range: ClosedRange<Number>
    ) throws(EngramError) {
      guard !range.contains(value) else { return }
      throw EngramError(
        .usage, "a parameter of the network is out of range", place: "key \"\(key)\"",
        expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
    try check("ksize", kernelSize, 1...Int(Int32.max))
    try check("stride", stride, 1...Int(Int32.max))
    try check("num_filters", filterCount, 1...Self.mostFilters)
    try check("init_lr", learningRate, 1e-12...1e3)
    try check("train_batch_size", batchSize, 1...Self.largestBatch)
    try check("weight_decay", weightDecay, 0...1e3)
    try check("max_epochs", epochCount, 1...Self.mostEpochs)
  }
}
