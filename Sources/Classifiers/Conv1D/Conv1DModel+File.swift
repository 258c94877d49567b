// Conv1DModel+File.swift -- a network in a model file.
//   header      parameters, positionCount, statisticCount, sampleCount, classCount, trainingLoss
//   section 0   the weights and biases, Float32, in the order of Conv1DShape
//   section 1   the mean of each column, Float64; only with zscore_data
//   section 2   what each column is divided by, Float64; only with zscore_data

public import Base
import TrajectoryModel

extension Conv1DModel {
  private static let keys = [
    "parameters", "positionCount", "statisticCount", "sampleCount", "classCount", "trainingLoss",
  ]
  /// More than any model has that was trained here; keeps products of sizes far from overflow.
  private static let sizeLimit: Int64 = 1 << 20

  /// The model as the contents of a model file.
  public func encoded() throws(EngramError) -> ModelFile {
    var header = JSONObject()
    header["parameters"] = .object(network.parameters)
    header["positionCount"] = .integer(Int64(columns.positionCount))
    header["statisticCount"] = .integer(Int64(columns.statisticCount))
    header["sampleCount"] = .integer(Int64(columns.sampleCount))
    header["classCount"] = .integer(Int64(classCount))
    header["trainingLoss"] = .real(loss)
    var file = ModelFile(kind: Conv1DNetwork.kind, header: header)
    file.append(parameters)
    if let scaling {
      file.append(scaling.means)
      file.append(scaling.scales)
    }
    return file
  }

  /// Reads a model from the contents of a model file.
  ///
  /// Keys that a caller added to the header are left alone.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when sizes, sections and numbers do not fit together, or
  ///   `invalidData` for a header without one of its keys.
  public init(_ file: ModelFile) throws(EngramError) {
    guard file.kind == Conv1DNetwork.kind else {
      throw EngramError(
        .corrupt, "the model is of another kind", place: "kind", expected: Conv1DNetwork.kind, found: file.kind)
    }
    func size(_ key: String, from least: Int64) throws(EngramError) -> Int {
      let value = try file.header.integer(key)
      guard value >= least, value <= Self.sizeLimit else {
        throw Self.fault("a size is out of range", key, "\(least) to \(Self.sizeLimit)", "\(value)")
      }
      return Int(value)
    }
    let network: Conv1DNetwork
    do throws(EngramError) {
      network = try Conv1DNetwork(parameters: file.header.object("parameters"))
    } catch {
      throw Self.fault("the parameters are not a network's", "parameters", "known parameters", "\(error)")
    }
    let columns = FeatureLayout(
      positionCount: try size("positionCount", from: 0), statisticCount: try size("statisticCount", from: 1),
      sampleCount: try size("sampleCount", from: 1))
    let classCount = try size("classCount", from: 2)
    guard network.kernelSize <= columns.sampleCount else {
      throw Self.fault(
        "the kernel is longer than the trajectories", "ksize", "at most \(columns.sampleCount)",
        "\(network.kernelSize)")
    }
    let shape = try network.shape(for: columns, classCount: classCount)
    let sectionCount = network.standardizes ? 3 : 1
    guard file.sections.count == sectionCount else {
      throw Self.fault("the number of sections is wrong", "sections", "\(sectionCount)", "\(file.sections.count)")
    }
    let parameters = try file.numbers(0, count: shape.parameterCount, as: Float.self)
    guard parameters.allSatisfy(\.isFinite) else {
      throw Self.fault("a weight is not finite", "section 0", "finite numbers", "others")
    }
    var scaling: Standardization?
    if network.standardizes {
      let means = try file.numbers(1, count: columns.columnCount, as: Double.self)
      let scales = try file.numbers(2, count: columns.columnCount, as: Double.self)
      guard means.allSatisfy(\.isFinite), scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw Self.fault(
          "the scaling of the columns cannot be", "sections 1 and 2", "finite means, scales above 0", "others")
      }
      scaling = Standardization(means: means, scales: scales)
    }
    self.init(
      network: network, columns: columns, shape: shape, parameters: parameters, scaling: scaling,
      loss: try file.header.real("trainingLoss"))
  }

  private static func fault(_ message: String, _ place: String, _ expected: String, _ found: String) -> EngramError {
    EngramError(.corrupt, message, place: place, expected: expected, found: found, mend: "train the model again")
  }
}
