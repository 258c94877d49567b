// PickleGlobal.swift -- the closed list of names that a pickle may refer to.

/// A name that a pickle may refer to; each stands for a fixed act of this reader, and nothing is ever called.
enum PickleGlobal: Equatable {
  /// Makes an array that BUILD then fills.
  case reconstruct
  /// Makes an array of bytes, a type, a shape and an order (protocol 5).
  case fromBuffer
  /// Makes a single number or text.
  case scalar
  /// Makes an element type that BUILD then describes.
  case dtype
  /// The class of arrays, or of arrays of records.
  case arrayClass
  /// The class of records, which stands for a type in `dtype(record)`.
  case recordClass
  /// Turns Latin-1 text into bytes, as Python 3 writes bytes in protocols 0 to 2.
  case encode
  /// The class of bytes, called with nothing for empty bytes.
  case bytesClass
  /// A dictionary that keeps its order.
  case orderedDictionary

  /// The name's meaning, or nil for a name that is not on the list.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"): self = .reconstruct
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .scalar
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"): self = .fromBuffer
    case ("numpy", "dtype"): self = .dtype
    case ("numpy", "ndarray"), ("numpy", "recarray"), ("numpy.rec", "recarray"), ("numpy.core.records", "recarray"),
      ("numpy._core.records", "recarray"):
      self = .arrayClass
    case ("numpy", "record"), ("numpy.rec", "record"), ("numpy.core.records", "record"),
      ("numpy._core.records", "record"):
      self = .recordClass
    case ("_codecs", "encode"): self = .encode
    case ("__builtin__", "bytes"), ("builtins", "bytes"): self = .bytesClass
    case ("collections", "OrderedDict"): self = .orderedDictionary
    default: return nil
    }
  }
}
