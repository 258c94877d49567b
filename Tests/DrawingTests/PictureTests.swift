// PictureTests.swift -- pictures as SVG and in characters: what they say, what they escape, what they fit.

import Drawing
import TestSupport
import Testing

struct PictureTests {
  static let bars = Picture(
    title: "Bars", description: "Two groups of bars.",
    panels: [
      Panel(
        "a panel",
        .bars(
          BarChart(
            [
              BarChart.Group("one", [.init("x", 0.5, error: 0.1, .blue), .init("y", 0.25, .orange)]),
              BarChart.Group(
                "two", [.init("x", .nan, .blue), .init("y", 1, .orange)], reference: Reference(0.8, label: "red")),
            ], axis: .accuracy, references: [Reference(0.25, label: "chance", isChance: true)])))
    ], key: [KeyEntry("x", .blue), KeyEntry("y", .orange)])

  static let lines = Picture(
    title: "Lines", description: "One line.",
    panels: [
      Panel(
        "",
        .lines(
          LineChart(
            [
              LineChart.Series("up", (0...20).map { .init(Double($0), Double($0) * 2, error: 1) }, .blue, .band),
              LineChart.Series("hole", [.init(0, 1), .init(5, .nan), .init(10, .infinity), .init(20, 3)], .red),
            ], x: ValueAxis("epoch"), y: ValueAxis("value"))))
    ])

  static let cells = Picture(
    title: "Cells", description: "Four cells.",
    panels: [
      Panel(
        "matrix",
        .cells(
          CellChart(
            rows: ["adam", "sgdm"], columns: ["adam", "sgdm"],
            cells: [[.init(0.9, "90"), .init(0.1, "10")], [.init(.nan, ""), .init(1, "99")]], rowTitle: "actual",
            columnTitle: "predicted", scale: 0...1, scaleTitle: "share")))
    ])

  static let all = [bars, lines, cells]

  @Test(arguments: all)
  func `an SVG is well-formed XML with a title, a description and a role`(picture: Picture) throws {
    let text = picture.svg(id: "p1")
    #expect(Markup.fault(in: text) == nil)
    #expect(text.contains("<title id=\"p1-title\">\(picture.title)</title>"))
    #expect(text.contains("<desc id=\"p1-description\">\(picture.description)</desc>"))
    #expect(text.contains("role=\"img\" aria-labelledby=\"p1-title p1-description\""))
    #expect(text.contains("prefers-color-scheme:dark"))
  }

  @Test(arguments: [20, 60, 300]) func `cells of many classes have no negative size, and a page of them stays small`(
    count: Int
  ) {
    let names = (0..<count).map { "class \($0)" }
    let cells = (0..<count).map { row in
      (0..<count).map { CellChart.Cell($0 == row ? 0.9 : $0 == row / 2 ? 0.1 : 0, $0 == row ? "9" : "0") }
    }
    let chart = CellChart(
      rows: names, columns: names, cells: cells, rowTitle: "actual", columnTitle: "predicted", scale: 0...1)
    let text = Picture(title: "t", description: "d", panels: [Panel("", .cells(chart))]).svg()
    #expect(Markup.fault(in: text) == nil)
    #expect(!text.contains("width=\"-") && !text.contains("height=\"-"))
    #expect(text.utf8.count < 500_000)
  }

  @Test func `a line that bars are compared with is drawn over them`() throws {
    let chart = BarChart(
      [.init("one", [.init("high", 0.9, .blue)])], axis: .accuracy,
      references: [Reference(0.5, error: 0.1, label: "the others")])
    let text = Picture(title: "t", description: "d", panels: [Panel("", .bars(chart))]).svg()
    let (bar, line) = (
      try #require(text.firstRange(of: "high: 0.9")), try #require(text.firstRange(of: "the others: 0.5"))
    )
    #expect(bar.upperBound < line.lowerBound)
  }

