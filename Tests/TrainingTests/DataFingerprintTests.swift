// DataFingerprintTests.swift -- what makes other data of a folder, and what does not.

import Base
import TestSupport
import Testing
import Training

@Suite struct DataFingerprintTests {
  @Test func `other content under the same names is other data, and a few files that were mended are not`() throws {
    let folder = try ImageTaskTests.folder()
    func fingerprint() throws -> DataFingerprint { try #require(try ImageFolder(opening: folder.path).fingerprint) }
    let before = try fingerprint()
    let same = try fingerprint().differs(from: before)
    #expect(!same)
    #expect(try DataFingerprint(before.json) == before)
    // Two of 18 files may differ.
    for place in 0..<4 {
      let name = "train/n01/n01_\(place).JPEG"
      var bytes = folder.read(name)
      bytes[bytes.count / 2] ^= 1
      folder.write(bytes, to: name)
      let differs = try fingerprint().differs(from: before)
      #expect(differs == (place >= 2), "\(place + 1) files")
    }
    // What was kept before there were hashes knows sizes.
    var earlier = try before.json.asObject()
    earlier["hashes"] = nil
    let known = try DataFingerprint(.object(earlier))
    let now = try fingerprint()
    #expect(!now.differs(from: known) && !known.differs(from: now))
    for place in 0..<3 {
      let name = "train/n02/n02_\(place).JPEG"
      folder.write(folder.read(name) + [0], to: name)
      let differs = try fingerprint().differs(from: known)
      #expect(differs == (place >= 2), "\(place + 1) files")
    }
  }
}
