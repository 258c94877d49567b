// SharedCatalog.swift -- one reading connection that the threads of a store take in turn.

import Base
import Catalog
import Synchronization

/// One reading connection that the threads of a store take in turn.
final class SharedCatalog: @unchecked Sendable {
  // SAFETY of @unchecked: the connection is used only while `turn` is held.
  private let catalog: Catalog
  private let turn = Mutex<Void>(())

  init(_ catalog: Catalog) { self.catalog = catalog }

  /// Reads in one consistent view; the body must not read through the same store again.
  func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    var outcome: Result<R, EngramError>?
    turn.withLock { _ in
      do throws(EngramError) { outcome = .success(try catalog.read(body)) } catch { outcome = .failure(error) }
    }
    guard let outcome else { preconditionFailure("the lock runs its body") }
    return try outcome.get()
  }
}
