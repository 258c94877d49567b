// Selections.swift -- from what a caller asks for to numbers in the caller's memory.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import TrajectoryModel
import TrajectoryStore

/// A selection with its names as texts of C.
final class SelectionHandle: Sendable {
  let snapshot: Snapshot
  let selection: FeatureSelection
  /// The columns in the order that was asked for.
  let columns: FeatureColumns
  let statistics, names, remarks: CTexts

  init(
    _ selection: FeatureSelection, of examples: ExamplesHandle, isBySample: Bool, in snapshot: Snapshot
  ) throws(EngramError) {
    if isBySample, selection.columns.view.hasPositions {
      throw EngramError(
        .usage, "columns epoch by epoch have no positions of layers", place: "engram_selection_options.order",
        mend: "leave the positions out of the view, or take all epochs of a statistic first")
    }
    self.snapshot = snapshot
    self.selection = selection
    columns = isBySample ? selection.columns.recorded : selection.columns
    statistics = CTexts(columns.statistics)
    names = CTexts(columns.names)
    remarks = CTexts(selection.remarks + examples.remarks)
  }
}

@c @implementation
public func engram_select(
  _ snapshot: Handle, _ examples: Handle, _ request: UnsafePointer<engram_selection_options>?,
  _ selection: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(selection, "selection")
    let snapshot = try unsafe object(snapshot, Snapshot.self)
    let given = try unsafe options(request, engram_selection_options())
    var view = try unsafe optionalText(given.view, "view").map { (word) throws(EngramError) in
      try TrajectoryView(parsing: word)
    }
    if let epochs = try unsafe optionalText(given.epochs, "epochs") {
      guard view == nil || view?.epochs == .all else {
        throw EngramError(
          .usage, "the epochs are given twice", place: "engram_selection_options", found: "epochs, and epochs in view",
          mend: "leave one of them out")
      }
      let rest = view ?? .whole
      // An epoch of each run, such as `last`, is what a view samples.
      let choice = rest.samples == .all ? EpochChoice(parsing: epochs) : nil
      view = TrajectoryView(
        epochs: choice == nil ? try EpochSelection(parsing: epochs) : .all,
        samples: choice.map { .choice($0) } ?? rest.samples, isMean: rest.isMean, isStandardized: rest.isStandardized,
        hasPositions: rest.hasPositions)
    }
    let statistics = try unsafe optionalText(given.statistics, "statistics") ?? "admissible"
    let missing: MissingPolicy
    switch unsafe engram_missing(UInt32(bitPattern: given.missing)) {
    case ENGRAM_MISSING_REFUSE: missing = .refuse
    case ENGRAM_MISSING_DROP: missing = .drop
    case ENGRAM_MISSING_FILL: missing = .fill
    default: throw unknown("engram_missing", unsafe given.missing)
    }
    let order = unsafe engram_order(UInt32(bitPattern: given.order))
    guard order == ENGRAM_BY_STATISTIC || order == ENGRAM_BY_EPOCH else {
      throw unknown("engram_order", unsafe given.order)
    }
    let examples = try unsafe object(examples, ExamplesHandle.self)
    if examples.set.isEmpty, !examples.remarks.isEmpty {
      throw EngramError(
        .notFound, "the selection holds no examples", file: snapshot.store.path,
        found: examples.remarks.joined(separator: "; "),
        mend: "correct the filter; \(run: .info, on: snapshot.store.path) shows what there is")
    }
    let selected = try snapshot.select(
      examples.set, statistics: try StatisticSelection(parsing: statistics), view: view ?? .whole, missing: missing)
    unsafe place.pointee = handle(
      try SelectionHandle(selected, of: examples, isBySample: order == ENGRAM_BY_EPOCH, in: snapshot))
  }
}

/// The refusal of a number that is none of an enumeration's.
func unknown(_ enumeration: String, _ found: Int32) -> EngramError {
  EngramError(
    .usage, "a number is none of its enumeration", expected: "one of \(enumeration)", found: "\(found)",
    mend: "use the names of engram.h")
}

/// The type of elements that a caller names; 0 means float32.
func elementType(_ type: Int32) throws(EngramError) -> ElementType {
  switch type {
  case 0, Int32(ENGRAM_FLOAT32.rawValue): return .float32
  case Int32(ENGRAM_FLOAT64.rawValue): return .float64
  default: throw unknown("engram_type", type)
  }
}

