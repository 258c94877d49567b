// FigureResult.swift -- a figure of a study for those who import Engram: what is there of it, its numbers, its picture.

public import Base
import Drawing
import Studies

/// A figure of a study, drawn as far as its results are in the store.
public struct FigureResult: Sendable {
  /// How much of it is there.
  public enum State: Sendable, Hashable {
    /// Everything.
    case complete
    /// So many of the splits of its classifications.
    case partial(done: Int, of: Int)
    /// Nothing is computed.
    case empty
    /// Why it cannot be drawn: the store lacks what it takes, or its results have nothing that the drawing shows.
    case impossible(String)
  }

  private let drawn: DrawnFigure

  init(_ drawn: DrawnFigure) { self.drawn = drawn }

  /// The name, such as `2a`.
  public var name: String { drawn.figure.name }
  /// What it shows.
  public var title: String { drawn.figure.title }
  /// How much of it is there.
  public var state: State {
    switch drawn.state {
    case .complete: .complete
    case .partial(let done, let all): .partial(done: done, of: all)
    case .empty: .empty
    case .impossible(let reason): .impossible(reason)
    }
  }
  /// What stands below it: what is left out, what error bars are.
  public var notes: [String] { drawn.drawn?.picture.notes ?? [] }
  /// Its numbers as comma-separated values with a header line; nil where nothing can be drawn.
  public var csv: String? { drawn.drawn?.numbers.csv }
  /// What it is, and every number.
  public var json: JSONValue { drawn.json }
  /// The picture as SVG with real text; nil where nothing can be drawn.
  public var svg: String? { drawn.drawn?.picture.svg() }
  /// The picture as PNG, made by librsvg; nil where nothing can be drawn.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` where librsvg is not installed.
  public func png() throws(EngramError) -> [UInt8]? {
    try drawn.drawn.map { (picture) throws(EngramError) in try picture.picture.raster(.png) }
  }
  /// The picture as PDF, made by librsvg; nil where nothing can be drawn.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` where librsvg is not installed.
  public func pdf() throws(EngramError) -> [UInt8]? {
    try drawn.drawn.map { (picture) throws(EngramError) in try picture.picture.raster(.pdf) }
  }
}
