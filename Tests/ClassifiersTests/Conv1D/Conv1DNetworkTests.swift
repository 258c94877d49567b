// Conv1DNetworkTests.swift -- what a network learns, says and refuses.

import Base
import Classifiers
import Synchronization
import TestSupport
import Testing
import TrajectoryModel

@Suite struct Conv1DNetworkTests {
  private static let small = Conv1DNetwork(
    kernelSize: 3, filterCount: 8, pooling: .max, learningRate: 1e-2, batchSize: 100, epochCount: 40)

  @Test func `computes a tiny network as by hand`() throws {
    // One statistic, four samples, one filter (1, -1) with bias 0.5 and stride 2.
    // Windows (3, 1) and (0, 2): answers 2.5 and max(0, -1.5) = 0. Largest 2.5, scores 2.5 + 0.25 and -2.5.
    let columns = FeatureLayout(statisticCount: 1, sampleCount: 4)
    let network = Conv1DNetwork(
      kernelSize: 2, stride: 2, filterCount: 1, pooling: .max, batchSize: 1, standardizes: false)
    let shape = Conv1DShape(
      channelCount: 1, sampleCount: 4, kernelSize: 2, stride: 2, filterCount: 1, pooling: .max, classCount: 2)
    let matrix = try Trajectories.matrix([3, 1, 0, 2], columns: 4)
    let training = try Conv1DTraining(
      network, shape: shape, input: Conv1DInput(matrix, columns: columns, rows: [0], scaling: nil), labels: [1],
      parameters: [1, -1, 0.5, 1, -1, 0.25, 0], random: RandomState(seed: 0))
    let (gradient, loss) = try training.gradient(of: [0])
    // softmax(2.75, -2.5): p = 1 / (1 + exp(-5.25)) = 0.99477987; -log(1 - p) = 5.2552337.
    let p: Float = 0.99477987
    #expect(abs(loss - 5.2552337) < 1e-5)
    // The error of the scores is (p, -p), of the filter 2p, and it goes to the window (3, 1) alone.
    let expected: [Float] = [2 * p * 3, 2 * p * 1, 2 * p, 2.5 * p, -2.5 * p, p, -p]
    for (found, wanted) in zip(gradient, expected) { #expect(abs(found - wanted) < 1e-5) }
  }

  @Test func `tells classes apart that one sample does not`() throws {
    let data = Trajectories(rows: 600, positions: 3)
    let matrix = try data.matrix()
    let train = (0..<450).map { Int32($0) }
    let test = (450..<600).map { Int32($0) }
    let model = try Self.small.fitted(matrix, columns: data.columns, labels: data.labels, rows: train)
    let right = zip(try model.predict(matrix, rows: test), test).count { $0 == data.labels.codes[Int($1)] }
    #expect(right > 130)
    let probabilities = try model.probabilities(of: matrix, rows: test, work: WorkContext(threads: 2))
    for start in stride(from: 0, to: probabilities.count, by: 3) {
      #expect(abs(probabilities[start..<(start + 3)].reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test(arguments: Conv1DNetwork.Pooling.allCases)
  func `gives the same bytes on any number of threads`(pooling: Conv1DNetwork.Pooling) throws {
    let data = Trajectories(rows: 700, positions: 3)
    let matrix = try data.matrix()
    var network = Self.small
    (network.pooling, network.batchSize, network.epochCount) = (pooling, 300, 5)
    let files = try [1, 2, 3, 8].map { threads in
      let options = FitOptions(seed: 11, work: WorkContext(threads: threads))
      let model = try network.fitted(matrix, columns: data.columns, labels: data.labels, options: options)
      return (
        try model.encoded().bytes(), try model.probabilities(of: matrix, rows: nil, work: WorkContext(threads: threads))
      )
    }
    for other in files.dropFirst() {
      #expect(other.0 == files[0].0)
      #expect(other.1 == files[0].1)
    }
    let other = try network.fitted(
      matrix, columns: data.columns, labels: data.labels, options: FitOptions(seed: 12))
    #expect(try other.encoded().bytes() != files[0].0)
  }

  @Test func `takes either type and layout, and any rows`() throws {
    let data = Trajectories(rows: 200)
    var network = Self.small
    network.epochCount = 2
    let rows = (0..<200).filter { $0 % 3 != 1 }.map { Int32($0) }
    var models: [Conv1DModel] = []
    for type in [ElementType.float32, .float64] {
      for layout in MatrixLayout.allCases {
        let matrix = try Trajectories.matrix(
          (0..<200 * 27).map { Double($0 * 7919 % 1000) / 1024 }, columns: 27, type, layout)
        models.append(try network.fitted(matrix, columns: data.columns, labels: data.labels, rows: rows))
      }
    }
    for model in models { #expect(model == models[0]) }
  }

  @Test func `stops when asked, and reports what is done`() throws {
    let data = Trajectories(rows: 200)
    let matrix = try data.matrix()
    let told = Mutex<[Double]>([])
    let options = FitOptions(
      work: WorkContext(
        isCancelled: { told.withLock { ($0.last ?? 0) >= 0.5 } },
        progress: { now in told.withLock { $0.append(now.share) } }))
    let error = #expect(throws: EngramError.self) {
      try Self.small.fitted(matrix, columns: data.columns, labels: data.labels, options: options)
    }
    #expect(error?.code == .cancelled)
    #expect(told.withLock { $0 } == (1...20).map { Double($0) / 40 })
  }

  @Test func `says which value is not finite, and where`() throws {
    let data = Trajectories(rows: 200)
    for value in [Double.nan, .infinity] {
      let matrix = try data.matrix(row: 17, column: 5, becomes: value)
      let error = #expect(throws: EngramError.self) {
        try Self.small.fitted(matrix, columns: data.columns, labels: data.labels)
      }
      #expect(error?.code == .invalidData && error?.place == "row 17, column 5")
      let rows = (20..<200).map { Int32($0) }
      let model = try Self.small.fitted(matrix, columns: data.columns, labels: data.labels, rows: rows)
      #expect(throws: EngramError.self) { try model.predict(matrix) }
      #expect(try model.predict(matrix, rows: rows).count == 180)
    }
  }

  @Test func `refuses what cannot be learned from, and says how to mend it`() throws {
    let data = Trajectories(rows: 90)
    let matrix = try data.matrix()
    func refusal(_ network: Conv1DNetwork, _ labels: ClassLabels, columns: FeatureLayout? = nil) -> EngramError? {
      #expect(throws: EngramError.self) {
        try network.fitted(matrix, columns: columns ?? data.columns, labels: labels)
      }
    }
    let one = refusal(Self.small, ClassLabels(codes: .init(repeating: 1, count: 90), classCount: 2))
    #expect(one?.code == .invalidData && one?.found == "one class")
    let large = refusal(Self.small, data.labels)
    #expect(large?.code == .usage && large?.expected == "at most 90" && large?.mend?.description.contains("90") == true)
    var long = Self.small
    (long.kernelSize, long.batchSize) = (10, 30)
    let kernel = refusal(long, data.labels)
    #expect(kernel?.code == .usage && kernel?.expected == "at most 9" && kernel?.mend != nil)
    let other = refusal(long, data.labels, columns: FeatureLayout(statisticCount: 4, sampleCount: 9))
    #expect(other?.code == .invalidData && other?.expected == "36")
  }

  @Test func `says which value single precision cannot hold`() throws {
    let data = Trajectories(rows: 200)
    var values = [Double](repeating: 0.5, count: 200 * 27)
    values[4 * 27 + 2] = 1e300
    let matrix = try Trajectories.matrix(values, columns: 27, .float64)
    var network = Self.small
    network.standardizes = false
    let error = #expect(throws: EngramError.self) {
      try network.fitted(matrix, columns: data.columns, labels: data.labels)
    }
    #expect(error?.code == .invalidData && error?.place == "row 4, column 2" && error?.mend != nil)
  }

