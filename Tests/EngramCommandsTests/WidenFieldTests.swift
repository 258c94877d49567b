// WidenFieldTests.swift -- a later batch that does not fit a field: refused with what widens it, then taken in.

import TestSupport
import Testing

struct WidenFieldTests {
  @Test func `a batch that does not fit a field is taken in once the field is wider`() throws {
    let folder = TemporaryFolder()
    let store = folder["a.engram"]
    func ingest(_ ages: [String], _ batch: Int) -> Shell.Result {
      let rows = ages.enumerated().map { "\(batch * 10 + $0.offset),\($0.element)" }
      let table = folder.write((["model_seed,age"] + rows).joined(separator: "\n") + "\n", to: "batch\(batch).csv")
      return Shell.run(
        Shell.engram,
        [
          "ingest", ArrayFixtures.path("float32.npy"), store, "--metadata", table, "--statistics", "a,b,c,d",
          "--epochs",
          "0,1,2", "--force",
        ])
    }
    #expect(ingest(["20", "21", "22", "23", "24"], 1).code == 0)
    let refused = ingest(["20", "3.5", "22", "23", "24"], 2)
    #expect(refused.code == 3)
    #expect(refused.errors.contains("`engram widen-field STORE age real`"), "\(refused.errors)")
    let widened = Shell.run(Shell.engram, ["widen-field", store, "age", "real", "--reason", "half years"])
    #expect(widened.code == 0 && widened.output == "age is now real, in commit 2\n", "\(widened.errors)")
    #expect(ingest(["20", "3.5", "22", "23", "24"], 2).code == 0)
    let counted = Shell.run(
      Shell.engram, ["sql", store, "SELECT age FROM run WHERE age IN (20, 3.5) ORDER BY 1", "--csv"])
    #expect(counted.output == "age\n3.5\n20.0\n20.0\n")
    // A type is never made narrower, and what there was before is shown as it was.
    #expect(Shell.run(Shell.engram, ["widen-field", store, "age", "integer"]).code == 2)
    let before = Shell.run(Shell.engram, ["sql", store, "SELECT max(age) AS age FROM run", "--as-of", "1", "--csv"])
    #expect(before.output == "age\n24\n", "\(before.errors)")
  }
}
