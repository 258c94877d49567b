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
    #expect(text.contains("one\n  x ████"))
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

  @Test(arguments: [
    [0.9999, 0.99993], [1.7e9, 1.7e9 + 60], [1e7, 1e7 + 10_000], [-1e-7, -1.0001e-7], [1.5e20, 1.5001e20],
    [1e15, 1e15 + 1], [123_456.7, 123_456.700001], [-3e-5, 2e-5], [0.99999e6, 1.00001e6], [1e9, 1e9 + 1e-5],
    [1.7e308, 1.7002e308],
  ])
  func `neighbouring ticks have different labels, in a terminal too`(values: [Double]) throws {
    let points = values.map { LineChart.Point($0, $0) }
    let chart = LineChart([.init("", points, .blue)], x: ValueAxis(""), y: ValueAxis(""))
    let picture = Picture(title: "", description: "", panels: [Panel("", .lines(chart))])
    let svg = picture.svg()
    for axis in [/text-anchor="end"[^>]*>([^<]+)</, /text-anchor="middle"[^>]*>([^<]+)</] {
      let labels = svg.matches(of: axis).map { String($0.output.1) }
      #expect(labels.count > 1 && Set(labels).count == labels.count, "\(labels)")
    }
    let sides = picture.terminalText(width: 80, isColoured: false).split(separator: "\n").compactMap { line in
      line.firstIndex(of: "┤").map { line[..<$0].filter { $0 != " " } }
    }.filter { !$0.isEmpty }
    #expect(sides.count > 1 && Set(sides).count == sides.count, "\(sides)")
  }

  @Test(
    arguments: [
      (0.9999, 0.99993, "0.999910"), (1.7e9, 1.7e9 + 60, "1700000020"), (1e7, 1e7 + 10_000, "10002000"),
      (1.5e20, 1.5001e20, "1.50002e20"), (1.7e308, 1.7001e308, "1.70002e308"), (-1.7e308, 1.7e308, "1e308"),
      (0.0, 4e6, "1e6"), (0.0, 3e-5, "1e-5"),
    ] as [(Double, Double, String)])
  func `ticks have no more digits than tell them apart`(low: Double, high: Double, label: String) {
    let chart = LineChart(
      [.init("", [.init(0, low), .init(1, high)], .blue)], x: ValueAxis(""), y: ValueAxis("", from: low, to: high))
    let svg = Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg()
    #expect(svg.contains(">\(label)</text>"), "\(svg.matches(of: />([^<]+)<\/text>/).map(\.output.1))")
  }

  @Test(arguments: [[-1.7e308, 1.7e308], [Double.greatestFiniteMagnitude], [-1.7e308, 0]])
  func `the largest numbers have lines and ticks on a linear axis`(values: [Double]) {
    let points = values.enumerated().map { LineChart.Point(Double($0), $1) }
    let chart = LineChart([.init("line", points, .blue, .faint)], x: ValueAxis("x"), y: ValueAxis("y"))
    let svg = Picture(title: "t", description: "d", panels: [Panel("", .lines(chart))]).svg()
    #expect(svg.contains("e308</text>"))
    #expect(svg.contains(values.count == 1 ? "<circle" : " fa\"/>"))
  }

  @Test func `a constant line of the smallest number is drawn`() {
    let points = [LineChart.Point(0, .leastNonzeroMagnitude)]
    let chart = LineChart([.init("line", points, .blue, .faint)], x: ValueAxis("x"), y: ValueAxis("y"))
    #expect(Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg().contains("<circle"))
  }

  @Test(arguments: [3, 3_000])
  func `the points of means say their numbers to whoever points at them, where they are few`(count: Int) {
    let points = (0..<count).map { LineChart.Point(Double($0), 0.99991, error: 0.0005) }
    let chart = LineChart([.init("adam", points, .blue, .band)], x: ValueAxis("epoch"), y: ValueAxis("y"))
    let svg = Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg()
    #expect(svg.contains("<title>adam, epoch 2: 0.99991 ± 5e-4</title>") == (count == 3))
    #expect(Markup.fault(in: svg) == nil)
  }

  @Test(arguments: [2.0, 1]) func `a band that reaches zero ends at the lower edge of a logarithmic axis`(error: Double)
    throws
  {
    // Ends of 0.05 and 1.95 are below and above all that the axis shows.
    func band(_ error: Double) throws -> String {
      let points = (0..<3).map { LineChart.Point(Double($0), 1, error: error) }
      let y = ValueAxis("y", from: 0.1, to: 1.5, scale: .log)
      let chart = LineChart([.init("adam", points, .blue, .band)], x: ValueAxis("epoch"), y: y)
      let svg = Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg()
      return String(try #require(svg.firstMatch(of: /<path[^>]* bd"[^>]*>/)).output)
    }
    #expect(try band(error) == band(0.95))
  }

  @Test func `every thin line is drawn in a terminal, however many there are`() {
    func drawn(_ count: Int) -> String {
      // Each has a height of its own.
      let lines = (0..<count).map {
        LineChart.Series("\($0)", [.init(0, Double($0)), .init(1, Double($0))], .blue, .faint)
      }
      let chart = LineChart(lines, x: ValueAxis(""), y: ValueAxis("", from: 0, to: 1_000))
      return Picture(title: "", description: "", panels: [Panel("", .lines(chart))])
        .terminalText(width: 40, isColoured: false)
    }
    #expect(drawn(1_000).count(where: { $0 == "⣿" }) > 3 * drawn(300).count(where: { $0 == "⣿" }))
  }

  @Test(arguments: ValueAxis.Scale.allCases, [[0.0, 0], [-1e300, 1e300], [1e-300, 1e300], [5, 5], [-2, -1], []])
  func `numbers of any size are drawn`(scale: ValueAxis.Scale, values: [Double]) {
    let points = values.enumerated().map { LineChart.Point(Double($0), $1, error: $1.magnitude) }
    let chart = LineChart([.init("line", points, .blue, .band)], x: ValueAxis("x"), y: ValueAxis("y", scale: scale))
    let picture = Picture(title: "t", description: "d", panels: [Panel("", .lines(chart))])
    #expect(Markup.fault(in: picture.svg()) == nil)
    #expect(!picture.terminalText(width: 60, isColoured: true).isEmpty)
  }

  @Test func `bars that go below zero begin where the others do`() {
    let chart = BarChart(
      [.init("", [.init("up", 2, .blue), .init("down", -1, .blue), .init("none", 0, .blue)])], axis: ValueAxis("v"))
    let lines = Picture(title: "", description: "", panels: [Panel("", .bars(chart))])
      .terminalText(width: 48, isColoured: false).split(separator: "\n").map(Array.init)
    let up = lines.first { $0.starts(with: "up") } ?? [], down = lines.first { $0.starts(with: "down") } ?? []
    let begin = up.firstIndex(of: "█"), end = down.lastIndex(of: "█")
    #expect(begin != nil && begin == end.map { $0 + 1 }, "\(String(up)) \(String(down))")
    #expect(lines.first { $0.starts(with: "none") }?.contains("█") == false)
  }

  @Test(arguments: [
    (0.0342, 0.000546, "0.0342 ± 0.0005"), (0.877, 0.0058, "0.877 ± 0.006"), (1.1e-17, 0.001, "0.000 ± 0.001"),
    (5.3e-6, 2.6e-6, "0.000005 ± 0.000003"), (1e-9, 2e-10, "1e-9 ± 2e-10"), (12_345, 1, "12345 ± 1.000"),
    (0.25, 0, "0.250 ± 0.000"), (5e-6, 0, "5e-6 ± 0.000"),
  ])
  func `a value and its error have the same digits`(value: Double, error: Double, text: String) {
    #expect(NumberText.withError(value, error) == text)
  }

  @Test(arguments: [LineChart.Style.marks, .band, .faint])
  func `a point between holes is seen`(style: LineChart.Style) {
    let lines = [
      LineChart.Series("one epoch", [.init(5, 1)], .blue, style),
      LineChart.Series("holes", [.init(0, .nan), .init(5, 2), .init(10, .nan)], .blue, style),
    ]
    let text = Picture(
      title: "", description: "", panels: [Panel("", .lines(LineChart(lines, x: ValueAxis("x"), y: ValueAxis("y"))))]
    ).svg()
    #expect(text.split(separator: "<circle").count == 3)
  }

  @Test func `one epoch has one tick, and lines that are never finite say so`() {
    func drawn(_ points: [LineChart.Point]) -> Picture {
      Picture(
        title: "", description: "",
        panels: [Panel("", .lines(LineChart([.init("", points, .blue, .faint)], x: ValueAxis(""), y: ValueAxis(""))))])
    }
    let one = drawn([.init(5, 1), .init(5, 2)]).svg()
    #expect(one.contains(">5</text>") && !one.contains(">5.2</text>") && !one.contains("no finite values"))
    let none = drawn([.init(0, .nan), .init(100, .infinity)])
    #expect(none.svg().contains(">no finite values</text>") && none.svg().contains(">100</text>"))
    #expect(!none.svg().contains(">0.2</text>"), "no numbers on an axis of nothing")
    #expect(none.terminalText(width: 60, isColoured: false).contains("no finite values"))
  }

  @Test(arguments: [
    ([-1e30, -1, 1e-19, 1, 1e30], ValueAxis.Scale.asinh), ([-0.1, -1e-5, 1e-5, 1e-4, 0.1], .asinh),
    ([-1e30, 1, 2, 3], .asinh), ([1e-19, 1e30], .log), ([24, 142], .log), ([3, 3.5], .log), ([1e-7, 1e7], .linear),
  ])
  func `no label of an axis lies on another`(values: [Double], scale: ValueAxis.Scale) throws {
    let points = values.enumerated().map { LineChart.Point(Double($0), $1) }
    let chart = LineChart([.init("", points, .blue)], x: ValueAxis("", ticks: []), y: ValueAxis("", scale: scale))
    let svg = Picture(title: "", description: "", panels: [Panel("", .lines(chart))]).svg()
    let heights = try svg.matches(of: /text x="[0-9.]+" y="([0-9.]+)" text-anchor="end"/).map {
      try #require(Double($0.output.1))
    }.sorted()
    #expect(heights.count >= 3, "\(values)")
    for (one, next) in zip(heights, heights.dropFirst()) { #expect(next - one >= 12, "\(values): \(heights)") }
  }

  @Test func `what colours of lines without letters mean is said in a terminal`() {
    let chart = LineChart(
      (0..<12).map { .init("example \($0)", [.init(0, 1), .init(1, 2)], Ink(series: $0), .faint) }, x: ValueAxis("x"),
      y: ValueAxis("y"))
    let key = (0..<12).map { KeyEntry("rule \($0)", Ink(series: $0), .rule) }
    let picture = Picture(title: "", description: "", panels: [Panel("", .lines(chart))], key: key)
    let coloured = picture.terminalText(width: 40, isColoured: true)
    #expect(coloured.contains("\u{1B}[38;5;32m━\u{1B}[0m rule 0"))
    for line in coloured.split(separator: "\n") {
      #expect(line.replacing(/\u{1B}\[[0-9;]*m/, with: "").count <= 40, "\(line)")
    }
    #expect(picture.terminalText(width: 40, isColoured: false).contains("colours, not shown here: rule 0,"))
  }

  @Test(arguments: [45, 100, 400]) func `names of many bars and columns do not lie on each other`(count: Int) throws {
    let names = (0..<count).map { "a rule with the number \($0)" }
    let bars = BarChart(
      [BarChart.Group("", names.map { .init($0, 0.5, .blue) })], axis: ValueAxis(""), namesBars: true)
    let cells = CellChart(
      rows: names, columns: names, cells: names.map { _ in names.map { _ in .init(0, "") } }, rowTitle: "",
      columnTitle: "", scale: 0...1)
    let groups = BarChart(names.map { .init($0, [.init("", 0.5, .blue)]) }, axis: ValueAxis(""))
    for content in [Panel.Content.bars(bars), .bars(groups), .cells(cells)] {
      let svg = Picture(title: "", description: "", panels: [Panel("", content)]).svg()
      let places = try svg.matches(of: /<text x="([0-9.]+)" [^>]*rotate\(-40/).map {
        try #require(Double($0.output.1))
      }
      #expect(places.count > 5)
      if count == 45, case .bars = content { #expect(places.count == count, "as many as there are statistics") }
      // The distance between turned lines is the sine of their angle times that between their ends.
      for (one, next) in zip(places, places.dropFirst()) { #expect((next - one) * 0.643 > 10.4) }
    }
  }

  @Test func `long names stay on the page`() throws {
    let long = String(repeating: "a long name ", count: 12) + String(repeating: "x", count: 300)
    let groups = (0..<8).map { BarChart.Group(long, [.init(long, Double($0), .blue)]) }
    let names = (0..<8).map { _ in long }
    let cells = names.map { _ in names.map { _ in CellChart.Cell(0.5, "") } }
    let picture = Picture(
      title: long, description: "",
      panels: [
        Panel(long, .bars(BarChart(groups, axis: ValueAxis(long), namesBars: true))),
        Panel(long, .bars(BarChart(groups, axis: ValueAxis(long)))),
        Panel(
          long,
          .lines(LineChart([.init(long, [.init(1, 1)], .blue)], x: ValueAxis(long), y: ValueAxis(long)))),
        Panel(
          long,
          .cells(
            CellChart(
              rows: names, columns: names, cells: cells, rowTitle: "r", columnTitle: "c", scale: 0...1, scaleTitle: "s"
            ))),
      ], key: [KeyEntry(long, .blue)], notes: [long])
    let svg = picture.svg()
    let page = try #require(svg.firstMatch(of: /width="([0-9.]+)"/).flatMap { Double($0.output.1) })
    for match in svg.matches(of: /<text x="(-?[0-9.]+)" [^>]*>([^<]*)</) {
      let place = try #require(Double(match.output.1))
      // A letter is at least 3 pixels wide: what begins at a place and is longer runs off the page.
      let isPlain = !match.output.0.contains("text-anchor") && !match.output.0.contains("rotate")
      if isPlain { #expect(place + Double(match.output.2.count) * 3 <= page + 3, "\(match.output.0)") }
      if match.output.0.contains("rotate(-40") {
        #expect(place - 0.766 * min(190, Double(match.output.2.count) * 6) >= -2, "\(match.output.0)")
      }
    }
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
