// SPDX-License-Identifier: Apache-2.0
//
// What this process holds of the machine, to find what is left over.

import Foundation

/// What a process has open, and how large it is. Where there is no `/proc`, threads and bytes count as none.
struct ProcessCensus {
    var descriptors: Int
    /// The threads of transports.
    var threads: Int
    /// What is in memory.
    var residentBytes: Int

    /// By how many bytes a process may grow that holds nothing more than before. The address sanitizer, which has options
    /// where it is used, keeps back some of what was freed.
    static let allowedGrowth = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] == nil ? 16 << 20 : 64 << 20

    static var now: ProcessCensus {
        let entries = { (path: String) in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
        let pages = text("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return ProcessCensus(
            descriptors: entries("/dev/fd").count,
            threads: entries("/proc/self/task").count { text("/proc/self/task/\($0)/comm").hasPrefix("Curl") },
            residentBytes: pages * 4096
        )
    }

    /// The beginning of a file; empty where it is not there any more. Foundation leaks memory where a file opens and then
    /// cannot be read, as that of a thread which ends between the two.
    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Returns when no transport's thread is left and no more descriptors are open than at first: a thread ends a
    /// moment after its last word, and a server closes its ends a moment after that.
    static func settle(at first: ProcessCensus?) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while now.threads > 0 || now.descriptors > first?.descriptors ?? .max {
            guard ContinuousClock.now < deadline else { throw LeftOver(census: now) }
            await Task.yield()
        }
    }

    struct LeftOver: Error {
        let census: ProcessCensus
    }
}
