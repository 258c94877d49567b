// Commands.swift -- the commands of `engram`, inside the caller's process.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import EngramCommands
import Synchronization

/// The words of a command line.
func words(_ count: Int32, _ pointer: UnsafePointer<UnsafePointer<CChar>?>?) throws(EngramError) -> [String] {
  guard count >= 0, unsafe pointer != nil || count == 0 else {
    throw EngramError(.usage, "there are no words", place: "argument words", found: "NULL")
  }
  var words: [String] = []
  // SAFETY: the caller has `count` texts there.
  for index in 0..<Int(count) { words.append(try unsafe text(pointer?[index], "words")) }
  return words
}

@c @implementation
public func engram_command(
  _ wordCount: Int32, _ words: UnsafePointer<UnsafePointer<CChar>?>?, _ work: UnsafePointer<engram_work>?,
  _ output: HandlePlace, _ notes: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let given = try unsafe EngramABI.words(wordCount, words)
    let said = SaidText()
    var written: [UInt8] = []
    let program = Program(
      root: engramCommand, version: engramVersion, work: try unsafe workContext(work),
      output: { written.append(contentsOf: $0) }, notes: { said.add($0) })
    try program.call(given)
    if let output = unsafe output { unsafe output.pointee = handle(TextHandle(written)) }
    unsafe TextHandle.put(said.all, notes)
  }
}

/// What a command says on the way.
private final class SaidText: Sendable {
  private let text = Mutex("")

  func add(_ more: String) { text.withLock { $0 += more } }

  var all: String { text.withLock { $0 } }
}

@c @implementation
public func engram_main(_ wordCount: Int32, _ words: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
  do throws(EngramError) {
    return engramMain(try unsafe EngramABI.words(wordCount, words))
  } catch {
    return engramMain(["--"])
  }
}
