// ChoiceTests.swift -- epochs, statistics, splits and mappings as the command line says them.

import EngramCommands
import Testing
import TrajectoryModel
import TrajectoryStore

struct ChoiceTests {
  @Test func `reads epochs as all, as a range with both ends, with a step, and as a list`() throws {
    let convert = ValueType<EpochWords>.epochs.convert
    #expect(try convert("all") == .selection(.all))
    #expect(try convert("0:100") == .selection(.range(first: 0, last: 100)))
    #expect(try convert("0:100:25") == .selection(.stride(first: 0, last: 100, stride: 25)))
    #expect(try convert("-1.5:2:0.5") == .selection(.stride(first: -1.5, last: 2, stride: 0.5)))
    #expect(try convert("0,5,10") == .selection(.list([0, 5, 10])))
    #expect(try convert("3") == .selection(.list([3])))
  }

  @Test func `reads an epoch of each run as first, last, at most a number, and best by a metric`() throws {
    let convert = ValueType<EpochWords>.epochs.convert
    #expect(try convert("first") == .choice(.first))
    #expect(try convert("last") == .choice(.last))
    #expect(try convert("at-most:50") == .choice(.atMost(50)))
    #expect(try convert("best:top1") == .choice(.best(metric: "top1", isLowest: false)))
    #expect(try convert("best:val:loss:min") == .choice(.best(metric: "val:loss", isLowest: true)))
    for word in ["first", "last", "at-most:0.5", "best:top1:max", "best:loss:min"] {
      #expect(EpochChoice(parsing: word)?.text == word)
    }
  }

  @Test(arguments: [
    "", "some", "0:", ":", "0:1:2:3", "5:0", "0:5:0", "0:5:-1", "0,5,5", "5,0", "0,,5", "0:5,6", "nan", "best", "best:",
    "best::min", "at-most:", "at-most:x", "last:3",
  ])
  func `refuses epochs that are neither`(word: String) {
    let failure = #expect(throws: ConversionFailure.self) { try ValueType<EpochWords>.epochs.convert(word) }
    #expect(failure?.found == word)
  }

  @Test func `the name of a split set is one without a split of it`() throws {
    #expect(try ValueType<String>.splitSet().convert("fig2a") == "fig2a")
    let failure = #expect(throws: ConversionFailure.self) { try ValueType<String>.splitSet().convert("fig2a/0") }
    #expect(failure?.found == "fig2a/0" && failure?.expected.contains("--index") == true)
    #expect(throws: ConversionFailure.self) { try ValueType<String>.splitSet().convert("") }
  }

  @Test func `reads statistics as a word, a family or names`() throws {
    let convert = ValueType<StatisticSelection>.statistics.convert
    #expect(try convert("all") == .all)
    #expect(try convert("admissible") == .admissible)
    #expect(try convert("weight") == .family(.weight))
    #expect(try convert("weightabs_mean, actraw_norm") == .names(["weightabs_mean", "actraw_norm"]))
  }

  @Test(arguments: ["", "weightabs_mean,", "all,weightabs_mean", "weightabs_mean,admissible", "a,a", "weight,b"])
  func `refuses lists of statistics with a gap, a repeat, or a word that stands alone`(word: String) {
    #expect(throws: ConversionFailure.self) { try ValueType<StatisticSelection>.statistics.convert(word) }
  }

  @Test func `reads a split as a name and a number or a group, parted by the first slash`() throws {
    let byNumber = try ValueType<SplitReference>.split.convert("fig2a/12")
    #expect(byNumber == SplitReference(name: "fig2a", key: "12"))
    let byGroup = try ValueType<SplitReference>.split.convert("layers/layer_name=block_1/conv0")
    #expect(byGroup == SplitReference(name: "layers", key: "layer_name=block_1/conv0"))
  }

  @Test(arguments: ["", "fig2a", "fig2a/", "/0"])
  func `refuses a split without a name or without a number`(word: String) {
    #expect(throws: ConversionFailure.self) { try ValueType<SplitReference>.split.convert(word) }
  }
}
