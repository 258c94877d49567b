// BrailleCanvas.swift -- dots in characters of braille, two across and four down each.

/// Dots in characters of braille: a canvas of 2 x 4 dots for each character.
struct BrailleCanvas {
  private let columns: Int, rows: Int
  private var dots: [UInt8]
  private var inks: [Ink?]

  /// The bit of each dot, row by row: Unicode counts down the left column, then down the right one; the last row came later.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    dots = Array(repeating: 0, count: columns * rows)
    inks = Array(repeating: nil, count: columns * rows)
  }

  /// Sets the dot at shares of the width and of the height, from the lower left.
  private mutating func set(_ x: Int, _ y: Int, _ ink: Ink?) {
    guard x >= 0, x < columns * 2, y >= 0, y < rows * 4 else { return }
    let place = (y / 4) * columns + x / 2
    dots[place] |= Self.bits[y % 4 * 2 + x % 2]
    if let ink { inks[place] = ink }
  }

  /// Draws a line between two points, each a share of the width and of the height.
  mutating func line(
    from one: (x: Double, y: Double), to other: (x: Double, y: Double), _ ink: Ink?, isDotted: Bool = false
  ) {
    func dot(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (point.x * Double(columns * 2 - 1), (1 - point.y) * Double(rows * 4 - 1))
    }
    let (begin, end) = (dot(one), dot(other))
    let steps = max(1, Int(max((end.x - begin.x).magnitude, (end.y - begin.y).magnitude).rounded(.up)))
    for step in stride(from: 0, through: steps, by: isDotted ? 4 : 1) {
      let share = Double(step) / Double(steps)
      set(
        Int((begin.x + (end.x - begin.x) * share).rounded()), Int((begin.y + (end.y - begin.y) * share).rounded()), ink)
    }
  }

  /// The character at a share of the width and of the height, as column and row.
  func place(_ point: (x: Double, y: Double)) -> (column: Int, row: Int) {
    (
      min(columns - 1, max(0, Int(point.x * Double(columns)))),
      min(rows - 1, max(0, Int((1 - point.y) * Double(rows))))
    )
  }

  /// The lines, with some characters replaced.
  func lines(_ letters: [Int: (text: String, ink: Ink)], _ pen: TerminalPen) -> [String] {
    (0..<rows).map { row in
      (0..<columns).map { column in
        let place = row * columns + column
        if let letter = letters[row * columns + column] { return pen.inked(letter.text, letter.ink) }
        guard dots[place] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[place])) else { return " " }
        let text = String(Character(scalar))
        return inks[place].map { pen.inked(text, $0) } ?? text
      }.joined()
    }
  }

  /// The number of a character.
  func index(column: Int, row: Int) -> Int { row * columns + column }
}
