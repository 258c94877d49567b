// ClosestName.swift -- the known name that was probably meant.

/// The known name nearest to a word, or nil when none is near enough to be meant.
///
/// Near is a Damerau-Levenshtein distance (restricted: neighbours swapped count one) of at most a third of the
/// longer name, or a name that begins with the word.
func closestName(to word: String, among names: [String]) -> String? {
  let wanted = Array(word.lowercased().utf8)
  guard !wanted.isEmpty else { return nil }
  var best: (name: String, distance: Int)?
  for name in names {
    let bytes = Array(name.lowercased().utf8)
    let distance = editDistance(wanted, bytes)
    if distance <= max(wanted.count, bytes.count) / 3, distance < best?.distance ?? Int.max { best = (name, distance) }
  }
  if let best { return best.name }
  let longer = names.filter { $0.lowercased().hasPrefix(word.lowercased()) }
  return longer.count == 1 ? longer.first : nil
}

/// The number of inserted, deleted, changed or swapped bytes that makes one name of the other.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var rows = [Array(0...b.count)]
  for i in 1..<(a.count + 1) {
    var row = [i]
    for j in 1..<(b.count + 1) {
      var cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, rows[i - 2][j - 2] + 1) }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
