// PickleMachine.swift -- obeys the opcodes of a pickle, one after the other.

import Base

/// Obeys the opcodes of a pickle, one after the other, and executes nothing.
///
/// It has Python's stack, marks and memo. Every length is checked against the file before it is trusted, and
/// memory is counted against the limits; large strings stay in the file.
struct PickleMachine: ~Copyable {
  var input: PickleInput
  var arena: PickleArena
  let watch: PickleWatch
  var stack: [PickleCell] = []
  private var marks: [Int] = []
  private var memo = PickleMemo()
  /// Where the opcode at work starts, and its name.
  private(set) var opcodeOffset = 0
  private var opcodeByte: UInt8 = 0

  /// The newest protocol.
  private static let newestProtocol: UInt8 = 5
  /// Opcodes between two looks at the clock of the caller.
  private static let opcodesPerWatch = 1 << 16

  init(_ file: InputFile, limits: PickleLimits, watch: PickleWatch) {
    input = PickleInput(file)
    arena = PickleArena(limits: limits)
    self.watch = watch
  }

  /// The name of the opcode at work.
  private var opcodeName: String { PickleOpcode.name(of: opcodeByte) ?? "opcode 0x\(String(opcodeByte, radix: 16))" }

  /// Obeys everything up to STOP.
  ///
  /// - Returns: The one value that is left.
  /// - Throws: ``EngramError`` naming the opcode and its byte offset.
  mutating func run() throws(EngramError) -> PickleCell {
    do throws(EngramError) {
      while true {
        for _ in 0..<Self.opcodesPerWatch {
          opcodeOffset = input.offset
          opcodeByte = try input.byte()
          guard let opcode = PickleOpcode(rawValue: opcodeByte) else { throw refusedOpcode() }
          if opcode == .stop { return try result() }
          try obey(opcode)
        }
        try watch.reached(input.offset)
      }
    } catch {
      throw located(error)
    }
  }

  /// The same error, with the file, opcode and offset filled in where they are not.
  private func located(_ error: EngramError) -> EngramError {
    var located = error.inFile(input.file.path)
    if located.code == .cancelled { return located }
    if located.place == nil { located.place = opcodeName }
    if located.offset == nil { located.offset = opcodeOffset }
    return located
  }

  /// An error about the opcode at work.
  func failure(
    _ code: EngramError.Code, _ message: String, expected: String? = nil, found: String? = nil, mend: Mend? = nil
  ) -> EngramError {
    EngramError(
      code, message, file: input.file.path, place: opcodeName, offset: opcodeOffset, expected: expected, found: found,
      mend: mend)
  }

  /// A `corrupt` error about the opcode at work.
  func corrupt(_ message: String, expected: String? = nil, found: String? = nil) -> EngramError {
    failure(
      .corrupt, message, expected: expected, found: found, mend: "copy the file again from its source")
  }

  private func refusedOpcode() -> EngramError {
    if opcodeOffset == 0 {
      return corrupt(
        "this is not a pickle", expected: "an opcode of protocols 0 to 5",
        found: "byte 0x\(String(opcodeByte, radix: 16))")
    }
    guard let refused = PickleOpcode.refused[opcodeByte] else {
      return corrupt("this byte is no opcode of protocols 0 to 5", found: "byte 0x\(String(opcodeByte, radix: 16))")
    }
    return failure(
      .unsupported, "the opcode \(refused.name) \(refused.purpose), so it is refused; nothing was executed",
      mend: "write the file again with plain dictionaries, lists and NumPy arrays only")
  }

  /// The value that STOP leaves.
  private mutating func result() throws(EngramError) -> PickleCell {
    guard stack.count == 1, marks.isEmpty, let value = stack.last else {
      throw corrupt("the pickle stops with unfinished work", expected: "one value", found: "\(stack.count) values")
    }
    guard input.remaining == 0 else {
      throw failure(
        .corrupt, "bytes follow the end of the pickle", expected: "the end of the file",
        found: "\(input.remaining) more bytes",
        mend: "if only the first pickle is wanted, keep the first \(input.offset) bytes of the file")
    }
    try watch.reached(input.offset)
    return value
  }

  // MARK: Opcodes

