// PickleMachine+Calls.swift -- REDUCE and BUILD: the few things that a pickle may make, made here by fixed code.

import TrajectoryModel

extension PickleMachine {
  /// Numbers of dimensions that NumPy allows.
  private static let mostDimensions = 64

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
      arena.arrays.append(PickleArrayState())
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

  private func badArguments(_ name: String, _ cells: [PickleCell]) -> EngramError {
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
    guard let first = cells.first else { return arena.makeDictionary([]) }
    guard cells.count == 1, case .list(let index) = first else { throw badArguments("OrderedDict", cells) }
    var pairs: [PickleCell] = []
    try arena.charge(2 * arena.lists[Int(index)].count * PickleArena.cellCost)
    for item in arena.lists[Int(index)] {
      let pair: ArraySlice<PickleCell> =
        switch item {
        case .list(let index): arena.lists[Int(index)][...]
        case .tuple(let index): arena.tuple(index)
        default: []
        }
      guard pair.count == 2 else { throw corrupt("an OrderedDict needs pairs", found: item.kind) }
      pairs.append(contentsOf: pair)
    }
    return arena.makeDictionary(pairs)
  }

  // MARK: Types

  /// `dtype('f8', False, True)` or `dtype(record, False, True)`.
  private mutating func makeType(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    guard let first = cells.first, cells.count <= 3 else { throw badArguments("dtype", cells) }
    var stage = PickleTypeState.Stage.record
    if case .global(.recordClass) = first {
    } else if let text = arena.smallText(first) {
      stage = try scalarType(text)
    } else {
      throw badArguments("dtype", cells)
    }
    try arena.charge(256)
    arena.types.append(PickleTypeState(stage: stage))
    return .dtype(Int32(arena.types.count - 1))
  }

  /// The type that a code such as `f8`, `U11` or `O8` names.
  private func scalarType(_ text: String) throws(EngramError) -> PickleTypeState.Stage {
    guard let kind = text.first, let size = text.count == 1 ? 0 : Int(text.dropFirst()), size >= 0, size < 1 << 30
    else {
      throw unsupportedType(text)
    }
    switch (kind, size) {
    case ("f", 4), ("f", 8), ("i", 1), ("i", 2), ("i", 4), ("i", 8), ("u", 1), ("u", 2), ("u", 4), ("u", 8), ("b", 1):
      return .scalar(kind: kind, byteCount: size)
    case ("S", _): return .scalar(kind: kind, byteCount: size)
    case ("U", _): return .scalar(kind: kind, byteCount: 4 * size)
    case ("O", _): return .scalar(kind: kind, byteCount: 0)
    case ("V", _): return .record
    default: throw unsupportedType(text)
    }
  }

  private func unsupportedType(_ text: String) -> EngramError {
    let names = ["f2": "float16", "f12": "longdouble", "f16": "longdouble", "c8": "complex64", "c16": "complex128"]
    let known = names[text] ?? (text.hasPrefix("M") ? "datetime64" : text.hasPrefix("m") ? "timedelta64" : nil)
    return failure(
      .unsupported, "arrays of this NumPy type are not read",
      expected: "float32, float64, integers, bool, S, U or objects",
      found: PickleText.quoted(text.utf8) + (known.map { " (\($0))" } ?? ""),
      mend: "convert the array with .astype('float32') or another type that is read, and write the file again")
  }

