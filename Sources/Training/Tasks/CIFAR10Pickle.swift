// CIFAR10Pickle.swift -- a file of CIFAR-10's Python version: a dictionary of images and labels.

import Base
import Formats
import TrajectoryModel

/// A file of CIFAR-10's Python version: a pickled dictionary of `data`, uint8 (images, 3072), and `labels`.
///
/// The authors' files come of Python 2. Those that were written again have keys that are bytes, or labels in an array.
enum CIFAR10Pickle {
  /// Numbers of an image: planes of red, green and blue.
  private static let numbersOfImage = 3 * 32 * 32

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - most: The most images of a file.
  /// - Returns: Three planes for each image, one after the other, and the labels.
  /// - Throws: ``EngramError`` with code `invalidData` for another pickle, and as ``PickleFile/read(path:)``.
  static func read(_ path: String, most: Int) throws(EngramError) -> (planes: [UInt8], labels: [Int32]) {
    let value = try PickleFile.read(path: path)
    let data = member("data", of: value)
    guard case .array(let array)? = data, array.type.kind == .unsigned, array.type.byteCount == 1,
      array.shape.count == 2, array.shape[1] == numbersOfImage, (1...most).contains(array.shape[0]),
      !array.isFortranOrder
    else {
      throw EngramError(
        .invalidData, "this is no file of CIFAR-10", file: path, place: "key \"data\"",
        expected: "uint8 (10000, 3072)", found: data?.summary ?? value.summary)
    }
    let labels = try labels(member("labels", of: value), count: array.shape[0], path)
    return (try array.payload.bytes(0..<array.payload.byteCount), labels)
  }

  /// The value of a key, which is text or bytes.
  private static func member(_ name: String, of value: PickleValue) -> PickleValue? {
    if let found = value[key: name] { return found }
    guard case .dictionary(let items) = value else { return nil }
    return items.last { item in
      guard case .bytes(let bytes) = item.key, bytes.byteCount == name.utf8.count else { return false }
      return (try? bytes.bytes(0..<bytes.byteCount)) == Array(name.utf8)
    }?.value
  }

  private static func labels(_ value: PickleValue?, count: Int, _ path: String) throws(EngramError) -> [Int32] {
    switch value {
    case .list(let items)? where items.count == count:
      return try items.map { (item) throws(EngramError) in
        guard case .integer(let label) = item, let small = Int32(exactly: label) else {
          throw EngramError(
            .invalidData, "a label is no number", file: path, place: "key \"labels\"", found: item.summary)
        }
        return small
      }
    case .array(let array)? where array.shape == [count] && [.integer, .unsigned].contains(array.type.kind):
      return try array.metadataValues().map { (label) throws(EngramError) in
        guard case .integer(let number) = label, let small = Int32(exactly: number) else {
          throw EngramError(
            .invalidData, "a label is no number", file: path, place: "key \"labels\"", found: "\(label)")
        }
        return small
      }
    default:
      throw EngramError(
        .invalidData, "this is no file of CIFAR-10", file: path, place: "key \"labels\"",
        expected: "a list or an array of \(count) whole numbers", found: value?.summary ?? "none")
    }
  }
}
