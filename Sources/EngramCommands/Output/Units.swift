// Units.swift -- sizes and times as people read them.

/// A size in bytes: `512 B`, `1.5 KiB`, `157.0 MiB`, `2.3 GiB`.
package func byteText(_ count: Int) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  guard count >= 1024 else { return "\(count) B" }
  var value = Double(count) / 1024
  var unit = 0
  // 1023.95 would be written 1024.0.
  while value >= 1023.95 && unit + 1 < units.count {
    value /= 1024
    unit += 1
  }
  return "\(fixed(value, digits: 1)) \(units[unit])"
}

/// A time: `850 ms`, `3.2 s`, `1 min 05 s`, `2 h 10 min`.
package func durationText(seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  if seconds < 0.9995 { return "\(Int((max(0, seconds) * 1000).rounded())) ms" }
  if seconds < 59.95 { return "\(fixed(seconds, digits: 1)) s" }
  let whole = Int(seconds.rounded())
  if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
  return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
}

/// A number with a fixed count of digits after the point, rounded to nearest.
package func fixed(_ value: Double, digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (value * scale).rounded()
  guard scaled.magnitude < 9e15 else { return "\(value)" }
  let whole = Int(scaled.magnitude)
  let text = String(whole / Int(scale))
  let sign = scaled < 0 ? "-" : ""
  guard digits > 0 else { return sign + text }
  let rest = String(whole % Int(scale))
  return sign + text + "." + String(repeating: "0", count: digits - rest.count) + rest
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
