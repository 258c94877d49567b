// SplitSpecification+File.swift -- the specification of splits from a JSON file.

public import Base
public import Splits

extension SplitSpecification {
  /// The largest file that is read; explicit splits of twenty million examples are smaller.
  static let mostFileBytes = 1 << 30

  /// Reads a specification from a JSON file, or from a file of everything about a split set, of which only the member
  /// `specification` counts.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no specification; what opening and parsing throw.
  public init(reading path: String) throws(EngramError) {
    var value = try JSONValue(reading: path, limit: Self.mostFileBytes)
    if case .object(let object) = value, object["version"] == nil, let inner = object["specification"] { value = inner }
    do throws(EngramError) {
      try self.init(json: value)
    } catch {
      throw error.inFile(path)
    }
  }
}
