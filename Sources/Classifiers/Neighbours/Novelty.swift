// Novelty.swift -- how unusual a distance is, compared with distances among examples that are known to belong.

/// How unusual a distance is, compared with distances of held-out examples that are known to belong.
///
/// The p-value of a distance d is (1 + the number of reference distances that are at least d) / (1 + their number): the
/// conformal p-value of anomaly detection (Laxhammar and Falkman 2010; Bates et al. 2023). For an example drawn as the
/// reference was, it is at most p in at most a share p of cases, whatever the distribution.
package struct Novelty: Sendable, Hashable {
  /// The reference distances, ascending.
  package let reference: [Float]

  /// Takes reference distances in any order; infinite ones, which nothing was near to, are left out.
  package init(reference: [Float]) { self.reference = reference.filter(\.isFinite).sorted() }

  /// The p-value of a distance: small where it is larger than nearly all reference distances.
  package func pValue(of distance: Float) -> Double {
    var (low, high) = (0, reference.count)
    while low < high {
      let middle = (low + high) / 2
      if reference[middle] < distance { low = middle + 1 } else { high = middle }
    }
    return Double(reference.count - low + 1) / Double(reference.count + 1)
  }
}