  @Test(arguments: all)
  func `the same picture gives the same bytes, and no coordinate that is no number`(picture: Picture) {
    #expect(picture.svg() == picture.svg())
    #expect(!picture.svg().contains("nan") && !picture.svg().contains("inf\""))
  }

  @Test func `whatever stands in a text is text`() throws {
    let hostile = "<script>alert('1')</script>&\"\u{0}\u{1B}[31m\u{FFFF}"
    var picture = Self.bars
    picture.title = hostile
    picture.description = hostile
    picture.notes = [hostile]
    picture.key = [KeyEntry(hostile, .blue)]
    picture.panels += [
      Panel(
        hostile, .bars(BarChart([.init(hostile, [.init(hostile, 1, .red)])], axis: ValueAxis(hostile), namesBars: true))
      ),
      Panel(
        hostile,
        .lines(
          LineChart([.init(hostile, [.init(0, 0), .init(1, 1)], .red)], x: ValueAxis(hostile), y: ValueAxis(hostile)))),
    ]
    let text = picture.svg()
    #expect(Markup.fault(in: text) == nil)
    #expect(!text.contains("<script"))
    for width in [10, 40, 200] {
      let shown = picture.terminalText(width: width, isColoured: false)
      #expect(!shown.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, "no character moves the cursor")
    }
  }

  @Test(arguments: all, [30, 47, 80, 132])
  func `no line in a terminal is wider than its window`(picture: Picture, width: Int) {
    for line in picture.terminalText(width: width, isColoured: false).split(separator: "\n") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test func `bars in a terminal are as long as their values`() {
    let text = Self.bars.terminalText(width: 60, isColoured: false)
    #expect(text.contains("one, x ████"))
    #expect(text.contains("0.500 ± 0.100"))
    #expect(text.contains("┊ chance: 0.250"))
    #expect(text.contains("n/a"))
  }

  @Test func `colours are written only where they are wanted`() {
    #expect(!Self.lines.terminalText(width: 60, isColoured: false).contains("\u{1B}"))
    #expect(Self.lines.terminalText(width: 60, isColoured: true).contains("\u{1B}[38;5;"))
  }

  @Test(arguments: [
    (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0.0, 100.0, ["0", "20", "40", "60", "80", "100"]),
    (-3.0, 7.0, ["-2", "0", "2", "4", "6"]),
  ])
  func `ticks stand at round numbers`(low: Double, high: Double, labels: [String]) {
    let chart = LineChart(
      [.init("", [.init(0, low), .init(1, high)], .blue)], x: ValueAxis(""), y: ValueAxis("", from: low, to: high))
    let svg = Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg()
    for label in labels {
      let shown = low == 0 && label == "0.0" ? "0" : label
      #expect(svg.contains(">\(shown)</text>"), "\(label)")
    }
  }

  @Test(arguments: ValueAxis.Scale.allCases, [[0.0, 0], [-1e300, 1e300], [1e-300, 1e300], [5, 5], [-2, -1], []])
  func `numbers of any size are drawn`(scale: ValueAxis.Scale, values: [Double]) {
    let points = values.enumerated().map { LineChart.Point(Double($0), $1, error: $1.magnitude) }
    let chart = LineChart([.init("line", points, .blue, .band)], x: ValueAxis("x"), y: ValueAxis("y", scale: scale))
    let picture = Picture(title: "t", description: "d", panels: [Panel("", .lines(chart))])
    #expect(Markup.fault(in: picture.svg()) == nil)
    #expect(!picture.terminalText(width: 60, isColoured: true).isEmpty)
  }

  @Test func `PNG and PDF begin as they must and are the same each time`() throws {
    let png = try Self.bars.raster(.png)
    #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    let pdf = try Self.cells.raster(.pdf)
    #expect(String(decoding: pdf.prefix(5), as: UTF8.self) == "%PDF-")
    #expect(try Self.cells.raster(.pdf) == pdf)
  }
}

extension Picture: CustomTestStringConvertible {
  /// Short enough for a log.
  public var testDescription: String { title }
}
