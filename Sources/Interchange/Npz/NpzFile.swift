// NpzFile.swift -- the arrays in an .npz file: a zip archive of .npy members.

import CMinizip
package import TrajectoryModel

/// An open .npz file, as `numpy.savez` and `numpy.savez_compressed` write them.
///
/// Payloads are read when they are needed. Stored members are slices of the file, with random access from any thread.
/// Deflated members are inflated in order; going back starts the member over. The CRC-32 of a member is compared by the read
/// that completes it, in whatever order its parts were read; a member that is read in part is not compared.
package struct NpzFile: Sendable {
  /// The path it was opened by.
  package let path: String
  /// The arrays in the order of the file, named without `.npy`.
  package let names: [String]
  /// The members by name.
  private let members: [String: NpzMember]

  /// More members than any honest file has.
  package static let mostMembers = 4_096

  /// Opens a file and reads its directory, no payload.
  ///
  /// - Throws: ``EngramError`` with code `truncated` or `corrupt` when it is no whole zip file, `invalidData` when a name
  ///   comes twice, `limit` above ``mostMembers``; `notFound` and `io` as ``InputFile/init(opening:)``.
  package init(opening path: String) throws(EngramError) {
    let file = try InputFile(opening: path)
    let reading = try ZipReading(file)
    var members: [String: NpzMember] = [:]
    var names: [String] = []
    var status = unsafe unzGoToFirstFile(reading.archive)
    var count = 0
    while status == UNZ_OK {
      count += 1
      guard count <= Self.mostMembers else {
        throw EngramError(
          .limit, "the zip file has too many members", file: path, expected: "at most \(Self.mostMembers)")
      }
      let member = try NpzMember(current: reading, number: count - 1)
      if member.name.hasSuffix(".npy") {
        let name = String(member.name.dropLast(4))
        guard members.updateValue(member, forKey: name) == nil else {
          throw EngramError(
            .invalidData, "two arrays of the file have one name", file: path, place: "member \(member.name)",
            mend: "save each array under a name of its own")
        }
        names.append(name)
      }
      status = unsafe unzGoToNextFile(reading.archive)
    }
    let entries = try Self.declaredCount(reading)
    guard status == UNZ_END_OF_LIST_OF_FILE || entries == 0, count == entries else {
      throw reading.failure
        ?? zipReadError(
          status == UNZ_END_OF_LIST_OF_FILE ? UNZ_BADZIPFILE : status, "the directory of the zip file is damaged",
          file: path, place: "zip directory")
    }
    self.path = path
    self.names = names
    self.members = members
  }

  /// The number of members that the end of the directory declares.
  private static func declaredCount(_ reading: ZipReading) throws(EngramError) -> Int {
    var info = unz_global_info64()
    guard unsafe unzGetGlobalInfo64(reading.archive, &info) == UNZ_OK else { return 0 }
    return Int(clamping: info.number_entry)
  }

  /// The array of a name.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, with the nearest name; `unsupported` when the member
  ///   is encrypted or compressed by a method other than deflate; as ``NpyHeader/array(in:name:)`` for its header.
  package func array(_ name: String) throws(EngramError) -> NumPyArray {
    guard let member = members[name] else {
      let near = closestName(to: name, among: names)
      throw EngramError(
        .notFound, "there is no array \"\(name)\" in the file", file: path,
        found: names.isEmpty ? "no arrays" : "the arrays \(names.joined(separator: ", "))",
        mend: near.map { "did you mean \"\($0)\"?" })
    }
    do {
      return try NpyHeader.array(in: try member.source(), name: name)
    } catch {
      var placed = error.inFile(path)
      placed.place = "member \(member.name)" + (error.place.flatMap { $0.hasPrefix("member ") ? nil : ", \($0)" } ?? "")
      throw placed
    }
  }
}
