// PickleMachine+Containers.swift -- tuples, lists and dictionaries of a pickle.

import Base

extension PickleMachine {
  /// Makes a tuple of the newest values.
  mutating func tuple(of count: Int) throws(EngramError) {
    guard stack.count - count >= floor else { throw underflow() }
    try arena.charge(count * PickleArena.cellCost + 32)
    let tuple = arena.makeTuple(stack[(stack.count - count)...], at: opcodeOffset)
    stack.removeLast(count)
    try push(tuple)
  }

  /// Makes a tuple of the values from a place of the stack on.
  mutating func tuple(from start: Int) throws(EngramError) { try tuple(of: stack.count - start) }

  /// Makes a dictionary of the values from a place of the stack on.
  mutating func dictionary(from start: Int) throws(EngramError) {
    try requirePairs(stack.count - start)
    try makeContainer(from: start) { $0.makeDictionary($1, at: $2) }
  }

  /// Makes a container of the values from a place of the stack on, or an empty one.
  mutating func makeContainer(
    from start: Int? = nil, _ make: (inout PickleArena, ArraySlice<PickleCell>, Int) -> PickleCell
  ) throws(EngramError) {
    let start = start ?? stack.count
    try arena.charge((stack.count - start) * PickleArena.cellCost + 64)
    let made = make(&arena, stack[start...], opcodeOffset)
    stack.removeSubrange(start...)
    try push(made)
  }

  private func requirePairs(_ count: Int) throws(EngramError) {
    guard count.isMultiple(of: 2) else {
      throw corrupt("a dictionary needs keys and values in pairs", found: "\(count) values")
    }
  }

  /// Appends the values from a place of the stack on to the list before them.
  mutating func append(from start: Int) throws(EngramError) {
    guard start > floor else { throw underflow() }
    guard case .list(let index) = stack[start - 1] else {
      throw corrupt("only a list can be appended to", found: stack[start - 1].kind)
    }
    try arena.charge((stack.count - start) * PickleArena.cellCost)
    arena.lists[Int(index)].cells.append(contentsOf: stack[start...])
    stack.removeSubrange(start...)
  }

  /// Puts the pairs from a place of the stack on into the dictionary before them.
  mutating func setItems(from start: Int) throws(EngramError) {
    guard start > floor else { throw underflow() }
    guard case .dictionary(let index) = stack[start - 1] else {
      throw corrupt("only a dictionary can be given items", found: stack[start - 1].kind)
    }
    try requirePairs(stack.count - start)
    try arena.charge((stack.count - start) * PickleArena.cellCost)
    arena.dictionaries[Int(index)].cells.append(contentsOf: stack[start...])
    stack.removeSubrange(start...)
  }
}
