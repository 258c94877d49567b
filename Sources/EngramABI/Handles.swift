// Handles.swift -- objects of Swift as handles of C, and memory that C may look at.

import Base

/// An object of Swift in the hands of C; NULL is none.
public typealias Handle = OpaquePointer?
/// Where a handle goes.
public typealias HandlePlace = UnsafeMutablePointer<OpaquePointer?>?
/// A text that ends with a zero byte, or NULL.
public typealias CText = UnsafePointer<CChar>?

/// Gives an object away: the handle owns it until ``release(_:)``.
@unsafe func handle(_ object: AnyObject) -> OpaquePointer {
  unsafe OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// The object of a handle.
///
/// - Throws: ``EngramError`` with code `usage` for NULL, and for a handle of another kind.
func object<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) throws(EngramError) -> Object {
  if let object = unsafe known(handle, type) { return object }
  throw EngramError(
    .usage, unsafe handle == nil ? "a handle is NULL" : "a handle is of another kind",
    mend: "give what an earlier call of this library gave, before it is freed")
}

/// The object of a handle where it is one of that kind, for functions that cannot fail.
@inline(__always)
func known<Object: AnyObject>(_ handle: OpaquePointer?, _: Object.Type) -> Object? {
  // SAFETY: a handle that is not NULL is one that this library gave and nobody freed, as engram.h asks. Classes of handles are final,
  // so that one comparison tells whether it is of that kind.
  guard let handle = unsafe handle else { return nil }
  let given = unsafe Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle))
  return unsafe given._withUnsafeGuaranteedRef {
    type(of: $0) == Object.self ? unsafe unsafeDowncast($0, to: Object.self) : nil
  }
}

/// Ends the life of a handle; NULL has none.
func release(_ handle: OpaquePointer?) {
  // SAFETY: as in `known`; the caller frees a handle once.
  if let handle = unsafe handle { unsafe Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).release() }
}

/// Where a result goes.
///
/// - Throws: ``EngramError`` with code `usage` for NULL.
func place<Value>(_ pointer: UnsafeMutablePointer<Value>?, _ name: String) throws(EngramError) -> UnsafeMutablePointer<
  Value
> {
  if let pointer = unsafe pointer { return unsafe pointer }
  throw EngramError(.usage, "there is no place for a result", place: "argument \(name)", found: "NULL")
}

/// A text that must be there.
///
/// - Throws: ``EngramError`` with code `usage` for NULL and for bytes that are not UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(EngramError) -> String {
  if let text = try unsafe optionalText(pointer, name) { return text }
  throw EngramError(.usage, "a text is missing", place: "argument \(name)", expected: "UTF-8", found: "NULL")
}

/// A text that may be left out; nil for NULL.
///
/// - Throws: ``EngramError`` with code `usage` for bytes that are not UTF-8.
func optionalText(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(EngramError) -> String? {
  guard let pointer = unsafe pointer else { return nil }
  // SAFETY: a text of the caller's ends with a zero byte; it is copied.
  if let text = unsafe String(validatingCString: pointer) { return text }
  throw EngramError(.usage, "a text is not UTF-8", place: "argument \(name)", expected: "UTF-8")
}

/// A struct of options as this version knows it, whatever the version that the caller was compiled with.
///
/// - Throws: ``EngramError`` with code `usage` without a size, `unsupported` for a newer struct that sets what is unknown here.
func options<Options: BitwiseCopyable>(
  _ pointer: UnsafePointer<Options>?, _ defaults: Options
) throws(EngramError) -> Options {
  guard let pointer = unsafe pointer else { return defaults }
  // SAFETY: the struct begins with its size, and so many bytes of it are there.
  let size = unsafe UnsafeRawPointer(pointer).load(as: Int.self)
  guard size >= MemoryLayout<Int>.size, size <= 1 << 16 else {
    throw EngramError(
      .usage, "options do not begin with their size", place: "\(Options.self)",
      expected: "\(MemoryLayout<Options>.size)",
      found: "\(size)", mend: "set `size` to the size of the struct, and everything else to zero")
  }
  var known = defaults
  let all = unsafe UnsafeRawBufferPointer(start: pointer, count: size)
  unsafe withUnsafeMutableBytes(of: &known) { bytes in
    unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: all.prefix(bytes.count)))
  }
  guard unsafe all.dropFirst(MemoryLayout<Options>.size).allSatisfy({ $0 == 0 }) else {
    throw EngramError(
      .unsupported, "options say something that this version does not know", place: "\(Options.self)",
      mend: "use the library that the header came with, or a newer one")
  }
  return known
}

