// ConnectionPool.swift -- connections to one database, handed out one to each caller.

package import Base

/// Connections to one database, handed out one to each caller.
///
/// A caller inside another's turn, or on another thread, gets another connection, so none ever waits for one. A connection
/// that comes back is kept for the next caller, up to ``mostIdle``; the rest are closed.
package final class ConnectionPool: Sendable {
  /// Connections that are kept open while nobody uses them: each holds file descriptors and a cache of pages.
  package static let mostIdle = 4

  /// A connection that nobody uses.
  private struct Idle: @unchecked Sendable {
    // SAFETY of @unchecked: a connection is either here, under the lock, or with the one caller that took it out.
    let connection: Connection
  }

  private let open: @Sendable () throws(EngramError) -> Connection
  private let isUsable: @Sendable (Connection) -> Bool
  private let idle = ForkSafeMutex<[Idle]>([])

  /// Makes a pool that has no connection yet.
  ///
  /// - Parameters:
  ///   - open: Opens a connection.
  ///   - isUsable: Whether a connection that was opened before may still be used.
  package init(
    opening open: @escaping @Sendable () throws(EngramError) -> Connection,
    reusingIf isUsable: @escaping @Sendable (Connection) -> Bool = { _ in true }
  ) {
    self.open = open
    self.isUsable = isUsable
  }

  /// Opens the first connection, so that what keeps it from opening is known at once.
  package func prepare() throws(EngramError) {
    let connection = try open()
    giveBack(connection)
  }

  /// Lends a connection that nobody else uses.
  ///
  /// - Parameter body: Gets the connection, which must not leave it. Where a transaction is left open, because ending it
  ///   failed, the connection is closed and not used again.
  /// - Returns: What the body returns.
  /// - Throws: What opening and the body throw.
  package func withConnection<R>(_ body: (Connection) throws(EngramError) -> R) throws(EngramError) -> R {
    let connection = if let kept = takeIdle(), isUsable(kept) { kept } else { try open() }
    defer { giveBack(connection) }
    return try body(connection)
  }

  /// Lends a connection that is opened for it and closed after it.
  ///
  /// - Throws: What opening and the body throw.
  package func withConnectionApart<R>(_ body: (Connection) throws(EngramError) -> R) throws(EngramError) -> R {
    try body(try open())
  }

  /// A connection that nobody uses; those of the process before a fork are let go of, and stay open there.
  private func takeIdle() -> Connection? {
    let kept: Idle? = idle.withLock { idle in
      while let kept = idle.popLast() {
        if kept.connection.isOfThisProcess { return kept }
      }
      return nil
    }
    return kept?.connection
  }

  private func giveBack(_ connection: Connection) {
    if !connection.isOfThisProcess || connection.isInTransaction { return }
    // SQLite shares what it knows of an index among the connections of a process: no other could make one meanwhile.
    if connection.access == .ownIndex { return }
    let returned = Idle(connection: connection)
    idle.withLock { idle in if idle.count < Self.mostIdle { idle.append(returned) } }
  }
}
