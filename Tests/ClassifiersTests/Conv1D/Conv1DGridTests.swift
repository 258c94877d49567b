// Conv1DGridTests.swift -- the paper's grid, and networks scored side by side.

import Base
import Classifiers
import Synchronization
import TestSupport
import Testing
import TrajectoryModel

@Suite struct Conv1DGridTests {
  @Test func `lists the paper's networks in the published order`() throws {
    let grid = try #require(try GridSpecification.paper(.conv1D).makeGrid() as? Conv1DGrid)
    #expect(grid.candidates.count == 720 && Set(grid.networks).count == 720)
    #expect(
      grid.networks[0]
        == Conv1DNetwork(kernelSize: 1, stride: 1, filterCount: 20, pooling: .none, weightDecay: 1e-4))
    #expect(grid.networks[1].weightDecay == 0)
    #expect(grid.networks[2].pooling == .max && grid.networks[4].pooling == .mean)
    #expect(grid.networks[6].stride == 2 && grid.networks[18].filterCount == 40)
    #expect(grid.networks[36].batchSize == 1024 && grid.networks[72].kernelSize == 2)
    #expect(grid.networks[360].learningRate == 1e-4 && grid.networks[719].kernelSize == 21)
    #expect(grid.networks.allSatisfy { $0.epochCount == 400 && $0.standardizes })
    for index in [0, 77, 719] { #expect(grid.classifier(index).parameters == grid.candidates[index]) }
  }

  @Test func `scores each network as if it were trained alone, on any number of threads`() throws {
    let data = Trajectories(rows: 300)
    let matrix = try data.matrix()
    let rows = (0..<300).map { Int32($0) }
    let (train, validation) = (rows.filter { $0 % 3 != 0 }, rows.filter { $0 % 3 == 0 })
    var networks: [Conv1DNetwork] = []
    for (kernelSize, pooling, standardizes) in [
      (1, .max, true), (3, .max, true), (10, .max, true), (3, .none, false), (9, .mean, true),
    ] as [(Int, Conv1DNetwork.Pooling, Bool)] {
      networks.append(
        Conv1DNetwork(
          kernelSize: kernelSize, filterCount: 8, pooling: pooling, learningRate: 1e-2, batchSize: 100, epochCount: 20,
          standardizes: standardizes))
    }
    networks[4].batchSize = 201
    let grid = Conv1DGrid(networks)
    let told = Mutex<Double>(0)
    let options = FitOptions(
      seed: 5, work: WorkContext(threads: 2, progress: { now in told.withLock { $0 = max($0, now.share) } }))
    let scores = try grid.score(
      [0, 1, 2, 3, 4], matrix, columns: data.columns, labels: data.labels, train: train, validation: validation,
      options: options)
    #expect(scores.count == 5)
    for index in [0, 1, 3] {
      let model = try networks[index].fitted(
        matrix, columns: data.columns, labels: data.labels, rows: train, options: FitOptions(seed: 5))
      let right = zip(try model.predict(matrix, rows: validation), validation).count {
        $0 == data.labels.codes[Int($1)]
      }
      #expect(scores[index] == .accuracy(Double(right) / Double(validation.count), note: nil))
    }
    for (index, word) in [(2, "kernel"), (4, "minibatch")] {
      guard case .skipped(let why) = scores[index] else {
        Issue.record("candidate \(index) was not skipped")
        continue
      }
      #expect(why.contains(word))
    }
    #expect(told.withLock { $0 } == 0.6)
    for threads in [1, 3, 16] {
      let others = try grid.score(
        [0, 1, 2, 3, 4], matrix, columns: data.columns, labels: data.labels, train: train, validation: validation,
        options: FitOptions(seed: 5, work: WorkContext(threads: threads)))
      #expect(others == scores)
    }
    #expect(
      try grid.score(
        [1, 3], matrix, columns: data.columns, labels: data.labels, train: train, validation: validation,
        options: options) == [scores[1], scores[3]])
  }

  @Test func `stops when asked, and refuses what is not finite`() throws {
    let data = Trajectories(rows: 200)
    let rows = (0..<200).map { Int32($0) }
    let grid = Conv1DGrid([Conv1DNetwork(kernelSize: 3, batchSize: 50, epochCount: 100)])
    func refusal(_ matrix: borrowing Matrix, _ options: FitOptions) -> EngramError.Code? {
      do throws(EngramError) {
        _ = try grid.score(
          [0], matrix, columns: data.columns, labels: data.labels, train: Array(rows[..<150]),
          validation: Array(rows[150...]), options: options)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(refusal(try data.matrix(), FitOptions(work: WorkContext(isCancelled: { true }))) == .cancelled)
    #expect(refusal(try data.matrix(row: 170, column: 2, becomes: .nan), FitOptions()) == .invalidData)
  }
}
