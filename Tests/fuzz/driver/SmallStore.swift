// SmallStore.swift -- a store of a few examples, whole, or with a catalog of other bytes.

import Base
import Glibc
import Splits
import Studies
import TrajectoryModel
import TrajectoryStore
import Transfer

enum SmallStore {
  /// A store that is as it should be.
  static let shared: TrajectoryStore = made("\(Scratch.folder)/whole.engram")

  /// The path of the store whose catalog is replaced.
  private static let mutated: String = made("\(Scratch.folder)/mutated.engram").path

  /// A folder with the catalog of that store: what mutations start from.
  static func writeSeeds() -> String {
    let folder = "\(Scratch.folder)/catalogs"
    // SAFETY (whole file): strings become C strings that live during the call.
    unsafe mkdir(folder, 0o755)
    do throws(EngramError) {
      let catalog = try InputFile(opening: "\(mutated)/catalog.sqlite").contents(limit: 1 << 30)
      try Scratch.write(catalog, to: "\(folder)/catalog.sqlite")
    } catch {
      FuzzTargets.fault("\(error)")
    }
    return folder
  }

  /// Opens a store with a catalog of other bytes, and asks it everything that reads.
  static func openMutated(catalog bytes: [UInt8]) throws(EngramError) {
    for suffix in ["-wal", "-shm", "-journal"] { unsafe unlink("\(mutated)/catalog.sqlite\(suffix)") }
    try Scratch.write(bytes, to: "\(mutated)/catalog.sqlite")
    let store = try TrajectoryStore(opening: mutated)
    _ = try? store.verify(work: WorkContext(threads: 1))
    for summary in (try? store.splitSets()) ?? [] { _ = try? store.splitSet(summary.name) }
    for summary in (try? store.classifications()) ?? [] { _ = try? store.classification(summary.id) }
    let snapshot = try store.snapshot()
    _ = try? snapshot.summary()
    for metric in (try? snapshot.metrics()) ?? [] { _ = try? snapshot.metric(metric.name) }
    let examples = try snapshot.examples(where: nil)
    _ = try? snapshot.labels(of: "learning_rule", for: examples)
    var matrix = Matrix()
    try snapshot.materialize(examples, snapshot.select(examples, statistics: .all).columns, into: &matrix)
  }

  /// Makes a store with a segment, a staged batch, metrics and a split set.
  private static func made(_ path: String) -> TrajectoryStore {
    do throws(EngramError) {
      let request = IngestRequest(source: "fixtures/arrays/recordings.npz")
      _ = try request.ingest(into: path)
      let store = try TrajectoryStore(opening: path)
      _ = try store.flush()
      _ = try request.ingest(into: path, options: IngestOptions(repeats: .measurements))
      let loss = (0..<4).map { RunMetric(run: 1, MetricValue("loss", epoch: Double($0), 0.5)) }
      _ = try store.addMetrics(loss)
      let specification = SplitSpecification(.random(RandomSplits(repeats: 2, test: .fraction(0.5))))
      _ = try store.createSplitSet("fuzz", specification)
      // Everything is in the one file then, whose bytes are mutated.
      _ = try store.compact(everything: true)
      return store
    } catch {
      FuzzTargets.fault("\(error)")
    }
  }
}
