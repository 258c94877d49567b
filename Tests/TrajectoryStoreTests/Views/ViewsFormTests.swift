// ViewsFormTests.swift -- the text and JSON forms of views.

import Base
import Testing
import TrajectoryStore

struct ViewsFormTests {
  static let texts = [
    "whole", "mean", "zscore", "positions", "mean+zscore+positions", "epochs:0:100:25", "epochs:0,5,10+mean",
    "random-start:15x4", "random-start:15x4:7", "random-start:0.5x2", "epochs:10:60+random-start:5x4+positions",
    "portion:1/3", "portion:7/7+zscore",
  ]

  @Test(arguments: texts)
  func `text and JSON both read back as they were written`(text: String) throws {
    let view = try TrajectoryView(parsing: text)
    #expect(view.text == text)
    #expect(view.name == text)
    #expect(try TrajectoryView(json: view.json) == view)
    var named = view
    named.name = "mine"
    #expect(try TrajectoryView(json: JSONValue(parsing: named.json.text())) == named)
    #expect(named.text == text)
  }

  @Test func `the JSON form is as documented`() throws {
    let view = try TrajectoryView(parsing: "random-start:15x4+positions")
    #expect(
      try view.json.text()
        == #"{"version":1,"name":"random-start:15x4+positions","epochs":"all","random_start":{"period":15,"count":4,"seed":0},"mean":false,"zscore":false,"positions":true}"#
    )
    #expect(try TrajectoryView(json: ["version": 1]) == .whole)
  }

  @Test func `parts in any order are the same view`() throws {
    #expect(
      try TrajectoryView(parsing: "positions+zscore+mean+portion:2/3")
        == TrajectoryView(parsing: "portion:2/3+mean+zscore+positions"))
  }

  @Test(arguments: [
    ("", "is no part of a view"), ("mean+", "is no part of a view"), ("median", "is no part of a view"),
    ("zscores", "is no part of a view"), ("mean:3", "is not complete"), ("epochs", "is not complete"),
    ("mean+mean", "comes on top"), ("portion:1/3+random-start:5x2", "comes on top"),
    ("portion:0/3", "is no portion"), ("portion:4/3", "is no portion"), ("portion:1", "is no portion"),
    ("random-start:5", "has no period and count"), ("random-start:0x2", "has no period and count"),
    ("random-start:5x0", "has no period and count"), ("random-start:5x2:-1", "is no seed"),
    ("random-start:5x2:4294967296", "is no seed"), ("random-start:5x2:1:1", "has no period and count"),
    ("whole+mean", "is no part of a view"), ("epochs:9:1", "the first epoch of a range"),
  ])
  func `a text that is no view is refused by the part that is wrong`(text: String, message: String) {
    let error = #expect(throws: EngramError.self) { try TrajectoryView(parsing: text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.mend != nil)
  }

  @Test(arguments: [
    (#"{}"#, "version"), (#"{"version":2}"#, "version"), (#"{"version":1,"zscores":true}"#, "zscores"),
    (#"{"version":1,"mean":1}"#, "mean"), (#"{"version":1,"random_start":{"period":5}}"#, "count"),
    (#"{"version":1,"random_start":{"period":0,"count":2}}"#, "period"),
    (#"{"version":1,"random_start":{"period":5,"count":0}}"#, "count"),
    (#"{"version":1,"random_start":{"period":5,"count":2,"seed":-1}}"#, "seed"),
    (#"{"version":1,"random_start":{"period":5,"count":2,"step":1}}"#, "step"),
    (#"{"version":1,"portion":{"index":3,"count":3}}"#, "index"),
    (#"{"version":1,"portion":{"index":0,"count":3},"random_start":{"period":5,"count":2}}"#, "portion"),
    (#"{"version":1,"epochs":[0,5]}"#, "epochs"), (#"[]"#, ""),
  ])
  func `JSON that is no view is refused by its key`(text: String, key: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: EngramError.self) { try TrajectoryView(json: json) }
    #expect(error?.code == (text.contains("\"version\":2") ? .unsupported : .usage))
    #expect(error?.place?.contains(key) ?? key.isEmpty, "\(error.map(String.init(describing:)) ?? "")")
  }
}
