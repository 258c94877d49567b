// ForeignFile.swift -- files of other programs, told by their first bytes: what they are and how one gets at their data.

package import Base

/// A file of a kind that is not read here.
package struct ForeignFile: Sendable, Hashable {
  /// What it is, such as "an Excel workbook (.xlsx)".
  package let what: String
  /// What to do.
  package let mend: String

  /// Whether it is a zip archive of arrays, which is read where arrays are.
  package var isNumPyArchive: Bool { what == Self.numPyArchive }
  private static let numPyArchive = "a NumPy archive (.npz)"

  /// Whether it is an archive whose program undoes the compression too.
  var isTar: Bool { self == Self.tar }

  /// How many of the first bytes tell.
  package static let bytesToTell = 520

  /// The error that says so.
  package func error(file: String) -> EngramError {
    EngramError(
      .unsupported, "the file is \(what)", file: file, offset: 0,
      expected: "text (CSV, TSV, JSON, plain, gzip or zstd), a NumPy array or a pickle", found: what, mend: Mend(mend))
  }

  private init(_ what: String, _ mend: String) { (self.what, self.mend) = (what, mend) }

  /// Tells a file by its first bytes, a zip archive by its members; nil for text, an array or a pickle.
  ///
  /// - Parameters:
  ///   - start: The first ``bytesToTell`` bytes, or all.
  ///   - file: The file.
  package init?(_ start: [UInt8], of file: InputFile) {
    if let known = Self.known(start) {
      self = known
    } else if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      // A directory that cannot be read is no error here: it is a zip archive all the same.
      guard let names = try? ZipDirectory(of: file).entries.map(\.name) else {
        self = Self(
          "a zip archive (such as .npz) whose directory, at its end, cannot be read",
          "copy it again from its source, for it may be cut off")
        return
      }
      if names.contains(where: { $0.hasSuffix(".npy") }) {
        self = Self(Self.numPyArchive, "give it as the source, with its arrays by name")
      } else {
        self = Self.archive(of: names)
      }
    } else {
      return nil
    }
  }

  /// Tells what a compressed file holds, by the first ``bytesToTell`` bytes of that; nil for text.
  init?(inside start: [UInt8]) {
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      self = Self.archive(of: [])
    } else if let known = Self.known(start) {
      self = known
    } else {
      return nil
    }
  }

  /// The kind that first bytes show, a zip archive apart.
  private static func known(_ start: [UInt8]) -> ForeignFile? {
    // A table may begin with a column FEA1; only a binary file has control characters soon after.
    let isBinary = start.contains { $0 < 0x09 }
    return magics.first { magic in
      start.dropFirst(magic.offset).starts(with: magic.bytes) && (isBinary || magic.bytes.contains { $0 >= 0x80 })
    }?.file
  }

  /// A zip archive, by the names of its members.
  private static func archive(of names: [String]) -> ForeignFile {
    if names.contains(where: { $0.hasPrefix("xl/") }) { return excel("an Excel workbook (.xlsx)") }
    if names.contains("content.xml") {
      return ForeignFile(
        "an OpenDocument file (.ods)",
        "export the sheet as CSV, or in Python: pandas.read_excel(path, engine='odf').to_csv('table.csv', index=False)")
    }
    if names.contains(where: { $0.hasSuffix("data.pkl") }) {
      return ForeignFile(
        "a PyTorch file (.pt)",
        "in Python: x = torch.load(path); numpy.save('x.npy', x.numpy()), x being examples x epochs x statistics")
    }
    if names.contains(where: { $0.hasSuffix(".zarray") || $0.hasSuffix("zarr.json") }) {
      return ForeignFile("a zarr archive", "in Python: numpy.save('x.npy', zarr.open(path)[...])")
    }
    let shown = names.prefix(3).joined(separator: ", ")
    return ForeignFile(
      "a zip archive" + (names.isEmpty ? "" : " of \(shown)\(names.count > 3 ? ", …" : "")"),
      "unpack it and give the file that is in it")
  }

  private static func excel(_ what: String) -> ForeignFile {
    ForeignFile(
      what,
      "export the sheet as CSV, or in Python: pandas.read_excel(path).to_csv('table.csv', index=False)")
  }

  private static let hdf5 = ForeignFile(
    "an HDF5 file (.h5, .nwb, .mat 7.3)",
    "in Python: engram.read_hdf5(path, store); of NWB, engram.read_nwb; of MATLAB, engram.read_matlab")
  private static let tar = ForeignFile(
    "a tar archive (.tar, .tar.gz)", "unpack it, in a shell with tar -xf, and give the file that is in it")
  private static let packed = "unpack it first; text is also read from gzip and zstd files"

  /// How a table of metadata is made of a file.
  private static func asTable(_ read: String) -> String {
    "a table of metadata: \(read).to_csv('table.csv', index=False)"
  }

  private static let magics: [(offset: Int, bytes: [UInt8], file: ForeignFile)] = [
    (0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], hdf5), (512, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], hdf5),
    (
      0, Array("MATLAB 5.0".utf8),
      ForeignFile("a MATLAB file (.mat)", "in Python: engram.read_matlab(path, store)")
    ),
    (0, Array("MATLAB 7.3".utf8), hdf5),
    (
      0, Array("PAR1".utf8),
      ForeignFile(
        "a Parquet file", "in Python: engram.read_parquet(path, store); \(asTable("pandas.read_parquet(path)"))")
    ),
    (
      0, Array("ARROW1".utf8),
      ForeignFile(
        "an Arrow file (.arrow, .feather)",
        "in Python: engram.from_arrow(pyarrow.feather.read_table(path), store); \(asTable("pandas.read_feather(path)"))"
      )
    ),
    (
      0, Array("FEA1".utf8),
      ForeignFile("a Feather file", "in Python: pandas.read_feather(path).to_csv('table.csv', index=False)")
    ),
    (
      0, [0xFF, 0xFF, 0xFF, 0xFF],
      ForeignFile(
        "an Arrow stream",
        "in Python: engram.from_arrow(pyarrow.ipc.open_stream(path).read_all(), store); "
          + asTable("pyarrow.ipc.open_stream(path).read_pandas()"))
    ),
    (
      0, Array("ORC".utf8),
      ForeignFile("an ORC file", "in Python: pandas.read_orc(path).to_csv('table.csv', index=False)")
    ),
    (0, Array("Obj\u{01}".utf8), ForeignFile("an Avro file", "convert it to CSV or JSON lines")),
    (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], excel("an old Office file (.xls)")),
    (
      0, Array("SQLite format 3\0".utf8),
      ForeignFile("a SQLite database", "write a table of it as CSV: sqlite3 -header -csv FILE \"SELECT …\" > table.csv")
    ),
    (
      0, Array("CDF\u{01}".utf8),
      ForeignFile("a NetCDF file", "in Python: engram.from_xarray(xarray.open_dataset(path), store)")
    ),
    (257, Array("ustar".utf8), tar),
    (0, Array("BZh".utf8), ForeignFile("a bzip2 file", packed)),
    (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], ForeignFile("an xz file", packed)),
    (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], ForeignFile("a 7z archive", packed)),
    (0, Array("Rar!".utf8), ForeignFile("a rar archive", packed)),
    (0, [0x04, 0x22, 0x4D, 0x18], ForeignFile("an lz4 file", packed)),
    (
      0, Array("RDX".utf8),
      ForeignFile("an R data file", "in R: load(path); write.csv(x, 'table.csv', row.names = FALSE)")
    ),
    (0, [0x89, 0x50, 0x4E, 0x47], ForeignFile("a PNG image", "give the data themselves, as CSV for one")),
    (0, [0xFF, 0xD8, 0xFF], ForeignFile("a JPEG image", "give the data themselves, as CSV for one")),
    (0, [0x7F, 0x45, 0x4C, 0x46], ForeignFile("a program (ELF)", "give the data themselves, as CSV for one")),
  ]
}
