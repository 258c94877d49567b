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

/// Set by scripts/fuzz: everything is instrumented, checksums are not compared, and a driver of libFuzzer is built too.
let isFuzzing = Context.environment["ENGRAM_FUZZ"] != nil
let instrumented: [SwiftSetting] =
  isFuzzing ? [.define("FUZZING"), .unsafeFlags(["-sanitize=fuzzer,address"])] : []
let instrumentedC: [CSetting] = isFuzzing ? [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])] : []

/// A room: a library target of this package.
func room(
  _ name: String, needs dependencies: [Target.Dependency] = [], resources: [Resource] = [],
  settings: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict + instrumented + settings)
}

/// The numeric kernels of a room, in C.
func kernels(_ name: String) -> Target {
  .target(name: name, dependencies: ["CSimd"], cSettings: instrumentedC)
}

/// The tests of a room, with whatever they need beside it.
func tests(of name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies, swiftSettings: strict)
}

/// How libengram.so is linked: with Swift's library inside, and showing the functions of engram.h alone.
///
/// Code that nobody calls is left out. A function that the header declares and nobody wrote is an error of the linker. Once loaded
/// it stays so, because threads wait in it for a second after a loop.
let sharedLibrary: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib", "-use-ld=lld", "-Xlinker", "-soname=libengram.so.1", "-Xlinker",
    "--version-script=\(Context.packageDirectory)/Sources/CEngram/exports.map", "-Xlinker", "--no-undefined-version",
    "-Xlinker", "--gc-sections", "-Xlinker", "-z", "-Xlinker", "nodelete",
  ]),
  .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
]

/// How the command is linked: with Swift's library inside, which it would look for and load each time it starts, and without code
/// that nobody calls.
let command: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib", "-use-ld=lld", "-Xlinker", "--gc-sections"])
]

