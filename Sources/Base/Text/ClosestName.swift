// ClosestName.swift -- the name that somebody who mistyped most likely meant.

/// The candidate that is nearest to a mistyped name, or nil when none is near.
///
/// The distance is optimal string alignment (insert, delete, replace, swap two neighbours), counted without case.
/// At most one edit in three characters counts as near, and at least one; the first candidate wins a tie.
///
/// ```swift
/// closestName(to: "wieghtabs_mean", among: Statistic.publishedNames)  // "weightabs_mean"
/// ```
///
/// - Parameters:
///   - name: What was typed.
///   - candidates: What could have been meant.
/// - Returns: The nearest candidate as it is spelt.
/// - Complexity: O(number of candidates x length²); names above 256 characters are never near.
package func closestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let typed = Array(name.lowercased().unicodeScalars)
  guard typed.count <= longestComparedName else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let wanted = Array(candidate.lowercased().unicodeScalars)
    let longest = max(typed.count, wanted.count)
    guard wanted.count <= longestComparedName, longest > 0 else { continue }
    let near = min(max(1, longest / 3), (best?.distance ?? .max) - 1)
    guard near >= 0, abs(typed.count - wanted.count) <= near else { continue }
    let distance = alignmentDistance(typed, wanted)
    if distance <= near { best = (candidate, distance) }
  }
  return best?.name
}

/// Longer names are not compared, so that the cost of a message is bounded.
private let longestComparedName = 256

/// The optimal string alignment distance by three rows of the dynamic-programming table.
private func alignmentDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in a.indices {
    var current = [Int](repeating: i + 1, count: b.count + 1)
    for j in b.indices {
      let cost = a[i] == b[j] ? 0 : 1
      var best = min(last[j + 1] + 1, current[j] + 1, last[j] + cost)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
      current[j + 1] = best
    }
    (beforeLast, last) = (last, current)
  }
  return last[b.count]
}