  @Test func `says when the loss grows beyond all bounds`() throws {
    let data = Trajectories(rows: 100)
    let matrix = try data.matrix(row: 3, column: 3, becomes: 3e38)
    let network = Conv1DNetwork(
      kernelSize: 3, learningRate: 1000, batchSize: 100, epochCount: 50, standardizes: false)
    let error = #expect(throws: EngramError.self) {
      try network.fitted(matrix, columns: data.columns, labels: data.labels)
    }
    #expect(error?.code == .invalidData && error?.mend?.description.contains("zscore_data") == true)
  }

  @Test func `leaves the last incomplete minibatch out`() throws {
    let data = Trajectories(rows: 199)
    let matrix = try data.matrix()
    var network = Self.small
    network.epochCount = 3
    let model = try network.fitted(matrix, columns: data.columns, labels: data.labels, options: FitOptions(seed: 3))
    // By hand: three steps, each on the first 100 of a new order of 199.
    let shape = Conv1DShape(
      channelCount: 3, sampleCount: 9, kernelSize: 3, stride: 1, filterCount: 8, pooling: .max, classCount: 3)
    let rows = (0..<199).map { Int32($0) }
    let scaling = try Conv1DInput.scaling(of: matrix, columns: data.columns, rows: rows, work: WorkContext(threads: 2))
    let training = try Conv1DTraining(
      network, shape: shape, input: Conv1DInput(matrix, columns: data.columns, rows: rows, scaling: scaling),
      labels: data.labels.codes, seed: 3)
    var random = RandomState(seed: 3)
    for _ in 0..<(shape.kernels.count + shape.denseWeights.count) { _ = random.nextUInt32() }
    var order = Array(0..<199)
    let batches = (0..<3).map { _ in
      random.shuffle(&order)
      return order.prefix(100).map { Int32($0) }
    }
    let losses = try training.steps(batches, work: WorkContext(threads: 2))
    #expect(try model.encoded().numbers(0, count: shape.parameterCount, as: Float.self) == training.currentParameters)
    #expect(model.loss == losses[2])
  }

  @Test func `keeps its parameters through JSON, and refuses others`() throws {
    let network = Conv1DNetwork(
      kernelSize: 11, stride: 4, filterCount: 20, pooling: .mean, learningRate: 1e-4, batchSize: 1024, weightDecay: 0,
      epochCount: 7, standardizes: false)
    #expect(try Conv1DNetwork(parameters: network.parameters) == network)
    #expect(try Conv1DNetwork(parameters: JSONObject()) == Conv1DNetwork())
    let wrong: [(JSONValue, EngramError.Code)] = [
      (["ksizes": 3], .invalidData), (["ksize": 0], .usage), (["ksize": "3"], .invalidData), (["stride": 0], .usage),
      (["num_filters": 100_000], .usage), (["pool_type": "min"], .usage), (["init_lr": 0], .usage),
      (["init_lr": -1], .usage), (["train_batch_size": 0], .usage), (["train_batch_size": 65_537], .usage),
      (["weight_decay": -0.5], .usage), (["max_epochs": 0], .usage), (["zscore_data": 1], .invalidData),
    ]
    for (json, code) in wrong {
      let error = #expect(throws: EngramError.self) { try Conv1DNetwork(parameters: json.asObject()) }
      #expect(error?.code == code, "\(json)")
    }
  }
}
