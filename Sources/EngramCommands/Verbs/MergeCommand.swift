// MergeCommand.swift -- `engram merge STORE SOURCE…`.

/// Brings other stores into one.
enum MergeCommand {
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let sources = Parameter.arguments(.store("SOURCE"), "the stores to bring in; they stay as they are")
  static let copies = Parameter.flag("copy", "copy files even where a hard link would do")

  static let command = Command(
    "merge", "bring other stores into one",
    discussion: """
      Files are linked or copied, never decoded. Examples are added in the order of the sources and get new example \
      ids. Either all the sources are brought in or none.
      """,
    takes: [store, sources, copies, CommonParameters.json],
    examples: [.init("engram merge lr.engram worker-0.engram worker-1.engram", "What two workers recorded, as one")],
    body: notYetWired)
}
