// SpokenWordTests.swift -- words in noise: small HDF5 files in the layout of Word-Speaker-Noise, and their cochleagrams.

import Base
import Glibc
import TestSupport
import Testing
import Training
import TrajectoryStore

@Suite struct SpokenWordTests {
  static let folder = Fixtures.path("training/sounds")
  static let files = [
    "train_a/JSIN_all__run_0.h5", "train_b/JSIN_all__run_0.h5", "valid_a/JSIN_all__run_0.h5",
  ]

  /// A folder with the same clips, which a test may damage.
  static func copy() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    for file in files {
      #expect(unsafe mkdir(folder[String(file.prefix { $0 != "/" })], 0o755) == 0)
      folder.write(Fixtures.bytes("training/sounds/\(file)"), to: file)
    }
    return folder
  }

  @Test func `reads words, noises and labels from several files`() throws {
    let clips = try SpeechClips(in: Self.folder)
    #expect(clips.sampleCount == 2_000 && clips.wordCount == 4)
    #expect(clips.training.words == (0..<10).map { $0 % 4 } + (0..<6).map { $0 % 4 })
    #expect(clips.validation.words.count == 8)
    // The eleventh clip is the first of the second file, which is chunked and shuffled otherwise.
    let (one, other) = (try clips.training.clip(0), try clips.training.clip(10))
    #expect(one.word.count == 2_000 && other.noise.count == 2_000 && one.word != other.word)
    #expect(one.word.allSatisfy { abs($0) <= 900 && $0 == $0.rounded() } && one.word.contains { abs($0) > 890 })
  }

  @Test func `cochleagrams are those of SciPy`() throws {
    let clips = try SpeechClips(in: Self.folder)
    let cochleagram = Cochleagram(sampleCount: clips.sampleCount)
    #expect(Cochleagram.bandCount == 203 && cochleagram.frameCount == 20)
    let cases = try Fixtures.json("training/sounds/cochleagrams.json").asArray()
    #expect(cases.count == 3)
    for frozen in cases {
      let clip = Int(try frozen.asObject().integer("clip"))
      let made = try cochleagram(clips.training.clip(clip).word)
      var place = 0
      let expected = try frozen.asObject().reals("values")
      for band in stride(from: 0, to: 203, by: 7) {
        for frame in stride(from: 0, to: 20, by: 3) {
          // Compared before the power, which makes much of the rounding of quiet bands; sounds are as loud as 900.
          let (found, wanted) = (pow(Double(made[band * 20 + frame]), 1 / 0.3), pow(expected[place], 1 / 0.3))
          #expect(abs(found - wanted) < 0.01 + 2e-4 * wanted, "clip \(clip), band \(band), frame \(frame)")
          place += 1
        }
      }
      #expect(place == expected.count)
    }
  }

  @Test func `bands share what lies among them`() {
    // The squares of all gains add to 1 where eight bands reach, and nothing passes above the last band.
    for frequency in [60.0, 440, 1_000, 3_777, 6_500] {
      #expect(abs(Cochleagram.gains(at: frequency).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12, "\(frequency)")
    }
    #expect(Cochleagram.gains(at: 9_500).allSatisfy { $0 == 0 })
  }

  @Test func `mixes at the ratio that is drawn`() throws {
    let clip = try SpeechClips(in: Self.folder).training.clip(3)
    func level(_ sound: [Float]) -> Double {
      (sound.reduce(0) { $0 + Double($1) * Double($1) } / Double(sound.count)).squareRoot()
    }
    for decibels: Float in [-10, 0, 10] {
      let mixture = SpokenWordTask.mixture(clip.word, clip.noise, decibels: decibels)
      #expect(abs(level(mixture) - 0.1) < 1e-6)
      // What is left without the word, found by projection, is the noise.
      let share =
        zip(mixture, clip.word).reduce(0) { $0 + Double($1.0) * Double($1.1) } / pow(level(clip.word), 2) / 2_000
      let rest = zip(mixture, clip.word).map { Float(Double($0) - share * Double($1)) }
      let ratio = 20 * log10(share * level(clip.word) / level(rest))
      #expect(abs(ratio - Double(decibels)) < 1, "\(decibels) dB, found \(ratio)")
    }
    let silence = [Float](repeating: 0, count: 2_000)
    #expect(SpokenWordTask.mixture(silence, silence, decibels: 3) == silence)
    #expect(abs(level(SpokenWordTask.mixture(silence, clip.noise, decibels: 3)) - 0.1) < 1e-6)
  }

  @Test func `trains to the same bits however many threads read ahead`() throws {
    let folder = TemporaryFolder()
    var stores: [[String]] = []
    for loaders in [1, 3] {
      var trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: folder["s\(loaders)"]).store)
      trainer.loaders = loaders
      var settings = TrainerTests.settings(.knet, task: "audionet", seed: 2)
      (settings.batchSize, settings.epochImages, settings.epochs) = (8, 16, 2)
      let reports = try PlanRunner(trainer, workers: 1, data: Self.folder).train([settings], work: WorkContext())
      #expect(reports.map(\.outcome) == [.trained], "\(reports.map(\.error))")
      stores.append(try TrainerTests.contents(folder["s\(loaders)"]))
    }
    #expect(stores[0] == stores[1] && stores[0].contains { $0.hasPrefix("metric audionet") })
  }

  @Test func `another layout is refused with the one that is expected`() throws {
    let empty = TemporaryFolder()
    for path in [nil, empty.path] {
      #expect(refusal(.notFound) { _ = try SpeechClips(in: path) }?.expected?.contains("train_*/*.h5") == true)
    }
    refusal(.notFound) { _ = try SpeechClips(in: empty["none"]) }
    let folder = try Self.copy()
    let path = folder[Self.files[2]]
    let whole = folder.read(Self.files[2])
    for bytes in [[], [1, 2, 3], Array(whole.prefix(4_000))] {
      folder.write(bytes, to: Self.files[2])
      #expect(refusal(.invalidData) { _ = try SpeechClips(in: folder.path) }?.file == path)
    }
    // A data set by another name.
    var renamed = whole
    let name = Array("noise\0".utf8)
    for start in 0..<(whole.count - name.count) where Array(whole[start..<(start + name.count)]) == name {
      renamed[start + 4] = UInt8(ascii: "y")
    }
    #expect(renamed != whole)
    folder.write(renamed, to: Self.files[2])
    let error = refusal(.invalidData) { _ = try SpeechClips(in: folder.path) }
    #expect(error?.place == "sources/noise/signal" && error?.found == "there is no such data set")
    folder.write(whole, to: Self.files[2])
    #expect(try SpeechClips(in: folder.path).validation.words.count == 8)
  }

  @Test func `a clip with a sample that is not finite is refused with its file, data set and number`() throws {
    let folder = try Self.copy()
    folder.write(Fixtures.bytes("training/clips/nan.h5"), to: Self.files[1])
    let clips = try SpeechClips(in: folder.path).training
    // The first of its file, behind ten of another.
    #expect(try clips.clip(10).word.count == 2_000)
    let error = refusal(.invalidData) { _ = try clips.clip(11) }
    #expect(error?.file == folder[Self.files[1]] && error?.place == "sources/noise/signal, clip 1, sample 7")
  }

  @Test func `takes labels that are whole, of whatever type, and refuses others`() throws {
    let folder = try Self.copy()
    func read(_ name: String) throws -> SpeechClips {
      folder.write(Fixtures.bytes("training/labels/\(name).h5"), to: Self.files[1])
      return try SpeechClips(in: folder.path)
    }
    #expect(try read("whole").training.words.suffix(2) == [3, 1])
    for (name, clip, found) in [("fraction", 1, "1.5"), ("nan", 0, "nan")] {
      let error = refusal(.invalidData) { _ = try read(name) }
      #expect(error?.place == "sources/signal/word_int, clip \(clip)" && error?.found == found)
      #expect(error?.file == folder[Self.files[1]])
    }
  }
}