  /// BUILD of a type: (version, byte order, subarray, names, fields, item size, alignment, flags).
  private mutating func buildType(_ index: Int32, _ state: PickleCell) throws(EngramError) {
    guard case .tuple(let number) = state else { throw corrupt("the state of a dtype is malformed", found: state.kind) }
    let cells = Array(arena.tuple(number))
    guard cells.count >= 8, cells.count <= 9, case .integer(let version) = cells[0], (3...4).contains(version),
      let order = arena.smallText(cells[1])
    else { throw badArguments("dtype.__setstate__", cells) }
    guard ["<", ">", "|", "="].contains(order) else {
      throw corrupt("the byte order of a dtype is unknown", expected: "'<', '>', '|' or '='", found: order)
    }
    guard case .none = cells[2] else {
      throw failure(
        .unsupported, "a dtype whose elements are arrays themselves is not read", expected: "no subarray",
        mend: "write each field of the record as an array of its own")
    }
    guard case .integer(let size) = cells[5], size >= -1, size < 1 << 30 else {
      throw badArguments("dtype.__setstate__", cells)
    }
    switch arena.types[Int(index)].stage {
    case .built: throw corrupt("a dtype is described twice")
    case .record:
      let fields = try fields(names: cells[3], fields: cells[4], recordByteCount: Int(size))
      arena.types[Int(index)].stage = .built(.record(fields))
    case .scalar(let kind, let byteCount):
      let isFlexible = kind == "S" || kind == "U"
      if size > 0 && (!isFlexible || (byteCount > 0 && Int(size) != byteCount)) && Int(size) != byteCount {
        throw corrupt("the item size of a dtype does not fit its type", expected: "\(byteCount)", found: "\(size)")
      }
      let bytes = isFlexible && byteCount == 0 && size > 0 ? Int(size) : byteCount
      guard kind != "U" || bytes.isMultiple(of: 4),
        let element = PickleTypeState.element(kind: kind, byteCount: bytes, isBigEndian: order == ">")
      else { throw corrupt("the item size of a dtype does not fit its type", found: "\(bytes)") }
      arena.types[Int(index)].stage = .built(element)
    }
  }

  /// The fields of a record, in the order of their names.
  private mutating func fields(
    names: PickleCell, fields: PickleCell, recordByteCount: Int
  ) throws(EngramError) -> [PickleField] {
    guard case .tuple(let namesIndex) = names, case .dictionary(let fieldsIndex) = fields, recordByteCount > 0 else {
      throw failure(
        .unsupported, "a void dtype without named fields is not read", found: "\(names.kind) and \(fields.kind)")
    }
    let pairs = arena.dictionaries[Int(fieldsIndex)]
    try arena.charge((pairs.count + arena.tuple(namesIndex).count) * 64)
    var known: [String: PickleCell] = [:]
    for index in stride(from: 0, to: pairs.count, by: 2) {
      guard let name = arena.smallText(pairs[index]) else { throw corrupt("the name of a field is not text") }
      known[name] = pairs[index + 1]
    }
    var result: [PickleField] = []
    for cell in arena.tuple(namesIndex) {
      guard let name = arena.smallText(cell), case .tuple(let index)? = known.removeValue(forKey: name),
        case let parts = Array(arena.tuple(index)), parts.count >= 2, case .dtype(let type) = parts[0],
        case .integer(let offset) = parts[1]
      else { throw corrupt("a field of a record is malformed", expected: "a name, a dtype and an offset") }
      switch arena.types[Int(type)].element {
      case .fixed(let type)?:
        guard offset >= 0, offset <= recordByteCount - type.byteCount else {
          throw corrupt("a field lies outside its record", found: "byte \(offset) of \(recordByteCount)")
        }
        result.append(PickleField(name: name, type: type, offset: Int(offset), recordByteCount: recordByteCount))
      case .object?:
        result.append(PickleField(name: name, type: nil, offset: 0, recordByteCount: recordByteCount))
      case .record?, nil:
        throw failure(
          .unsupported, "records inside records are not read", found: "field \(PickleText.quoted(name.utf8))")
      }
    }
    return result
  }

  // MARK: Arrays

  /// BUILD: gives a type or an array its contents.
  mutating func build(_ target: PickleCell, _ state: PickleCell) throws(EngramError) {
    switch target {
    case .dtype(let index): try buildType(index, state)
    case .array(let index):
      guard case .tuple(let number) = state, case let cells = Array(arena.tuple(number)), cells.count == 5,
        case .integer(let version) = cells[0], version >= 0, version <= 1
      else { throw corrupt("the state of an array is malformed", found: state.kind) }
      guard arena.arrays[Int(index)].content == nil else { throw corrupt("an array is filled twice") }
      let isFortran: Bool
      switch cells[3] {
      case .boolean(let flag): isFortran = flag
      case .integer(let flag): isFortran = flag != 0
      default: throw corrupt("the order of an array is malformed", found: cells[3].kind)
      }
      arena.arrays[Int(index)].content = try content(
        type: cells[2], shape: cells[1], isFortranOrder: isFortran, data: cells[4])
    default:
      throw failure(
        .unsupported, "state is given to \(target.kind), which is refused; nothing was executed",
        expected: "a NumPy array or dtype", found: target.kind)
    }
  }

