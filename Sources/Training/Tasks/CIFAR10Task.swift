// CIFAR10Task.swift -- CIFAR-10 from the files that its authors give: the binary or the Python version.

package import Base

/// CIFAR-10: 50,000 images of 32 x 32 x 3 to learn from, 10,000 for validation, ten classes.
///
/// Numbers are 0 to 255 less the mean of each pixel, as Krizhevsky's networks have them. What is learned from is shifted by up to a
/// tenth of its size in each direction, edges repeated, and mirrored every other time (Keras' example).
package struct CIFAR10Task: TrainingTask, ColourSource {
  package let name = "cifar10"
  package let image = FeatureShape(side, side, 3)
  package let head = NetworkHead.classes(10)
  package var trainingCount: Int { training.labels.count }
  package var validationCount: Int { validation.labels.count }

  /// Images of one half, as bytes in the order height, width, channel, and their classes.
  private struct Half: Sendable {
    var pixels: [UInt8] = []
    var labels: [Int32] = []
  }

  private static let side = 32
  private static let pixelCount = side * side
  private static let recordBytes = 1 + 3 * pixelCount
  /// Images of a file; a smaller one of the same layout is read too.
  private static let mostImages = 10_000
  private static let shift = 0.1

  private let training: Half, validation: Half
  private let mean: [Float]
  package let fingerprint: DataFingerprint?

  /// Reads the data set.
  ///
  /// - Parameter folder: The folder that holds `cifar-10-batches-bin` or `cifar-10-batches-py`, or is it.
  /// - Throws: ``EngramError`` with code `notFound` without a folder or a file of it, `invalidData` for another layout.
  package init(in folder: String?) throws(EngramError) {
    guard let folder else {
      throw EngramError(
        .notFound, "the images of cifar10 are not bundled", expected: "a folder with \(Self.layout)",
        mend: "get CIFAR-10 from its authors, and name the folder that it lies in")
    }
    let (path, isPython) = try Self.find(folder)
    let names = (1...5).map { "data_batch_\($0)" }
    var half = Half()
    for name in names { try Self.read("\(path)/\(name)\(isPython ? "" : ".bin")", isPython, into: &half) }
    training = half
    half = Half()
    try Self.read("\(path)/test_batch\(isPython ? "" : ".bin")", isPython, into: &half)
    validation = half
    var sums = [Double](repeating: 0, count: 3 * Self.pixelCount)
    for image in training.labels.indices {
      for place in sums.indices { sums[place] += Double(training.pixels[image * sums.count + place]) }
    }
    let count = Double(training.labels.count)
    mean = sums.map { Float($0 / count) }
    var hashes: [UInt8] = []
    for half in [training, validation] {
      hashes.appendLittleEndian(XXH3.hash64(half.pixels))
      hashes.appendLittleEndian(XXH3.hash64(half.labels.map { UInt8(truncatingIfNeeded: $0) }))
    }
    fingerprint = DataFingerprint(
      training: training.labels.count, validation: validation.labels.count, classes: 10, hash: XXH3.hash64(hashes))
  }

  private static let layout =
    "cifar-10-batches-bin/data_batch_1.bin to data_batch_5.bin and test_batch.bin, or cifar-10-batches-py with the same "
    + "names without .bin"

  private static func find(_ folder: String) throws(EngramError) -> (path: String, isPython: Bool) {
    let handle = try DirectoryHandle(opening: folder)
    for (name, isPython) in [("cifar-10-batches-bin", false), ("cifar-10-batches-py", true)]
    where try handle.status(of: name) != nil {
      return ("\(folder)/\(name)", isPython)
    }
    if try handle.status(of: "data_batch_1.bin") != nil { return (folder, false) }
    if try handle.status(of: "data_batch_1") != nil { return (folder, true) }
    let found = try handle.names().prefix(5).joined(separator: ", ")
    throw EngramError(
      .notFound, "the folder does not hold CIFAR-10", file: folder, expected: layout,
      found: found.isEmpty ? "an empty folder" : found)
  }

  private static func read(_ path: String, _ isPython: Bool, into half: inout Half) throws(EngramError) {
    let (planes, labels) = isPython ? try CIFAR10Pickle.read(path, most: mostImages) : try binary(path)
    for (index, label) in labels.enumerated() where !(0..<10).contains(label) {
      throw EngramError(
        .invalidData, "a label is no class of CIFAR-10", file: path, place: "image \(index)", expected: "0 to 9",
        found: "\(label)")
    }
    half.labels += labels
    half.pixels.reserveCapacity(half.pixels.count + planes.count)
    // Red, green and blue planes become pixels of three.
    for start in stride(from: 0, to: planes.count, by: 3 * pixelCount) {
      for place in 0..<pixelCount {
        for channel in 0..<3 { half.pixels.append(planes[start + channel * pixelCount + place]) }
      }
    }
  }

  private static func binary(_ path: String) throws(EngramError) -> (planes: [UInt8], labels: [Int32]) {
    let bytes = try InputFile(opening: path).contents(limit: mostImages * recordBytes)
    guard !bytes.isEmpty, bytes.count % recordBytes == 0 else {
      throw EngramError(
        .invalidData, "this is no file of CIFAR-10", file: path,
        expected: "records of \(recordBytes) bytes: a label, then 3 planes of 1,024", found: "\(bytes.count) bytes",
        mend: "get the file again: it may have been cut")
    }
    var (planes, labels): ([UInt8], [Int32]) = ([], [])
    for start in stride(from: 0, to: bytes.count, by: recordBytes) {
      labels.append(Int32(bytes[start]))
      planes += bytes[(start + 1)..<(start + recordBytes)]
    }
    return (planes, labels)
  }

  package var classCount: Int { 10 }

  package func trainingImage(_ index: Int) -> (image: ColourImage<UInt8>, label: Int32) { colours(index, of: training) }

  package func validationImage(_ index: Int) -> (image: ColourImage<UInt8>, label: Int32) {
    colours(index, of: validation)
  }

  package func training(_ indices: [Int], seed: UInt64) throws(EngramError) -> ImageBatch {
    var images: [Float] = []
    images.reserveCapacity(indices.count * 3 * Self.pixelCount)
    for index in indices {
      var draws = Draws(seed: seed, stream: UInt64(index))
      append(index, of: training, to: &images, draws: &draws)
    }
    return ImageBatch(images: images, labels: indices.map { training.labels[$0] }, count: indices.count)
  }

  package func validation(_ range: Range<Int>) throws(EngramError) -> ImageBatch {
    var images: [Float] = []
    images.reserveCapacity(range.count * mean.count)
    for index in range {
      let start = index * mean.count
      for place in mean.indices { images.append(Float(validation.pixels[start + place]) - mean[place]) }
    }
    return ImageBatch(images: images, labels: range.map { validation.labels[$0] }, count: range.count)
  }

  private func colours(_ index: Int, of half: Half) -> (image: ColourImage<UInt8>, label: Int32) {
    let start = index * mean.count
    let pixels = Array(half.pixels[start..<(start + mean.count)])
    return (ColourImage(height: Self.side, width: Self.side, samples: pixels), half.labels[index])
  }

  private func append(_ index: Int, of half: Half, to images: inout [Float], draws: inout Draws) {
    let most = Int((Float(Self.side) * Float(Self.shift)).rounded(.down))
    let (down, right) = (draws.below(2 * most + 1) - most, draws.below(2 * most + 1) - most)
    let isMirrored = draws.below(2) == 1
    let start = index * mean.count
    for row in 0..<Self.side {
      let y = max(0, min(Self.side - 1, row + down))
      for column in 0..<Self.side {
        let x = max(0, min(Self.side - 1, (isMirrored ? Self.side - 1 - column : column) + right))
        let (from, to) = (3 * (y * Self.side + x), 3 * (row * Self.side + column))
        for channel in 0..<3 {
          images.append(Float(half.pixels[start + from + channel]) - mean[to + channel])
        }
      }
    }
  }
}
