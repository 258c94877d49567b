// DrawnFigure.swift -- a figure of a study, and how much of it is there.

package import Base
import Drawing
package import Studies

/// A figure of a study, drawn as far as its results are there.
package struct DrawnFigure: Sendable {
  /// How much of it is there.
  package enum State: Sendable, Hashable {
    /// Everything.
    case complete
    /// So many of the splits of its classifications.
    case partial(done: Int, of: Int)
    /// Nothing is computed.
    case empty
    /// Why it cannot be drawn: the store lacks what it takes, or its results have nothing that the drawing shows.
    case impossible(String)
  }

  /// The figure.
  package let figure: StudyFigure
  /// How much of it is there.
  package let state: State
  /// The picture with its numbers; nil where nothing can be drawn.
  package let drawn: NumberedPicture?

  /// The JSON form: what it is, and every number.
  package var json: JSONValue {
    var object = JSONObject()
    object["figure"] = .string(figure.name)
    object["title"] = .string(figure.title)
    switch state {
    case .complete: object["state"] = "complete"
    case .partial(let done, let all):
      object["state"] = "partial"
      object["done"] = .count(done)
      object["of"] = .count(all)
    case .empty: object["state"] = "empty"
    case .impossible(let reason):
      object["state"] = "impossible"
      object["reason"] = .string(reason)
    }
    object["notes"] = .array((drawn?.picture.notes ?? []).map { .string($0) })
    object["numbers"] = drawn?.numbers.json ?? .null
    return .object(object)
  }
}
