// ColourImageTests.swift -- pictures in JPEG, other sizes, parts and colours, by known answers.

import Base
import TestSupport
import Testing
import Training

@Suite struct ColourImageTests {
  /// A smooth picture of a colour, which JPEG keeps well.
  static func picture(_ height: Int, _ width: Int, _ colour: [Int]) -> ColourImage<UInt8> {
    var samples: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<3 {
          samples.append(UInt8(clamping: colour[channel] + 40 * row / height - 40 * column / width))
        }
      }
    }
    return ColourImage(height: height, width: width, samples: samples)
  }

  private static func row(_ values: [Float]) -> ColourImage<Float> {
    ColourImage(height: 1, width: values.count, samples: values.flatMap { [$0, 2 * $0, -$0] })
  }

  /// The first channel.
  private static func first(_ image: ColourImage<Float>) -> [Float] {
    stride(from: 0, to: image.samples.count, by: 3).map { image.samples[$0] }
  }

  @Test func `a JPEG has the pixels that it was made of`() throws {
    let folder = TemporaryFolder()
    let picture = Self.picture(37, 53, [180, 90, 20])
    folder.write(try picture.jpeg(quality: 100), to: "a.JPEG")
    let read = try ColourImage<UInt8>(jpeg: folder["a.JPEG"])
    #expect(read.height == 37 && read.width == 53)
    #expect(zip(read.samples, picture.samples).allSatisfy { abs(Int($0) - Int($1)) <= 6 })
  }

  @Test func `what is no whole JPEG is refused with its name`() throws {
    let folder = TemporaryFolder()
    let bytes = try Self.picture(64, 64, [180, 90, 20]).jpeg()
    for (name, damaged) in [
      ("empty", []), ("text", Array("hello".utf8)), ("head", Array(bytes.prefix(30))),
      ("cut", Array(bytes.prefix(bytes.count / 2))),
    ] {
      folder.write(damaged, to: name)
      let error = refusal(.invalidData) { _ = try ColourImage<UInt8>(jpeg: folder[name]) }
      #expect(error?.file == folder[name] && error?.found?.isEmpty == false)
    }
    refusal(.notFound) { _ = try ColourImage<UInt8>(jpeg: folder["none"]) }
    // Every cut of a file is read or refused, and nothing else happens; bytes after the picture are no fault.
    for length in stride(from: 0, to: bytes.count, by: 7) {
      folder.write(bytes.prefix(length), to: "some")
      _ = try? ColourImage<UInt8>(jpeg: folder["some"])
    }
    folder.write(bytes + [1, 2, 3], to: "more")
    #expect(try ColourImage<UInt8>(jpeg: folder["more"]).width == 64)
  }

  @Test func `other sizes are TensorFlow's`() {
    #expect(Self.first(Self.row([0, 1]).bilinear(height: 1, width: 4)) == [0, 0.5, 1, 1])
    #expect(Self.first(Self.row([0, 1, 2, 3]).bilinear(height: 1, width: 2)) == [0, 2])
    #expect(Self.row([0, 1]).bilinear(height: 3, width: 2).samples.count == 18)
    // Keys' kernel with a = -0.75 half between: -.09375, .59375, .59375, -.09375; edges are repeated.
    let cubic = Self.first(Self.row([0, 1, 2, 3]).bicubic(height: 1, width: 8))
    #expect(cubic == [0, 0.40625, 1, 1.5, 2, 2.59375, 3, 3.09375])
    #expect(Self.first(Self.row([5, 5, 5]).bicubic(height: 1, width: 7)).allSatisfy { abs($0 - 5) < 1e-5 })
  }

  @Test func `parts of an image are as large and as shaped as they may be`() {
    var (areas, draws): ([Double], Draws) = ([], Draws(seed: 3, stream: 0))
    for _ in 0..<400 {
      guard let part = RandomCrop.residual.draw(height: 120, width: 200, &draws) else {
        Issue.record("there is a part of every image")
        continue
      }
      #expect(part.top >= 0 && part.left >= 0 && part.top + part.height <= 120 && part.left + part.width <= 200)
      let area = Double(part.height * part.width) / 24_000
      #expect(area >= 0.1)
      #expect((0.7...1.4).contains(Double(part.width) / Double(part.height)))
      areas.append(area)
    }
    // Heights are drawn alike, so areas are spread.
    #expect(areas.min().map { $0 < 0.15 } == true && areas.max().map { $0 > 0.6 } == true)
    #expect(RandomCrop.residual.draw(height: 4, width: 400, &draws) == nil)
    let square = RandomCrop.square(height: 4, width: 400, &draws)
    #expect(square.height == 4 && square.width == 4 && square.left + 4 <= 400)
    let middle = ImageRectangle.middle(ofHeight: 100, width: 60, share: 0.875)
    #expect(middle == ImageRectangle(top: 6, left: 3, height: 88, width: 54))
  }

  @Test func `colours change as they should`() {
    let pixels: [Float] = [1, 0, 0, 0.2, 0.4, 0.6, 0.5, 0.5, 0.5, 0, 0, 0]
    let image = ColourImage(height: 2, width: 2, samples: pixels)
    func near(_ one: ColourImage<Float>, _ other: [Float]) -> Bool {
      zip(one.samples, other).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    #expect(near(image.saturation(1), pixels) && near(image.hue(turnedBy: 0), pixels))
    // A third of the circle: red is green, and (.2, .4, .6) is (.6, .2, .4).
    #expect(near(image.hue(turnedBy: 1.0 / 3), [0, 1, 0, 0.6, 0.2, 0.4, 0.5, 0.5, 0.5, 0, 0, 0]))
    #expect(near(image.saturation(0), [1, 1, 1, 0.6, 0.6, 0.6, 0.5, 0.5, 0.5, 0, 0, 0]))
    #expect(near(image.contrast(0), [Float](repeating: 0, count: 12).indices.map { [0.425, 0.225, 0.275][$0 % 3] }))
    #expect(abs(image.grey.samples[3] - (0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6)) < 1e-6)
    #expect(image.mirrored.mirrored == image && Array(image.mirrored.samples.prefix(3)) == [0.2, 0.4, 0.6])
    // A blur keeps the sum of what does not reach the edge.
    var dot = ColourImage(height: 9, width: 9, samples: [Float](repeating: 0, count: 243))
    dot.samples[3 * 40] = 1
    let blurred = dot.blurred(deviation: 0.8, radius: 3)
    #expect(abs(blurred.samples.reduce(0, +) - 1) < 1e-5)
    #expect(blurred.samples[3 * 39] == blurred.samples[3 * 41] && blurred.samples[3 * 31] == blurred.samples[3 * 49])
  }
}
