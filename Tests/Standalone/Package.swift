// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// A package of its own that uses DataLoading and nothing else. Scripts/standalone builds and runs it.

import PackageDescription

let package = Package(
    name: "Standalone",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-dataloader", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "Standalone",
            dependencies: [.product(name: "DataLoading", package: "swift-dataloader")],
            path: "Sources"
        )
    ]
)
