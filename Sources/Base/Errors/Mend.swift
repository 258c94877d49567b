// Mend.swift -- how an error is mended, in words that each door chooses.

/// How an error is mended: a sentence in which options and operations are named by their ideas.
///
/// The library knows what mends an error; how one says it depends on the door. A door is a ``Wording``: the command line
/// says `--force`, Swift says `allowsRepeat: true`.
///
/// ```swift
/// throw EngramError(.exists, "the same content was ingested before",
///   mend: "to add the same examples once more, say \(set: .allowsRepeat)")
/// throw EngramError(.notFound, "there are no results 7", file: path, mend: "\(run: .results, on: path) lists them")
/// ```
public struct Mend: Sendable, Hashable {
  /// A part of the sentence.
  public enum Segment: Sendable, Hashable {
    /// Words that are the same at every door.
    case text(String)
    /// An option, with the value that mends the error, or by its name alone.
    case option(Option, value: String?)
    /// The option that gives a field or a key of ours the name that it has in the user's file.
    case mapping(field: String, name: String)
    /// Something that can be done with a store: the store's path, where it is known, and what comes after it.
    case operation(Operation, store: String?, arguments: [String])
  }

  /// What a caller may set, by its idea.
  public enum Option: Sendable, Hashable, CaseIterable {
    /// Adds examples that are there already once more.
    case allowsRepeat
    /// Takes what is stored already as further measurements of its runs.
    case measurements
    /// What is done about values that were not recorded.
    case missing
    /// Which statistics are read, or what those of an input are called.
    case statistics
    /// Which epochs are read, or what those of an input are.
    case epochs
    /// The field whose values are the classes.
    case label
    /// The filter of the examples to learn from.
    case train
    /// The filter of the examples to identify.
    case examples
    /// The field whose values are held out to calibrate confidence.
    case calibrateBy
    /// Which array of a file holds the recordings.
    case array
    /// The table of metadata beside an array.
    case metadata
    /// What the fields of a file are called here.
    case map
    /// The fields that say which run a row of metrics is of.
    case runKey
    /// The fields that tell runs apart.
    case runFields
    /// Takes what is stored already as further runs, told apart by a number.
    case newRuns
    /// Takes an input as a correction of what is stored.
    case update
    /// What the columns of a table are declared to hold.
    case types
    /// Words that stand for no value.
    case missingWords
    /// What parts the whole of a number from its fraction.
    case decimal
    /// What parts the fields of a row.
    case delimiter
    /// Replaces values that are there.
    case overwrites
    /// What the axes of a raw recording mean.
    case axes
    /// What the axes of recorded weights mean.
    case weightAxes
    /// That each epoch of a raw recording has units of its own.
    case ownUnits
    /// How many units are measured.
    case units
    /// The noise that is added before measuring.
    case noise
  }

  /// What can be done with a store, by its idea.
  public enum Operation: Sendable, Hashable, CaseIterable {
    /// Adds recordings, and makes the store where there is none.
    case ingest
    /// Measures raw recordings, and adds what was measured.
    case observe
    /// Adds metrics of runs.
    case ingestMetrics
    /// Says what a store holds.
    case info
    /// Asks the catalog in SQL.
    case query
    /// Classifies the splits of a set.
    case classify
    /// Shows results that are kept.
    case results
    /// Brings other stores in.
    case merge
    /// Reads everything and checks it.
    case verify
    /// Brings a store of an older format to this one.
    case migrate
    /// Lists the commits.
    case log
    /// Corrects the metadata of runs.
    case edit
    /// Gives a field a wider type.
    case widenField
    /// Shows hidden runs again.
    case unhide
  }

  /// The parts, in order; neighbouring texts are one.
  public private(set) var segments: [Segment]

  /// A sentence of plain words.
  public init(_ text: String) { segments = text.isEmpty ? [] : [.text(text)] }

  private init(segments: [Segment]) { self.segments = segments }

  private mutating func append(_ segment: Segment) {
    if case .text(let more) = segment, case .text(let before)? = segments.last {
      segments[segments.count - 1] = .text(before + more)
    } else if segment != .text("") {
      segments.append(segment)
    }
  }

  /// Two sentences, one after the other.
  public static func + (first: Mend, second: Mend) -> Mend {
    var both = first
    for segment in second.segments { both.append(segment) }
    return both
  }

  /// The sentence in the words of a door.
  public func text(in wording: some Wording) -> String {
    segments.map { segment in
      switch segment {
      case .text(let text): text
      case .option(let option, let value): wording.words(for: option, value: value)
      case .mapping(let field, let name): wording.words(forMapping: field, to: name)
      case .operation(let operation, let store, let arguments):
        wording.words(for: operation, on: store, arguments: arguments)
      }
    }.joined()
  }
}

extension Mend: CustomStringConvertible {
  /// The sentence in the words of Swift.
  public var description: String { text(in: SwiftWording()) }
}

extension Mend: ExpressibleByStringInterpolation {
  /// Builds a sentence out of words and ideas.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var mend = Mend("")

    /// Begins an empty sentence.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds plain words.
    public mutating func appendLiteral(_ literal: String) { mend.append(.text(literal)) }

    /// Adds a value, as a string shows it.
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      mend.append(.text(value.description))
    }

    /// Adds another sentence.
    public mutating func appendInterpolation(_ other: Mend) {
      for segment in other.segments { mend.append(segment) }
    }

    /// Adds sentences, with a space between one and the next.
    public mutating func appendInterpolation(each others: [Mend]) {
      for (index, other) in others.enumerated() {
        if index > 0 { appendLiteral(" ") }
        appendInterpolation(other)
      }
    }

    /// Adds an option by its name.
    public mutating func appendInterpolation(option: Option) { mend.append(.option(option, value: nil)) }

    /// Adds an option with the value that mends the error; without one the option is switched on.
    public mutating func appendInterpolation(set option: Option, to value: String = "true") {
      mend.append(.option(option, value: value))
    }

    /// Adds the option that gives `field` the name that it has in the user's file.
    public mutating func appendInterpolation(map field: String, to name: String) {
      mend.append(.mapping(field: field, name: name))
    }

    /// Adds an operation on a store.
    public mutating func appendInterpolation(run operation: Operation, on store: String? = nil, _ arguments: String...)
    {
      mend.append(.operation(operation, store: store, arguments: arguments))
    }
  }

  /// A sentence of plain words.
  public init(stringLiteral text: String) { self.init(text) }

  /// A sentence with ideas in it.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.mend }
}
