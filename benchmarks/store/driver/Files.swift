// Files.swift -- whole files in and out, by the C library: the driver links nothing else.

import Base
import Engram
import Glibc
import TrajectoryModel

/// Reads whole files.
enum InputBytes {
  /// The bytes of a file.
  ///
  /// - Throws: ``EngramError`` with code `io`.
  static func read(_ path: String) throws(EngramError) -> [UInt8] {
    // SAFETY: the handle is closed before it goes; fread fills at most the block it is given.
    guard let file = unsafe fopen(path, "rb") else { throw EngramError(.io, "the file cannot be opened", file: path) }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe fread(&block, 1, block.count, file)
      if count == 0 { return bytes }
      bytes.append(contentsOf: block[..<count])
    }
  }

  /// A file of little-endian 64-bit integers.
  static func integers(_ path: String) throws(EngramError) -> [Int64] {
    let bytes = try read(path)
    // SAFETY: loads stay inside the array, and every bit pattern is an integer.
    return unsafe bytes.withUnsafeBytes { block in
      (0..<block.count / 8).map {
        Int64(littleEndian: unsafe block.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
      }
    }
  }
}

/// Writes the elements of matrices.
enum OutputBytes {
  /// The elements of two matrices of float32, one after the other.
  static func write(_ first: borrowing Matrix, _ second: borrowing Matrix, to path: String) throws(EngramError) {
    // SAFETY: the handle is closed before it goes.
    guard let file = unsafe fopen(path, "wb") else { throw EngramError(.io, "the file cannot be made", file: path) }
    let isWhole = unsafe append(first, to: file) && append(second, to: file)
    guard unsafe fclose(file) == 0, isWhole else { throw EngramError(.io, "the file cannot be written", file: path) }
  }

  private static func append(_ matrix: borrowing Matrix, to file: UnsafeMutablePointer<FILE>) -> Bool {
    // SAFETY: fwrite reads the block it is given and no more.
    unsafe matrix.float32.withUnsafeBytes { block in
      unsafe block.isEmpty || fwrite(block.baseAddress, 1, block.count, file) == block.count
    }
  }
}
