// PickleConversion.swift -- turns the arena's cells into values once the pickle has been read.

import Base

/// Turns the arena's cells into values, each once.
struct PickleConversion {
  private var arena: PickleArena
  private let file: InputFile
  private let watch: PickleWatch
  private var converted: [Key: PickleValue] = [:]
  private var underway: Set<Key> = []

  /// What a container is: its kind and number.
  private enum Key: Hashable {
    case list(Int32), tuple(Int32), dictionary(Int32), array(Int32), large(Int32)
  }

  init(arena: consuming PickleArena, file: InputFile, watch: PickleWatch) {
    self.arena = arena
    self.file = file
    self.watch = watch
  }

  private func failure(
    _ code: EngramError.Code, _ message: String, offset: Int? = nil, place: String? = nil, expected: String? = nil,
    found: String? = nil, mend: Mend? = nil
  ) -> EngramError {
    EngramError(
      code, message, file: file.path, place: place?.isEmpty == true ? "the outermost value" : place,
      offset: offset, expected: expected, found: found, mend: mend)
  }

  /// The value of a cell, called `name` in the file, that lies in `depth` containers.
  mutating func value(_ cell: PickleCell, name: String, depth: Int = 0) throws(EngramError) -> PickleValue {
    switch cell {
    case .none: return .none
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .text(let index): return .text(String(decoding: arena.strings[index], as: UTF8.self))
    case .string(let index): return .text(PickleText.text(ofLegacy: arena.strings[index]))
    case .bytes(let index): return .bytes(PickledMemory(bytes: Array(arena.strings[index])))
    case .global, .dtype:
      throw failure(
        .unsupported, "the pickle holds \(cell.kind) as a value", place: name, expected: "data",
        mend: "write only data into the file")
    case .list(let index): return try container(.list(index), name: name, depth: depth)
    case .tuple(let index): return try container(.tuple(index), name: name, depth: depth)
    case .dictionary(let index): return try container(.dictionary(index), name: name, depth: depth)
    case .array(let index): return try container(.array(index), name: name, depth: depth)
    case .large(let index): return try container(.large(index), name: name, depth: depth)
    }
  }

  private mutating func container(_ key: Key, name: String, depth: Int) throws(EngramError) -> PickleValue {
    if let done = converted[key] { return done }
    guard depth < arena.limits.depth else {
      throw failure(
        .limit, "values are nested too deeply", offset: offset(of: key), place: name,
        expected: "at most \(arena.limits.depth) levels",
        mend: "write the values flat")
    }
    guard underway.insert(key).inserted else {
      throw failure(
        .corrupt, "a value contains itself", offset: offset(of: key), place: name,
        mend: "write the values without the cycle")
    }
    let value: PickleValue
    do throws(EngramError) {
      value = try contents(of: key, name: name, depth: depth)
    } catch {
      var located = error
      if located.offset == nil { located.offset = offset(of: key) }
      throw located
    }
    underway.remove(key)
    converted[key] = value
    return value
  }

  private mutating func contents(of key: Key, name: String, depth: Int) throws(EngramError) -> PickleValue {
    switch key {
    case .list(let index): return .list(try values(arena.lists[Int(index)].cells[...], name: name, depth: depth))
    case .tuple(let index): return .tuple(try values(arena.tuple(index), name: name, depth: depth))
    case .dictionary(let index): return try dictionary(arena.dictionaries[Int(index)].cells, name: name, depth: depth)
    case .array(let index): return try array(arena.arrays[Int(index)], name: name, depth: depth)
    case .large(let index): return try large(arena.larges[Int(index)], name: name)
    }
  }

  /// Where in the file a container was made.
  private func offset(of key: Key) -> Int? {
    switch key {
    case .list(let index): arena.lists[Int(index)].offset
    case .tuple(let index): arena.tuples[Int(index)].offset
    case .dictionary(let index): arena.dictionaries[Int(index)].offset
    case .array(let index): arena.arrays[Int(index)].offset
    case .large(let index): arena.larges[Int(index)].offset
    }
  }

  /// Bytes that one value takes, with what it refers to.
  private static let valueCost = 64

  private mutating func values(
    _ cells: ArraySlice<PickleCell>, name: String, depth: Int
  ) throws(EngramError) -> [PickleValue] {
    try charge(cells.count)
    var values: [PickleValue] = []
    values.reserveCapacity(cells.count)
    for cell in cells { values.append(try value(cell, name: name, depth: depth + 1)) }
    return values
  }

  private mutating func charge(_ count: Int) throws(EngramError) {
    let (cost, overflow) = count.multipliedReportingOverflow(by: Self.valueCost)
    do throws(EngramError) { try arena.charge(overflow ? .max / 2 : cost) } catch { throw error.inFile(file.path) }
    try watch.checkCancelled()
  }

