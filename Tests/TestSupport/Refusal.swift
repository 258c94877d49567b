// Refusal.swift -- the error that something is expected to throw.

package import Base
package import Testing

/// The error that something throws, whose code is expected.
@discardableResult package func refusal(
  _ code: EngramError.Code, _ comment: @autoclosure () -> Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> EngramError? {
  let error = #expect(throws: EngramError.self, comment(), sourceLocation: sourceLocation) { try body() }
  #expect(error?.code == code, "\(String(describing: error))", sourceLocation: sourceLocation)
  return error
}
