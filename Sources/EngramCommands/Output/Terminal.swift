// Terminal.swift -- what is known of the device behind a descriptor.

import Glibc

/// What is known of the device behind standard output or standard error.
package struct Terminal: Sendable, Hashable {
  /// Whether a person is likely to be looking.
  package let isTerminal: Bool
  /// The width in columns; nil when it is not a terminal, where lines are not cut.
  package let width: Int?
  /// How text is marked.
  package let style: TextStyle

  /// Makes one from what is known.
  package init(isTerminal: Bool, width: Int?, style: TextStyle) {
    self.isTerminal = isTerminal
    self.width = width
    self.style = style
  }

  /// A file or a pipe.
  package static let none = Terminal(isTerminal: false, width: nil, style: .plain)

  /// Looks at a descriptor: colour needs a terminal, no `NO_COLOR` and a `TERM` other than `dumb`.
  package static func of(descriptor: Int32, environment: (String) -> String? = environmentValue) -> Terminal {
    guard isatty(descriptor) == 1 else { return .none }
    return Terminal(
      isTerminal: true, width: columns(of: descriptor) ?? environment("COLUMNS").flatMap(strictInteger) ?? 80,
      style: style(isTerminal: true, environment: environment))
  }

  /// Whether text is marked; an empty `NO_COLOR` counts as none, as no-color.org says.
  package static func style(isTerminal: Bool, environment: (String) -> String?) -> TextStyle {
    let refuses = environment("NO_COLOR").map { !$0.isEmpty } ?? false
    return isTerminal && !refuses && environment("TERM") != "dumb" ? .coloured : .plain
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    // SAFETY: TIOCGWINSZ writes one `winsize`, which `size` is, and the pointer ends with the call.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

/// The value of an environment variable, or nil.
package func environmentValue(_ name: String) -> String? {
  // SAFETY: the string is copied at once, and nothing in this program changes the environment.
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}
