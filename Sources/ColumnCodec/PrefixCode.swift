// PrefixCode.swift -- the prefix code of one plane of a chunk: lengths for its bytes, and the coded rows.
//   A coded plane (schema/FORMAT.md, "Coded rows"):
//     lastByte       u8: the greatest byte that has a code
//     lengths        4 bits for each byte 0 ... lastByte, the low bits of a byte first; 0 for none
//     stream sizes   eight u16, or u32 where the plane has more than `wideStreams` coded bytes
//     streams        one after the other

import CKernels
import TrajectoryModel

/// A prefix code of at most 10 bits for the bytes of one plane (Huffman, Proc. IRE 40, 1952).
///
/// zstd codes as well, and finds repetitions besides; but starting it for a few thousand bytes takes longer than decoding
/// them, and this code starts at once.
struct PrefixCode {
  /// Codes are at most this long, so that a table of 1,024 entries decodes them.
  static let longestCode = Int(ENGRAM_PREFIX_BITS)
  /// Streams that are decoded side by side.
  static let streamCount = Int(ENGRAM_PREFIX_STREAMS)
  /// Above this number of coded bytes the size of a stream may not fit into 16 bits.
  static let wideStreams = 1 << 18

  /// The length of the code of each byte; 0 for a byte that does not occur.
  private(set) var lengths: [UInt8]

  /// The code that makes some bytes shortest, within the longest code; nil where fewer than two bytes occur.
  ///
  /// - Complexity: O(used bytes * log used bytes).
  init?(counts: [UInt32]) {
    let used = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
    guard used.count >= 2 else { return nil }
    lengths = Array(repeating: 0, count: 256)
    // Huffman's algorithm with two queues: leaves by weight, and joined nodes, which come in order of weight.
    var weights = used.map { UInt64(counts[$0]) }
    var parents = Array(repeating: 0, count: 2 * used.count - 1)
    var (leaf, node) = (0, used.count)
    func takeLightest() -> Int {
      let takesLeaf = leaf < used.count && (node >= weights.count || weights[leaf] <= weights[node])
      defer { if takesLeaf { leaf += 1 } else { node += 1 } }
      return takesLeaf ? leaf : node
    }
    for next in used.count..<(2 * used.count - 1) {
      let (first, second) = (takeLightest(), takeLightest())
      weights.append(weights[first] + weights[second])
      (parents[first], parents[second]) = (next, next)
    }
    var depths = Array(repeating: 0, count: parents.count)
    for place in stride(from: parents.count - 2, through: 0, by: -1) { depths[place] = depths[parents[place]] + 1 }
    // Codes that are too long are cut; then rarer bytes get longer codes until the code is one again, in units of
    // 2^-longestCode, and what is left over shortens the most frequent bytes that it can.
    var lengths = depths[..<used.count].map { min($0, Self.longestCode) }
    let whole = 1 << Self.longestCode
    var sum = lengths.reduce(0) { $0 + whole >> $1 }
    var place = 0
    while sum > whole {
      if lengths[place] < Self.longestCode {
        lengths[place] += 1
        sum -= whole >> lengths[place]
      } else {
        place += 1
      }
    }
    for place in lengths.indices.reversed() {
      while lengths[place] > 1, sum + whole >> lengths[place] <= whole {
        sum += whole >> lengths[place]
        lengths[place] -= 1
      }
    }
    for (place, byte) in used.enumerated() { self.lengths[byte] = UInt8(lengths[place]) }
  }

  /// The greatest byte that has a code.
  private var lastByte: Int { lengths.lastIndex { $0 > 0 } ?? 0 }

