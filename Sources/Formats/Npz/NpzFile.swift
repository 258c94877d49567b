// NpzFile.swift -- the arrays in an .npz file: a zip archive of .npy members.

package import Base

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
    var members: [String: NpzMember] = [:]
    var names: [String] = []
    for entry in try ZipDirectory(of: file).entries where entry.name.hasSuffix(".npy") {
      let name = String(entry.name.dropLast(4))
      guard members.updateValue(NpzMember(entry: entry, file: file), forKey: name) == nil else {
        throw EngramError(
          .invalidData, "two arrays of the file have one name", file: path, place: "member \(entry.name)",
          mend: "save each array under a name of its own")
      }
      names.append(name)
    }
    self.path = path
    self.names = names
    self.members = members
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
      placed.place = member.place + (error.place.flatMap { $0.hasPrefix("member ") ? nil : ", \($0)" } ?? "")
      throw placed
    }
  }
}
