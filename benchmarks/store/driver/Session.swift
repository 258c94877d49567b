// Session.swift -- the operations of the driver: an open store, a read to repeat, and the matrices it fills.

import Base
import Engram
import TrajectoryModel
import TrajectoryStore

/// An open store, a read to repeat, and the matrices it fills.
struct Session: ~Copyable {
  private var store: TrajectoryStore?
  private var read: Read?
  private var threads = 1
  private let onlyFirstReads: Bool
  private var matrices = Pair()

  /// The two matrices of a split; a plain read fills the first.
  struct Pair: ~Copyable {
    var first = Matrix()
    var second = Matrix()
  }

  /// Makes one; with `onlyFirstReads` the store lets go of what it keeps before each read of a run.
  init(onlyFirstReads: Bool) { self.onlyFirstReads = onlyFirstReads }

  /// Does what a command says.
  ///
  /// - Returns: The answer.
  /// - Throws: ``EngramError`` with code `usage` when there is no such operation, and whatever the operation throws.
  mutating func perform(_ command: JSONObject) throws(EngramError) -> JSONValue {
    switch try command.string("op") {
    case "write":
      let request = try Self.ingest(of: try command.string("data"))
      let options = IngestOptions(
        verifies: try command.bool("verify"), write: WriteOptions(work: WorkContext(threads: try Self.threads(command)))
      )
      let path = try command.string("store")
      return try Self.timed { () throws(EngramError) in _ = try request.ingest(into: path, options: options) }
    case "open":
      threads = try Self.threads(command)
      let path = try command.string("store")
      let start = ContinuousClock.now
      store = try TrajectoryStore(opening: path)
      return ["seconds": .real(Self.seconds(since: start))]
    case "prepare":
      read = try Read(command.object("work"))
      matrices = Pair()
      return [:]
    case "run":
      return try run(times: Int(command.integer("times")), fresh: try command.bool("fresh"))
    case "dump":
      try OutputBytes.write(matrices.first, matrices.second, to: try command.string("path"))
      return [:]
    case "first":
      let read = try Read(command.object("work"))
      threads = try Self.threads(command)
      let path = try command.string("store")
      matrices = Pair()
      let start = ContinuousClock.now
      try read.perform(try TrajectoryStore(opening: path).snapshot(), threads: threads, into: &matrices)
      return ["seconds": .real(Self.seconds(since: start))]
    case "query":
      return try query(try command.string("sql"), times: Int(command.integer("times")))
    case let other:
      throw EngramError(.usage, "there is no such operation", found: other)
    }
  }

  private mutating func run(times: Int, fresh: Bool) throws(EngramError) -> JSONValue {
    guard let store, let read else { throw EngramError(.usage, "open a store and prepare a read first") }
    var seconds: [JSONValue] = []
    for _ in 0..<times {
      if onlyFirstReads { store.keptRowGroups.letGo() }
      let start = ContinuousClock.now
      if fresh { matrices = Pair() }
      try read.perform(try store.snapshot(), threads: threads, into: &matrices)
      seconds.append(.real(Self.seconds(since: start)))
    }
    return ["seconds": .array(seconds)]
  }

  private func query(_ sql: String, times: Int) throws(EngramError) -> JSONValue {
    guard let store else { throw EngramError(.usage, "open a store first") }
    var seconds: [JSONValue] = []
    var rows = 0
    for _ in 0..<times {
      rows = 0
      let start = ContinuousClock.now
      try store.query(sql, header: { (_) throws(EngramError) in }, row: { (_) throws(EngramError) in rows += 1 })
      seconds.append(.real(Self.seconds(since: start)))
    }
    return ["seconds": .array(seconds), "rows": .integer(Int64(rows))]
  }

  /// A data set as `engram ingest` takes it: an array, a table of metadata, the names of its axes.
  private static func ingest(of folder: String) throws(EngramError) -> IngestRequest {
    let axes = try JSONValue(parsing: try InputBytes.read("\(folder)/axes.json"), file: folder).asObject()
    return IngestRequest(
      source: "\(folder)/values.npy", metadata: "\(folder)/metadata.csv",
      statistics: try axes.strings("statistics").joined(separator: ","),
      epochs: try axes.integers("epochs").map { String($0) }.joined(separator: ","))
  }

  private static func threads(_ command: JSONObject) throws(EngramError) -> Int {
    Int(try command.integer("threads"))
  }

  private static func timed(_ body: () throws(EngramError) -> Void) throws(EngramError) -> JSONValue {
    let start = ContinuousClock.now
    try body()
    return ["seconds": .real(seconds(since: start))]
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
