// PublishedDatasetReader+Metadata.swift -- the metadata in each form that people write them in.

import Base
import Formats
import TrajectoryModel

extension PublishedDatasetReader {
  /// Values that metadata in the form of dictionaries may have in all: such a row can be shared, so that a small file
  /// could ask for any number.
  private static let mostValues = 1 << 27

  /// `meta`, checked against the labels.
  func metadata(count: Int, labels: [String]?) throws(EngramError) -> [MetadataColumn] {
    let place = foundName("meta") ?? "meta"
    let found = try columns(part("meta") ?? .none, place: place, count: count)
    let names = found.map(\.name)
    let ours = try renamed(names, hasLabels: labels != nil)
    var columns: [MetadataColumn] = []
    for (column, name) in zip(found, ours) {
      guard let name else { continue }
      columns.append(MetadataColumn(name: name, values: column.values))
    }
    guard let labels else { return columns }
    guard let rules = columns.first(where: { $0.name == "learning_rule" }) else {
      columns.append(MetadataColumn(name: "learning_rule", values: labels.map { .text($0) }))
      return columns
    }
    for (row, (label, rule)) in zip(labels, rules.values).enumerated() where rule != .text(label) {
      throw failure(
        "the label of an example is not the learning rule of its metadata", place: "row \(row)",
        expected: "\(rule) as in \(place)", found: "\(label) as in \(foundName("Y") ?? "Y")",
        mend: "correct the file, or leave the labels out with \(map: "Y", to: "")")
    }
    return columns
  }

  /// Our names of the file's fields.
  ///
  /// - Throws: ``EngramError`` that lists the fields when one is missing or two get the same name.
  private func renamed(_ names: [String], hasLabels: Bool) throws(EngramError) -> [String?] {
    let listed = "the metadata fields " + names.prefix(40).joined(separator: ", ")
    var ours: [String: String] = [:]
    for (our, name) in map.sorted(by: { $0.key < $1.key }) where !PublishedDataset.keys.contains(our) && !name.isEmpty {
      guard names.contains(name) else {
        throw failure("the metadata have no field '\(name)' to use as \(our)", place: foundName("meta"), found: listed)
      }
      guard ours.updateValue(our, forKey: name) == nil else {
        throw failure("the field '\(name)' is mapped twice", place: foundName("meta"))
      }
    }
    let result = names.map { name in ours[name] ?? (map[name] == nil ? name : nil) }
    let have = Set(result.compactMap { $0 })
    guard have.count == result.compactMap({ $0 }).count else {
      throw failure("two fields of the metadata have the same name", place: foundName("meta"), found: listed)
    }
    let missing = PublishedDataset.requiredFields.filter { field in
      !have.contains(field) && map[field] != "" && !(field == "learning_rule" && hasLabels)
    }
    guard missing.isEmpty else {
      let suggestions: [Mend] = missing.map { "\(map: $0, to: "NAME")" }
      throw failure(
        "the metadata lack \(missing.joined(separator: ", "))", place: foundName("meta"),
        expected: "the fields \(PublishedDataset.requiredFields.joined(separator: ", "))", found: listed,
        mend: "say which field plays which part, as in \(each: suggestions); a name left empty says that there is none")
    }
    return result
  }

  /// The columns under the file's own names.
  private func columns(_ value: PickleValue, place: String, count: Int) throws(EngramError) -> [MetadataColumn] {
    switch value {
    case .recordArray(let records):
      guard records.shape == [count] else {
        throw failure(
          "the metadata do not fit the trajectories", place: place, expected: "\(count) records", found: value.summary)
      }
      var columns: [MetadataColumn] = []
      for field in records.fields {
        var values: [MetadataValue] = []
        values.reserveCapacity(count)
        for (row, item) in field.values.enumerated() {
          values.append(try plain(item, place: "\(place).\(field.name)", row: row))
        }
        columns.append(MetadataColumn(name: field.name, values: values))
      }
      return columns
    case .dictionary(let items):
      var columns: [MetadataColumn] = []
      try checkTotal(items.count, times: count, place: place)
      for item in items {
        let name = try fieldName(item.key, place: place)
        columns.append(
          MetadataColumn(name: name, values: try values(item.value, place: "\(place).\(name)", count: count)))
      }
      return columns
    case .list(let rows), .tuple(let rows), .objectArray([count], let rows):
      return try columns(ofRows: rows, place: place, count: count)
    default:
      throw failure(
        "the metadata are of the wrong kind", place: place,
        expected: "a record array, a dictionary of columns or a list of dictionaries", found: value.summary,
        mend: "say which key holds the metadata with \(map: "meta", to: "NAME")")
    }
  }

  /// The columns of a list of dictionaries; what a row lacks is null.
  private func columns(ofRows rows: [PickleValue], place: String, count: Int) throws(EngramError) -> [MetadataColumn] {
    try checkCount(rows.count, count, place: place)
    var names: [String] = []
    var places: [String: Int] = [:]
    var columns: [[MetadataValue]] = []
    var total = 0
    for (row, value) in rows.enumerated() {
      guard case .dictionary(let items) = value else {
        throw failure(
          "a row of the metadata is no dictionary", place: "\(place) row \(row)", found: value.summary)
      }
      total += items.count
      try checkTotal(max(total, columns.count * count), times: 1, place: place)
      for item in items {
        let name = try fieldName(item.key, place: place)
        let column = places[name] ?? columns.count
        if column == columns.count {
          places[name] = column
          names.append(name)
          try checkTotal(names.count, times: count, place: place)
          columns.append([MetadataValue](repeating: .null, count: count))
        }
        columns[column][row] = try plain(item.value, place: "\(place).\(name)", row: row)
      }
    }
    return zip(names, columns).map { MetadataColumn(name: $0, values: $1) }
  }

  private func checkTotal(_ fields: Int, times rows: Int, place: String) throws(EngramError) {
    let total = fields.multipliedReportingOverflow(by: rows)
    guard !total.overflow, total.partialValue <= Self.mostValues else {
      throw EngramError(
        .limit, "the metadata have too many values", file: file, place: place, expected: "at most \(Self.mostValues)")
    }
  }

  private func fieldName(_ key: PickleValue, place: String) throws(EngramError) -> String {
    guard case .text(let name) = key else {
      throw failure("the name of a metadata field is not text", place: place, found: key.summary)
    }
    return name
  }
}
