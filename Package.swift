// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "swift-dataloader",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "DataLoading", targets: ["DataLoading"]),
        .library(name: "GraphQLBatching", targets: ["GraphQLBatching"]),
        .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
        .library(name: "CurlTransport", targets: ["CurlTransport"]),
        .library(name: "BulkOperations", targets: ["BulkOperations"]),
    ],
    dependencies: [],
    targets: [
        // The libraries. Arrows run one way, downwards.
        .target(name: "DataLoading"),
        .target(name: "HTTPTransport"),
        .target(name: "GraphQLBatching", dependencies: ["DataLoading", "HTTPTransport"]),
        .target(name: "BulkOperations", dependencies: ["DataLoading", "GraphQLBatching", "HTTPTransport"]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // zlib is found when the program runs: the package builds and works without it.
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(
            name: "CurlTransport",
            dependencies: ["CCurl", "CZlib", "HTTPTransport"],
            swiftSettings: [.strictMemorySafety()]
        ),

        // What tests, examples and benchmarks share; not a product.
        .target(name: "CLoopback"),
        .target(name: "LoopbackServer", dependencies: ["CLoopback", "GraphQLBatching"]),

        .executableTarget(
            name: "NPlusOne",
            dependencies: ["DataLoading", "GraphQLBatching", "CurlTransport", "LoopbackServer"],
            path: "Examples/NPlusOne"
        ),
        .executableTarget(
            name: "BulkImport",
            dependencies: ["BulkOperations", "GraphQLBatching", "HTTPTransport", "CurlTransport", "LoopbackServer"],
            path: "Examples/BulkImport"
        ),
        .target(name: "CurlFloor", path: "Benchmarks/CurlFloor", linkerSettings: [.linkedLibrary("curl")]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BulkOperations", "CurlFloor", "CurlTransport", "DataLoading", "GraphQLBatching", "HTTPTransport",
                "LoopbackServer",
            ],
            path: "Benchmarks",
            exclude: ["CurlFloor"]
        ),

        .testTarget(name: "DataLoadingTests", dependencies: ["DataLoading"]),
        .testTarget(name: "HTTPTransportTests", dependencies: ["HTTPTransport"]),
        .testTarget(name: "CurlTransportTests", dependencies: ["CurlTransport", "LoopbackServer"]),
        .testTarget(
            name: "GraphQLBatchingTests",
            dependencies: ["GraphQLBatching", "LoopbackServer", "CurlTransport"]
        ),
        .testTarget(
            name: "BulkOperationsTests",
            dependencies: ["BulkOperations", "LoopbackServer", "CurlTransport", "JournalledImport"]
        ),
        .executableTarget(
            name: "JournalledImport",
            dependencies: ["BulkOperations", "CurlTransport"],
            path: "Tests/JournalledImport"
        ),
        .testTarget(name: "LoopbackServerTests", dependencies: ["LoopbackServer"]),
        .testTarget(
            name: "InteropTests",
            dependencies: ["BulkOperations", "DataLoading", "GraphQLBatching", "HTTPTransport", "CurlTransport"]
        ),
    ]
)

for target in package.targets where !["CCurl", "CLoopback", "CZlib", "CurlFloor"].contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
            .enableUpcomingFeature("ExistentialAny"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
            .enableUpcomingFeature("MemberImportVisibility"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
            .enableUpcomingFeature("InternalImportsByDefault"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
            .enableUpcomingFeature("InferIsolatedConformances"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
            .enableUpcomingFeature("ImmutableWeakCaptures"),
        ]
}
