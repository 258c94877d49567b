// AxisNames.swift -- the names along an axis of a user's array: from a list, a range, a file or a member of the .npz.

package import Base
package import Formats
import TrajectoryModel

/// Finds what the statistics and the epochs of a user's array are called.
package struct AxisNames {
  /// The .npz that the array is a member of, if it is one.
  package let npz: NpzFile?
  /// The file of the array, for errors.
  package let file: String
  /// Members that named an axis, so that they are not metadata as well.
  package private(set) var usedMembers: Set<String> = []
  /// What a user should know about how the names were understood.
  package private(set) var notes: [String] = []

  package init(npz: NpzFile?, file: String) {
    self.npz = npz
    self.file = file
  }

  /// What the axis of the statistics is called.
  private static let statisticsAxis = "statistics"
  /// Members of an .npz that name the statistics when nothing else does: the published name first.
  package static let statisticMembers = ["obs_keys", "statistics"]
  /// Members of an .npz that are the epochs when nothing else is.
  package static let epochMembers = ["epochs"]
  /// The largest file of names that is read into memory: bytes for each name, and as many again for what stands around.
  private static let (mostBytesOfName, mostBytesAround) = (1 << 10, 64 << 10)

  /// The names of the statistics.
  ///
  /// - Parameters:
  ///   - argument: `a,b,c`, `published`, a file, a member, or nil for the members that usually name them.
  ///   - count: As many as the array has.
  /// - Returns: The names, `count` of them, all different.
  /// - Throws: ``EngramError`` with code `usage` when nothing names them, `invalidData` when the names do not fit.
  package mutating func statistics(_ argument: String?, count: Int) throws(EngramError) -> [String] {
    let how: Mend =
      "give \(set: .statistics, to: "a,b,c"), or a file with one name on each line or a JSON list, or \"published\" for the 45"
    var names: [String]
    if argument == "published" {
      names = Statistic.publishedNames
    } else if let argument, argument.contains(",") || argument.first == "\"" {
      guard let parts = QuotedList.names(in: argument) else {
        throw EngramError(
          .usage, "this is no list of statistics", file: file, expected: "NAME,NAME,…", found: "'\(argument)'",
          mend: "a name that holds a comma stands in double quotes, doubled inside")
      }
      names = parts
    } else {
      let values = try values(
        argument, usual: Self.statisticMembers, axis: Self.statisticsAxis, count: count, how: how)
      names = []
      for value in values {
        guard case .text(let name) = value else {
          throw EngramError(.invalidData, "the names of the statistics are not text", file: file, mend: how)
        }
        names.append(name)
      }
    }
    try check(names.count, count, Self.statisticsAxis, how: how)
    var seen: Set<String> = []
    for (index, name) in names.enumerated() where name.isEmpty || !seen.insert(name).inserted {
      throw EngramError(
        .invalidData, name.isEmpty ? "a statistic has no name" : "the statistic \"\(name)\" comes twice", file: file,
        place: "statistic \(index)", mend: "give each statistic a name of its own")
    }
    return names
  }

  /// The epochs.
  ///
  /// - Parameters:
  ///   - argument: A list or a range (``EpochSelection``), a file, a member, or nil for the member `epochs`.
  ///   - count: As many as the array has.
  /// - Returns: The epochs, `count` of them, increasing.
  /// - Throws: ``EngramError`` with code `usage` when nothing gives them or the argument is no such list or range,
  ///   `invalidData` when they do not fit.
  package mutating func epochs(_ argument: String?, count: Int) throws(EngramError) -> [Double] {
    let how: Mend = """
      give \(set: .epochs, to: "0,5,10") or 0:100:5 (the end counts), or a file with one number on each line
      """
    var epochs: [Double] = []
    if let argument, let axis = try axis(inWords: argument, count: count) {
      epochs = axis
    } else {
      let values = try values(argument, usual: Self.epochMembers, axis: "epochs", count: count, how: how)
      for (index, value) in values.enumerated() {
        let epoch: Double? =
          switch value {
          case .integer(let value): Double(exactly: value)
          case .real(let value): value
          case .text(let text): Double(text)
          case .null: nil
          }
        guard let epoch else {
          throw EngramError(
            .invalidData, "an epoch is not a number", file: file, place: "epoch \(index)",
            found: "\(value)", mend: how)
        }
        epochs.append(epoch)
      }
    }
    try check(epochs.count, count, "epochs", how: how)
    for (index, epoch) in epochs.enumerated() {
      guard epoch.isFinite, index == 0 || epochs[index - 1] < epoch else {
        throw EngramError(
          .invalidData, "the epochs do not increase", file: file, place: "epoch \(index)",
          expected: index == 0 ? "a finite number" : "more than \(epochs[index - 1])", found: "\(epoch)",
          mend: "sort the array along its epochs first")
      }
    }
    return epochs
  }

  /// The epochs that a list or a range describes, or nil for the name of a file or a member.
  private func axis(inWords argument: String, count: Int) throws(EngramError) -> [Double]? {
    if count == 1, let epoch = Double(argument), epoch.isFinite { return [epoch + 0.0] }
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard argument.contains(",") || parts.count > 1 && Double(parts[0]) != nil else { return nil }
    let selection: EpochSelection
    do throws(EngramError) {
      selection = try EpochSelection(parsing: argument)
    } catch {
      throw error.inFile(file)
    }
    if let axis = selection.axis(count: count) { return axis }
    guard case .range(let first, let last) = selection else { return nil }
    let step = count > 1 ? (last - first) / Double(count - 1) : 0
    let range = "\(EpochSelection.text(first)):\(EpochSelection.text(last))"
    throw EngramError(
      .usage, "the range of epochs does not say how far apart they are", file: file, place: "epochs",
      expected: "\(count) epochs, as many as the array has",
      found: "'\(argument)', epochs one apart",
      mend: step > 0
        ? "if they are evenly spaced, say \(set: .epochs, to: "\(range):\(EpochSelection.text(step))")"
        : "give the one epoch of the array")
  }

  /// The values in a file or a member.
  private mutating func values(
    _ argument: String?, usual: [String], axis: String, count: Int, how: Mend
  ) throws(EngramError) -> [MetadataValue] {
    let members = npz?.names ?? []
    guard let argument else {
      guard let member = usual.first(where: { members.contains($0) }), let npz else {
        throw EngramError(
          .usage, "the \(count) \(axis) of the array have no names", file: file,
          found: npz == nil ? nil : "no member \(usual.joined(separator: " or "))", mend: how)
      }
      usedMembers.insert(member)
      return try located(npz.array(member), count, axis)
    }
    if let npz, members.contains(argument) {
      usedMembers.insert(argument)
      return try located(npz.array(argument), count, axis)
    }
    if argument.lowercased().hasSuffix(".npy") { return try located(NpyFile.open(argument), count, axis) }
    let bytes: [UInt8]
    do {
      bytes = try InputFile(opening: argument).contents(
        limit: Self.mostBytesAround + count.multipliedReportingOverflow(by: Self.mostBytesOfName).partialValue)
    } catch  where error.code == .notFound && Self.mayBeName(argument, axis) {
      // No file: one name or number.
      if count == 1 {
        if argument.contains(".") {
          notes.append("there is no file '\(argument)', so that is the name of the statistic")
        }
        return [.text(argument)]
      }
      throw EngramError(
        .notFound, "there is neither a file nor a member \"\(argument)\" with the \(axis)", file: file, mend: how)
    } catch  where error.code == .notFound && axis == Self.statisticsAxis {
      throw EngramError(
        .notFound, "there is no such file with the names of the statistics", file: argument,
        mend: "check the path; the name of a statistic that reads like a file stands in double quotes")
    }
    if argument.lowercased().hasSuffix(".json") { return try Self.list(json: bytes, file: argument) }
    return try Self.lines(bytes, file: argument)
  }

  /// Whether what is no file may be a name: a statistic may have a point, as `top.1` has.
  private static func mayBeName(_ argument: String, _ axis: String) -> Bool {
    if argument.contains("/") { return false }
    guard axis == statisticsAxis else { return !argument.contains(".") }
    return ![".txt", ".csv", ".tsv", ".dat", ".json", ".npy", ".npz"].contains(where: argument.lowercased().hasSuffix)
  }

  /// The values of an array that has as many, with the file named in errors.
  private func located(_ array: NumPyArray, _ count: Int, _ axis: String) throws(EngramError) -> [MetadataValue] {
    // Another number is refused before it is read: a small file can stand for a large array.
    if array.shape.count == 1, array.shape[0] != count {
      throw EngramError(
        .invalidData, "the \(axis) given are not as many as the array has", file: file, place: "array \(array.name)",
        expected: "\(count) \(axis)", found: "\(array.shape[0])")
    }
    do {
      return try array.metadataValues()
    } catch {
      throw error.inFile(file)
    }
  }

  /// The values of a JSON list of texts or numbers.
  private static func list(json bytes: [UInt8], file: String) throws(EngramError) -> [MetadataValue] {
    do {
      return try JSONValue(parsing: bytes, file: file).elements { value throws(EngramError) in
        switch value {
        case .string(let text): return .text(text)
        case .integer, .real: return .real(try value.asReal())
        default:
          throw EngramError(.invalidData, "an element is neither text nor a number", found: value.kind)
        }
      }
    } catch {
      throw error.inFile(file)
    }
  }

  /// One text for each line; spaces at the ends and empty lines at the end of the file do not count.
  private static func lines(_ bytes: [UInt8], file: String) throws(EngramError) -> [MetadataValue] {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      throw EngramError(.corrupt, "the file of names is not UTF-8", file: file, mend: "save the file as UTF-8")
    }
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
      MetadataValue.text(trimmed(line))
    }
    while lines.last == .text("") { lines.removeLast() }
    return lines
  }

  /// A text without the spaces around it.
  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(start[...end])
  }

  /// Refuses another number of names than the axis has values.
  private func check(_ found: Int, _ expected: Int, _ axis: String, how: Mend) throws(EngramError) {
    guard found == expected else {
      throw EngramError(
        .invalidData, "the \(axis) given are not as many as the array has", file: file,
        expected: "\(expected) \(axis)", found: "\(found)", mend: how)
    }
  }
}