@c @implementation
public func engram_selection_rows(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.selection.examples.count ?? 0)
}

@c @implementation
public func engram_selection_columns(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.columns.count ?? 0)
}

@c @implementation
public func engram_selection_examples(_ selection: Handle, _ examples: HandlePlace, _ error: HandlePlace) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(examples, "examples")
    unsafe place.pointee = handle(
      ExamplesHandle(try object(selection, SelectionHandle.self).selection.examples))
  }
}

@c @implementation
public func engram_selection_statistic_count(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.statistics.count ?? 0)
}

@c @implementation
public func engram_selection_statistic(_ selection: Handle, _ index: Int64) -> CText {
  unsafe known(selection, SelectionHandle.self)?.statistics[index]
}

@c @implementation
public func engram_selection_epoch_count(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.columns.epochsRead.count ?? 0)
}

@c @implementation
public func engram_selection_epoch(_ selection: Handle, _ index: Int64) -> Double {
  guard let epochs = unsafe known(selection, SelectionHandle.self)?.columns.epochsRead, index >= 0,
    index < Int64(epochs.count)
  else { return .nan }
  return epochs[Int(index)]
}

@c @implementation
public func engram_selection_column_name(_ selection: Handle, _ index: Int64) -> CText {
  unsafe known(selection, SelectionHandle.self)?.names[index]
}

@c @implementation
public func engram_selection_samples(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.columns.samplesPerStatistic ?? 0)
}

@c @implementation
public func engram_selection_positions(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.columns.positionCount ?? 0)
}

@c @implementation
public func engram_selection_type(_ selection: Handle) -> Int32 {
  guard let known = unsafe known(selection, SelectionHandle.self) else { return 0 }
  let isWide = known.snapshot.widestElementType(of: known.selection.examples) == .float64
  return Int32((isWide ? ENGRAM_FLOAT64 : ENGRAM_FLOAT32).rawValue)
}

@c @implementation
public func engram_selection_remark_count(_ selection: Handle) -> Int64 {
  unsafe Int64(known(selection, SelectionHandle.self)?.remarks.count ?? 0)
}

@c @implementation
public func engram_selection_remark(_ selection: Handle, _ index: Int64) -> CText {
  unsafe known(selection, SelectionHandle.self)?.remarks[index]
}

@c @implementation
public func engram_selection_read(
  _ selection: Handle, _ matrix: UnsafePointer<engram_matrix>?, _ work: UnsafePointer<engram_work>?,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let selection = try unsafe object(selection, SelectionHandle.self)
    let given = try unsafe CallersMatrix(matrix, "matrix")
    var bytes = unsafe MutableRawSpan(_unsafeBytes: given.memory)
    var destination = try given.span(&bytes)
    try selection.snapshot.materialize(
      selection.selection.examples, selection.columns, into: &destination, work: try unsafe workContext(work))
  }
}

@c @implementation
public func engram_selection_read_split(
  _ selection: Handle, _ train: Handle, _ trainMatrix: UnsafePointer<engram_matrix>?, _ test: Handle,
  _ testMatrix: UnsafePointer<engram_matrix>?, _ work: UnsafePointer<engram_work>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let selection = try unsafe object(selection, SelectionHandle.self)
    let (trainGiven, testGiven) = (
      try unsafe CallersMatrix(trainMatrix, "train_matrix"), try unsafe CallersMatrix(testMatrix, "test_matrix")
    )
    try trainGiven.requireApart(from: testGiven)
    var trainBytes = unsafe MutableRawSpan(_unsafeBytes: trainGiven.memory)
    var testBytes = unsafe MutableRawSpan(_unsafeBytes: testGiven.memory)
    var trainDestination = try trainGiven.span(&trainBytes)
    var testDestination = try testGiven.span(&testBytes)
    try selection.snapshot.materialize(
      train: try unsafe object(train, ExamplesHandle.self).set, into: &trainDestination,
      test: try unsafe object(test, ExamplesHandle.self).set, into: &testDestination, selection.columns,
      work: try unsafe workContext(work))
  }
}

@c @implementation
public func engram_selection_free(_ selection: Handle) { unsafe release(selection) }
