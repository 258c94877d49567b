// ResidualPlan+Prediction.swift -- telling the kernels of residuals which formula to use, and on what.

import CCodecKernels
import TrajectoryModel

extension engram_residual_plan {
  /// Names the formula and where its statistics lie.
  @unsafe mutating func setPrediction(
    _ predictor: Predictor, _ operand: (Int) -> (values: UnsafeRawPointer, type: ElementType)
  ) {
    // SAFETY: the formula has that many operands; the caller keeps them alive.
    unsafe self.predictor = Int32(predictor.rawValue)
    let first = unsafe operand(0)
    unsafe operands.0 = first.values
    unsafe is_double.0 = first.type == .float64 ? 1 : 0
    if predictor.operandCount > 1 {
      let second = unsafe operand(1)
      unsafe operands.1 = second.values
      unsafe is_double.1 = second.type == .float64 ? 1 : 0
    }
    if predictor.operandCount > 2 {
      let third = unsafe operand(2)
      unsafe operands.2 = third.values
      unsafe is_double.2 = third.type == .float64 ? 1 : 0
    }
  }
}
