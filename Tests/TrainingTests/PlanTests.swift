// PlanTests.swift -- plans, recipes and tasks, without a network.

import Base
import Glibc
import TestSupport
import Testing
import Training
import TrajectoryModel

@Suite struct PlanTests {
  @Test func `has the published runs`() throws {
    let runs = try TrainingPlan("paper").runs
    #expect(runs.count == 1_056)
    let layers = try runs.reduce(0) { sum, run in
      let image = run.task == "cifar10" ? ArchitectureTests.cifar : ArchitectureTests.imageNet
      let network = try run.architecture.network(
        image: image, head: run.task == "simclr" ? .simCLR : .classes(10), size: run.size)
      return sum + network.layers.count
    }
    #expect(layers == 20_736)
  }

  @Test func `has the design in miniature`() throws {
    let runs = try TrainingPlan("miniature").runs
    #expect(Set(runs.map(\.architecture)) == Set(Architecture.allCases))
    #expect(Set(runs.map(\.rule)) == ["adam", "sgdm", "information", "feedback"])
    #expect(Set(runs.map(\.task)).count == 4 && Set(runs.map(\.batchSize)).count == 3)
    #expect(runs.allSatisfy { $0.recipe == "miniature" && $0.checkpoints.count == 21 })
    let shards = (0..<4).map { PlanRunner.shard(runs, $0, of: 4) }
    #expect(Set(shards.flatMap { $0 }) == Set(runs) && shards.map(\.count).reduce(0, +) == runs.count)
  }

