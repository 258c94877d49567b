// SpeechClips.swift -- spoken words and noises in HDF5, as Word-Speaker-Noise lies on disk.
//
//   FOLDER/train_*/JSIN_all__run_*.h5      to learn from; each file with
//   FOLDER/valid_*/JSIN_all__run_*.h5      for validation
//     sources/signal/signal                clips x samples at 20 kHz: a word
//     sources/noise/signal                 clips x samples: what is heard behind it
//     sources/signal/word_int              clips: which word, from 0

package import Base

/// Spoken words and noises in HDF5; of all clips no more than their words is held.
package struct SpeechClips: Sendable {
  /// The clips of one half, in the order of files.
  package struct Half: Sendable {
    fileprivate var files: [(words: SoundData, noises: SoundData)] = []
    /// The files, by folder and name.
    fileprivate var names: [String] = []
    /// The first clip of each file, and how many there are.
    fileprivate var firsts: [Int] = [0]
    /// Which word each clip is of.
    package fileprivate(set) var words: [Int32] = []

    /// A word and the noise that lies beside it.
    ///
    /// - Throws: ``EngramError`` with code `invalidData` for a damaged file, and for a sample that is not finite.
    package func clip(_ index: Int) throws(EngramError) -> (word: [Float], noise: [Float]) {
      let file = (firsts.firstIndex { $0 > index } ?? firsts.count) - 1
      let place = index - firsts[file]
      return (try files[file].words.sound(place), try files[file].noises.sound(place))
    }
  }

  /// Clips to learn from, and for validation.
  package let training: Half, validation: Half
  /// Samples of a clip.
  package let sampleCount: Int
  /// Words: one more than the greatest number of one.
  package let wordCount: Int
  /// What tells the clips from others.
  let fingerprint: DataFingerprint

  private static let (words, noises, labels) = (
    "sources/signal/signal", "sources/noise/signal", "sources/signal/word_int"
  )
  private static let layout =
    "train_*/*.h5 and valid_*/*.h5, each with \(words), \(noises) (clips x samples at 20 kHz) and \(labels)"
  /// A minute of sound.
  private static let mostSamples = 60 * Cochleagram.rate
  private static let (mostClips, mostWords) = (100_000_000, 100_000)

  /// Opens the clips of a folder.
  ///
  /// - Throws: ``EngramError`` with code `notFound` for another layout, `invalidData` for files that do not fit each other.
  package init(in folder: String?) throws(EngramError) {
    guard let folder else {
      throw EngramError(
        .notFound, "the sounds of this task are not bundled", expected: "a folder with \(Self.layout)",
        mend: "get the clips, and name the folder that they lie in")
    }
    var sampleCount: Int?
    training = try Self.half("train_", in: folder, &sampleCount)
    validation = try Self.half("valid_", in: folder, &sampleCount)
    self.sampleCount = sampleCount ?? 0
    wordCount = Int((training.words.max() ?? 0)) + 1
    fingerprint = Self.fingerprint(training, validation, wordCount, in: folder)
    guard wordCount > 1 else {
      throw EngramError(.invalidData, "one word cannot be told from others", file: folder, expected: Self.layout)
    }
    if let other = validation.words.first(where: { $0 >= wordCount }) {
      throw EngramError(
        .invalidData, "a word of the validation set is none of the training set", file: folder, place: Self.labels,
        expected: "0 to \(wordCount - 1)", found: "\(other)")
    }
  }

  private static func fingerprint(
    _ training: Half, _ validation: Half, _ wordCount: Int, in folder: String
  ) -> DataFingerprint {
    var (bytes, files): ([UInt8], [DataFingerprint.FileMark]) = ([], [])
    for half in [training, validation] {
      for name in half.names { bytes += Array(name.utf8) + [0] }
      for word in half.words { bytes.appendLittleEndian(UInt32(bitPattern: word)) }
      files += DataFingerprint.files(count: half.names.count) { "\(folder)/\(half.names[$0])" }
    }
    return DataFingerprint(
      training: training.words.count, validation: validation.words.count, classes: wordCount,
      hash: XXH3.hash64(bytes), files: files)
  }

  private static func half(
    _ prefix: String, in folder: String, _ sampleCount: inout Int?
  ) throws(EngramError) -> Half {
    var half = Half()
    let root = try DirectoryHandle(opening: folder)
    for name in try root.names().filter({ $0.hasPrefix(prefix) }).sorted() {
      let path = root.path(of: name)
      for file in try DirectoryHandle(opening: path).names().filter({ $0.hasSuffix(".h5") }).sorted() {
        try add("\(path)/\(file)", to: &half, &sampleCount)
        half.names.append("\(name)/\(file)")
      }
    }
    guard !half.words.isEmpty else {
      let found = try root.names().prefix(5).joined(separator: ", ")
      throw EngramError(
        .notFound, "the folder does not hold clips", file: folder, expected: layout,
        found: found.isEmpty ? "an empty folder" : found)
    }
    return half
  }

  private static func add(_ path: String, to half: inout Half, _ sampleCount: inout Int?) throws(EngramError) {
    let (words, noises, labels) = (
      try SoundData(words, in: path), try SoundData(noises, in: path), try SoundData(labels, in: path)
    )
    let expected = sampleCount ?? words.width
    guard words.width == expected, noises.width == expected, noises.count == words.count, labels.count == words.count,
      labels.width == 1, labels.count <= mostClips, (Cochleagram.stride...mostSamples).contains(expected)
    else {
      let width = sampleCount.map { "\($0)" } ?? "\(Cochleagram.stride) to \(mostSamples)"
      throw EngramError(
        .invalidData, "clips do not fit each other", file: path,
        expected: "words and noises of \(width) samples, as many noises and labels as words",
        found: """
          words \(words.count) x \(words.width), noises \(noises.count) x \(noises.width), \
          labels \(labels.count) x \(labels.width)
          """)
    }
    // Files hold labels as integers or as reals; every label that may be is exact as Float32.
    let numbers = try labels.floats()
    if let place = numbers.firstIndex(where: { !(0..<Float(mostWords)).contains($0) || $0 != $0.rounded() }) {
      throw EngramError(
        .invalidData, "a label is no word", file: path, place: "\(Self.labels), clip \(place)",
        expected: "a whole number from 0 to \(mostWords - 1)", found: "\(numbers[place])")
    }
    sampleCount = expected
    half.files.append((words, noises))
    half.words += numbers.map { Int32($0) }
    half.firsts.append(half.words.count)
  }
}
