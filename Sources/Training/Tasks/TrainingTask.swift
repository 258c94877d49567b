// TrainingTask.swift -- what a network learns: images, labels, and which of them are kept for validation.

package import Base

/// What a network learns.
///
/// Images come as numbers in the order height, width, channel. Whatever a task draws depends on the seed that it is given and
/// on the stimulus alone, so the same batch can be made again.
package protocol TrainingTask: Sendable {
  /// Its name, which is the `task` of a run.
  var name: String { get }
  /// An image.
  var image: FeatureShape { get }
  /// What a network for it ends in.
  var head: NetworkHead { get }
  /// Stimuli to learn from.
  var trainingCount: Int { get }
  /// Stimuli that are measured.
  var validationCount: Int { get }

  /// What tells its data set from others; nil where it is bundled.
  var fingerprint: DataFingerprint? { get }

  /// Whether a batch takes long to make, so that those of the steps ahead are made meanwhile.
  var isCostly: Bool { get }

  /// A batch to learn from.
  ///
  /// - Parameters:
  ///   - indices: Which stimuli, below ``trainingCount``.
  ///   - seed: What augmentation is drawn from, together with the number of the stimulus.
  /// - Returns: The batch.
  /// - Throws: ``EngramError`` with what is wrong with the data.
  func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch

  /// Some stimuli of the validation set, as they are measured.
  func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch

  /// Two views each of some stimuli of the validation set, for the loss of a contrastive task; nil of others.
  func validationViews(_ range: Range<Int>) throws(EngramError) -> ImageBatch?
}

extension TrainingTask {
  package var isCostly: Bool { false }

  package var fingerprint: DataFingerprint? { nil }

  package func validationViews(_ range: Range<Int>) throws(EngramError) -> ImageBatch? { nil }
}

/// The stimuli of each step: passes over the training set, each in an order of its own.
///
/// Threads may ask at a time; the order of the pass that was asked for last is kept.
package final class StimulusOrder: Sendable {
  private let count: Int
  private let batch: Int
  private let seed: UInt64
  private let last = ForkSafeMutex<(pass: Int, order: [Int])>((-1, []))

  /// Makes the order of a training set of `count` stimuli.
  ///
  /// A pass leaves over what is no whole batch; a batch larger than the set is the whole set.
  package init(count: Int, batch: Int, seed: UInt64) {
    self.count = count
    self.batch = min(batch, count)
    self.seed = seed
  }

  /// The stimuli of a step, and what its augmentation is drawn from.
  package func stimuli(ofStep step: Int) -> (indices: [Int], seed: UInt64) {
    let batches = count / batch
    let (pass, place) = step.quotientAndRemainder(dividingBy: batches)
    var draws = Draws(seed: seed, stream: UInt64(pass))
    let augmentation = draws.next()
    let permuting = UInt32(truncatingIfNeeded: draws.next())
    let indices = last.withLock { last in
      if pass != last.pass {
        var random = RandomState(seed: permuting)
        last = (pass, random.permutation(count))
      }
      return Array(last.order[(place * batch)..<((place + 1) * batch)])
    }
    return (indices, augmentation)
  }
}
