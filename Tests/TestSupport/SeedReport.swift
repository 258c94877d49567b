// SeedReport.swift -- a trait that adds the seeds of a test to each of its failures.

package import Testing

/// Adds the seeds of a test's generators to each failure that it records.
package struct SeedReport: SuiteTrait, TestTrait, TestScoping {
  package let isRecursive = true

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let log = SeedLog()
    let trait = IssueHandlingTrait.compactMapIssues { issue in
      var issue = issue
      let seeds = log.seeds
      if !seeds.isEmpty {
        issue.comments.append(Comment(rawValue: "seeds " + seeds.map(String.init).joined(separator: ", ")))
      }
      return issue
    }
    try await SeedLog.$current.withValue(log) {
      try await trait.provideScope(for: test, testCase: testCase, performing: function)
    }
  }
}

extension Trait where Self == SeedReport {
  /// Adds the seeds of a test's generators to each failure that it records.
  package static var seedReport: Self { SeedReport() }
}
