// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The loader and its tests by themselves: an optimized build of all tests takes minutes. Scripts/optimized runs them.

import PackageDescription

let package = Package(
    name: "Optimized",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "DataLoading"),
        .testTarget(name: "DataLoadingTests", dependencies: ["DataLoading"]),
    ]
)

// As in the package whose sources these are.
for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
    ]
}
