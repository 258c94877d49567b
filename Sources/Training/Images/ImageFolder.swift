// ImageFolder.swift -- JPEGs in folders by class, as ImageNet is unpacked.
//
//   FOLDER/train/n01440764/*.JPEG     a folder a class; classes are numbered in the order of their names
//   FOLDER/val/n01440764/*.JPEG       likewise, or all images in val/ and beside it a table:
//   FOLDER/val.txt                    a line an image: its name, then its class by number or by the name of its folder
//                                     (Caffe's val.txt; LOC_val_solution.csv of Kaggle is read too)

package import Base

/// JPEGs in folders by class; of each no more than its name is held.
package struct ImageFolder: ColourSource {
  /// The names of the classes, in the order of their numbers.
  package let classes: [String]
  package let fingerprint: DataFingerprint?
  /// What a user should know: files that are left out, and classes that the validation set lacks.
  package let notes: [String]
  private let training: Half, validation: Half

  /// The images of one half.
  private struct Half: Sendable {
    /// The folder that they lie in.
    let path: String
    /// Folders inside, by class; nil where all lie in one.
    let folders: [String]?
    var names: [String] = []
    var labels: [Int32] = []

    func file(_ index: Int) -> String {
      guard let folders else { return "\(path)/\(names[index])" }
      return "\(path)/\(folders[Int(labels[index])])/\(names[index])"
    }
  }

  /// Files that are left out.
  private struct LeftOut {
    /// Files that are no JPEG, and JPEGs that lie beside the folders of classes.
    var others = 0, beside = 0
  }

  private static let tables = ["val.txt", "LOC_val_solution.csv"]
  private static let mostBytes = 1 << 28
  private static let layout =
    "train/CLASS/*.JPEG, and val/CLASS/*.JPEG or val/*.JPEG with the classes in val.txt or LOC_val_solution.csv"

  /// Lists the images of a folder.
  ///
  /// - Throws: ``EngramError`` with code `notFound` for another layout, `invalidData` for an image whose class nobody names and for
  ///   a class without an image.
  package init(opening path: String?) throws(EngramError) {
    guard let path else {
      throw EngramError(
        .notFound, "the images of this task are not bundled", expected: "a folder with \(Self.layout)",
        mend: "get ImageNet from its authors, unpack it, and name the folder that it lies in")
    }
    let root = try DirectoryHandle(opening: path)
    for half in ["train", "val"] where try root.status(of: half) == nil {
      let found = try root.names().prefix(5).joined(separator: ", ")
      throw EngramError(
        .notFound, "the folder does not hold images by class", file: path, expected: Self.layout,
        found: found.isEmpty ? "an empty folder" : found)
    }
    let train = try DirectoryHandle(opening: "\(path)/train")
    var (left, leftOfVal) = (LeftOut(), LeftOut())
    let classes = try Self.folders(of: train, &left)
    self.classes = classes
    training = try Self.byClass(train, classes, &left)
    let val = try DirectoryHandle(opening: "\(path)/val")
    let inside = try Self.folders(of: val, &leftOfVal)
    left.others += leftOfVal.others
    if inside.isEmpty {
      validation = try Self.listed(val, root, classes)
    } else {
      left.beside += leftOfVal.beside
      let known = Set(classes)
      if let other = inside.first(where: { !known.contains($0) }) {
        throw EngramError(
          .invalidData, "a class of the validation set is none of the training set", file: val.path(of: other),
          expected: "folders among the \(classes.count) of train", found: other)
      }
      validation = try Self.byClass(val, classes, &left)
    }
    for (name, half) in [("train", training), ("val", validation)] where half.names.isEmpty {
      throw EngramError(
        .notFound, "there are no images", file: "\(path)/\(name)", expected: Self.layout, found: "no JPEG")
    }
    guard classes.count > 1 else {
      throw EngramError(
        .invalidData, "one class cannot be told from others", file: "\(path)/train", expected: Self.layout)
    }
    fingerprint = Self.fingerprint(classes, training, validation)
    notes = Self.notes(path, left, classes, seen: Set(validation.labels))
    try ColourImage<UInt8>.loadLibrary()
  }

  private static func notes(_ path: String, _ left: LeftOut, _ classes: [String], seen: Set<Int32>) -> [String] {
    let parts = [
      left.others > 0 ? "\(left.others) \(left.others == 1 ? "file that is" : "files that are") no JPEG" : nil,
      left.beside > 0 ? "\(left.beside) JPEG\(left.beside == 1 ? "" : "s") beside the folders of classes" : nil,
    ].compactMap { $0 }
    var notes = parts.isEmpty ? [] : ["left out of the images of \(path): \(parts.joined(separator: ", "))"]
    let unseen = classes.indices.filter { !seen.contains(Int32($0)) }.map { classes[$0] }
    if !unseen.isEmpty {
      let names = unseen.prefix(5).joined(separator: ", ") + (unseen.count > 5 ? ", …" : "")
      notes.append("val has no image of \(unseen.count) of the \(classes.count) classes: \(names)")
    }
    return notes
  }

  private static func fingerprint(_ classes: [String], _ training: Half, _ validation: Half) -> DataFingerprint {
    var (bytes, files): ([UInt8], [DataFingerprint.FileMark]) = ([], [])
    for name in classes { bytes += Array(name.utf8) + [0] }
    for half in [training, validation] {
      for (name, label) in zip(half.names, half.labels) {
        bytes += name.utf8
        bytes.append(0)
        bytes.appendLittleEndian(UInt32(bitPattern: label))
      }
      files += DataFingerprint.files(count: half.names.count) { half.file($0) }
    }
    return DataFingerprint(
      training: training.names.count, validation: validation.names.count, classes: classes.count,
      hash: XXH3.hash64(bytes), files: files)
  }

  private static func folders(of folder: DirectoryHandle, _ left: inout LeftOut) throws(EngramError) -> [String] {
    var found: [String] = []
    for name in try folder.names() where !name.hasPrefix(".") {
      // ImageNet has a million images and a thousand folders; what ends as an image need not be looked at.
      if isPicture(name) {
        left.beside += 1
        continue
      }
      // A link to a folder is one.
      if (try? DirectoryHandle(opening: folder.path(of: name))) != nil {
        found.append(name)
      } else {
        left.others += 1
      }
    }
    return found
  }

  private static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return !name.hasPrefix(".") && (name.hasSuffix(".jpeg") || name.hasSuffix(".jpg"))
  }

  private static func byClass(
    _ folder: DirectoryHandle, _ classes: [String], _ left: inout LeftOut
  ) throws(EngramError) -> Half {
    var half = Half(path: folder.path, folders: classes)
    for (label, name) in classes.enumerated() {
      guard (try? DirectoryHandle(opening: folder.path(of: name))) != nil else { continue }
      let names = try DirectoryHandle(opening: folder.path(of: name)).names().filter { !$0.hasPrefix(".") }
      let pictures = names.filter(isPicture)
      left.others += names.count - pictures.count
      guard !pictures.isEmpty else {
        throw EngramError(
          .invalidData, "the folder of a class holds no image", file: folder.path(of: name), expected: layout,
          found: "no JPEG", mend: "put its images there (.JPEG, .jpeg or .jpg), or remove the folder")
      }
      half.names += pictures
      half.labels += Array(repeating: Int32(label), count: pictures.count)
    }
    return half
  }

  /// Images that lie in one folder, their classes in a table beside it.
  private static func listed(
    _ folder: DirectoryHandle, _ root: DirectoryHandle, _ classes: [String]
  ) throws(EngramError) -> Half {
    var half = Half(path: folder.path, folders: nil)
    let pictures = try folder.names().filter(isPicture)
    if pictures.isEmpty { return half }
    var table: String?
    for name in tables where table == nil { if try root.status(of: name) != nil { table = name } }
    guard let name = table else {
      throw EngramError(
        .notFound, "nothing says of which class the images for validation are", file: root.path,
        expected: "\(tables.joined(separator: " or ")), or folders by class in val", found: "\(pictures.count) images")
    }
    let path = root.path(of: name)
    let labels = try labels(
      String(decoding: try InputFile(opening: path).contents(limit: mostBytes), as: UTF8.self), classes, path)
    for picture in pictures {
      guard let label = labels[stem(picture[...])] else {
        throw EngramError(
          .invalidData, "an image is missing in the table of classes", file: path, expected: "a line for \(picture)",
          found: "\(labels.count) other lines")
      }
      half.names.append(picture)
      half.labels.append(label)
    }
    return half
  }

  /// The class of each image of a table, all of whose lines name classes in one way: by number or by the name of the folder.
  private static func labels(
    _ text: String, _ classes: [String], _ path: String
  ) throws(EngramError) -> [Substring: Int32] {
    let numbers = Dictionary(classes.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    var labels: (byName: [Substring: Int32]?, byNumber: [Substring: Int32]?) = ([:], [:])
    for (line, words) in text.split(whereSeparator: \.isNewline).enumerated() {
      let cells = words.split { $0 == " " || $0 == "," || $0 == "\t" }
      if line == 0, cells.first == "ImageId" { continue }
      let label = cells.count < 2 ? nil : String(cells[1])
      let number = label.flatMap { Int32($0) }.flatMap { classes.indices.contains(Int($0)) ? $0 : nil }
      if let byName = label.flatMap({ numbers[$0] }) {
        labels.byName?[stem(cells[0])] = byName
      } else {
        labels.byName = nil
      }
      if let number { labels.byNumber?[stem(cells[0])] = number } else { labels.byNumber = nil }
      guard labels.byName != nil || labels.byNumber != nil else {
        throw EngramError(
          .invalidData, "a line names no image and class", file: path, place: "line \(line + 1)",
          expected:
            "a name, then a class as in the lines before: 0 to \(classes.count - 1), or the name of its folder in train",
          found: String(words.prefix(80)))
      }
    }
    guard let byName = labels.byName, let byNumber = labels.byNumber, byName != byNumber else {
      return labels.byName ?? labels.byNumber ?? [:]
    }
    throw EngramError(
      .invalidData, "classes of the table can be numbers, from 0 in the order of the names, or names of folders",
      file: path,
      expected: "one of both", found: "folders \(classes.prefix(3).joined(separator: ", "))…",
      mend:
        "call the folders in train by what is no number, such as class1, or put the images for validation in folders by class"
    )
  }

  private static func stem(_ name: Substring) -> Substring {
    isPicture(String(name)) ? name[..<(name.lastIndex(of: ".") ?? name.endIndex)] : name
  }

  package var trainingCount: Int { training.names.count }
  package var validationCount: Int { validation.names.count }
  package var classCount: Int { classes.count }

  package func trainingImage(_ index: Int) throws(EngramError) -> (image: ColourImage<UInt8>, label: Int32) {
    (try ColourImage(jpeg: training.file(index)), training.labels[index])
  }

  package func validationImage(_ index: Int) throws(EngramError) -> (image: ColourImage<UInt8>, label: Int32) {
    (try ColourImage(jpeg: validation.file(index)), validation.labels[index])
  }
}
