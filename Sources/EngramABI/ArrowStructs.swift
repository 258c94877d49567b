// ArrowStructs.swift -- fields, columns and streams of Arrow out of plain Swift values; each struct frees what it holds.

import Base
import CEngram
import Glibc

/// What a column is.
struct ArrowField {
  var name: String
  /// The format string of the Arrow C data interface, such as `f` or `+w:21`.
  var format: String
  var children: [ArrowField] = []
  var dictionary: [ArrowField] = []
  var metadata: [(key: String, value: String)] = []

  /// Numbers of 64 bits.
  static func integers(_ name: String) -> ArrowField { ArrowField(name: name, format: "l") }
  /// Float64 numbers.
  static func reals(_ name: String) -> ArrowField { ArrowField(name: name, format: "g") }
  /// Texts by their place in a dictionary.
  static func texts(_ name: String) -> ArrowField {
    ArrowField(name: name, format: "i", dictionary: [ArrowField(name: "", format: "u")])
  }

  /// The metadata as the interface wants it: counts and lengths of 32 bits, without zero bytes at the ends.
  fileprivate var encodedMetadata: [UInt8] {
    var bytes: [UInt8] = []
    func add(_ number: Int) {
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }
    add(metadata.count)
    for entry in metadata {
      for text in [entry.key, entry.value] {
        add(text.utf8.count)
        bytes += text.utf8
      }
    }
    return bytes
  }
}

/// The values of a column, in memory of its owner.
@safe struct ArrowColumn {
  var length: Int
  var nullCount = 0
  var buffers: [UnsafeRawPointer?]
  var children: [ArrowColumn] = []
  var dictionary: [ArrowColumn] = []
  /// What keeps the buffers.
  var owner: AnyObject?
}

/// What one struct of ours holds until it is released.
@safe private final class Held {
  var owner: AnyObject?
  var texts = CTexts([])
  var metadata = TextHandle([])
  let pointers: UnsafeMutablePointer<UnsafeRawPointer?>
  let pointerCount: Int

  init(pointerCount: Int) {
    self.pointerCount = pointerCount
    unsafe pointers = .allocate(capacity: max(1, pointerCount))
  }

  deinit { unsafe pointers.deallocate() }
}

extension ArrowField {
  /// Fills a struct, which whoever reads it releases.
  func fill(_ schema: UnsafeMutablePointer<ArrowSchema>) {
    let held = Held(pointerCount: 0)
    held.texts = CTexts([format, name])
    held.metadata = TextHandle(encodedMetadata)
    // SAFETY: children and dictionary are freed by the release below, after they were released themselves.
    let parts = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(capacity: max(1, children.count))
    for (index, child) in children.enumerated() {
      let part = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
      unsafe child.fill(part)
      unsafe parts[index] = part
    }
    var dictionaryPart: UnsafeMutablePointer<ArrowSchema>?
    if let first = dictionary.first {
      let part = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
      unsafe first.fill(part)
      unsafe dictionaryPart = part
    }
    unsafe schema.initialize(
      to: ArrowSchema(
        format: held.texts[0], name: held.texts[1], metadata: metadata.isEmpty ? nil : held.metadata.first,
        flags: Int64(ARROW_FLAG_NULLABLE), n_children: Int64(children.count), children: parts,
        dictionary: dictionaryPart, release: { unsafe Self.release($0) },
        private_data: Unmanaged.passRetained(held).toOpaque()))
  }

  private static func release(_ schema: UnsafeMutablePointer<ArrowSchema>?) {
    guard let schema = unsafe schema else { return }
    for index in 0..<(unsafe Int(schema.pointee.n_children)) {
      guard let child = unsafe schema.pointee.children[index] else { continue }
      if let free = unsafe child.pointee.release { unsafe free(child) }
      unsafe child.deallocate()
    }
    unsafe schema.pointee.children.deallocate()
    if let dictionary = unsafe schema.pointee.dictionary {
      if let free = unsafe dictionary.pointee.release { unsafe free(dictionary) }
      unsafe dictionary.deallocate()
    }
    // SAFETY: `private_data` is the object that `fill` gave away.
    if let data = unsafe schema.pointee.private_data { unsafe Unmanaged<Held>.fromOpaque(data).release() }
    unsafe schema.pointee.private_data = nil
    unsafe schema.pointee.release = nil
  }
}

