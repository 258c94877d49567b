// TaskCatalogue.swift -- tasks by their names; one is made once for all runs that learn it.

import Base

/// Tasks by their names.
struct TaskCatalogue: Sendable {
  /// What tells one task from another.
  private struct Key: Hashable {
    let name: String
    let imageSize: Int?
    /// How images are prepared, where that depends on the network.
    let preparation: ImageNetTask.Preparation?

    init(_ run: TrainingSettings) {
      name = run.task
      imageSize = run.imageSize
      preparation = run.task == "imagenet" ? (run.architecture.isSecondResNet ? .inception : .residual) : nil
    }
  }

  private let data: String?
  /// The folder of images, listed once for all tasks on it.
  private var folder: ImageFolder?
  private var tasks: [Key: any TrainingTask] = [:]

  /// The names of all tasks.
  static var names: [String] {
    DigitsTask.Kind.allCases.map(\.rawValue) + ["cifar10", "cifar10-simclr", "imagenet", "simclr", "audionet"]
  }

  /// What a user should know of the data sets.
  var notes: [String] { folder?.notes ?? [] }

  /// Makes a catalogue of data sets in a folder.
  init(data: String?) { self.data = data }

  /// Whether the data set of a task is not bundled.
  static func needsData(_ run: TrainingSettings) -> Bool { DigitsTask.Kind(rawValue: run.task) == nil }

  /// Refuses a task that is not known, or a size that its stimuli cannot have; no data set is looked at.
  ///
  /// - Throws: ``EngramError`` with code `usage`.
  static func check(_ run: TrainingSettings) throws(EngramError) {
    try check(Key(run))
    // Networks of before, to which a size was given that did nothing, can be measured again.
    guard run.task == "cifar10", let size = run.imageSize else { return }
    throw EngramError(
      .usage, "images of CIFAR-10 have one size", expected: "no image_size: 32 rows and columns", found: "\(size)")
  }

  private static func check(_ key: Key) throws(EngramError) {
    guard names.contains(key.name) else {
      throw EngramError(
        .usage, "there is no such task", expected: names.joined(separator: ", "), found: key.name,
        mend: closestName(to: key.name, among: names).map { "did you mean \($0)?" })
    }
    guard let size = key.imageSize, DigitsTask.Kind(rawValue: key.name) == nil else { return }
    if key.name == "audionet" {
      throw EngramError(
        .usage, "cochleagrams have one size", expected: "\(Cochleagram.bandCount) bands, a frame for each 5 ms",
        found: "\(size) rows and columns")
    }
    guard (16...1024).contains(size) else {
      throw EngramError(
        .usage, "images cannot be made at this size", expected: "16 to 1024 rows and columns", found: "\(size)")
    }
  }

  /// Makes the task of a run, unless it is made.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a task that is not known, and what is wrong with its data.
  mutating func prepare(_ run: TrainingSettings) throws(EngramError) {
    let key = Key(run)
    if tasks[key] == nil { tasks[key] = try make(key) }
  }

  /// The task of a run that was prepared.
  func task(of run: TrainingSettings) throws(EngramError) -> any TrainingTask {
    guard let task = tasks[Key(run)] else {
      throw EngramError(.usage, "the task of a run was not prepared", found: run.task)
    }
    return task
  }

  private mutating func images() throws(EngramError) -> ImageFolder {
    if let folder { return folder }
    let opened = try ImageFolder(opening: data)
    folder = opened
    return opened
  }

  private mutating func make(_ key: Key) throws(EngramError) -> any TrainingTask {
    try Self.check(key)
    let size = key.imageSize
    if let kind = DigitsTask.Kind(rawValue: key.name) { return try DigitsTask(kind, size: size ?? 16) }
    switch key.name {
    case "cifar10": return try CIFAR10Task(in: data)
    case "cifar10-simclr":
      // On small images SimCLR distorts colours half as much, and does not blur (Chen et al. 2020, B.9).
      return ContrastiveImageTask(key.name, try CIFAR10Task(in: data), size: size ?? 32, strength: 0.5, blurs: false)
    case "imagenet": return ImageNetTask(try images(), key.preparation ?? .residual, size: size)
    case "audionet": return SpokenWordTask(try SpeechClips(in: data))
    default: return ContrastiveImageTask(key.name, try images(), size: size ?? 224)
    }
  }
}