  /// Appends a coded plane.
  ///
  /// - Parameters:
  ///   - rows: The bytes of its coded rows, one after the other; each has a code.
  ///   - bytes: What it is appended to.
  func append(_ rows: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    bytes.append(UInt8(lastByte))
    for byte in stride(from: 0, through: lastByte, by: 2) {
      bytes.append(lengths[byte] | (byte < lastByte ? lengths[byte + 1] << 4 : 0))
    }
    var codes = Array(repeating: UInt16(0), count: 256)
    unsafe engram_prefix_codes(lengths, &codes)
    let stretch = (rows.count + Self.streamCount - 1) / Self.streamCount
    let sizesStart = bytes.count
    let sizeByteCount = rows.count > Self.wideStreams ? 4 : 2
    bytes.append(contentsOf: repeatElement(0, count: sizeByteCount * Self.streamCount))
    let spare = 8
    var stream = Array(repeating: UInt8(0), count: (stretch * Self.longestCode + 7) / 8 + spare)
    for number in 0..<Self.streamCount {
      let first = min(number * stretch, rows.count)
      let count = min(stretch, rows.count - first)
      // SAFETY: the stretch lies inside the rows, and the stream has room for the longest codes.
      let size = unsafe rows.baseAddress.map { base in
        unsafe engram_prefix_encode(
          base.assumingMemoryBound(to: UInt8.self) + first, count, lengths, codes, &stream)
      } ?? 0
      for place in 0..<sizeByteCount {
        bytes[sizesStart + number * sizeByteCount + place] = UInt8(truncatingIfNeeded: size >> (8 * place))
      }
      bytes.append(contentsOf: stream[..<size])
    }
  }

  /// Decodes a coded plane.
  ///
  /// - Parameters:
  ///   - chunk: The whole chunk.
  ///   - start: Where the plane starts in it.
  ///   - count: Bytes of all its coded rows.
  ///   - table: Memory for the table of the code.
  ///   - rows: Gets the bytes.
  /// - Returns: Where the plane ends.
  /// - Throws: `corrupt` when a part does not fit, the lengths are not those of a code, or a stream is too long or short.
  static func decode(
    _ chunk: RawSpan, at start: Int, count: Int, table: UnsafeMutablePointer<engram_prefix_table>,
    to rows: UnsafeMutablePointer<UInt8>
  ) throws(EngramError) -> Int {
    let wide = count > wideStreams
    let sizeByteCount = wide ? 4 : 2
    guard start < chunk.byteCount else {
      throw ChunkDecoder.corrupt("a coded plane is missing", start, expected: "its code", found: "the end")
    }
    let lastByte = Int(chunk.byte(at: start))
    let sizesStart = start + 1 + (lastByte + 2) / 2
    let streamsStart = sizesStart + sizeByteCount * streamCount
    guard streamsStart <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than the code of a plane", start, expected: "\(streamsStart - start) bytes",
        found: "\(chunk.byteCount - start)")
    }
    var lengths: [256 of UInt8] = .init(repeating: 0)
    for byte in 0...lastByte {
      let pair = chunk.byte(at: start + 1 + byte / 2)
      lengths[byte] = byte % 2 == 0 ? pair & 15 : pair >> 4
    }
    var sizes: [8 of UInt32] = .init(repeating: 0)
    var end = streamsStart
    for number in 0..<streamCount {
      let place = sizesStart + number * sizeByteCount
      sizes[number] = UInt32(chunk.uint16(at: place)) | (wide ? UInt32(chunk.uint16(at: place + 2)) << 16 : 0)
      end += Int(sizes[number])
    }
    let (lengthSpan, sizeSpan) = (lengths.span, sizes.span)
    // SAFETY: lengths and sizes have as many elements as the kernels read; the table and the rows are the caller's and
    // have room; the kernel reads nothing outside the chunk.
    let isWrong = unsafe chunk.extracting(streamsStart..<chunk.byteCount).withUnsafeBytes { input in
      unsafe lengthSpan.withUnsafeBufferPointer { lengths in
        unsafe sizeSpan.withUnsafeBufferPointer { sizes in
          guard let base = input.baseAddress, unsafe engram_prefix_make_table(lengths.baseAddress, table) == 0
          else { return true }
          return unsafe engram_prefix_decode(
            table, base.assumingMemoryBound(to: UInt8.self), input.count, sizes.baseAddress, count, rows) != 0
        }
      }
    }
    if isWrong {
      throw ChunkDecoder.corrupt(
        "a coded plane cannot be decoded", start, expected: "a complete code and streams of its length",
        found: "others")
    }
    return end
  }
}
