// PickleMachine+Types.swift -- NumPy element types: dtype(...) and its BUILD.

import Base

extension PickleMachine {
  /// `dtype('f8', False, True)` or `dtype(record, False, True)`.
  mutating func makeType(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
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
  mutating func buildType(_ index: Int32, _ state: PickleCell) throws(EngramError) {
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
    let pairs = arena.dictionaries[Int(fieldsIndex)].cells
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
}
