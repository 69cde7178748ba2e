// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The loader, the transport and their tests by themselves: an optimized build of all tests takes much longer.
// Scripts/optimized runs them.

import PackageDescription

let package = Package(
    name: "Optimized",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "DataLoading"),
        .target(name: "HTTPTransport"),
        .target(name: "GraphQLBatching", dependencies: ["DataLoading", "HTTPTransport"]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(
            name: "CurlTransport",
            dependencies: ["CCurl", "CZlib", "HTTPTransport"],
            swiftSettings: [.strictMemorySafety()]
        ),
        .target(name: "CLoopback"),
        .target(name: "LoopbackServer", dependencies: ["CLoopback", "GraphQLBatching"]),
        .testTarget(name: "DataLoadingTests", dependencies: ["DataLoading"]),
        .testTarget(name: "CurlTransportTests", dependencies: ["CurlTransport", "LoopbackServer"]),
    ]
)

// As in the package whose sources these are.
for target in package.targets where !["CCurl", "CLoopback", "CZlib"].contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
        ]
}
