// TensorLibrary.swift -- the library that computes, loaded when it is first needed, and the rules that it knows.

package import Base
import CTorch

/// A rule of learning that the tensor library knows.
package struct LearningRule: Sendable, Hashable {
  /// An option of a rule.
  package struct Option: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its value unless another is given.
    package let value: Double
    /// What it is.
    package let text: String
  }

  /// What moves the forward weights.
  package enum Optimizer: String, Sendable, Hashable {
    /// Stochastic gradient descent with Nesterov momentum.
    case sgdm
    /// Adam.
    case adam
  }

  /// Its name, which is the `learning_rule` of a run.
  package let name: String
  /// What it is, in one clause.
  package let title: String
  /// What moves the forward weights.
  package let optimizer: Optimizer
  /// Whether layers have feedback kernels.
  package let hasFeedback: Bool
  /// Its options.
  package let options: [Option]

  /// Whether its feedback is a matrix from the output to each ReLU, and no kernel of a layer.
  package var isDirect: Bool { name == "direct-feedback" }

  /// Makes a rule.
  package init(name: String, title: String, optimizer: Optimizer, hasFeedback: Bool, options: [Option]) {
    self.name = name
    self.title = title
    self.optimizer = optimizer
    self.hasFeedback = hasFeedback
    self.options = options
  }

  /// Refuses options that the rule has not.
  ///
  /// - Throws: ``EngramError`` with code `usage` for one that is not known or is no finite number.
  package func check(_ given: [String: Double]) throws(EngramError) {
    let names = options.map(\.name)
    for (option, value) in given.sorted(by: { $0.key < $1.key }) where !names.contains(option) || !value.isFinite {
      throw EngramError(
        .usage, "the learning rule \(name) has no such option",
        expected: names.isEmpty ? "no options" : "\(names.joined(separator: ", ")), each a finite number",
        found: "\(option) = \(value)", mend: closestName(to: option, among: names).map { "did you mean \($0)?" })
    }
  }
}

/// The library that computes.
package enum TensorLibrary {
  /// Loads the library, once.
  ///
  /// - Throws: ``EngramError`` with code `io` when it is not there or cannot be loaded.
  package static func load() throws(EngramError) {
    // SAFETY: the text is a C string that stays.
    guard let failure = unsafe engram_torch_load() else { return }
    throw EngramError(
      .io, "networks cannot be trained: the tensor library is not there", expected: "libengram_torch.so",
      found: unsafe String(cString: failure),
      mend:
        "build the library against libtorch: the setup script in Engram's source folder does it when asked for training"
    )
  }

  /// The version of libtorch.
  package static func version() throws(EngramError) -> String {
    try load()
    // SAFETY: the text is a C string that stays.
    return unsafe String(cString: engram_torch_library_version())
  }

  /// GPUs that can be used.
  package static func gpuCount() throws(EngramError) -> Int {
    try load()
    return Int(engram_torch_gpu_count())
  }

  /// Fixes the number of threads that networks of the calling thread compute with.
  package static func useThreads(_ count: Int) throws(EngramError) {
    try load()
    try check(engram_torch_use_threads(Int32(clamping: count)), "threads")
  }

  /// All rules, by name.
  package static func rules() throws(EngramError) -> [LearningRule] {
    try load()
    var rules: [LearningRule] = []
    for index in 0..<engram_torch_rule_count() {
      var facts = unsafe engram_rule_facts()
      // SAFETY (here and below): the library fills the structure; its texts are C strings that stay.
      try check(unsafe engram_torch_rule(index, &facts), "a rule")
      var options: [LearningRule.Option] = []
      for number in 0..<(unsafe facts.option_count) {
        var option = unsafe engram_rule_option()
        try check(unsafe engram_torch_rule_option(index, number, &option), "an option of a rule")
        unsafe options.append(
          LearningRule.Option(
            name: String(cString: option.name), value: option.value, text: String(cString: option.text)))
      }
      unsafe rules.append(
        LearningRule(
          name: String(cString: facts.name), title: String(cString: facts.title),
          optimizer: String(cString: facts.optimizer) == "adam" ? .adam : .sgdm, hasFeedback: facts.has_feedback != 0,
          options: options))
    }
    return rules.sorted { $0.name < $1.name }
  }

  /// The rule of a name.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there is none.
  package static func rule(_ name: String) throws(EngramError) -> LearningRule {
    let rules = try rules()
    if let rule = rules.first(where: { $0.name == name }) { return rule }
    let names = rules.map(\.name)
    throw EngramError(
      .usage, "there is no such learning rule", expected: names.joined(separator: ", "), found: name,
      mend: closestName(to: name, among: names).map { "did you mean \($0)?" })
  }

  /// Turns a code of the library into an error.
  static func check(_ code: Int32, _ what: String) throws(EngramError) {
    guard code != Int32(ENGRAM_TORCH_OK) else { return }
    // SAFETY: the text is a C string of this thread, copied at once.
    let found = unsafe String(cString: engram_torch_message())
    let kind: EngramError.Code =
      code == Int32(ENGRAM_TORCH_USAGE) ? .usage : code == Int32(ENGRAM_TORCH_MEMORY) ? .limit : .io
    throw EngramError(
      kind, "the tensor library refused \(what)", found: found,
      mend: kind == .limit ? "train fewer networks at once, or with smaller batches" : nil)
  }
}
