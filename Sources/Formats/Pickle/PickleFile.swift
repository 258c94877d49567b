// PickleFile.swift -- reads a file that Python's pickle wrote, executing nothing.

package import Base

/// Reads a file that Python's pickle wrote, executing nothing.
///
/// It knows a closed list of opcodes (protocols 0 to 5) and of names: NumPy arrays, types and scalars, in the module
/// paths of NumPy 1 and 2, `_codecs.encode` and `collections.OrderedDict`. Anything else is refused by name and byte
/// offset. Large payloads stay in the file: reading takes memory for the rest only, within declared limits.
package enum PickleFile {
  /// Reads the one value in a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limits: What it may cost.
  ///   - work: How the work is done; told how many bytes of the file are read. The payloads of binary protocols are
  ///     passed over and count as read.
  /// - Returns: The value. Its arrays read the file when they are asked for their bytes, so it must stay as it is.
  /// - Throws: ``EngramError`` with code `notFound` or `io` for the file itself, `truncated`, `corrupt`,
  ///   `unsupported`, `limit` or `cancelled`.
  /// - Complexity: O(bytes of opcodes and escaped text); counted payloads of binary protocols are not read.
  package static func read(
    path: String, limits: PickleLimits = .standard, work: WorkContext = WorkContext()
  ) throws(EngramError) -> PickleValue {
    let file = try InputFile(opening: path)
    file.willBeReadInOrder()
    let watch = PickleWatch(work: work, byteCount: file.byteCount)
    let (cell, arena) = try interpret(file, limits: limits, watch: watch)
    var conversion = PickleConversion(arena: arena, file: file, watch: watch)
    do throws(EngramError) {
      return try conversion.value(cell, name: "")
    } catch {
      var located = error.inFile(path)
      if located.code != .cancelled && located.offset == nil { located.offset = 0 }
      throw located
    }
  }

  /// Obeys the opcodes; stack and memo are freed before anything is converted.
  private static func interpret(
    _ file: InputFile, limits: PickleLimits, watch: PickleWatch
  ) throws(EngramError) -> (PickleCell, PickleArena) {
    guard file.byteCount > 0 else {
      throw EngramError(.truncated, "the file is empty", file: file.path, offset: 0, mend: "copy the file again")
    }
    var machine = PickleMachine(file, limits: limits, watch: watch)
    let cell = try machine.run()
    return (cell, machine.arena)
  }
}
