// ParameterSetting.swift -- `--set NAME=VALUE`: one parameter of a classifier.

package import Base

/// One parameter of a classifier.
package struct ParameterSetting: Sendable, Hashable {
  /// The name of the parameter, such as `n_estimators`.
  package let name: String
  /// Its value.
  package let value: JSONValue
}

extension ValueType where Value == ParameterSetting {
  /// `NAME=VALUE`; what is no JSON is text, so that `max_features=sqrt` needs no quotes.
  package static var setting: Self {
    Self("NAME=VALUE") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw ConversionFailure(expected: "NAME=VALUE, such as n_estimators=100", found: word)
      }
      do throws(EngramError) {
        return ParameterSetting(name: parts[0], value: try JSONValue(parsing: parts[1]))
      } catch {
        return ParameterSetting(name: parts[0], value: .string(parts[1]))
      }
    }
  }
}