  @Test(arguments: [
    ("{}", "version"), (#"{"version": 2, "name": "a", "grids": []}"#, "newer version"),
    (#"{"version": 1, "name": "a", "grids": []}"#, "no run"),
    (#"{"version": 1, "name": "a", "grids": [{"task": []}]}"#, "too few"),
    (#"{"version": 1, "name": "a", "grids": [{"tusk": ["digits"]}]}"#, "tusk"),
    (#"{"version": 1, "name": "a", "grids": [{}], "settings": {"width": 0}}"#, "out of range"),
    (#"{"version": 1, "name": "a", "grids": [{"architecture": ["resnet"]}]}"#, "architecture"),
    (#"{"version": 1, "name": "a", "grids": [{"batch_size": [1.5]}]}"#, "wrong kind"),
    (#"{"version": 1, "name": "a", "grids": [{}, {}]}"#, "twice"),
    (#"{"version": 1, "name": "a", "grids": [{"model_seed": [-1]}]}"#, "out of range"),
    (#"{"version": 1, "name": "a", "grids": [{}], "overrides": [{"where": {}, "settings": {"rat": 1}}]}"#, "rat"),
  ])
  func `refuses what is no plan`(text: String, words: String) throws {
    let error = #expect(throws: EngramError.self) { try TrainingPlan(json: try JSONValue(parsing: Array(text.utf8))) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func `lets later settings win`() throws {
    let plan = try TrainingPlan(
      json: try JSONValue(
        parsing: Array(
          #"""
          {"version": 1, "name": "a", "settings": {"rate": 0.5},
           "grids": [{"architecture": ["knet", "resnet18"], "model_seed": [null, 0]}],
           "overrides": [{"where": {"architecture": ["res*"]}, "settings": {"rate": 0.25}},
                         {"where": {"model_seed": [null], "architecture": ["resnet18"]}, "settings": {"rate": 0.125}}]}
          """#.utf8)))
    #expect(plan.runs.map(\.rate) == [0.5, 0.5, 0.125, 0.25])
  }

  @Test func `has the published recipe`() throws {
    let task = try DigitsTask(.digits, size: 8)
    func recipe(_ architecture: Architecture, _ rule: String, _ optimizer: LearningRule.Optimizer, _ batch: Int)
      -> Recipe
    {
      var settings = TrainingSettings()
      settings.architecture = architecture
      settings.rule = rule
      settings.batchSize = batch
      return Recipe(
        settings, rule: LearningRule(name: rule, title: "", optimizer: optimizer, hasFeedback: false, options: []),
        task: task)
    }
    let resNet = recipe(.resnet18, "sgdm", .sgdm, 256)
    #expect(resNet.decay == 1e-4 && resNet.stepsPerEpoch == 5 && resNet.steps == 500)
    #expect(resNet.rate(atStep: 0) == 0 && abs(resNet.rate(atStep: 15) - 0.0625) < 1e-15)
    #expect(
      [30, 149, 150, 299, 300, 400].map { resNet.rate(atStep: $0) / 0.125 }.map { ($0 * 1e6).rounded() / 1e6 }
        == [1, 1, 0.1, 0.1, 0.01, 0.001])
    #expect(
      recipe(.alexnet, "feedback", .adam, 128).rate == 0.0005 && recipe(.alexnet, "sgdm", .sgdm, 512).rate == 0.025)
    let kNet = recipe(.knet, "information", .sgdm, 256)
    #expect(kNet.decay == 1e-12 && kNet.rate(atStep: 0) == 0.01 && kNet.rate(atStep: 499) == 0.01)
  }

  @Test func `bundles the digits`() throws {
    let digits = try DigitsTask(.digits, size: 8)
    #expect(digits.trainingCount == 1_437 && digits.validationCount == 360)
    let counts = try digits.validation(0..<360).labels.reduce(into: [Int32: Int]()) { $0[$1, default: 0] += 1 }
    #expect(counts.count == 10 && counts.values.allSatisfy { (20...50).contains($0) })
    let all = try digits.training(Array(0..<1_437), seed: 0).images.map { Double($0) }
    let mean = all.reduce(0, +) / Double(all.count)
    let square = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    #expect(abs(mean) < 1e-5 && abs(square - 1) < 1e-4)
    let subclasses = try DigitsTask(.subclasses, size: 8)
    #expect(Set(try subclasses.training(Array(0..<1_437), seed: 0).labels).count == 40)
    #expect(throws: EngramError.self) { try DigitsTask(.digits, size: 4) }
  }

  @Test(arguments: DigitsTask.Kind.allCases) func `draws the same for the same seed`(kind: DigitsTask.Kind) throws {
    let task = try DigitsTask(kind, size: 16)
    let (one, two) = (try task.training([5, 9, 700], seed: 4), try task.training([9, 5, 700], seed: 4))
    let other = try task.training([5, 9, 700], seed: 5)
    #expect(one.images.allSatisfy { $0.isFinite })
    #expect(one.images[..<256] == two.images[256..<512] && one.labels[0] == two.labels[1])
    let isDrawn = kind == .noise || kind == .contrastive
    #expect((one.images != other.images) == isDrawn)
    #expect(one.images.count == 3 * 256 * (kind == .contrastive ? 2 : 1))
    #expect(try (task.validationViews(0..<4) != nil) == (kind == .contrastive))
  }

  @Test func `shows every stimulus once in a pass`() {
    let order = StimulusOrder(count: 103, batch: 10, seed: 8)
    let first = (0..<10).flatMap { order.stimuli(ofStep: $0).indices }
    let second = (10..<20).flatMap { order.stimuli(ofStep: $0).indices }
    #expect(Set(first).count == 100 && Set(second).count == 100 && first != second)
    let again = StimulusOrder(count: 103, batch: 10, seed: 8)
    #expect(again.stimuli(ofStep: 13).indices == Array(second[30..<40]))
    let large = StimulusOrder(count: 5, batch: 100, seed: 8)
    #expect(Set(large.stimuli(ofStep: 2).indices).count == 5)
  }

  @Test func `reads CIFAR-10 in its layouts`() throws {
    let folder = TemporaryFolder()
    #expect(unsafe mkdir(folder["cifar-10-batches-bin"], 0o755) == 0)
    func record(_ label: UInt8, _ red: UInt8) -> [UInt8] {
      [label] + [UInt8](repeating: red, count: 1_024) + [UInt8](repeating: 7, count: 2_048)
    }
    for number in 1...5 {
      folder.write(record(UInt8(number), 10) + record(0, 30), to: "cifar-10-batches-bin/data_batch_\(number).bin")
    }
    folder.write(record(9, 255), to: "cifar-10-batches-bin/test_batch.bin")
    let task = try CIFAR10Task(in: folder.path)
    #expect(task.trainingCount == 10 && task.validationCount == 1)
    let batch = try task.validation(0..<1)
    #expect(batch.labels == [9] && batch.images.prefix(6) == [235, 0, 0, 235, 0, 0])
    #expect(try task.training([0, 1], seed: 1).images.prefix(3) == [-10, 0, 0])
    folder.write(record(9, 255).dropLast(), to: "cifar-10-batches-bin/test_batch.bin")
    #expect(#expect(throws: EngramError.self) { try CIFAR10Task(in: folder.path) }?.code == .invalidData)
    folder.write(record(10, 255), to: "cifar-10-batches-bin/test_batch.bin")
    #expect(#expect(throws: EngramError.self) { try CIFAR10Task(in: folder.path) }?.code == .invalidData)
    #expect(#expect(throws: EngramError.self) { try CIFAR10Task(in: TemporaryFolder().path) }?.code == .notFound)
    #expect(#expect(throws: EngramError.self) { try CIFAR10Task(in: nil) }?.code == .notFound)
  }

  @Test(arguments: ["bytes_keys", "array_labels", "bytes_and_array"])
  func `reads CIFAR-10 as later programs write it again`(name: String) throws {
    let folder = TemporaryFolder()
    let files = (1...5).map { "data_batch_\($0)" } + ["test_batch"]
    for file in files { folder.write(Fixtures.bytes("training/cifar10/\(name).pkl"), to: file) }
    let task = try CIFAR10Task(in: folder.path)
    #expect(task.trainingCount == 10 && task.validationCount == 2)
    let batch = try task.validation(0..<2)
    // The red of the images is 10 and 30, of which the mean is taken.
    #expect(batch.labels == [1, 0] && batch.images.prefix(3) == [-10, 0, 0] && batch.images[3_072] == 10)
    folder.write(Fixtures.bytes("training/cifar10/real_labels.pkl"), to: "test_batch")
    let error = refusal(.invalidData) { _ = try CIFAR10Task(in: folder.path) }
    #expect(error?.place == "key \"labels\"" && error?.file?.hasSuffix("test_batch") == true)
  }

  @Test func `says which overrides concern no run`() throws {
    let plan = try TrainingPlan(
      json: try JSONValue(
        parsing: Array(
          #"""
          {"version": 1, "name": "a", "grids": [{"architecture": ["knet"]}, {"architecture": ["resnet18"]}],
           "overrides": [{"where": {"architecture": ["res*"]}, "settings": {"rate": 0.25}},
                         {"where": {"architecture": ["alexnet"]}, "settings": {"rate": 0.125}}]}
          """#.utf8)))
    #expect(plan.notes.count == 1)
    #expect(plan.notes.first?.hasPrefix("override 2 of the plan concerns no run") == true, "\(plan.notes)")
    #expect(plan.notes.first?.contains("alexnet") == true)
    for name in TrainingPlan.bundled { #expect(try TrainingPlan(name).notes == [], "\(name)") }
  }

  @Test func `is checked as far as its data are there`() throws {
    var run = TrainingSettings()
    #expect(try PlanRunner.check([run], data: nil) == [])
    run.task = "imagenet"
    #expect(try PlanRunner.check([run], data: nil).count == 1)
    refusal(.notFound) { _ = try PlanRunner.check([run], data: TemporaryFolder().path) }
    run.imageSize = 8
    refusal(.usage) { _ = try PlanRunner.check([run], data: nil) }
    run.imageSize = 64
    #expect(try PlanRunner.check([run], data: nil).count == 1)
    for (task, fits) in [("cifar10", false), ("cifar10-simclr", true), ("audionet", false)] {
      run.task = task
      if fits {
        #expect(try PlanRunner.check([run], data: nil).count == 1)
      } else {
        #expect(
          refusal(.usage, "\(task)") { _ = try PlanRunner.check([run], data: nil) }?.found?.hasPrefix("64") == true)
        let folder = TemporaryFolder()
        let error = refusal(.usage, "\(task)") {
          _ = try TrainerTests.runner(folder["s"]).train([run], work: WorkContext())
        }
        #expect(error?.found?.hasPrefix("64") == true)
      }
    }
    run.task = "imagenett"
    #expect(refusal(.usage) { _ = try PlanRunner.check([run], data: nil) }?.mend != nil)
  }
}
