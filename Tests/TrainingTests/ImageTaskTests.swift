// ImageTaskTests.swift -- ImageNet and SimCLR on small folders of JPEGs in the same layouts.

import Base
import Glibc
import TestSupport
import Testing
import Training
import TrajectoryStore

@Suite struct ImageTaskTests {
  /// Pictures of two classes, six to learn from and three for validation each: reddish and bluish ones of several sizes.
  static func folder(valByClass: Bool = true) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    for name in ["", "/n01", "/n02"] { #expect(unsafe mkdir(folder["train\(name)"], 0o755) == 0) }
    for name in valByClass ? ["", "/n01", "/n02"] : [""] { #expect(unsafe mkdir(folder["val\(name)"], 0o755) == 0) }
    for (label, name) in ["n01", "n02"].enumerated() {
      for number in 0..<9 {
        let colour = label == 0 ? [200, 60 + 10 * number, 60] : [60, 60 + 10 * number, 200]
        let picture = ColourImageTests.picture(40 + 3 * number, 60 - 2 * number, colour)
        let path =
          number < 6
          ? "train/\(name)/\(name)_\(number).JPEG"
          : valByClass ? "val/\(name)/v\(number).jpg" : "val/ILSVRC_val_\(label)\(number).JPEG"
        folder.write(try picture.jpeg(), to: path)
      }
    }
    return folder
  }

  static func settings(_ task: String, _ architecture: Architecture = .resnet18) -> TrainingSettings {
    var settings = TrainerTests.settings(architecture, "sgdm", task: task, seed: 1)
    settings.batchSize = 4
    settings.epochImages = 8
    settings.imageSize = 32
    return settings
  }

  @Test func `reads classes from folders, or from a table beside the images`() throws {
    let folder = try Self.folder()
    let images = try ImageFolder(opening: folder.path)
    #expect(images.classes == ["n01", "n02"] && images.trainingCount == 12 && images.validationCount == 6)
    let last = try images.validationImage(5)
    #expect(last.label == 1 && last.image.height == 64 && last.image.width == 44)
    let flat = try Self.folder(valByClass: false)
    let names = (0..<2).flatMap { label in (6..<9).map { "ILSVRC_val_\(label)\($0)" } }
    for (file, text) in [
      ("val.txt", names.map { "\($0).JPEG \($0.dropLast().last ?? "0")\n" }.joined()),
      ("val.txt", names.map { "\($0).JPEG n0\(($0.dropLast().last ?? "0") == "0" ? 1 : 2)\r\n" }.joined()),
      (
        "LOC_val_solution.csv",
        "ImageId,PredictionString\n"
          + names.map { "\($0),n0\(($0.dropLast().last ?? "0") == "0" ? 1 : 2) 8 5 4 9\n" }.joined()
      ),
    ] {
      TestFiles.remove(flat["val.txt"])
      flat.write(text, to: file)
      let read = try ImageFolder(opening: flat.path)
      #expect(try (0..<6).map { try read.validationImage($0).label } == [0, 0, 0, 1, 1, 1], "\(file)")
    }
  }

  @Test func `classes that are called by numbers are read one way throughout a table, or refused`() throws {
    let folder = TemporaryFolder()
    for name in ["train", "train/1", "train/2", "train/10", "val"] { #expect(unsafe mkdir(folder[name], 0o755) == 0) }
    let picture = try ColourImageTests.picture(20, 20, [9, 9, 9]).jpeg()
    for path in ["train/1/a.jpg", "train/2/a.jpg", "train/10/a.jpg", "val/a.jpg", "val/b.jpg", "val/c.jpg"] {
      folder.write(picture, to: path)
    }
    func labels(_ classes: [Int]) throws -> [Int32] {
      folder.write(zip(["a", "b", "c"], classes).map { "\($0).jpg \($1)\n" }.joined(), to: "val.txt")
      let read = try ImageFolder(opening: folder.path)
      #expect(read.classes == ["1", "10", "2"])
      return try (0..<3).map { try read.validationImage($0).label }
    }
    // 0 is no folder, and 10 is no number of a class.
    #expect(try labels([0, 1, 2]) == [0, 1, 2])
    #expect(try labels([2, 1, 0]) == [2, 1, 0])
    #expect(try labels([1, 10, 2]) == [0, 1, 2])
    #expect(refusal(.invalidData) { _ = try labels([1, 2, 1]) }?.mend != nil)
    #expect(refusal(.invalidData) { _ = try labels([0, 2, 10]) }?.place == "line 3")
    #expect(refusal(.invalidData) { _ = try labels([10, 0, 1]) }?.place == "line 2")
  }

  @Test func `another layout is refused with the one that is expected`() throws {
    let empty = TemporaryFolder()
    for path in [nil, empty.path] {
      let error = refusal(.notFound) { _ = try ImageFolder(opening: path) }
      #expect(error?.expected?.contains("train/CLASS/*.JPEG") == true)
    }
    refusal(.notFound) { _ = try ImageFolder(opening: empty["none"]) }
    let flat = try Self.folder(valByClass: false)
    #expect(refusal(.notFound) { _ = try ImageFolder(opening: flat.path) }?.expected?.contains("val.txt") == true)
    flat.write("ILSVRC_val_06.JPEG 0\n", to: "val.txt")
    #expect(
      refusal(.invalidData) { _ = try ImageFolder(opening: flat.path) }?.expected?.contains("ILSVRC_val_07") == true)
    for line in ["ILSVRC_val_06.JPEG 2\n", "ILSVRC_val_06.JPEG\n", "ILSVRC_val_06.JPEG n03\n", "x -1\n"] {
      flat.write(line, to: "val.txt")
      #expect(refusal(.invalidData) { _ = try ImageFolder(opening: flat.path) }?.place == "line 1")
    }
    for (path, file) in [("train/n03", "train"), ("val/n02", "val")] {
      let folder = try Self.folder()
      _ = unsafe mkdir(folder[path], 0o755)
      for name in TestFiles.names(in: folder[path]) { TestFiles.remove(folder["\(path)/\(name)"]) }
      folder.write("a", to: "\(path)/picture.png")
      let error = refusal(.invalidData, "\(file)") { _ = try ImageFolder(opening: folder.path) }
      #expect(error?.file == folder[path] && error?.mend != nil, "\(file)")
    }
    let other = try Self.folder()
    #expect(unsafe mkdir(other["val/n03"], 0o755) == 0)
    refusal(.invalidData) { _ = try ImageFolder(opening: other.path) }
  }

  @Test func `files and classes that are left out are counted, once for all runs`() throws {
    let folder = try Self.folder()
    #expect(try ImageFolder(opening: folder.path).notes.isEmpty)
    for path in ["train/n01/a.png", "val/n02/b.gif", "train/readme.txt", "train/n01/.hidden"] {
      folder.write("a", to: path)
    }
    folder.write("a", to: "train/stray.jpg")
    #expect(unsafe mkdir(folder["train/n03"], 0o755) == 0)
    folder.write(folder.read("train/n01/n01_0.JPEG"), to: "train/n03/c.jpg")
    let notes = try ImageFolder(opening: folder.path).notes
    #expect(
      notes == [
        "left out of the images of \(folder.path): 3 files that are no JPEG, 1 JPEG beside the folders of classes",
        "val has no image of 1 of the 3 classes: n03",
      ])
    let runs = [Self.settings("imagenet"), Self.settings("imagenet", .resnet18v2)]
    #expect(try PlanRunner.check(runs, data: folder.path) == notes)
    let trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: folder["s"]).store)
    let reports = try PlanRunner(trainer, workers: 1, data: folder.path).train(runs, work: WorkContext())
    #expect(reports.map(\.notes) == [notes, []], "\(reports.map(\.error))")
  }

  @Test(arguments: [ImageNetTask.Preparation.residual, .inception])
  func `prepares images as published`(preparation: ImageNetTask.Preparation) throws {
    let folder = try Self.folder()
    let images = try ImageFolder(opening: folder.path)
    let task = ImageNetTask(images, preparation, size: 32)
    let batch = try task.validation(0..<6)
    #expect(batch.labels == [0, 0, 0, 1, 1, 1] && batch.images.count == 6 * 32 * 32 * 3)
    // The middle pixel of the first image: reddish. As published, a sample is (x - mean) / deviation or 2 x - 1.
    let middle = Array(batch.images[(3 * (16 * 32 + 16))..<(3 * (16 * 32 + 16) + 3)])
    let expected: [Float] =
      preparation == .residual
      ? [(200.0 / 255 - 0.485) / 0.229, (120.0 / 255 - 0.456) / 0.224, (60.0 / 255 - 0.406) / 0.225]
      : [2 * 200.0 / 255 - 1, 2 * 120.0 / 255 - 1, 2 * 60.0 / 255 - 1]
    #expect(zip(middle, expected).allSatisfy { abs($0 - $1) < 0.12 }, "\(middle) \(expected)")
    let (one, two) = (try task.training([3, 11], seed: 4), try task.training([11, 3], seed: 4))
    #expect(one.images.prefix(3_072) == two.images.suffix(3_072) && one.labels == [0, 1])
    #expect(try task.training([3, 11], seed: 5).images != one.images)
  }

  @Test func `makes views as SimCLR does`() throws {
    let folder = try Self.folder()
    let images = try ImageFolder(opening: folder.path)
    let task = ContrastiveImageTask("simclr", images, size: 40)
    let batch = try task.training([0, 5, 7], seed: 2)
    let half = batch.images.count / 2
    #expect(batch.count == 3 && half == 3 * 40 * 40 * 3 && batch.images.allSatisfy { (0...1).contains($0) })
    #expect(batch.images.prefix(half) != batch.images.suffix(half))
    #expect(try task.training([0, 5, 7], seed: 2).images == batch.images)
    // Views of the validation set are drawn once, whichever stimuli come with them.
    let seen = try #require(try task.validationViews(1..<3))
    let view = seen.images.count / 4
    #expect(seen.count == 2 && view == 40 * 40 * 3 && seen.images.prefix(2 * view) != seen.images.suffix(2 * view))
    let alone = try #require(try task.validationViews(1..<2))
    #expect(alone.images == Array(seen.images[0..<view] + seen.images[(2 * view)..<(3 * view)]))
    #expect(try task.validation(1..<2).images != Array(alone.images.prefix(view)))
  }

  @Test func `the contrastive loss of the validation set does not depend on how many are evaluated at a time`() throws {
    let task = try DigitsTask(.contrastive)
    let settings = TrainerTests.settings(.resnet18, task: "digits-simclr")
    let description = try settings.architecture.network(image: task.image, head: task.head, size: settings.size)
    try TensorLibrary.useThreads(1)
    var shared = TensorNetwork.Settings()
    shared.temperature = 0.2
    let network = try TensorNetwork(description, rule: "sgdm", settings: shared)
    try network.start(from: .own(3))
    for step in 0..<20 {
      _ = try network.step(try task.training(Array(0..<64), seed: UInt64(step)), rate: 0.05, seed: 0)
    }
    let whole = try NetworkMeasurement.measure(network, on: task, work: WorkContext(threads: 1))
    for block in [7, 100] {
      let part = try NetworkMeasurement.measure(network, on: task, block: block, work: WorkContext(threads: 1))
      #expect(abs(part.loss - whole.loss) < 1e-4 * whole.loss, "\(block): \(part.loss) \(whole.loss)")
      // Outputs may differ in their last bits, and with them which of two equally like views is found.
      #expect(abs(part.top1 - whole.top1) < 0.01 && whole.top1 < 1, "\(block): \(part.top1) \(whole.top1)")
    }
  }

  @Test(arguments: ["imagenet", "simclr"])
  func `trains to the same bits however many threads read ahead`(task: String) throws {
    let folder = try Self.folder()
    var stores: [[String]] = []
    for loaders in [1, 4] {
      var trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: folder["s\(loaders)"]).store)
      trainer.loaders = loaders
      let reports = try PlanRunner(trainer, workers: 1, data: folder.path).train(
        [Self.settings(task), Self.settings(task, .resnet18v2)], work: WorkContext())
      #expect(reports.map(\.outcome) == [.trained, .trained], "\(reports.map(\.error))")
      stores.append(try TrainerTests.contents(folder["s\(loaders)"]))
    }
    #expect(stores[0] == stores[1])
  }

  @Test func `a picture that is damaged ends its run with its name, and the others go on`() throws {
    let folder = try Self.folder()
    folder.write([1, 2, 3], to: "train/n01/n01_2.JPEG")
    var trainer = Trainer(into: try TrajectoryStore.openOrCreate(at: folder["s"]).store)
    trainer.loaders = 3
    var digits = TrainerTests.settings()
    digits.epochs = 2
    let reports = try PlanRunner(trainer, workers: 1, data: folder.path).train(
      [Self.settings("imagenet"), digits], work: WorkContext())
    #expect(reports.map(\.outcome) == [.failed, .trained])
    #expect(reports[0].error?.code == .invalidData && reports[0].error?.file?.hasSuffix("n01_2.JPEG") == true)
  }
}
