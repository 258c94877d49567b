// WorkContext+Progress.swift -- how far a long operation has come.

extension WorkContext {
  /// How far a long operation has come.
  public struct Progress: Sendable, Hashable {
    /// What is counted.
    public enum Unit: Sendable, Hashable {
      /// Bytes.
      case bytes
      /// Things with a name in the plural, such as `examples`.
      case things(String)
      /// Parts of work that are not alike; only `done / total` says something.
      case share
    }

    /// The total of a progress whose unit is a share.
    static let shareTotal = 10_000

    /// What is being done, such as `verifying`.
    public var stage: String
    /// How much of it is done.
    public var done: Int
    /// How much of that was found done, by an earlier call, and says nothing of the pace.
    public var found: Int
    /// How much there is; 0 where nobody knows.
    public var total: Int
    /// What is counted.
    public var unit: Unit

    /// Makes one.
    public init(stage: String, done: Int, found: Int = 0, total: Int, unit: Unit) {
      self.stage = stage
      self.done = done
      self.found = found
      self.total = total
      self.unit = unit
    }

    /// The share that is done, 0 to 1.
    public var share: Double { part(done) }
    /// The share that was found done, 0 to 1.
    public var foundShare: Double { part(found) }

    private func part(_ count: Int) -> Double { total > 0 ? min(1, max(0, Double(count) / Double(total))) : 0 }
  }
}
