// Models.swift -- classifiers that learn from matrices of the caller's.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import Classifiers
import TrajectoryModel

/// A trained classifier with its texts.
final class ModelHandle: Sendable {
  let kind: ClassifierKind
  let model: any ClassifierModel
  let texts: CTexts

  init(_ kind: ClassifierKind, _ model: any ClassifierModel) throws(EngramError) {
    self.kind = kind
    self.model = model
    texts = CTexts([kind.rawValue, try JSONValue.object(model.summary).text(.line, nonFinite: .named)])
  }

  /// The numbers of a name.
  func numbers(_ name: String) throws(EngramError) -> [Double] {
    if let forest = model as? ForestModel {
      switch name {
      case "importances": return forest.giniImportances.mean
      case "importance_errors": return forest.giniImportances.standardError
      default: break
      }
    }
    if let machine = model as? LinearSVMModel {
      switch name {
      case "weights": return machine.weights
      case "intercepts": return machine.intercepts
      case "means": return machine.means
      case "scales": return machine.scales
      default: break
      }
    }
    throw EngramError(.notFound, "a model of kind \(kind.rawValue) has no such numbers", found: name)
  }
}

@c @implementation
public func engram_model_fit(
  _ kind: CText, _ parameters: CText, _ features: UnsafePointer<engram_matrix>?,
  _ layout: UnsafePointer<engram_model_layout>?, _ codes: UnsafePointer<Int32>?, _ classCount: Int32, _ seed: UInt64,
  _ work: UnsafePointer<engram_work>?, _ model: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(model, "model")
    let word = try unsafe text(kind, "kind")
    guard let kind = ClassifierKind(rawValue: word) else {
      let names = ClassifierKind.allCases.map(\.rawValue)
      throw EngramError(
        .usage, "there is no such classifier", place: "argument kind",
        expected: "one of \(names.joined(separator: ", "))", found: word,
        mend: closestName(to: word, among: names).map { "did you mean '\($0)'?" })
    }
    let json = try unsafe optionalText(parameters, "parameters") ?? "{}"
    let classifier = try kind.classifier(try JSONValue(parsing: json).asObject())
    let matrix = try unsafe CallersMatrix(features, "features")
    let labels = try unsafe classLabels(codes, rows: matrix.rows, classCount: classCount)
    let columns = try unsafe featureLayout(layout, columns: matrix.columns)
    let fit = FitOptions(seed: seed, work: try unsafe workContext(work))
    let trained = try matrix.reading { (features) throws(EngramError) in
      try classifier.fit(features, columns: columns, labels: labels, rows: nil, options: fit)
    }
    unsafe place.pointee = handle(try ModelHandle(kind, trained))
  }
}

/// The classes of rows as the caller gives them.
private func classLabels(
  _ codes: UnsafePointer<Int32>?, rows: Int, classCount: Int32
) throws(EngramError) -> ClassLabels {
  guard unsafe codes != nil || rows == 0 else {
    throw EngramError(.usage, "there are no classes", place: "argument codes", found: "NULL")
  }
  // SAFETY: the caller has a code for each row.
  let given = unsafe Array(UnsafeBufferPointer(start: codes, count: rows))
  if let wrong = given.first(where: { $0 < 0 || $0 >= classCount }) {
    throw EngramError(
      .usage, "a class is none of those there are", place: "argument codes", expected: "0 to \(classCount - 1)",
      found: "\(wrong)")
  }
  return ClassLabels(codes: given, classCount: Int(max(0, classCount)))
}

/// What the columns are, as the caller says it.
private func featureLayout(
  _ pointer: UnsafePointer<engram_model_layout>?, columns: Int
) throws(EngramError) -> FeatureLayout {
  let given = try unsafe options(pointer, engram_model_layout())
  if given.positions == 0, given.statistics == 0, given.samples == 0 {
    return FeatureLayout(statisticCount: columns, sampleCount: 1)
  }
  let (values, isTooMany) = given.statistics.multipliedReportingOverflow(by: given.samples)
  guard given.positions >= 0, given.statistics >= 0, given.samples >= 0, !isTooMany,
    given.positions <= Int64(columns), values == Int64(columns) - given.positions
  else {
    throw EngramError(
      .usage, "the layout has another number of columns than the matrix", place: "engram_model_layout",
      expected: "\(columns)", found: "\(given.positions) + \(given.statistics) x \(given.samples)")
  }
  return FeatureLayout(
    positionCount: Int(given.positions), statisticCount: Int(given.statistics), sampleCount: Int(given.samples))
}

