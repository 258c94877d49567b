// NetworkMeasurement.swift -- the 45 statistics of every layer of a network on the validation set, and its loss.

package import Base
package import Observables
import TrajectoryModel

/// What a network is like at one moment.
package struct NetworkMeasurement: Sendable, Hashable {
  /// [layer][condition]: the statistics that were measured.
  package let observables: [[LayerObservables]]
  /// The mean loss on the validation set, without decay.
  package let loss: Double
  /// The share of the validation set that was answered rightly; NaN where the loss is, for no answer is then one.
  package let top1: Double

  /// Numbers that are held at a time while stimuli are evaluated: 128 MB of Float32.
  private static let numbersAtATime = 1 << 25
  /// The most stimuli that are evaluated at a time: a group of a contrastive loss.
  private static let mostStimuli = ContrastiveViews.groupCount

  /// Stimuli that are evaluated at a time; it depends on the network alone, so it changes no number from run to run.
  private static func block(_ description: NetworkDescription) -> Int {
    max(1, min(mostStimuli, numbersAtATime / max(1, description.featureCount)))
  }

  /// [layer][statistic], in published order, under the first condition.
  package var values: [Float] { observables.flatMap { $0[0].values.map { Float($0) } } }

  /// Measures a network, in evaluation mode.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - task: The task whose validation set is shown.
  ///   - conditions: What everything is measured under, in one pass.
  ///   - weightNorm: How the norm of a kernel becomes one number.
  ///   - changesByFeedback: Whether the activity change goes through the feedback kernels.
  ///   - given: Stimuli that are evaluated at a time; nil for as many as memory is meant for.
  ///   - loaders: Threads that make the next stimuli meanwhile, where that takes long.
  ///   - work: How the work is done.
  /// - Returns: The statistics of all layers, loss and top-1.
  /// - Throws: ``EngramError`` with code `limit` without memory, `cancelled`, and what is wrong with the data.
  package static func measure(
    _ network: TensorNetwork, on task: any TrainingTask, conditions: [MeasurementCondition] = [.perfect],
    weightNorm: WeightNorm = .rows, changesByFeedback: Bool = false, block given: Int? = nil, loaders: Int = 1,
    work: WorkContext
  ) throws(EngramError) -> NetworkMeasurement {
    let layers = network.description.layers
    var meters: [ObservableMeter] = []
    for layer in layers {
      let units = network.description.operations[layer.output].shape.count
      let applied = try conditions.map { (condition) throws(EngramError) in try condition.applied(toUnits: [units]) }
      var meter = try ObservableMeter(conditions: applied, weightNorm: weightNorm)
      let kernel = try network.get(.kernel, of: layer.operation)
      try meter.addWeights(
        kernel.span, rows: network.description.operations[layer.operation].kernelRows, units: units)
      meters.append(meter)
    }
    var (loss, correct) = (0.0, 0)
    let block = given ?? Self.block(network.description)
    var views = ContrastiveViews(of: network, block: block, count: task.validationCount)
    let blocks = 0..<((task.validationCount + block - 1) / block)
    // With two views there are three images of each stimulus.
    let ahead = ReadAhead(blocks, bytes: 12 * task.image.count * block, threads: task.isCostly ? loaders : 0) {
      (number) throws(EngramError) in
      let range = (number * block)..<min((number + 1) * block, task.validationCount)
      return (range: range, views: try task.validationViews(range), stimuli: try task.validation(range))
    }
    defer { ahead.stop() }
    for number in blocks {
      try work.checkCancelled()
      let (range, seen, batch) = try ahead.batch(number)
      // Views come first: what the layers did with the stimuli themselves is what is kept.
      if let seen { try views.add(seen) }
      if case .contrastive = task.head {
        try network.look(at: batch.images)
      } else {
        let outcome = try network.evaluate(batch)
        loss += outcome.loss * Double(outcome.count)
        correct += outcome.correct
      }
      for (place, layer) in layers.enumerated() {
        let activations = try network.activations(of: layer.output, stimuli: range.count)
        try meters[place].addActivations(activations.span, units: activations.count / range.count, work: work)
        let change = try network.activityChange(
          of: layer, stimuli: range.count,
          byFeedback: changesByFeedback && network.count(.feedback, of: layer.operation) > 0)
        meters[place].addActivityChange(change.span)
      }
    }
    views.finish()
    (loss, correct) = (loss + views.loss, correct + views.correct)
    let count = Double(max(1, task.validationCount))
    return NetworkMeasurement(
      observables: meters.map { meter in conditions.indices.map { meter.observables(under: $0) } }, loss: loss / count,
      top1: loss.isNaN ? .nan : Double(correct) / count)
  }
}
