// SpokenWordTask.swift -- which word is spoken in front of a noise: Word-Speaker-Noise.

package import Base
import Glibc

/// Which word is spoken in front of a noise: the word task of Word-Speaker-Noise, the published `audionet`.
///
/// A word is mixed with the noise of its clip at -10 to 10 dB, drawn evenly anew each time that it is learned from and once for
/// validation; the mixture has a root mean square of .1. Networks get its ``Cochleagram``, as an image of one channel.
package struct SpokenWordTask: TrainingTask {
  package let name = "audionet"
  private let clips: SpeechClips
  private let cochleagram: Cochleagram

  private static let level: Float = 0.1
  private static let (lowest, highest): (Float, Float) = (-10, 10)
  /// What validation draws its noise levels from, the same for every run.
  private static let validationSeed: UInt64 = 0x5d

  /// Makes the task of some clips.
  package init(_ clips: SpeechClips) {
    self.clips = clips
    cochleagram = Cochleagram(sampleCount: clips.sampleCount)
  }

  package var image: FeatureShape { FeatureShape(Cochleagram.bandCount, cochleagram.frameCount, 1) }
  package var head: NetworkHead { .classes(clips.wordCount) }
  package var trainingCount: Int { clips.training.words.count }
  package var validationCount: Int { clips.validation.words.count }
  package var isCostly: Bool { true }
  package var fingerprint: DataFingerprint? { clips.fingerprint }

  package func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    try batch(clips.training, indices, seed: seed)
  }

  package func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch {
    try batch(clips.validation, Array(range), seed: Self.validationSeed)
  }

  private func batch(_ half: SpeechClips.Half, _ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    var sounds: [Float] = []
    sounds.reserveCapacity(indices.count * clips.sampleCount)
    for index in indices {
      var draws = Draws(seed: seed, stream: UInt64(index))
      let (word, noise) = try half.clip(index)
      sounds += Self.mixture(word, noise, decibels: draws.uniform(Self.lowest, Self.highest))
    }
    return ImageBatch(
      images: try cochleagram(sounds), labels: indices.map { half.words[$0] }, count: indices.count)
  }

  /// A word in front of a noise, at a root mean square of .1; silence stays silent.
  package static func mixture(_ word: [Float], _ noise: [Float], decibels: Float) -> [Float] {
    let (wordLevel, noiseLevel) = (rootMeanSquare(word), rootMeanSquare(noise))
    let ratio = Double(decibels) / 20
    // A clip may have either alone.
    let gain = noiseLevel > 0 && wordLevel > 0 ? Float(wordLevel / noiseLevel * pow(10, -ratio)) : 1
    let mixture = zip(word, noise).map { $0 + gain * $1 }
    let found = rootMeanSquare(mixture)
    return found > 0 ? mixture.map { Float(Double($0) / found) * level } : mixture
  }

  private static func rootMeanSquare(_ sound: [Float]) -> Double {
    (sound.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, sound.count))).squareRoot()
  }
}