/// The fuzzer of every parser, and the two functions of libFuzzer that it calls.
let fuzzing: [Target] = [
  .target(name: "CFuzzer", path: "Tests/fuzz/CFuzzer"),
  .executableTarget(
    name: "engram-fuzz",
    dependencies: [
      "Base", "TrajectoryModel", "Formats", "SegmentFile", "TrajectoryStore", "Splits", "Classifiers", "Transfer",
      "Studies", "CFuzzer",
    ],
    path: "Tests/fuzz/driver", swiftSettings: strict + instrumented,
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
]

let package = Package(
  name: "Engram",
  products: [
    .library(name: "Engram", targets: ["Engram"]),
    // libengram.so, under a name that no other product has; scripts/install gives it its own.
    .library(name: "engram-abi", type: .dynamic, targets: ["EngramABI"]),
    .executable(name: "engram", targets: ["engram"]),
  ],
  targets: [
    // C, fenced off.
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
    // Checksums of the pages of a database, as a layer of files below SQLite.
    .target(name: "CPageChecksums", dependencies: ["CSQLite", "CXXHash"]),
    // What Swift's module of the C library leaves out.
    .target(name: "CFileSystem"),
    // OpenBLAS, loaded when it is first needed.
    .target(name: "CBLAS"),
    // LIBLINEAR, loaded when it is first needed.
    .target(name: "CLinear"),
    // librsvg and Cairo, loaded when they are first needed.
    .target(name: "CRSVG"),
    // libtorch behind a library of our own that scripts/setup --training builds from bridge/, loaded when it is first needed.
    .target(name: "CTorch", dependencies: ["CBLAS"], exclude: ["bridge"]),
    // libjpeg-turbo, loaded when it is first needed.
    .target(name: "CJPEG"),
    // libhdf5, loaded when it is first needed.
    .target(name: "CHDF5"),
    // The bundled digits.
    .target(name: "CDigits"),
    // A gate that fork waits at, and what makes SQLite fit to live in a process with others.
    .target(name: "CForkGate"),
    .target(name: "CSQLiteGuard", dependencies: ["CForkGate", "CSQLite"]),
    // Tables of SQLite whose rows a program makes.
    .target(name: "CSQLiteTable", dependencies: ["CSQLite"]),
    // Rows of SQLite counted by the values of few columns.
    .target(name: "CTally", dependencies: ["CSQLite", "CXXHash"]),
    // Numeric kernels, each room's own; how they are compiled for several processors is said once.
    .target(name: "CSimd"),
    kernels("CRandomKernels"),
    kernels("CMatrixKernels"),
    kernels("CCodecKernels"),
    kernels("CPickleKernels"),
    .target(name: "CTextKernels", cSettings: instrumentedC),
    kernels("CClassifierKernels"),
    kernels("CObservableKernels"),

    // Rooms, from the bottom up.
    room("Base", needs: ["CFileSystem", "CForkGate", "CRandomKernels", "CSimd", "CXXHash", "CNettle"]),
    room("TrajectoryModel", needs: ["Base", "CMatrixKernels"]),
    room("SQLite", needs: ["Base", "CSQLite", "CPageChecksums", "CSQLiteGuard", "CSQLiteTable", "CTally"]),
    room("ColumnCodec", needs: ["Base", "TrajectoryModel", "CCodecKernels", "CZstd"]),
    room(
      "Catalog", needs: ["Base", "TrajectoryModel", "SQLite"],
      resources: [
        .embedInCode("../../schema/catalog.sql"), .embedInCode("../../schema/history/catalog-1.sql"),
      ]),
    room("SegmentFile", needs: ["Base", "TrajectoryModel", "ColumnCodec"]),
    room("Formats", needs: ["Base", "TrajectoryModel", "CPickleKernels", "CTextKernels", "CMinizip", "CZstd"]),
    room("TrajectoryStore", needs: ["Base", "TrajectoryModel", "ColumnCodec", "SegmentFile", "Catalog"]),
    room("SQLTable", needs: ["Base", "TrajectoryModel", "SQLite", "Catalog", "TrajectoryStore"]),
    room("Splits", needs: ["Base", "TrajectoryModel", "TrajectoryStore"]),
    room(
      "Classifiers", needs: ["Base", "TrajectoryModel", "CBLAS", "CLinear", "CClassifierKernels", "CSimd"]),
    room("Observables", needs: ["Base", "TrajectoryModel", "CObservableKernels"]),
    room("Transfer", needs: ["Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Splits", "Observables"]),
    room(
      "Training",
      needs: [
        "Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Observables", "Transfer", "CTorch", "CJPEG",
        "CHDF5", "CDigits",
      ],
      resources: [.embedInCode("Plans/miniature.json"), .embedInCode("Plans/paper.json")]),
    room("Drawing", needs: ["Base", "CRSVG"]),
    room(
      "Studies",
      needs: ["Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Splits", "Classifiers"],
      resources: [
        .embedInCode("../../schema/studies/paper.json"), .embedInCode("../../schema/studies/beyond.json"),
        .embedInCode("../../schema/studies/identify-evaluation.json"),
      ]),
    room(
      "Reporting",
      needs: [
        "Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Splits", "Classifiers", "Studies", "Drawing",
      ], resources: [.embedInCode("Report/page.css"), .embedInCode("Report/page.js")]),
    room(
      "EngramCommands",
      needs: [
        "Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Transfer", "Splits", "Classifiers", "Observables",
        "Training", "Studies", "Drawing", "Reporting", "SQLTable",
      ]),
    room(
      "Engram",
      needs: [
        "Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Transfer", "Splits", "Classifiers", "Observables",
        "Studies", "SQLTable", "Training", "Reporting",
      ]),

    // Doors.
    .target(name: "CEngram", exclude: ["exports.map"]),
    .target(
      name: "EngramABI",
      dependencies: [
        "Base", "TrajectoryModel", "TrajectoryStore", "Splits", "Classifiers", "Observables", "Transfer",
        "EngramCommands", "SQLTable", "CEngram",
      ], swiftSettings: strict, linkerSettings: isFuzzing ? [] : sharedLibrary),
    .executableTarget(
      name: "engram", dependencies: ["EngramCommands"], path: "Sources/engram-cli", swiftSettings: strict,
      linkerSettings: isFuzzing ? [] : command),

    // Reads and writes stores in a warm process, as benchmarks/store/run.py asks.
    .executableTarget(
      name: "store-bench", dependencies: ["Base", "TrajectoryModel", "TrajectoryStore", "Engram"],
      path: "benchmarks/store/driver",
      swiftSettings: strict),
    // Fits and times classifiers for benchmarks/classifiers.
    .executableTarget(
      name: "classifier-bench", dependencies: ["Base", "TrajectoryModel", "Formats", "Classifiers"],
      path: "benchmarks/classifiers/driver", swiftSettings: strict),
    // Measures activations and times it for benchmarks/observables.
    .executableTarget(
      name: "observable-bench", dependencies: ["Base", "Formats", "Observables"],
      path: "benchmarks/observables/driver", swiftSettings: strict),

    // Takes steps of learning and times them, for benchmarks/training.
    .executableTarget(
      name: "training-bench", dependencies: ["Base", "Training"], path: "benchmarks/training/driver",
      swiftSettings: strict),

    // fork, which Swift cannot call.
    .target(name: "CFork", path: "Tests/CFork"),
    // Writes and reads stores in a process of its own, for tests that kill it or run several at once.
    .executableTarget(
      name: "store-driver", dependencies: ["Base", "TrajectoryModel", "TrajectoryStore", "CFork", "CSQLite"],
      path: "Tests/store-driver", swiftSettings: strict,
      linkerSettings: isFuzzing ? [.unsafeFlags(["-sanitize=address", "-use-ld=lld"])] : []),
    // What tests share: seeded numbers, folders, fixtures, other processes, toy stores.
    .target(
      name: "TestSupport", dependencies: ["Base", "TrajectoryModel", "TrajectoryStore", "CSQLite", "CSQLiteGuard"],
      path: "Tests/TestSupport", swiftSettings: strict),
    tests(of: "Base"),
    tests(of: "TrajectoryModel", needs: ["Base"]),
    tests(of: "ColumnCodec", needs: ["Base", "TrajectoryModel"]),
    tests(of: "SegmentFile", needs: ["Base", "TrajectoryModel", "ColumnCodec", "CXXHash"]),
    tests(of: "Catalog", needs: ["Base", "TrajectoryModel", "SQLite"]),
    tests(of: "Formats", needs: ["Base", "TrajectoryModel"]),
    tests(
      of: "TrajectoryStore",
      needs: ["Base", "TrajectoryModel", "Catalog", "ColumnCodec", "SegmentFile", "Splits", "store-driver"]),
    tests(
      of: "Transfer", needs: ["Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Splits", "Observables"]),
    tests(of: "Splits", needs: ["Base", "TrajectoryModel", "TrajectoryStore"]),
    tests(of: "Observables", needs: ["Base", "TrajectoryModel"]),
    tests(
      of: "Training", needs: ["Base", "TrajectoryModel", "Formats", "Observables", "TrajectoryStore", "Transfer"]),
    tests(
      of: "Classifiers", needs: ["Base", "TrajectoryModel", "CBLAS", "CClassifierKernels", "Formats", "Transfer"]),
    tests(
      of: "Studies",
      needs: ["Base", "TrajectoryModel", "Formats", "TrajectoryStore", "Transfer", "Splits", "Classifiers"]),
    tests(of: "Drawing"),
    tests(
      of: "Reporting",
      needs: ["Base", "TrajectoryModel", "TrajectoryStore", "Transfer", "Splits", "Studies", "Drawing"]),
    tests(of: "Engram", needs: ["TrajectoryModel"]),
    // It runs programs against the built library, so it is not linked with it.
    .testTarget(
      name: "EngramABITests", dependencies: ["TestSupport"], swiftSettings: strict),
    tests(of: "SQLTable", needs: ["Base", "TrajectoryModel", "TrajectoryStore"]),
    tests(of: "EngramCommands", needs: ["Base", "TrajectoryModel", "Formats", "TrajectoryStore"]),
  ] + (isFuzzing ? fuzzing : [])
)
