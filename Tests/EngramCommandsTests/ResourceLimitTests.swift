// ResourceLimitTests.swift -- short of memory, descriptors or room, the program says so and harms nothing.

import Foundation
import TestSupport
import Testing

struct ResourceLimitTests {
  /// Runs a line of bash, in which `$E` is the program.
  private static func bash(_ line: String, _ words: String...) -> Shell.Result {
    Shell.run("bash", ["-c", line, "bash"] + words, environment: ["E": Shell.engram, "SWIFT_BACKTRACE": "enable=no"])
  }

  @Test func `files that may not grow keep a store from being made, and leave no part of one`() {
    let folder = TemporaryFolder()
    let (data, store) = (Fixtures.path("arrays/recordings.npz"), folder["s.engram"])
    for blocks in [1, 4, 16, 40, 64, 80, 96] {
      let result = Self.bash("ulimit -f \(blocks); exec \"$E\" ingest \"$1\" \"$2\"", data, store)
      if result.code == 0 { break }
      // A signal would be 128 and more.
      #expect(result.code == 1, "\(blocks): \(result.code) \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: store) || Self.isEmptyStore(store), "\(blocks)")
    }
    let made = Self.bash("exec \"$E\" ingest \"$1\" \"$2\"", data, store)
    #expect(made.code == 0 || made.errors.contains("--force"), "\(made.errors)")
    #expect(Self.bash("exec \"$E\" verify \"$1\"", store).code == 0)
  }

  /// Whether a store is whole and holds nothing.
  private static func isEmptyStore(_ path: String) -> Bool {
    bash("exec \"$E\" verify \"$1\"", path).output.contains("all is well: 0 examples")
  }

  @Test func `with few descriptors a query is answered rightly or fails, and never reads without locks`() throws {
    let session = try Session()
    var answers = 0
    for count in [3, 4, 5, 6, 7, 8, 9, 12, 16, 24, 48] {
      let result = Self.bash(
        "ulimit -n \(count); exec \"$E\" sql \"$1\" 'SELECT count(*) AS n FROM run' --csv", session.store)
      if result.code == 0 {
        #expect(result.output == "n\n240\n")
        answers += 1
      } else {
        #expect(result.code == 1 || result.code == 127, "\(count): \(result.code) \(result.errors)")
        #expect(!result.errors.contains("restore"), "\(result.errors)")
      }
    }
    #expect(answers > 0)
  }

  /// Whether a small disk can be mounted, in a name space that ends with the shell.
  private static let canMount =
    bash("mkdir d && unshare -rm bash -c 'mount -t tmpfs -o size=1m,nr_inodes=40 tmpfs d'").code == 0

  @Test(
    .enabled(if: ResourceLimitTests.canMount, "the system lets nobody mount a small disk"),
    arguments: ["dd if=/dev/zero of=d/fill bs=1k", "i=0; while : > d/$i; do i=$((i+1)); done"])
  func `a store is read on a disk that is full of bytes or of files`(fill: String) {
    let made = TemporaryFolder()
    let (data, store) = (Fixtures.path("arrays/recordings.npz"), made["s.engram"])
    #expect(Self.bash("exec \"$E\" ingest \"$1\" \"$2\"", data, store).code == 0)
    let result = Self.bash(
      """
      mkdir d && unshare -rm bash -c '
        mount -t tmpfs -o size=1m,nr_inodes=40 tmpfs d && cp -r "$1" d/s.engram || exit 9
        { \(fill); } 2>/dev/null
        for verb in info verify log; do "$E" $verb d/s.engram || exit 8; done
      ' bash "$1"
      """, store)
    #expect(result.code == 0, "\(result.code) \(result.errors)")
    #expect(result.output.contains("all is well"), "\(result.output)")
  }

  @Test func `a path of thousands of bytes has an error that says so`() {
    let folder = TemporaryFolder()
    let long = "/" + Array(repeating: String(repeating: "d", count: 120), count: 30).joined(separator: "/")
    for path in [folder.path + long, folder.path + "/" + String(repeating: "n", count: 300)] {
      for line in ["exec \"$E\" info \"$1\"", "exec \"$E\" ingest \"$2\" \"$1\""] {
        let result = Self.bash(line, path, Fixtures.path("arrays/recordings.npz"))
        #expect([1, 2].contains(result.code), "\(result.code)")
        #expect(
          result.errors.contains("no store here") || result.errors.contains("too long")
            || result.errors.contains("No such file"), "\(result.errors)")
      }
    }
  }

  @Test func `whoever reads only the first rows of a query ends it without a word`() throws {
    let session = try Session()
    for format in ["", "--csv", "--json"] {
      let line =
        "\"$E\" sql \"$1\" 'SELECT a.run_id FROM run a, run b, run c' \(format) | head -c 5 >/dev/null; echo ${PIPESTATUS[0]}"
      let result = Self.bash(line, session.store)
      #expect(result.errors.isEmpty, "\(result.errors)")
      #expect(result.output != "1\n")
    }
  }

  @Test func `a query is stopped while SQLite compiles it`() throws {
    let session = try Session()
    let subqueries = (1...19).map { "a\($0) AS (SELECT p.x FROM a\($0 - 1) p, a\($0 - 1) q)" }.joined(separator: ", ")
    let sql = "WITH a0 AS (SELECT 1 x), \(subqueries) SELECT count(*) FROM a19"
    let result = Self.bash("ulimit -v 4000000; exec timeout 20 \"$E\" sql \"$1\" \"$2\"", session.store, sql)
    #expect(result.code == 1 && result.errors.contains("compile"), "\(result.code) \(result.errors)")
  }

  @Test func `OpenBLAS without memory is an error and no endless loop`() throws {
    let session = try Session()
    try session.ok(
      "split", "random", session.store, "--name", "s", "--repeats", "1", "--train-count", "40", "--test-count", "20")
    var refused = 0
    for mebibytes in [250, 300] {
      let line =
        "ulimit -v \(mebibytes * 1_024); exec timeout -k 1 60 \"$E\" classify \"$1\" --split s --model linear-svm --set C=1 "
        + "--threads 2 -q"
      let result = Self.bash(line, session.store)
      #expect(result.code != 124 && result.code != 137, "\(mebibytes) MiB: it does not end")
      if result.errors.contains("OpenBLAS") { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test func `observing under many seeds takes no more memory than under few`() throws {
    let folder = TemporaryFolder()
    // 100,000 float32 of one stimulus, of which the noise of all seeds would take 800 MB.
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 100000), }"
    let text = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    for place in 0..<100_000 {
      let bits = Float(place % 97).bitPattern
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    }
    TestFiles.write(bytes, to: folder["a.npy"])
    let line =
      "ulimit -v 400000; exec \"$E\" observe \"$1\" --activations \"$2\" --set a=1 --noise 0.5 --observation-seeds 0:999 "
      + "--threads 2 -q"
    let result = Self.bash(line, folder["s.engram"], folder["a.npy"])
    #expect(result.code == 0, "\(result.code) \(result.errors)")
  }
}
