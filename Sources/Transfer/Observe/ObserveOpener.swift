// ObserveOpener.swift -- opens the arrays that a request names, and finds out which layers they are of.

import Base
import Formats

/// Opens the arrays that a request names, and finds out which layers they are of.
struct ObserveOpener {
  /// What an array holds.
  enum Kind: String {
    case activations
    case weights
    case activityChanges = "activity changes"
  }

  /// A layer of an array.
  struct Layer {
    var name: String
    /// Whether it is called as its array is in the archive, as nothing else names it.
    let isCalledAsArray: Bool
    let slice: ObserveInput.Slice
  }

  private let request: ObserveRequest
  /// What a user should know about how the arrays were understood.
  private(set) var notes: [String] = []

  /// What a layer is called where there is one only.
  static let unnamed = LayerColumns.unnamed

  init(_ request: ObserveRequest) { self.request = request }

  /// Opens arrays of one kind.
  ///
  /// - Returns: Every layer of them once, with where it is.
  mutating func open(
    _ sources: [ObserveRequest.Source], as kind: Kind
  ) throws(EngramError) -> [Layer] {
    var found: [Layer] = []
    for source in sources {
      for (given, member, files) in try files(of: source, as: kind) {
        let array = try ObservedArray(
          files, roles: try roles(of: files, as: kind), of: kind, mayDiffer: mayDiffer(kind))
        note(array, of: source)
        for (layer, name) in try layerNames(of: array, given: given, member: member).enumerated() {
          guard !found.contains(where: { $0.name == name }) else {
            throw EngramError(
              .usage, "two arrays of \(kind.rawValue) are of one layer", file: files[0].name,
              expected: "each layer once", found: "'\(name)' again",
              mend: "name the layer of each array, or one pattern for all its epochs")
          }
          found.append(
            Layer(
              name: name, isCalledAsArray: given == nil && name == member, slice: .init(array: array, layer: layer)))
        }
      }
    }
    return found
  }

  /// The axes along which the files of a pattern may differ: units, and what was shown to them.
  private func mayDiffer(_ kind: Kind) -> Set<AxisRole> {
    guard request.hasOwnUnits else { return [] }
    switch kind {
    case .activations: return [.stimulus, .unit]
    case .activityChanges: return [.stimulus]
    case .weights: return []
    }
  }

  /// Says how the files of a pattern differ.
  private mutating func note(_ array: ObservedArray, of source: ObserveRequest.Source) {
    for (counts, what) in [(array.rowLengths, "units"), (array.rowCounts, "stimuli")] where counts.count > 1 {
      notes.append("epochs of \(source.path) have \(counts.lowerBound) to \(counts.upperBound) \(what)")
    }
  }

  /// The files of a source, by the layer that they are of, as it is given, and as the array of an archive is called.
  private mutating func files(
    of source: ObserveRequest.Source, as kind: Kind
  ) throws(EngramError) -> [(given: String?, member: String?, files: [ObservedFile])] {
    if let (path, member) = source.member {
      let archive = try NpzFile(opening: path)
      return [(source.layer, Self.name(member, in: archive), [try ObservedFile(member: member, of: archive)])]
    }
    let paths = try FilePattern.files(source.path)
    guard paths.count == 1 else {
      var files: [ObservedFile] = []
      for path in paths { files.append(try ObservedFile(npy: path)) }
      notes.append("\(paths.count) files of \(source.path) are \(paths.count) epochs, \(Self.order(of: paths))")
      return [(source.layer, nil, files)]
    }
    guard paths[0].lowercased().hasSuffix(".npz") else {
      return [(source.layer, nil, [try ObservedFile(npy: paths[0])])]
    }
    let archive = try NpzFile(opening: paths[0])
    if let layer = source.layer, archive.names.contains(layer) {
      return [(layer, nil, [try ObservedFile(member: layer, of: archive)])]
    }
    let isOne = archive.names.count == 1
    var members: [(given: String?, member: String?, files: [ObservedFile])] = []
    for name in archive.names {
      let array = try archive.array(name)
      guard isOne || array.shape.count > 1 || kind == .activityChanges, array.type.measuredType != nil else {
        notes.append("the array '\(name)' of \(paths[0]) was not used: it holds no \(kind.rawValue)")
        continue
      }
      members.append(
        (
          isOne ? source.layer : source.layer ?? name, isOne ? Self.name(name, in: archive) : nil,
          [try ObservedFile(member: name, of: archive)]
        ))
    }
    guard source.layer == nil || members.count == 1, !members.isEmpty else {
      throw EngramError(
        .usage, "which array holds the \(kind.rawValue) is not clear", file: paths[0],
        expected: "the name of one array",
        found: archive.names.isEmpty ? "no arrays" : archive.names.joined(separator: ", "),
        mend: "name it behind the file, such as \(paths[0]):\(archive.names.first ?? "NAME")")
    }
    return members
  }

