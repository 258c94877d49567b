// SegmentReader+Verify.swift -- reads everything and compares it with what the file says of itself.

package import Base

extension SegmentReader {
  /// Compares every chunk with its checksum, and decodes none.
  ///
  /// - Parameter work: Whether to stop; asked once per row group.
  /// - Throws: `corrupt` with the place of the first difference, `cancelled`.
  /// - Complexity: O(bytes of the file), at the speed of XXH3-64.
  package func verifyChecksums(work: WorkContext) throws(EngramError) {
    for rowGroup in 0..<rowGroupCount {
      try work.checkCancelled("the check was stopped", file: path)
      for statistic in schema.statistics.indices { try verifyChecksum(rowGroup: rowGroup, statistic: statistic) }
    }
  }

  /// Reads everything and compares it with its checksums, zone maps and hash.
  ///
  /// - Parameter work: How the work is done; told the examples that were compared, once per row group.
  /// - Throws: `corrupt` with the place of the first difference, `cancelled`.
  package func verify(work: WorkContext = WorkContext()) throws(EngramError) {
    guard let hasher = XXH3Hasher() else { throw EngramError(.limit, "no memory for a hash") }
    let rows = RowGroupReader(self, work: work, checkingZones: true)
    try work.checkCancelled("the check was stopped", file: path)
    try rows.read { values, exampleEnd in
      hasher.update(values)
      if exampleEnd == exampleCount || exampleEnd % rowGroupSize == 0 {
        work.report("verifying", exampleEnd, of: exampleCount)
      }
    }
    let found = hexadecimal(hasher.digest)
    guard found == valuesHash else {
      throw EngramError(
        .corrupt, "the values have another hash than the footer says", file: path, place: "footer",
        expected: valuesHash, found: found, mend: "restore the file from a copy")
    }
  }
}
