// Ink.swift -- the colours of everything that is drawn, on light and on dark ground.
//
// They are near matplotlib's tab colours, in which the paper is drawn, moved so that readers with deuteranopia or
// protanopia tell neighbours apart: the green is bluish, the orange and the red differ in lightness. Red means a
// reference wherever one is drawn, so charts with references begin with `slate`.

/// A colour with a meaning, of which light and dark pages have their own shade.
package enum Ink: Int, Sendable, Hashable, CaseIterable {
  case blue, orange, green, red, violet, brown, pink, olive, cyan, slate

  /// The colour of a class or a line by its number; after ten they come again.
  package init(series number: Int) { self = Ink.allCases[((number % 10) + 10) % 10] }

  /// The shade on white.
  var light: String {
    switch self {
    case .blue: "#1f77b4"
    case .orange: "#f28e1c"
    case .green: "#1b9e77"
    case .red: "#d62728"
    case .violet: "#9467bd"
    case .brown: "#8c564b"
    case .pink: "#e377c2"
    case .olive: "#a5a81e"
    case .cyan: "#17a2b8"
    case .slate: "#5b6675"
    }
  }

  /// The shade on black.
  var dark: String {
    switch self {
    case .blue: "#5aa5dd"
    case .orange: "#ffae52"
    case .green: "#4ccaa2"
    case .red: "#ff6b66"
    case .violet: "#b99adb"
    case .brown: "#c08a7d"
    case .pink: "#f0a3d8"
    case .olive: "#cfd14e"
    case .cyan: "#52c9db"
    case .slate: "#a3aebd"
    }
  }

  /// The colour of a terminal of 256 that comes nearest on either ground.
  var terminal: Int {
    switch self {
    case .blue: 32
    case .orange: 208
    case .green: 36
    case .red: 160
    case .violet: 98
    case .brown: 131
    case .pink: 175
    case .olive: 142
    case .cyan: 44
    case .slate: 103
    }
  }
}

/// Colours of a scale from low to high, even in lightness: ColorBrewer's Blues, whose ends are told apart in print too.
enum ColourScale {
  private static let stops: [(Double, Double, Double)] = [
    (247, 251, 255), (222, 235, 247), (198, 219, 239), (158, 202, 225), (107, 174, 214), (66, 146, 198), (33, 113, 181),
    (8, 81, 156), (8, 48, 107),
  ]

  /// The colour of a share of the scale, 0 to 1.
  static func rgb(_ share: Double) -> (red: Int, green: Int, blue: Int) {
    let place = min(1, max(0, share)) * Double(stops.count - 1)
    let low = min(stops.count - 2, Int(place))
    let part = place - Double(low)
    func mixed(_ channel: ((Double, Double, Double)) -> Double) -> Int {
      Int((channel(stops[low]) * (1 - part) + channel(stops[low + 1]) * part).rounded())
    }
    return (mixed { $0.0 }, mixed { $0.1 }, mixed { $0.2 })
  }

  /// The colour as SVG writes it.
  static func hex(_ share: Double) -> String {
    let (red, green, blue) = rgb(share)
    func two(_ number: Int) -> String { (number < 16 ? "0" : "") + String(number, radix: 16) }
    return "#" + two(red) + two(green) + two(blue)
  }

  /// Whether text on a colour is white: where it has more contrast than dark text by the formula of WCAG 2.
  static func isDark(_ share: Double) -> Bool { share > 0.68 }
}