@c @implementation
public func engram_model_kind(_ model: Handle) -> CText { unsafe known(model, ModelHandle.self)?.texts[0] }

@c @implementation
public func engram_model_class_count(_ model: Handle) -> Int32 {
  unsafe Int32(known(model, ModelHandle.self)?.model.classCount ?? 0)
}

@c @implementation
public func engram_model_column_count(_ model: Handle) -> Int64 {
  unsafe Int64(known(model, ModelHandle.self)?.model.columnCount ?? 0)
}

@c @implementation
public func engram_model_summary(_ model: Handle) -> CText { unsafe known(model, ModelHandle.self)?.texts[1] }

@c @implementation
public func engram_model_probabilities(
  _ model: Handle, _ features: UnsafePointer<engram_matrix>?, _ probabilities: UnsafeMutablePointer<Float>?,
  _ capacity: Int64, _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let model = try unsafe object(model, ModelHandle.self).model
    let context = try unsafe workContext(work)
    let found = try unsafe CallersMatrix(features, "features").reading { (matrix) throws(EngramError) in
      try model.probabilities(of: matrix, rows: nil, work: context)
    }
    try unsafe copy(found, to: probabilities, capacity: capacity)
  }
}

@c @implementation
public func engram_model_predict(
  _ model: Handle, _ features: UnsafePointer<engram_matrix>?, _ codes: UnsafeMutablePointer<Int32>?,
  _ capacity: Int64, _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let model = try unsafe object(model, ModelHandle.self).model
    let context = try unsafe workContext(work)
    let found = try unsafe CallersMatrix(features, "features").reading { (matrix) throws(EngramError) in
      try model.predict(matrix, rows: nil, work: context)
    }
    try unsafe copy(found, to: codes, capacity: capacity)
  }
}

@c @implementation
public func engram_model_decisions(
  _ model: Handle, _ features: UnsafePointer<engram_matrix>?, _ values: UnsafeMutablePointer<Double>?,
  _ capacity: Int64, _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let handle = try unsafe object(model, ModelHandle.self)
    guard let machine = handle.model as? LinearSVMModel else {
      throw EngramError(
        .usage, "a model of kind \(handle.kind.rawValue) has no decision values", expected: "linear-svm",
        mend: "ask for probabilities")
    }
    let context = try unsafe workContext(work)
    let found = try unsafe CallersMatrix(features, "features").reading { (matrix) throws(EngramError) in
      try machine.decisionValues(of: matrix, work: context)
    }
    try unsafe copy(found, to: values, capacity: capacity)
  }
}

@c @implementation
public func engram_model_number_count(
  _ model: Handle, _ name: CText, _ count: UnsafeMutablePointer<Int64>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(count, "count")
    unsafe place.pointee = Int64(try object(model, ModelHandle.self).numbers(try text(name, "name")).count)
  }
}

@c @implementation
public func engram_model_numbers(
  _ model: Handle, _ name: CText, _ numbers: UnsafeMutablePointer<Double>?, _ capacity: Int64, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let found = try unsafe object(model, ModelHandle.self).numbers(try text(name, "name"))
    try unsafe copy(found, to: numbers, capacity: capacity)
  }
}

@c @implementation
public func engram_model_save(_ model: Handle, _ file: HandlePlace, _ error: HandlePlace) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(file, "file")
    let model = try unsafe object(model, ModelHandle.self).model
    unsafe place.pointee = handle(TextHandle(try model.encoded().bytes()))
  }
}

@c @implementation
public func engram_model_load(
  _ bytes: UnsafeRawPointer?, _ byteCount: Int, _ model: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(model, "model")
    guard unsafe bytes != nil || byteCount == 0, byteCount >= 0 else {
      throw EngramError(.usage, "there are no bytes", place: "argument bytes", found: "NULL")
    }
    // SAFETY: the caller has so many bytes there.
    let file = try ModelFile(parsing: unsafe Array(UnsafeRawBufferPointer(start: bytes, count: byteCount)))
    guard let kind = ClassifierKind(rawValue: file.kind) else {
      throw EngramError(.unsupported, "the model is of a kind that is not known here", found: file.kind)
    }
    unsafe place.pointee = handle(try ModelHandle(kind, try kind.model(file)))
  }
}

@c @implementation
public func engram_model_free(_ model: Handle) { unsafe release(model) }
