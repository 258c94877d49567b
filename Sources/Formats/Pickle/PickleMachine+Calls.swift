// PickleMachine+Calls.swift -- REDUCE: the few things that a pickle may make, made here by fixed code.

import Base

extension PickleMachine {
  /// Pushes the global that two lines of text name.
  mutating func namedGlobal() throws(EngramError) {
    let module = try line()
    let name = try line()
    try pushGlobal(module: module, name: name)
  }

  /// Pushes the global that two texts on the stack name.
  mutating func globalOfStack() throws(EngramError) {
    let name = try pop()
    let module = try pop()
    guard case .text = name, case .text = module, let moduleText = arena.smallText(module),
      let nameText = arena.smallText(name)
    else { throw corrupt("a global needs two texts", found: "\(module.kind) and \(name.kind)") }
    try pushGlobal(module: moduleText, name: nameText)
  }

  /// Calls the function on the stack with the arguments after it.
  mutating func reduceStack() throws(EngramError) {
    let arguments = try pop()
    let function = try pop()
    try push(try reduce(function, arguments))
  }

  /// Gives the value below the top the state on top.
  mutating func buildTop() throws(EngramError) {
    let state = try pop()
    try build(try top(), state)
  }

  private mutating func pushGlobal(module: String, name: String) throws(EngramError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      let full = PickleText.quoted("\(module).\(name)".utf8)
      throw failure(
        .unsupported, "the pickle refers to \(full), which is refused; nothing was executed",
        expected: "a NumPy array, dtype or scalar, _codecs.encode or collections.OrderedDict", found: full,
        mend: "write the file again with plain dictionaries, lists and NumPy arrays only")
    }
    try push(.global(global))
  }

  /// REDUCE: makes what a global of the closed list stands for.
  mutating func reduce(_ function: PickleCell, _ arguments: PickleCell) throws(EngramError) -> PickleCell {
    guard case .global(let global) = function, case .tuple(let index) = arguments else {
      throw corrupt(
        "only a global can be applied, to a tuple", found: "\(function.kind) applied to \(arguments.kind)")
    }
    let cells = Array(arena.tuple(index))
    switch global {
    case .reconstruct:
      guard cells.count == 3, case .global(.arrayClass) = cells[0] else { throw badArguments("_reconstruct", cells) }
      try arena.charge(256)
      arena.arrays.append(PickleArrayState(offset: opcodeOffset))
      return .array(Int32(arena.arrays.count - 1))
    case .dtype: return try makeType(cells)
    case .encode: return try encode(cells)
    case .fromBuffer: return try fromBuffer(cells)
    case .scalar: return try scalar(cells)
    case .orderedDictionary: return try orderedDictionary(cells)
    case .bytesClass:
      guard cells.isEmpty else { throw badArguments("bytes", cells) }
      return .bytes(arena.strings.intern([]))
    case .arrayClass, .recordClass:
      throw failure(
        .unsupported, "the pickle calls a class directly, which is refused; nothing was executed",
        expected: "_reconstruct or _frombuffer")
    }
  }

  func badArguments(_ name: String, _ cells: [PickleCell]) -> EngramError {
    let kinds = cells.prefix(8).map(\.kind).joined(separator: ", ")
    return corrupt("the arguments of \(name) are wrong", found: "(\(kinds))")
  }

  /// `_codecs.encode(text, 'latin1')`: the bytes that Python 3 writes as text.
  private mutating func encode(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    guard cells.count == 2, let codec = arena.smallText(cells[1]) else { throw badArguments("_codecs.encode", cells) }
    guard ["latin1", "latin-1"].contains(codec) else {
      throw failure(
        .unsupported, "text is encoded in a way that is refused", expected: "latin1",
        found: PickleText.quoted(codec.utf8))
    }
    switch cells[0] {
    case .text(let index):
      guard
        let bytes = PickledEscapes.decoded(
          Array(arena.strings[index]), form: .utf8, quote: 0, end: arena.strings[index].count)
      else { throw corrupt("text that stands for bytes has a character above 255") }
      try arena.charge(2 * bytes.count + PickleStringPool.entryCost)
      return .bytes(arena.strings.intern(bytes[...]))
    case .large(let index):
      let large = arena.larges[Int(index)]
      if let encoded = large.encoded { return .large(encoded) }
      guard case .text(let form, let start, let count) = large.content else {
        throw badArguments("_codecs.encode", cells)
      }
      let escapes = try PickledEscapes.scan(input.file, form: form, from: start, to: start + count, watch: watch)
      try arena.charge(escapes.checkpoints.count * MemoryLayout<PickledEscapes.Checkpoint>.stride)
      let made = try self.large(.bytes(escapes))
      if case .large(let number) = made { arena.larges[Int(index)].encoded = number }
      return made
    default: throw badArguments("_codecs.encode", cells)
    }
  }

  /// `OrderedDict()` or, from Python 2, `OrderedDict([[key, value], …])`.
  private mutating func orderedDictionary(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    try arena.charge(64)
    guard let first = cells.first else { return arena.makeDictionary([], at: opcodeOffset) }
    guard cells.count == 1, case .list(let index) = first else { throw badArguments("OrderedDict", cells) }
    var pairs: [PickleCell] = []
    try arena.charge(2 * arena.lists[Int(index)].cells.count * PickleArena.cellCost)
    for item in arena.lists[Int(index)].cells {
      let pair: ArraySlice<PickleCell> =
        switch item {
        case .list(let index): arena.lists[Int(index)].cells[...]
        case .tuple(let index): arena.tuple(index)
        default: []
        }
      guard pair.count == 2 else { throw corrupt("an OrderedDict needs pairs", found: item.kind) }
      pairs.append(contentsOf: pair)
    }
    return arena.makeDictionary(pairs, at: opcodeOffset)
  }

  /// `scalar(dtype, bytes)`: a single number or text.
  private mutating func scalar(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    guard cells.count == 2, case .dtype(let number) = cells[0], let bytes = arena.smallBytes(cells[1]) else {
      throw badArguments("scalar", cells)
    }
    guard case .fixed(let type)? = arena.types[Int(number)].element else {
      throw failure(.unsupported, "a NumPy scalar of this type is not read", expected: "a number or text")
    }
    guard bytes.count == type.byteCount else {
      throw corrupt(
        "the bytes of a NumPy scalar do not fit its type", expected: "\(type.byteCount) bytes",
        found: "\(bytes.count) bytes")
    }
    guard let value = NumPyElements.value(bytes[...], type: type) else {
      throw corrupt("a NumPy scalar is malformed", found: PickleText.quoted(bytes))
    }
    switch value {
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .text(let text):
      let utf8 = Array(text.utf8)
      try arena.charge(2 * utf8.count + PickleStringPool.entryCost)
      return .text(arena.strings.intern(utf8[...]))
    default: throw corrupt("a NumPy scalar is malformed")
    }
  }
}
