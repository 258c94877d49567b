// Picture.swift -- what a picture shows, before it is drawn: panels, a key, words for those who cannot see it.

/// What a picture shows: panels side by side, a key of its colours, and words for those who cannot see it.
///
/// A picture is numbers and texts; the same one is drawn as SVG (``svg(id:isInline:)``) and for a terminal
/// (``terminalText(width:isColoured:)``). Its texts may come from anywhere: whatever is drawn escapes them.
package struct Picture: Sendable, Hashable {
  /// What stands above it.
  package var title: String
  /// What is to be seen, in a sentence or two, for screen readers.
  package var description: String
  /// The panels, row by row.
  package var panels: [Panel]
  /// How many panels stand side by side.
  package var columns: Int
  /// What the colours mean.
  package var key: [KeyEntry]
  /// What stands below it, each note on lines of its own.
  package var notes: [String]

  /// Makes a picture.
  package init(
    title: String, description: String, panels: [Panel], columns: Int = 1, key: [KeyEntry] = [], notes: [String] = []
  ) {
    self.title = title
    self.description = description
    self.panels = panels
    self.columns = max(1, columns)
    self.key = key
    self.notes = notes
  }
}

/// One pair of axes with what is drawn between them.
package struct Panel: Sendable, Hashable {
  /// What is drawn.
  package enum Content: Sendable, Hashable {
    /// Bars in groups.
    case bars(BarChart)
    /// Lines over numbers.
    case lines(LineChart)
    /// Cells in rows and columns.
    case cells(CellChart)
  }

  /// What stands above it; empty for nothing.
  package var title: String
  /// What is drawn.
  package var content: Content

  /// Makes a panel.
  package init(_ title: String = "", _ content: Content) {
    self.title = title
    self.content = content
  }
}

/// What a colour means.
package struct KeyEntry: Sendable, Hashable {
  /// How the colour is shown.
  package enum Mark: Sendable, Hashable {
    /// A box, for bars.
    case box
    /// A line with its point, for lines.
    case line
    /// A plain line, for references.
    case rule
    /// A dotted line, for chance.
    case dots
  }

  /// What it means.
  package var label: String
  /// The colour.
  package var ink: Ink
  /// How it is shown.
  package var mark: Mark

  /// Makes an entry.
  package init(_ label: String, _ ink: Ink, _ mark: Mark = .box) {
    self.label = label
    self.ink = ink
    self.mark = mark
  }
}

/// A value that others are compared with: a line across, with a band of its error.
package struct Reference: Sendable, Hashable {
  /// The value.
  package var value: Double
  /// Its standard error; nil where there is none.
  package var error: Double?
  /// What it is, for those who point at it.
  package var label: String
  /// Whether it is what chance gives, which is dotted.
  package var isChance: Bool

  /// Makes a reference.
  package init(_ value: Double, error: Double? = nil, label: String, isChance: Bool = false) {
    self.value = value
    self.error = error
    self.label = label
    self.isChance = isChance
  }
}