  private mutating func dictionary(_ cells: [PickleCell], name: String, depth: Int) throws(EngramError) -> PickleValue {
    try charge(cells.count)
    var items: [PickleItem] = []
    items.reserveCapacity(cells.count / 2)
    for index in stride(from: 0, to: cells.count, by: 2) {
      let key = try value(cells[index], name: name, depth: depth + 1)
      var inner = name
      if case .text(let text) = key { inner = name.isEmpty ? text : "\(name).\(text)" }
      if inner.utf8.count > 200 { inner = name }
      items.append(PickleItem(key: key, value: try value(cells[index + 1], name: inner, depth: depth + 1)))
    }
    return .dictionary(items)
  }

  /// A long string: bytes stay in the file, text is loaded.
  private mutating func large(_ large: PickleLargeString, name: String) throws(EngramError) -> PickleValue {
    switch large.content {
    case .bytes(let source), .string(let source): return .bytes(source)
    case .text(let form, let start, let count):
      try charge(count / Self.valueCost * 3)
      var bytes = [UInt8](repeating: 0, count: count)
      let file = file
      try bytes.withFirst(count) { part throws(EngramError) in try file.read(at: start, into: &part) }
      guard let text = form == .utf8 ? String(validating: bytes, as: UTF8.self) : PickleText.rawUnicode(bytes) else {
        throw failure(.corrupt, "text is malformed", offset: start, place: name)
      }
      return .text(text)
    }
  }

  // MARK: Arrays

  private mutating func array(_ state: PickleArrayState, name: String, depth: Int) throws(EngramError) -> PickleValue {
    guard let content = state.content else {
      throw failure(.corrupt, "an array was never filled", offset: state.offset, place: name)
    }
    switch content.element {
    case .fixed(let type):
      guard let payload = content.payload else {
        throw failure(.corrupt, "an array of numbers has a list for its bytes", offset: content.offset, place: name)
      }
      return .array(
        NumPyArray(
          name: name, type: type, shape: content.shape, isFortranOrder: content.isFortranOrder, payload: payload))
    case .object:
      let cells = try elements(content, name: name)
      return .objectArray(shape: content.shape, try values(cells, name: name, depth: depth))
    case .record(let fields):
      return .recordArray(try records(content, fields: fields, name: name, depth: depth))
    }
  }

  /// The list of an array with objects, as many as its shape says.
  private func elements(_ content: PickleArrayState.Content, name: String) throws(EngramError) -> ArraySlice<PickleCell>
  {
    let count = content.shape.reduce(1, *)
    guard let list = content.list, arena.lists[Int(list)].cells.count == count else {
      throw failure(
        .corrupt, "the elements of an array do not fit its shape", offset: content.offset, place: name,
        expected: "\(count)", found: content.list.map { "\(arena.lists[Int($0)].cells.count)" } ?? "no list")
    }
    return arena.lists[Int(list)].cells[...]
  }

  private mutating func records(
    _ content: PickleArrayState.Content, fields: [PickleField], name: String, depth: Int
  ) throws(EngramError) -> PickledRecords {
    let count = content.shape.reduce(1, *)
    let total = count.multipliedReportingOverflow(by: fields.count)
    try charge(total.overflow ? .max : total.partialValue)
    var columns = [[PickleValue]](repeating: [], count: fields.count)
    if let payload = content.payload {
      for index in columns.indices { columns[index] = [PickleValue](repeating: .none, count: count) }
      let size = fields.first?.recordByteCount ?? 0
      try NumPyElements.forEachBlock(of: payload, elementByteCount: size) { offset, block throws(EngramError) in
        for row in 0..<(block.count / size) {
          let index = offset / size + row
          let place = content.isFortranOrder ? NumPyElements.placeInC(ofFortran: index, shape: content.shape) : index
          for (column, field) in fields.enumerated() {
            guard let type = field.type else { continue }
            let start = block.startIndex + row * size + field.offset
            guard let value = NumPyElements.value(block[start..<(start + type.byteCount)], type: type) else {
              throw failure(
                .corrupt, "a value of field \(PickleText.quoted(field.name.utf8)) is malformed",
                offset: content.offset, place: "\(name) row \(index)")
            }
            columns[column][place] = value
          }
        }
      }
    } else {
      for index in columns.indices { columns[index].reserveCapacity(count) }
      for (row, cell) in try elements(content, name: name).enumerated() {
        guard case .tuple(let tuple) = cell, arena.tuple(tuple).count == fields.count else {
          throw failure(
            .corrupt, "a record is malformed", offset: content.offset, place: "\(name) row \(row)",
            expected: "a tuple of \(fields.count) values", found: cell.kind)
        }
        for (column, part) in arena.tuple(tuple).enumerated() {
          columns[column].append(try value(part, name: name, depth: depth + 1))
        }
      }
    }
    return PickledRecords(
      shape: content.shape,
      fields: fields.indices.map { (fields[$0].name, fields[$0].type?.name ?? "object", columns[$0]) })
  }
}
