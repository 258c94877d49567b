// ObservedFile.swift -- one array of a raw recording, whose elements are read where they are wanted.

import Base
import Formats

/// One array of a raw recording: an .npy file, or a member of an .npz.
struct ObservedFile: Sendable {
  /// Where the elements are.
  private enum Elements: Sendable {
    /// In a file that is mapped, from an offset on.
    case mapped(MappedFile, offset: Int)
    /// In memory: a member of an .npz, or an array without elements.
    case memory([UInt8])
  }

  /// The file.
  let path: String
  /// The member of the .npz, or nil for an .npy.
  let member: String?
  /// What the elements are, and their shape.
  let array: NumPyArray
  private let elements: Elements
  /// The bytes in the file; parts of rows are read from here where that is cheap.
  private let source: (any ByteSource)?

  /// A member of an .npz that is compressed, or whose rows do not lie together, is held in memory up to this.
  private static let mostMemory = 2 << 30

  /// Opens an .npy file.
  init(npy path: String) throws(EngramError) {
    let file = try InputFile(opening: path)
    do throws(EngramError) {
      array = try NpyHeader.array(in: FileSlice(file: file, offset: 0, byteCount: file.byteCount), name: path)
    } catch {
      throw error.inFile(path)
    }
    self.path = path
    member = nil
    let size = array.payload.byteCount
    elements =
      size == 0 ? .memory([]) : .mapped(try MappedFile(file, minimumByteCount: 1), offset: file.byteCount - size)
    source = array.payload
  }

  /// Reads a member of an .npz.
  init(member name: String, of file: NpzFile) throws(EngramError) {
    path = file.path
    member = name
    array = try file.array(name)
    guard array.payload.byteCount <= Self.mostMemory else {
      throw EngramError(
        .limit, "the array \(name) is too large to be read out of an archive", file: path,
        expected: "at most \(Self.mostMemory) bytes", found: "\(array.payload.byteCount) bytes",
        mend: "save it with numpy.save, as a file of its own")
    }
    elements = .memory(try array.payload.bytes(0..<array.payload.byteCount))
    source = nil
  }

  /// What errors call it.
  var name: String { member.map { "\(path), array \($0)" } ?? path }

  /// The shape, for errors.
  var shapeText: String { "shape (\(array.shape.map(String.init).joined(separator: ", ")))" }

  /// Elements from one index of each axis to the next.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: array.shape.count)
    var stride = 1
    for axis in array.isFortranOrder ? Array(strides.indices) : strides.indices.reversed() {
      strides[axis] = stride
      stride *= array.shape[axis]
    }
    return strides
  }

  /// Lends the bytes of all elements.
  func withBytes(_ body: (RawSpan) -> Void) {
    switch elements {
    case .mapped(let file, let offset):
      file.withBytes { body($0.extracting(offset..<file.byteCount)) }
    case .memory(let bytes): unsafe body(bytes.span.bytes)
    }
  }

  /// Fills a buffer with neighbouring elements, as they lie in the file.
  ///
  /// - Throws: ``EngramError`` with code `truncated` or `io`.
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    if let source { return try source.read(at: offset, into: &buffer) }
    if case .memory(let bytes) = elements { try MemoryBytes(bytes).read(at: offset, into: &buffer) }
  }
}
