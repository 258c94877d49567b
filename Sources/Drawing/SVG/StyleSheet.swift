// StyleSheet.swift -- the styles of everything that is drawn, for light and for dark pages.

/// The styles of pictures; a page that holds several needs them once.
package enum StyleSheet {
  /// The fonts of pictures.
  static let fonts = "Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"

  private static func colours(_ shade: (Ink) -> String) -> String {
    Ink.allCases.map { ink in
      ".e .f\(ink.rawValue){fill:\(shade(ink))}.e .s\(ink.rawValue){stroke:\(shade(ink))}"
    }.joined(separator: "\n")
  }

  /// The styles, as CSS: those of light pages, then what is different where the reader prefers dark ones.
  package static var css: String {
    """
    .e text{font-family:\(fonts);font-size:12px}
    .e .t{fill:#222a33}.e .l{fill:#4b5560;font-size:11px}.e .h{fill:#222a33;font-size:13px;font-weight:bold}
    .e .hh{fill:#222a33;font-size:16px;font-weight:bold}.e .n{fill:#4b5560;font-size:11px}
    .e .w{fill:#fff;font-size:11px}.e .k{fill:#222a33;font-size:11px}
    .e .bg{fill:#fff}.e .a{stroke:#8a939e;stroke-width:1;fill:none}.e .g{stroke:#e3e7ec;stroke-width:1}
    .e .x{stroke:#222a33;stroke-width:1.1}.e .m{stroke:#fff;stroke-width:.8}
    .e .ln{fill:none;stroke-width:1.9;stroke-linejoin:round}.e .fa{fill:none;stroke-width:.9;opacity:.28}.e .fd{opacity:.45}
    .e .bd{stroke:none;opacity:.22}.e .er{stroke-width:1.2}.e .o{fill-opacity:0}
    .e .r{stroke:#d62728;stroke-width:1.7}.e .rb{fill:#d62728;opacity:.16}
    .e .c{stroke:#222a33;stroke-width:1.2;stroke-dasharray:1.5 3}
    .e .em{fill:#f1f3f5}
    \(colours(\.light))
    @media (prefers-color-scheme:dark){
    .e .t,.e .h,.e .hh,.e .k{fill:#e8ecf0}.e .l,.e .n{fill:#a9b3be}
    .e .bg{fill:#14181d}.e .a{stroke:#6b7682}.e .g{stroke:#2a323b}.e .x,.e .c{stroke:#e8ecf0}.e .m{stroke:#14181d}
    .e .r{stroke:#ff6b66}.e .rb{fill:#ff6b66}.e .em{fill:#222a33}
    .e .kd{fill:#222a33}
    \(colours(\.dark))
    }
    """
  }
}