  /// `_frombuffer(bytes, dtype, shape, order)` of protocol 5.
  private mutating func fromBuffer(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    guard cells.count == 4, let order = arena.smallText(cells[3]), order == "C" || order == "F" else {
      throw badArguments("_frombuffer", cells)
    }
    let content = try content(type: cells[1], shape: cells[2], isFortranOrder: order == "F", data: cells[0])
    try arena.charge(256)
    arena.arrays.append(PickleArrayState(content: content))
    return .array(Int32(arena.arrays.count - 1))
  }

  /// Checks type, shape and payload against each other.
  private mutating func content(
    type: PickleCell, shape: PickleCell, isFortranOrder: Bool, data: PickleCell
  ) throws(EngramError) -> PickleArrayState.Content {
    guard case .dtype(let number) = type, let element = arena.types[Int(number)].element else {
      throw corrupt("an array has no finished dtype", found: type.kind)
    }
    let extents = try extents(shape)
    var count = 1
    var byteCount = element.byteCount
    for extent in extents {
      let elements = count.multipliedReportingOverflow(by: extent)
      let bytes = byteCount.multipliedReportingOverflow(by: extent)
      guard !elements.overflow, !bytes.overflow else {
        throw corrupt("the shape of an array is too large", found: "\(extents)")
      }
      (count, byteCount) = (elements.partialValue, bytes.partialValue)
    }
    try arena.charge(64 * extents.count)
    if case .list(let list) = data {
      return PickleArrayState.Content(
        element: element, shape: extents, isFortranOrder: isFortranOrder, payload: nil, list: list,
        offset: opcodeOffset)
    }
    guard hasFixedSize(element) else {
      throw corrupt("an array of objects needs a list", found: data.kind)
    }
    if case .fixed(let type) = element, type.byteCount == 0 {
      throw failure(.unsupported, "an array whose elements have no bytes is not read", expected: "S1 or U1 at least")
    }
    let payload = try payload(data)
    guard payload.byteCount == byteCount else {
      throw corrupt(
        "the bytes of an array do not fit its shape", expected: "\(byteCount) bytes for shape \(extents)",
        found: "\(payload.byteCount) bytes")
    }
    return PickleArrayState.Content(
      element: element, shape: extents, isFortranOrder: isFortranOrder, payload: payload, list: nil,
      offset: opcodeOffset)
  }

  /// Whether every element has its bytes in the payload.
  private func hasFixedSize(_ element: PickleElement) -> Bool {
    switch element {
    case .fixed: true
    case .object: false
    case .record(let fields): fields.allSatisfy { $0.type != nil }
    }
  }

  /// The bytes of a string of any size.
  private mutating func payload(_ data: PickleCell) throws(EngramError) -> any ByteSource {
    switch data {
    case .string(let index), .bytes(let index):
      try arena.charge(arena.strings[index].count + 64)
      return PickledMemory(bytes: Array(arena.strings[index]))
    case .large(let index):
      switch arena.larges[Int(index)].content {
      case .string(let source), .bytes(let source): return source
      case .text: break
      }
    default: break
    }
    throw corrupt("the elements of an array are neither bytes nor a list", found: data.kind)
  }

  /// A tuple of sizes.
  private func extents(_ shape: PickleCell) throws(EngramError) -> [Int] {
    guard case .tuple(let index) = shape, arena.tuple(index).count <= Self.mostDimensions else {
      throw corrupt("the shape of an array is malformed", expected: "a tuple of at most \(Self.mostDimensions) sizes")
    }
    var extents: [Int] = []
    for cell in arena.tuple(index) {
      guard case .integer(let extent) = cell, extent >= 0 else {
        throw corrupt("the shape of an array is malformed", expected: "sizes of 0 or more", found: describe(cell))
      }
      extents.append(Int(extent))
    }
    return extents
  }

  private func describe(_ cell: PickleCell) -> String {
    if case .integer(let value) = cell { return "\(value)" }
    return cell.kind
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
    guard let value = NumPyElements.value(Array(bytes), type: type) else {
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
