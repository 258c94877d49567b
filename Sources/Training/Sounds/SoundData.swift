// SoundData.swift -- a data set of an HDF5 file: numbers along one axis, or sounds, one a row.

import Base
import CHDF5

/// A data set of an HDF5 file, open as long as the value lives.
///
/// libhdf5 is not safe for threads, so all files share one lock.
///
/// `@unchecked Sendable`: what is open does not change, and is used under the lock.
@safe final class SoundData: @unchecked Sendable {
  /// Items of the first axis.
  let count: Int
  /// Numbers of each; 1 where there is one axis.
  let width: Int

  private let opened: engram_hdf5
  private let path: String, name: String
  private static let library = ForkSafeMutex(())

  /// Opens a data set.
  ///
  /// - Throws: ``EngramError`` with code `io` without libhdf5, `notFound` without the file, `invalidData` for a file of another kind
  ///   or without the data set.
  init(_ name: String, in path: String) throws(EngramError) {
    // A file that is not there is told from one that is damaged; a pipe is never waited for.
    _ = try InputFile(opening: path)
    // SAFETY (here and below): texts that come from the library stay; it fills the structure, and memory that has room.
    if let why = unsafe engram_hdf5_load() {
      throw EngramError(
        .io, "sounds cannot be read: libhdf5 is not there", expected: "libhdf5_serial.so.103",
        found: unsafe String(cString: why), mend: "install it; Debian's package is libhdf5-103-1")
    }
    var opened = engram_hdf5()
    let why: String? = Self.library.withLock { _ in
      unsafe engram_hdf5_open(path, name, &opened).map { unsafe String(cString: $0) }
    }
    if let why { throw Self.damaged(path, name, why) }
    (count, width) = (Int(clamping: opened.extents.0), opened.rank == 2 ? Int(clamping: opened.extents.1) : 1)
    self.opened = opened
    (self.path, self.name) = (path, name)
  }

  deinit {
    var opened = opened
    Self.library.withLock { _ in unsafe engram_hdf5_close(&opened) }
  }

  /// One sound.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a damaged file, and for a sound with a sample that is not finite.
  func sound(_ item: Int) throws(EngramError) -> [Float] {
    var values = [Float](repeating: 0, count: width)
    try read { opened in unsafe engram_hdf5_floats(&opened, UInt64(item), 1, &values).map { unsafe String(cString: $0) }
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw EngramError(
        .invalidData, "a sample of a sound is not finite", file: path, place: "\(name), clip \(item), sample \(place)",
        expected: "finite numbers", found: "\(values[place])", mend: "get the file again, or leave the clip out")
    }
    return values
  }

  /// All items.
  func floats() throws(EngramError) -> [Float] {
    var values = [Float](repeating: 0, count: count * width)
    let count = UInt64(count)
    try read { opened in unsafe engram_hdf5_floats(&opened, 0, count, &values).map { unsafe String(cString: $0) } }
    return values
  }

  private func read(_ body: (inout engram_hdf5) -> String?) throws(EngramError) {
    var opened = opened
    if let why = Self.library.withLock({ _ in body(&opened) }) { throw Self.damaged(path, name, why) }
  }

  private static func damaged(_ path: String, _ name: String, _ why: String) -> EngramError {
    EngramError(
      .invalidData, "a data set of sounds cannot be read", file: path, place: name, expected: "numbers in HDF5",
      found: why,
      mend: "get the file again: it may have been cut")
  }
}
