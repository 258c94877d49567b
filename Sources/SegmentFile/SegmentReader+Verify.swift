// SegmentReader+Verify.swift -- reads everything and compares it with what the file says of itself.

package import Base

extension SegmentReader {
  /// Reads everything and compares it with its checksums, zone maps and hash.
  ///
  /// - Parameters:
  ///   - threads: The most threads to use.
  ///   - isCancelled: Asked once per row group.
  ///   - progress: Told the number of examples that were compared, once per row group.
  /// - Throws: `corrupt` with the place of the first difference, `cancelled`.
  package func verify(
    threads: Int = 1, isCancelled: () -> Bool = { false }, progress: (_ examplesDone: Int) -> Void = { _ in }
  ) throws(EngramError) {
    guard let hasher = XXH3Hasher() else { throw EngramError(.limit, "no memory for a hash") }
    let rows = RowGroupReader(self, threads: threads, checkingZones: true)
    for rowGroup in 0..<rowGroupCount {
      if isCancelled() { throw EngramError(.cancelled, "the check was cancelled", file: path) }
      try rows.read(rowGroup) { values in hasher.update(values) }
      progress(examples(inRowGroup: rowGroup).upperBound)
    }
    let found = hexadecimal(hasher.digest)
    guard found == valuesHash else {
      throw EngramError(
        .corrupt, "the values have another hash than the footer says", file: path, place: "footer",
        expected: valuesHash, found: found, mend: "restore the file from a copy")
    }
  }
}
