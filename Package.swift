// swift-tools-version: 6.2
// Engram: a store and query tool for trajectories of features recorded while neural networks learn.
// One target per room of docs/DESIGN.md; dependencies point only downwards.

import PackageDescription

/// Every check the compiler has is on for every target, from the first commit.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),  // properties of our types may lend spans
]

/// A room: a library target of this package.
func room(
  _ name: String, needs dependencies: [Target.Dependency] = [], resources: [Resource] = [],
  settings: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict + settings)
}

/// The tests of a room, with whatever they need beside it.
func tests(of name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
  name: "Engram",
  products: [
    .library(name: "Engram", targets: ["Engram"]),
    .executable(name: "engram", targets: ["engram"]),
  ],
  targets: [
    // C, fenced off.
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
    .target(name: "CKernels"),
    // OpenBLAS, loaded when it is first needed.
    .target(name: "CBLAS"),
    // LIBLINEAR, loaded when it is first needed.
    .target(name: "CLinear"),

    // Rooms, from the bottom up.
    room("TrajectoryModel"),
    room("ColumnCodec", needs: ["TrajectoryModel", "CKernels", "CZstd", "CXXHash"]),
    room("SegmentFile", needs: ["TrajectoryModel", "ColumnCodec", "CXXHash"]),
    room(
      "Catalog", needs: ["TrajectoryModel", "CSQLite"], resources: [.embedInCode("../../schema/catalog.sql")]),
    room(
      "TrajectoryStore",
      needs: ["TrajectoryModel", "ColumnCodec", "SegmentFile", "Catalog", "CKernels", "CXXHash"]),
    room("Interchange", needs: ["TrajectoryModel", "TrajectoryStore", "CKernels", "CMinizip", "CXXHash"]),
    room("Splits", needs: ["TrajectoryModel", "Catalog", "TrajectoryStore", "CNettle"]),
    room("Classifiers", needs: ["TrajectoryModel", "CBLAS", "CLinear", "CKernels", "CXXHash"]),
    room(
      "Experiments",
      needs: ["TrajectoryModel", "Catalog", "TrajectoryStore", "Splits", "Interchange", "Classifiers", "CXXHash"]),
    room(
      "EngramCommands",
      needs: ["TrajectoryModel", "TrajectoryStore", "Interchange", "Splits", "Classifiers", "Experiments"]),
    room(
      "Engram",
      needs: ["TrajectoryModel", "TrajectoryStore", "Interchange", "Splits", "Classifiers", "Experiments"]),

    // Doors.
    .executableTarget(
      name: "engram", dependencies: ["EngramCommands"], path: "Sources/engram-cli", swiftSettings: strict),
    // Reads and writes stores in a warm process, as benchmarks/store/run.py asks.
    .executableTarget(
      name: "store-bench", dependencies: ["Engram"], path: "benchmarks/store/driver", swiftSettings: strict),

    // Fits and times classifiers for benchmarks/classifiers.
    .executableTarget(
      name: "classifier-bench", dependencies: ["TrajectoryModel", "Interchange", "Classifiers"],
      path: "benchmarks/classifiers/driver", swiftSettings: strict),

    tests(of: "TrajectoryModel"),
    tests(of: "ColumnCodec", needs: ["TrajectoryModel"]),
    tests(of: "SegmentFile", needs: ["TrajectoryModel", "ColumnCodec"]),
    tests(of: "Catalog", needs: ["TrajectoryModel"]),
    tests(
      of: "TrajectoryStore",
      needs: ["TrajectoryModel", "Catalog", "CSQLite", "SegmentFile", "Splits", "store-driver"]),
    // Writes and reads stores in a process of its own, for tests that kill it or run several at once.
    .executableTarget(
      name: "store-driver", dependencies: ["TrajectoryModel", "Catalog", "TrajectoryStore"],
      path: "Tests/store-driver", swiftSettings: strict),
    tests(of: "Interchange", needs: ["TrajectoryModel", "TrajectoryStore"]),
    tests(of: "Splits", needs: ["TrajectoryModel", "TrajectoryStore", "Interchange"]),
    tests(of: "Classifiers", needs: ["TrajectoryModel", "CBLAS", "Interchange"]),
    tests(
      of: "Experiments", needs: ["TrajectoryModel", "TrajectoryStore", "Interchange", "Splits", "Classifiers"]),
    tests(of: "Engram"),
    tests(of: "EngramCommands", needs: ["TrajectoryModel", "TrajectoryStore", "Interchange", "Splits"]),
  ]
)
