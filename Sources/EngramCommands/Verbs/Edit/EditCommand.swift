// EditCommand.swift -- `engram edit STORE --where SQL --set FIELD=VALUE --reason TEXT`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Corrects the metadata of runs.
enum EditCommand {
  static let filter = Parameter.required(
    "where", .text("SQL"), "the runs for which this SQL expression is true, over the fields that info lists")
  static let set = Parameter.repeated(
    "set", .text("FIELD=VALUE,…"),
    "the new value of a field, or of several; NULL takes the value away, and 'NULL' in quotes is the text")
  static let reason = Parameter.required("reason", .text("TEXT"), "why, for the log of commits")
  static let trial = Parameter.flag("dry-run", "only say what would change")

  static let command = Command(
    "edit", "correct the metadata of runs and layers",
    discussion: """
      What was there before is kept: --as-of shows it, and split sets and results that were made before go on showing \
      what they showed. Values must fit the type of their field. A condition that is true for some layers of a run only \
      is refused, for a run is changed as a whole. layer_name and layer_position are set for the layers for which the \
      condition is true; their measurements are stored anew under new ids, and the old ones are hidden, in the same commit.
      """,
    takes: [
      SharedParameters.storeToChange, filter, set, reason, trial, SharedParameters.author, SharedParameters.waitSeconds,
      CommonParameters.json,
    ],
    examples: [
      .init(
        "engram edit lr.engram --where \"model_seed = 3\" --set learning_rule=adam --reason \"see notebook, 3 May\"",
        "A label that was wrong"),
      .init(
        "engram edit lr.engram --where \"batch_size = 0\" --set batch_size=NULL --reason \"0 meant unknown\" --dry-run",
        "What would change"),
      .init(
        "engram edit lr.engram --where \"layer_name = 'fc8'\" --set layer_position=deep --reason \"it is the last\"",
        "The position of a layer that nobody gave"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let values = try values(invocation, try store.snapshot().fields())
    let isTrial = invocation[trial]
    let options = WriteOptions(
      waitSeconds: invocation[SharedParameters.waitSeconds], work: invocation.work,
      author: invocation[SharedParameters.author], reason: invocation[reason])
    let report = try store.edit(where: invocation[filter], set: values, isTrial: isTrial, options: options)
    if invocation[CommonParameters.json] {
      try invocation.show(.object(EditReportText.json(report)))
    } else {
      try EditReportText.show(report, isTrial: isTrial, invocation)
    }
  }

  /// The new values, read as the types of their fields.
  private static func values(
    _ invocation: Invocation, _ fields: [MetadataField]
  ) throws(EngramError) -> [String: MetadataValue] {
    var values: [String: MetadataValue] = [:]
    for word in invocation[set].flatMap(assignments) {
      guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
        throw invocation.usageError("--set names a field and its value", expected: "FIELD=VALUE", found: "'\(word)'")
      }
      let name = String(word[..<equals])
      let text = String(word[word.index(after: equals)...])
      // An unknown field is the library's to refuse, with those there are.
      let field = fields.first { $0.name.lowercased() == name.lowercased() }
      let key = (field?.name ?? name).lowercased()
      guard values.updateValue(value(text, field?.type ?? .text), forKey: key) == nil else {
        throw invocation.usageError("--set names a field twice", found: "'\(name)'")
      }
    }
    guard !values.isEmpty else { throw invocation.usageError("nothing is set", expected: "--set FIELD=VALUE") }
    return values
  }

  /// The parts of `a=1,b=2`; a comma before which stands no new FIELD= is one of the value.
  private static func assignments(_ text: String) -> [String] {
    var parts: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isNew = part.firstIndex(of: "=").map { MetadataField.isValidName(String(part[..<$0])) } ?? false
      if isNew || parts.isEmpty { parts.append(String(part)) } else { parts[parts.count - 1] += ",\(part)" }
    }
    return parts
  }

  /// A text as a value of a type; as text, which the field then refuses, where it is none.
  private static func value(_ text: String, _ type: MetadataType) -> MetadataValue {
    if text == "NULL" { return .null }
    switch type {
    case .integer: return Int64(text).map { .integer($0) } ?? .text(text)
    case .real:
      guard let number = Double(text), !number.isNaN else { return .text(text) }
      return .real(number)
    // In quotes the word is a text, as in the names of groups.
    case .text: return .text(text == "'NULL'" ? "NULL" : text)
    }
  }
}
