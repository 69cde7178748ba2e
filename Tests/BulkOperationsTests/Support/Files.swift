// SPDX-License-Identifier: Apache-2.0
//
// A file for one test.

import Foundation

/// Runs a test with the path of a file that does not exist yet, and is gone afterwards.
func withFile(_ test: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "bulk-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await test(path)
}
