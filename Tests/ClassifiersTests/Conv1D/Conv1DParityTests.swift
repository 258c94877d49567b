// Conv1DParityTests.swift -- steps of Adam against frozen ones of PyTorch.

import Base
import Classifiers
import TestSupport
import Testing
import TrajectoryModel

@Suite struct Conv1DParityTests {
  @Test(arguments: [1, 2]) func `takes the steps that PyTorch takes`(threads: Int) throws {
    let json = try Fixtures.json("parity/conv1d.json").asObject()
    let columns = FeatureLayout(
      positionCount: Int(try json.integer("positions")), statisticCount: Int(try json.integer("statistics")),
      sampleCount: Int(try json.integer("samples")))
    let cases = try json.array("cases")
    #expect(cases.count == 5)
    for element in cases {
      let each = try element.asObject()
      let network = try Conv1DNetwork(parameters: each.object("parameters"))
      let matrix = try Trajectories.matrix(each.reals("x"), columns: columns.columnCount)
      let shape = Conv1DShape(
        channelCount: columns.positionCount + columns.statisticCount, sampleCount: columns.sampleCount,
        kernelSize: network.kernelSize, stride: network.stride, filterCount: network.filterCount,
        pooling: network.pooling, classCount: Int(try json.integer("classes")))
      let rows = (0..<Int32(matrix.rows)).map { $0 }
      let training = try Conv1DTraining(
        network, shape: shape, input: Conv1DInput(matrix, columns: columns, rows: rows, scaling: nil),
        labels: each.integers("y").map { Int32($0) }, parameters: each.reals("first").map { Float($0) },
        random: RandomState(seed: 0))
      let batches = try each.array("batches").map { try $0.asIntegers().map { Int32($0) } }
      let losses = try training.steps(batches, work: WorkContext(threads: threads))
      for (found, expected) in zip(losses, try each.reals("losses")) { #expect(abs(found - expected) < 1e-5) }
      let last = try each.reals("last")
      #expect(last.count == training.currentParameters.count)
      let worst = zip(training.currentParameters, last).map { abs(Double($0) - $1) }.max() ?? 1
      #expect(worst < 1e-5, "\(network.pooling.rawValue), kernel \(network.kernelSize): off by \(worst)")
    }
  }
}