/// Copies numbers into memory of the caller's.
///
/// - Throws: ``EngramError`` with code `usage` when there is no room.
func copy<Number: BitwiseCopyable>(
  _ numbers: [Number], to pointer: UnsafeMutablePointer<Number>?, capacity: Int64
) throws(EngramError) {
  if numbers.isEmpty { return }
  guard let pointer = unsafe pointer, Int64(numbers.count) <= capacity else {
    throw EngramError(
      .usage, "there is no room for the numbers", expected: "\(numbers.count)",
      found: unsafe pointer == nil ? "NULL" : "\(capacity)")
  }
  // SAFETY: the caller has room for `capacity` numbers.
  unsafe pointer.initialize(from: numbers, count: numbers.count)
}

/// Texts that C may look at as long as this object lives.
@safe final class CTexts: Sendable {
  // SAFETY of nonisolated(unsafe): filled in `init` and never changed.
  nonisolated(unsafe) private let pointers: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

  init(_ texts: [String]) {
    unsafe pointers = .allocate(capacity: texts.count)
    for (index, text) in texts.enumerated() {
      let bytes = Array(text.utf8CString)
      // SAFETY: as many bytes as are copied; freed in `deinit`.
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      unsafe copy.initialize(from: bytes, count: bytes.count)
      unsafe pointers.initializeElement(at: index, to: UnsafePointer(copy))
    }
  }

  deinit {
    // SAFETY: all were allocated in `init`.
    for index in 0..<count { unsafe pointers[index]?.deallocate() }
    unsafe pointers.deallocate()
  }

  /// The number of texts.
  var count: Int { unsafe pointers.count }

  /// One of them; NULL where there is none.
  subscript(index: Int64) -> UnsafePointer<CChar>? {
    index >= 0 && index < Int64(count) ? unsafe pointers[Int(index)] : nil
  }

  /// All of them.
  var all: UnsafePointer<UnsafePointer<CChar>?>? { unsafe UnsafePointer(pointers.baseAddress) }
}

/// Numbers that grow, and that C may look at as long as this object lives and nothing is added.
@safe final class CNumbers<Number: BitwiseCopyable>: @unchecked Sendable {
  // SAFETY of @unchecked: filled by one thread before anybody else sees it.
  private var memory: UnsafeMutableBufferPointer<Number>
  private(set) var count = 0

  init(repeating number: Number, count: Int) {
    unsafe memory = .allocate(capacity: max(16, count))
    unsafe memory.initialize(repeating: number)
    self.count = count
  }

  deinit { unsafe memory.deallocate() }

  /// Makes room for so many more numbers.
  private func reserve(_ more: Int) {
    if unsafe count + more <= memory.count { return }
    // SAFETY: the old memory is copied whole and freed.
    let larger = UnsafeMutableBufferPointer<Number>.allocate(capacity: max(2 * count, count + more))
    _ = unsafe larger.update(fromContentsOf: memory)
    unsafe memory.deallocate()
    unsafe memory = larger
  }

  /// Adds a number.
  func append(_ number: Number) {
    reserve(1)
    unsafe memory[count] = number
    count += 1
  }

  /// Adds a number so many times.
  func append(_ number: Number, times: Int) {
    reserve(times)
    // SAFETY: there is room for as many, and every pattern of bits is a number.
    unsafe memory.extracting(count..<(count + times)).update(repeating: number)
    count += times
  }

  /// Adds numbers.
  func append(contentsOf numbers: [Number]) {
    reserve(numbers.count)
    // SAFETY: there is room for them.
    _ = unsafe memory.extracting(count..<(count + numbers.count)).update(fromContentsOf: numbers)
    count += numbers.count
  }

  /// One number.
  subscript(index: Int) -> Number {
    precondition(index >= 0 && index < count, "the number is there")
    return unsafe memory[index]
  }

  /// The first number.
  var first: UnsafePointer<Number>? { unsafe UnsafePointer(memory.baseAddress) }
}
