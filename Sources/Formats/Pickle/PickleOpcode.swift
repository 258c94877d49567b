// PickleOpcode.swift -- the opcodes of protocols 0 to 5, by the names of Python's pickletools.

/// An opcode that this reader obeys.
enum PickleOpcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
  case float = 0x46, binFloat = 0x47
  case int = 0x49, binInt = 0x4A, binInt1 = 0x4B, long = 0x4C, binInt2 = 0x4D, none = 0x4E
  case reduce = 0x52, build = 0x62, global = 0x63
  case string = 0x53, binString = 0x54, shortBinString = 0x55
  case unicode = 0x56, binUnicode = 0x58
  case append = 0x61, appends = 0x65, list = 0x6C, emptyList = 0x5D
  case dict = 0x64, emptyDict = 0x7D, setItem = 0x73, setItems = 0x75
  case tuple = 0x74, emptyTuple = 0x29
  case get = 0x67, binGet = 0x68, longBinGet = 0x6A
  case put = 0x70, binPut = 0x71, longBinPut = 0x72
  case proto = 0x80, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, newTrue = 0x88, newFalse = 0x89
  case long1 = 0x8A, long4 = 0x8B
  case binBytes = 0x42, shortBinBytes = 0x43
  case shortBinUnicode = 0x8C, binUnicode8 = 0x8D, binBytes8 = 0x8E
  case stackGlobal = 0x93, memoize = 0x94, frame = 0x95
  case byteArray8 = 0x96

  /// The name of any byte that is an opcode to Python, also of those refused here.
  static func name(of byte: UInt8) -> String? {
    names[byte] ?? refused[byte]?.name
  }

  /// What an opcode that is refused is called, and what it would have done.
  static let refused: [UInt8: (name: String, purpose: String)] = [
    0x50: ("PERSID", "asks the program for an object"),
    0x51: ("BINPERSID", "asks the program for an object"),
    0x69: ("INST", "calls a class"),
    0x6F: ("OBJ", "calls a class"),
    0x81: ("NEWOBJ", "calls a class"),
    0x92: ("NEWOBJ_EX", "calls a class"),
    0x82: ("EXT1", "looks up a registered extension"),
    0x83: ("EXT2", "looks up a registered extension"),
    0x84: ("EXT4", "looks up a registered extension"),
    0x8F: ("EMPTY_SET", "makes a set, which no data set needs"),
    0x90: ("ADDITEMS", "fills a set, which no data set needs"),
    0x91: ("FROZENSET", "makes a set, which no data set needs"),
    0x97: ("NEXT_BUFFER", "asks for a buffer that is kept outside the file"),
    0x98: ("READONLY_BUFFER", "asks for a buffer that is kept outside the file"),
  ]

  private static let names: [UInt8: String] = [
    0x28: "MARK", 0x2E: "STOP", 0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x47: "BINFLOAT",
    0x49: "INT", 0x4A: "BININT", 0x4B: "BININT1", 0x4C: "LONG", 0x4D: "BININT2", 0x4E: "NONE", 0x52: "REDUCE",
    0x62: "BUILD", 0x63: "GLOBAL", 0x53: "STRING", 0x54: "BINSTRING", 0x55: "SHORT_BINSTRING", 0x56: "UNICODE",
    0x58: "BINUNICODE", 0x61: "APPEND", 0x65: "APPENDS", 0x6C: "LIST", 0x5D: "EMPTY_LIST", 0x64: "DICT",
    0x7D: "EMPTY_DICT", 0x73: "SETITEM", 0x75: "SETITEMS", 0x74: "TUPLE", 0x29: "EMPTY_TUPLE", 0x67: "GET",
    0x68: "BINGET", 0x6A: "LONG_BINGET", 0x70: "PUT", 0x71: "BINPUT", 0x72: "LONG_BINPUT", 0x80: "PROTO",
    0x85: "TUPLE1", 0x86: "TUPLE2", 0x87: "TUPLE3", 0x88: "NEWTRUE", 0x89: "NEWFALSE", 0x8A: "LONG1", 0x8B: "LONG4",
    0x42: "BINBYTES", 0x43: "SHORT_BINBYTES", 0x8C: "SHORT_BINUNICODE", 0x8D: "BINUNICODE8", 0x8E: "BINBYTES8",
    0x93: "STACK_GLOBAL", 0x94: "MEMOIZE", 0x95: "FRAME", 0x96: "BYTEARRAY8",
  ]
}
