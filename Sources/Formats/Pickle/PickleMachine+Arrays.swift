// PickleMachine+Arrays.swift -- NumPy arrays: BUILD and _frombuffer, with shape checked against payload.

import Base

extension PickleMachine {
  /// Numbers of dimensions that NumPy allows.
  private static let mostDimensions = 64

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
  mutating func fromBuffer(_ cells: [PickleCell]) throws(EngramError) -> PickleCell {
    guard cells.count == 4, let order = arena.smallText(cells[3]), order == "C" || order == "F" else {
      throw badArguments("_frombuffer", cells)
    }
    let content = try content(type: cells[1], shape: cells[2], isFortranOrder: order == "F", data: cells[0])
    try arena.charge(256)
    arena.arrays.append(PickleArrayState(offset: opcodeOffset, content: content))
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
}
