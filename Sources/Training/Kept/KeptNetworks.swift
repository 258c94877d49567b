// KeptNetworks.swift -- a folder of networks as they were at their checkpoints, one folder a run.
//
//   FOLDER/
//     digits-knet-sgdm-256-9f3c…/   what the run is, and 16 digits of the hash of its settings
//       run.json                    its settings, its threads, its data unless bundled, and the version of the tensor library
//       epoch-5.npz                 every tensor at that checkpoint, for numpy.load

package import Base

/// A folder of networks as they were at their checkpoints.
///
/// Nothing of a store depends on it. A checkpoint is there whole or not at all, and before the store has its observables, so a
/// kill between the two leaves weights that the next process writes again, to the same bytes.
package struct KeptNetworks: Sendable {
  /// The folder.
  package let path: String

  /// Uses a folder, which is made where it is not there.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `io` when it cannot be made.
  package init(making path: String) throws(EngramError) {
    _ = try DirectoryHandle(making: path)
    self.path = path
  }

  /// Uses a folder that is there.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when it is not, `io`.
  package init(opening path: String) throws(EngramError) {
    _ = try DirectoryHandle(opening: path)
    self.path = path
  }

  /// The runs in the folder, by name, each with its checkpoints.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `invalidData` or `corrupt` for a description that cannot
  ///   be read.
  package func runs() throws(EngramError) -> [KeptRun] {
    let folder = try DirectoryHandle(opening: path)
    var runs: [KeptRun] = []
    for name in try folder.names() {
      guard try folder.status(of: name)?.kind == .directory,
        try folder.directory(name).status(of: KeptRun.description) != nil
      else { continue }
      runs.append(try KeptRun(reading: folder.path(of: name)))
    }
    guard !runs.isEmpty else {
      throw EngramError(
        .notFound, "no network is kept in this folder", file: path,
        expected: "folders with a file \(KeptRun.description), as training leaves them when it keeps weights",
        mend: "train with weights kept in a folder, and name that folder")
    }
    return runs
  }
}

/// One run whose network is kept.
package struct KeptRun: Sendable {
  /// Its folder.
  package let path: String
  /// How it was trained.
  package let settings: TrainingSettings
  /// The version of the tensor library that trained it.
  package let library: String
  /// Threads that it was trained with, on which the last bits depend.
  package let threads: Int
  /// The data that it was trained on; nil of those that are bundled, and in folders of before it was kept.
  let data: DataFingerprint?
  /// The epochs that are kept, ascending.
  package private(set) var epochs: [Int] = []

  /// The name of the file that says what a run is.
  static let description = "run.json"
  private static let mostBytes = 1 << 20

  /// A run that is to be kept, or is; nothing is written before its first checkpoint.
  init(
    _ settings: TrainingSettings, library: String, threads: Int, data: DataFingerprint?, in folder: KeptNetworks
  ) throws(EngramError) {
    let hash = XXH3.hash64(Array(settings.canonicalText.utf8))
    let digits = String(hash, radix: 16)
    let name =
      "\(settings.task)-\(settings.architecture.rawValue)-\(settings.rule)-\(settings.batchSize)-"
      + String(repeating: "0", count: 16 - digits.count) + digits
    path = "\(folder.path)/\(name)"
    self.settings = settings
    self.library = library
    self.threads = threads
    self.data = data
    do throws(EngramError) {
      epochs = try Self.epochs(in: path)
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  /// Reads what a folder holds.
  init(reading path: String) throws(EngramError) {
    self.path = path
    let file = "\(path)/\(Self.description)"
    do throws(EngramError) {
      let json = try JSONValue(reading: file, limit: Self.mostBytes).asObject()
      guard try json.integer("version") == 1 else {
        throw EngramError(.unsupported, "the kept network is of a newer version", expected: "version 1")
      }
      library = try json.string("library")
      guard let threads = Int(exactly: try json.integer("threads")), (1...1024).contains(threads) else {
        throw EngramError(
          .invalidData, "no network has so many threads", place: "key \"threads\"", expected: "1 to 1024")
      }
      self.threads = threads
      data = try json.optional("data") { (value) throws(EngramError) in try DataFingerprint(value) }
      var given = JSONObject()
      for member in try json.object("settings").members where member.key != "recipe" || member.value != .null {
        given[member.key] = member.value
      }
      var settings = TrainingSettings()
      try settings.apply(given, allowed: TrainingSettings.gridKeys + TrainingSettings.settingKeys)
      self.settings = settings
    } catch {
      throw error.inFile(file)
    }
    epochs = try Self.epochs(in: path)
  }

  private static func epochs(in path: String) throws(EngramError) -> [Int] {
    try DirectoryHandle(opening: path).names().compactMap { name in
      guard name.hasPrefix("epoch-"), name.hasSuffix(".npz"), let epoch = Int(name.dropFirst(6).dropLast(4)),
        name == fileName(epoch)
      else { return nil }
      return epoch
    }.sorted()
  }

  private static func fileName(_ epoch: Int) -> String { "epoch-\(epoch).npz" }

  /// The file of a checkpoint.
  package func file(_ epoch: Int) -> String { "\(path)/\(Self.fileName(epoch))" }

  /// Whether the folder has checkpoints of networks that were trained on other data.
  func isOfOtherData() throws(EngramError) -> Bool { try otherData() != nil }

  private func otherData() throws(EngramError) -> DataFingerprint? {
    guard !epochs.isEmpty, let data, try DirectoryHandle(opening: path).status(of: Self.description) != nil,
      let kept = try KeptRun(reading: path).data, data.differs(from: kept)
    else { return nil }
    return kept
  }

  /// Refuses to keep a network where one is kept that was trained on other data.
  ///
  /// - Throws: ``EngramError`` with code `exists`.
  func requireSameData() throws(EngramError) {
    guard let kept = try otherData(), let data else { return }
    throw EngramError(
      .exists, "a network of other data is kept under these settings", file: path, expected: kept.summary,
      found: data.summary, mend: "keep networks of other data in another folder, or give the run another recipe")
  }

  /// Keeps a network as it is at a checkpoint, durably.
  ///
  /// - Returns: The bytes of the file.
  /// - Throws: ``EngramError`` with code `diskFull`, `io`; what was kept before stays.
  mutating func keep(_ network: TensorNetwork, epoch: Int) throws(EngramError) -> Int {
    _ = try DirectoryHandle(making: path)
    try describe()
    try network.write(to: file(epoch))
    if !epochs.contains(epoch) { epochs = (epochs + [epoch]).sorted() }
    return try InputFile(opening: file(epoch)).byteCount
  }

  /// Writes what the run is, and what computes it, unless that is what the folder says.
  private func describe() throws(EngramError) {
    var object: JSONObject = [
      "version": 1, "settings": try JSONValue(parsing: Array(settings.canonicalText.utf8)),
      "library": .string(library), "threads": .count(threads),
    ]
    if let data { object["data"] = data.json }
    let said = Array(try JSONValue.object(object).text().utf8)
    let file = "\(path)/\(Self.description)"
    guard (try? InputFile(opening: file).contents(limit: Self.mostBytes)) != said else { return }
    let output = try OutputFile(creating: file)
    try output.write(said)
    try output.finish()
  }

  /// Takes a network back to a checkpoint.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `corrupt`, `invalidData` when the file is of another network.
  package func restore(_ network: TensorNetwork, epoch: Int) throws(EngramError) { try network.read(from: file(epoch)) }
}