extension ArrowColumn {
  /// Fills a struct, which whoever reads it releases.
  func fill(_ array: UnsafeMutablePointer<ArrowArray>) {
    let held = unsafe Held(pointerCount: buffers.count)
    held.owner = owner
    for index in unsafe buffers.indices { unsafe held.pointers[index] = buffers[index] }
    // SAFETY: as for a field.
    let parts = UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>.allocate(capacity: max(1, children.count))
    for (index, child) in children.enumerated() {
      let part = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
      unsafe child.fill(part)
      unsafe parts[index] = part
    }
    var dictionaryPart: UnsafeMutablePointer<ArrowArray>?
    if let first = dictionary.first {
      let part = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
      unsafe first.fill(part)
      unsafe dictionaryPart = part
    }
    unsafe array.initialize(
      to: ArrowArray(
        length: Int64(length), null_count: Int64(nullCount), offset: 0, n_buffers: Int64(buffers.count),
        n_children: Int64(children.count), buffers: held.pointers, children: parts, dictionary: dictionaryPart,
        release: { unsafe Self.release($0) }, private_data: Unmanaged.passRetained(held).toOpaque()))
  }

  private static func release(_ array: UnsafeMutablePointer<ArrowArray>?) {
    guard let array = unsafe array else { return }
    for index in 0..<(unsafe Int(array.pointee.n_children)) {
      guard let child = unsafe array.pointee.children[index] else { continue }
      if let free = unsafe child.pointee.release { unsafe free(child) }
      unsafe child.deallocate()
    }
    unsafe array.pointee.children.deallocate()
    if let dictionary = unsafe array.pointee.dictionary {
      if let free = unsafe dictionary.pointee.release { unsafe free(dictionary) }
      unsafe dictionary.deallocate()
    }
    // SAFETY: `private_data` is the object that `fill` gave away.
    if let data = unsafe array.pointee.private_data { unsafe Unmanaged<Held>.fromOpaque(data).release() }
    unsafe array.pointee.private_data = nil
    unsafe array.pointee.release = nil
  }
}

/// Batches of one schema, made one after the other as they are asked for.
final class ArrowSource {
  /// The columns, as the fields of one struct.
  let schema: ArrowField
  private let next: () throws(EngramError) -> ArrowColumn?
  private var lastError = CTexts([])

  /// Makes a source of batches; `next` gives nil at the end.
  init(
    schema: [ArrowField], metadata: [(key: String, value: String)] = [],
    next: @escaping () throws(EngramError) -> ArrowColumn?
  ) {
    self.schema = ArrowField(name: "", format: "+s", children: schema, metadata: metadata)
    self.next = next
  }

  /// Fills a stream, which whoever reads it releases.
  func fill(_ stream: UnsafeMutablePointer<ArrowArrayStream>) {
    unsafe stream.initialize(
      to: ArrowArrayStream(
        get_schema: { stream, schema in
          guard let source = unsafe ArrowSource.of(stream), let schema = unsafe schema else { return EINVAL }
          unsafe source.schema.fill(schema)
          return 0
        },
        get_next: { stream, array in
          guard let source = unsafe ArrowSource.of(stream), let array = unsafe array else { return EINVAL }
          return unsafe source.fillNext(array)
        }, get_last_error: { stream in unsafe ArrowSource.of(stream)?.lastError[0] },
        release: { stream in
          // SAFETY: `private_data` is the object that `fill` gave away.
          if let data = unsafe stream?.pointee.private_data {
            unsafe Unmanaged<ArrowSource>.fromOpaque(data).release()
          }
          unsafe stream?.pointee.private_data = nil
          unsafe stream?.pointee.release = nil
        }, private_data: Unmanaged.passRetained(self).toOpaque()))
  }

  private static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> ArrowSource? {
    // SAFETY: as in the release.
    unsafe stream?.pointee.private_data.map { unsafe Unmanaged<ArrowSource>.fromOpaque($0).takeUnretainedValue() }
  }

  private func fillNext(_ array: UnsafeMutablePointer<ArrowArray>) -> Int32 {
    do throws(EngramError) {
      if let batch = try next() {
        unsafe batch.fill(array)
      } else {
        // A batch without a release is the end.
        unsafe array.pointee.release = nil
      }
      return 0
    } catch {
      lastError = CTexts([error.text(in: PythonWording()).replacing("\0", with: "\u{fffd}")])
      switch error.code {
      case .limit: return ENOMEM
      case .cancelled: return ECANCELED
      default: return EIO
      }
    }
  }
}
