// MemoryBudget.swift -- how much of this machine's memory one input may hold.

import Glibc

/// How much memory what was read from one input may hold.
///
/// A small file can stand for a large one (deflate makes a thousand bytes out of one, a cell of two bytes becomes a value
/// of thirty), so what counts is what will be held, and it is counted before it is allocated.
package enum MemoryBudget {
  /// Bytes that the values of one input may hold: a quarter of what this process can have.
  package static let forOneInput: Int = available() / 4

  /// Refuses what would hold more than the budget.
  ///
  /// - Parameters:
  ///   - count: How many things are held.
  ///   - byteCount: Bytes of each.
  ///   - what: What they are, such as `the cells of the table`.
  ///   - file: The file that they come from.
  ///   - budget: The budget.
  /// - Throws: ``EngramError`` with code `limit`.
  package static func require(
    _ count: Int, of byteCount: Int, what: String, file: String? = nil, budget: Int = forOneInput
  ) throws(EngramError) {
    let (total, overflows) = count.multipliedReportingOverflow(by: byteCount)
    guard overflows || total > budget else { return }
    throw EngramError(
      .limit, "\(what) would take too much memory", file: file,
      expected: "at most \(budget >> 20) MiB, a quarter of what there is",
      found: overflows ? "more than can be counted" : "\(total >> 20) MiB", mend: "split the file into smaller ones")
  }

  /// Bytes that this process can have: the memory of the machine, or less under a limit (`ulimit -v`, control groups).
  private static func available() -> Int {
    var most = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var limit = rlimit()
    // SAFETY: `limit` is a valid place for the answer.
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, let bytes = Int(exactly: limit.rlim_cur)
    {
      most = min(most, bytes)
    }
    if let group = controlGroupLimit() { most = min(most, group) }
    return max(64 << 20, most)
  }

  /// The limit of the control group that a container is, if it has one.
  private static func controlGroupLimit() -> Int? {
    guard let file = try? InputFile(opening: "/sys/fs/cgroup/memory.max") else { return nil }
    var bytes = [UInt8](repeating: 0, count: 32)
    var span = bytes.mutableSpan
    // SAFETY: every bit pattern is a UInt8.
    var raw = unsafe span.mutableBytes
    guard let count = try? file.readUpToEnd(at: 0, into: &raw) else { return nil }
    return Int(String(decoding: bytes.prefix(count).prefix { (48...57).contains($0) }, as: UTF8.self))
  }
}