  /// The name of an array of an archive; nil for the only one, where NumPy named it, as nobody did.
  private static func name(_ member: String, in archive: NpzFile) -> String? {
    archive.names == ["arr_0"] ? nil : member
  }

  /// The order of files: the first and the last where one number in their names says it, else all of them.
  private static func order(of paths: [String]) -> String {
    if FilePattern.numbers(of: paths) != nil { return "\(paths[0]) to \(paths[paths.count - 1])" }
    /// More names are not read.
    let shown = 20
    let more = paths.count > shown ? " and \(paths.count - shown) more" : ""
    return "in this order: \(paths.prefix(shown).joined(separator: ", "))\(more)"
  }

  /// What the axes of files mean.
  private mutating func roles(of files: [ObservedFile], as kind: Kind) throws(EngramError) -> [AxisRole] {
    let isStacked = files.count > 1
    var roles: [AxisRole]
    switch kind {
    case .activations:
      roles =
        try request.axes.map { (text) throws(EngramError) in try AxisRole.roles(text, notes: &notes) }
        ?? (isStacked ? [.stimulus, .unit] : [.epoch, .stimulus, .unit])
    case .activityChanges:
      let named = try request.axes.map { (text) throws(EngramError) in
        try AxisRole.roles(text, notes: &notes).filter { $0 != .unit }
      }
      roles = named ?? (isStacked ? [.stimulus] : [.epoch, .stimulus])
    case .weights:
      if let axes = request.weightAxes {
        roles = try AxisRole.roles(axes, notes: &notes)
      } else {
        roles = try kernelAxes(of: files)
      }
    }
    guard !isStacked || !roles.contains(.epoch) else {
      throw EngramError(
        .usage, "several files are epochs already, and an axis is named so too", file: files[0].path,
        expected: "one of them", found: "\(files.count) files and an axis of epochs",
        mend: kind == .weights
          ? "leave the epochs out of \(option: .weightAxes), or name one file"
          : "leave the epochs out of \(option: .axes), or name one file")
    }
    return roles
  }

  /// The axes of weights that nobody named: epochs unless each file is one, then the rows and columns of a kernel.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for one file that is either a kernel without epochs or epochs of rows.
  private mutating func kernelAxes(of files: [ObservedFile]) throws(EngramError) -> [AxisRole] {
    let (file, rank) = (files[0], files[0].array.shape.count)
    let kernel: [AxisRole] = [.stimulus] + Array(repeating: .unit, count: max(0, rank - 1))
    guard files.count == 1 else { return Array(kernel.prefix(rank)) }
    guard rank > 2 else {
      throw EngramError(
        .invalidData, "what the axes of the weights are is not clear", file: file.name,
        expected: "an axis of epochs, then the rows and columns of a kernel", found: file.shapeText,
        mend: """
          if it is one kernel, say \(set: .weightAxes, to: rank == 2 ? "row,column" : "column"); if its first axis is epochs, \
          \(set: .weightAxes, to: rank == 2 ? "epoch,column" : "epoch")
          """)
    }
    let roles = [.epoch] + kernel.dropLast()
    let words = roles.map { $0.word(of: .weights) }
    notes.append(
      "the axes of the weights \(file.name) of \(file.shapeText) are read as \(words.joined(separator: ", "))")
    return roles
  }

  /// The names of the layers of an array.
  private func layerNames(
    of array: ObservedArray, given name: String?, member: String?
  ) throws(EngramError) -> [String] {
    guard let count = array.layerCount else { return [name ?? member ?? Self.unnamed] }
    guard name == nil else {
      throw EngramError(
        .usage, "an array with an axis of layers is given as one layer", file: array.files[0].name,
        expected: "a name for each of \(count) layers", found: "'\(name ?? "")'")
    }
    guard let names = request.layers else { return (0..<count).map { "\(Self.unnamed)\($0)" } }
    guard names.count == count, Set(names).count == count else {
      throw EngramError(
        .invalidData, "the names of the layers do not fit their axis", file: array.files[0].name,
        expected: "\(count) names, all different", found: "\(names.joined(separator: ", "))")
    }
    return names
  }
}

extension String {
  /// Where a text stands in this one, the last time.
  func range(of text: String) -> Range<String.Index>? {
    var end = endIndex
    while end > startIndex {
      let head = self[..<end]
      if head.hasSuffix(text) { return index(end, offsetBy: -text.count)..<end }
      end = index(before: end)
    }
    return nil
  }
}
