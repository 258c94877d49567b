// FoldPlan.swift -- how the train side of a split is cut into folds for choosing parameters.

package import Base
package import Classifiers
public import Splits
package import TrajectoryModel
package import TrajectoryStore

/// How the train side of a split is cut into folds, in which parameters are chosen.
public struct FoldPlan: Sendable, Hashable {
  /// The number of folds.
  public var count: Int
  /// Columns whose values name a group that stays in one fold; nil cuts without groups.
  public var groups: [String]?
  /// Shuffles before the cut, by this seed; nil takes examples in order of id, as published.
  public var seed: UInt32?

  /// Five folds without groups, as published.
  public init(count: Int = 5, groups: [String]? = nil, seed: UInt32? = nil) {
    self.count = count
    self.groups = groups
    self.seed = seed
  }

  /// The folds that suit the splits of a specification.
  ///
  /// Where the splits keep groups on one side, the folds keep the same groups together: else parameters would be chosen
  /// by how well a classifier knows networks that it has seen.
  public init(count: Int = 5, seed: UInt32? = nil, for specification: SplitSpecification) {
    self.init(count: count, groups: specification.kind.keptGroups, seed: seed)
  }

  /// The folds of the train side.
  ///
  /// Without groups they are those of scikit-learn's `StratifiedKFold` (since 0.22), with groups those of its
  /// `StratifiedGroupKFold`, rows in order of id.
  ///
  /// - Parameters:
  ///   - train: The examples of the train side.
  ///   - labels: The class of each.
  ///   - snapshot: Where they are.
  /// - Returns: The folds, as rows of the matrix of the train side.
  /// - Throws: ``EngramError`` with code `invalidData` when there are fewer examples of every class, or fewer groups, than
  ///   folds.
  package func folds(
    of train: ExampleSet, labels: ClassLabels, in snapshot: Snapshot
  ) throws(EngramError) -> [Fold] {
    do throws(EngramError) {
      guard let groups else {
        return Fold.folds(try KFoldSplits(folds: count, seed: seed).foldNumbers(of: labels.codes), count: count)
      }
      let numbers = try StratifiedGroupKFoldSplits(folds: count, by: groups, seed: seed).foldNumbers(
        of: labels.codes, groups: try Self.groupNumbers(of: train, by: groups, in: snapshot))
      return Fold.folds(numbers, count: count)
    } catch {
      var placed = error
      placed.message = "the train side cannot be cut into folds: \(error.message)"
      throw placed
    }
  }

  /// The number of the group of each example, ascending by id; groups count in order of their keys.
  private static func groupNumbers(
    of examples: ExampleSet, by columns: [String], in snapshot: Snapshot
  ) throws(EngramError) -> [Int32] {
    var pieces: [(range: Range<Int64>, number: Int32)] = []
    var number: Int32 = 0
    for group in try snapshot.groups(by: columns) {
      let members = group.examples.intersection(examples)
      if members.isEmpty { continue }
      pieces.append(contentsOf: members.ranges.map { ($0, number) })
      number += 1
    }
    pieces.sort { $0.range.lowerBound < $1.range.lowerBound }
    return pieces.flatMap { repeatElement($0.number, count: $0.range.count) }
  }

  /// As JSON.
  var json: JSONValue {
    [
      "count": .integer(Int64(count)), "groups": groups.map { .array($0.map { .string($0) }) } ?? .null,
      "seed": seed.map { .integer(Int64($0)) } ?? .null,
    ]
  }
}