  private mutating func obey(_ opcode: PickleOpcode) throws(EngramError) {
    switch opcode {
    case .proto: try requireKnownProtocol()
    case .frame: try requireWholeFrame()
    case .mark: try mark()
    case .pop: try popValueOrMark()
    case .popMark: stack.removeSubrange(try popMark()...)
    case .dup: try push(try top())
    case .stop: break

    case .none: try push(.none)
    case .newTrue: try push(.boolean(true))
    case .newFalse: try push(.boolean(false))
    case .binInt1: try push(.integer(Int64(try input.byte())))
    case .binInt2: try push(.integer(Int64(try input.unsigned(2))))
    case .binInt: try push(.integer(Int64(Int32(truncatingIfNeeded: try input.unsigned(4)))))
    case .int, .long: try push(try textInteger(opcode))
    case .long1: try push(try binaryInteger(Int(try input.byte())))
    case .long4: try push(try binaryInteger(try signedLength()))
    case .float: try push(try textReal())
    case .binFloat: try push(.real(Double(bitPattern: try input.unsigned(8).byteSwapped)))

    case .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode, .binUnicode8, .binBytes,
      .shortBinBytes, .binBytes8, .byteArray8:
      try push(try string(opcode))

    case .get: try push(try recall(try decimal()))
    case .binGet: try push(try recall(Int(try input.byte())))
    case .longBinGet: try push(try recall(Int(try input.unsigned(4))))
    case .put: try remember(try decimal())
    case .binPut: try remember(Int(try input.byte()))
    case .longBinPut: try remember(Int(try input.unsigned(4)))
    case .memoize: try remember(memo.count)

    case .emptyTuple: try push(arena.makeTuple([], at: opcodeOffset))
    case .tuple1: try tuple(of: 1)
    case .tuple2: try tuple(of: 2)
    case .tuple3: try tuple(of: 3)
    case .tuple: try tuple(from: try popMark())
    case .emptyList: try makeContainer { $0.makeList([], at: $2) }
    case .list: try makeContainer(from: try popMark()) { $0.makeList($1, at: $2) }
    case .emptyDict: try makeContainer { $0.makeDictionary([], at: $2) }
    case .dict: try dictionary(from: try popMark())
    case .append: try append(from: stack.count - 1)
    case .appends: try append(from: try popMark())
    case .setItem: try setItems(from: stack.count - 2)
    case .setItems: try setItems(from: try popMark())

    case .global: try namedGlobal()
    case .stackGlobal: try globalOfStack()
    case .reduce: try reduceStack()
    case .build: try buildTop()
    }
  }

  private mutating func requireKnownProtocol() throws(EngramError) {
    let version = try input.byte()
    guard version <= Self.newestProtocol else {
      throw failure(
        .unsupported, "the pickle has a protocol that is not known", expected: "0 to 5", found: "\(version)")
    }
  }

  private mutating func requireWholeFrame() throws(EngramError) {
    let length = try input.unsigned(8)
    guard length <= UInt64(input.remaining) else { throw input.ended(Int(clamping: length)) }
  }

  private mutating func signedLength() throws(EngramError) -> Int {
    let count = Int32(truncatingIfNeeded: try input.unsigned(4))
    guard count >= 0 else { throw corrupt("the length is negative", found: "\(count)") }
    return Int(count)
  }

  // MARK: Stack

  /// Where the values that an opcode may take start: after the newest mark.
  var floor: Int { marks.last ?? 0 }

  mutating func push(_ cell: PickleCell) throws(EngramError) {
    if stack.count == stack.capacity { try arena.charge(max(64, stack.count) * MemoryLayout<PickleCell>.stride) }
    stack.append(cell)
  }

  /// Takes the newest value, which must be newer than the newest mark.
  mutating func pop() throws(EngramError) -> PickleCell {
    guard stack.count > floor, let cell = stack.popLast() else { throw underflow() }
    return cell
  }

  /// The newest value, which must be newer than the newest mark.
  func top() throws(EngramError) -> PickleCell {
    guard stack.count > floor, let cell = stack.last else { throw underflow() }
    return cell
  }

  private mutating func mark() throws(EngramError) {
    try arena.charge(MemoryLayout<Int>.stride * 2)
    marks.append(stack.count)
  }

  /// Takes the newest mark: where on the stack the values after it start.
  private mutating func popMark() throws(EngramError) -> Int {
    guard let mark = marks.popLast() else { throw corrupt("the pickle has no mark here") }
    return mark
  }

  private mutating func popValueOrMark() throws(EngramError) {
    if stack.count > floor { stack.removeLast() } else { _ = try popMark() }
  }

  func underflow() -> EngramError { corrupt("the pickle takes a value that is not there") }

  // MARK: Memo

  private mutating func remember(_ index: Int) throws(EngramError) {
    let cell = try top()
    try arena.charge(PickleMemo.entryCost)
    memo.remember(cell, as: index)
  }

  private func recall(_ index: Int) throws(EngramError) -> PickleCell {
    guard let cell = memo[index] else {
      throw corrupt("the pickle refers to a value that it did not remember", found: "number \(index)")
    }
    return cell
  }
}
