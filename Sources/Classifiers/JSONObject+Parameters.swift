// JSONObject+Parameters.swift -- parameters of classifiers out of JSON: absent or null means the default.

import Base

extension JSONObject {
  /// The whole number under a key; nil when there is none.
  func count(_ key: String) throws(EngramError) -> Int? {
    try optional(key) { (value) throws(EngramError) in Int(try value.asInteger()) }
  }

  /// The number under a key; nil when there is none.
  func real(_ key: String) throws(EngramError) -> Double? {
    try optional(key) { (value) throws(EngramError) in try value.asReal() }
  }

  /// The truth value under a key; nil when there is none.
  func flag(_ key: String) throws(EngramError) -> Bool? {
    try optional(key) { (value) throws(EngramError) in try value.asBool() }
  }

  /// The text under a key; nil when there is none.
  func text(_ key: String) throws(EngramError) -> String? {
    try optional(key) { (value) throws(EngramError) in try value.asString() }
  }
}
