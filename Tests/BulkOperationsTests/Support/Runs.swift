// SPDX-License-Identifier: Apache-2.0
//
// What the tests of runs share.

import BulkOperations

struct TestError: Error, Equatable {
    var number = 0

    init(_ number: Int = 0) {
        self.number = number
    }
}

extension BulkOptions {
    /// Options for a test: no delays between attempts.
    static func test(chunk: Int = 10, concurrency: Int = 2, attempts: Int = 3) -> BulkOptions {
        var options = BulkOptions()
        options.chunking = .fixed(chunk)
        options.maxConcurrentChunks = concurrency
        options.retry = BulkRetry(maxAttempts: attempts, base: .zero, maximum: .zero)
        return options
    }
}

extension BulkResult {
    /// The indices of all four sets, in order: each input once if the sets are disjoint and complete.
    var indices: [Int] {
        (successes.map(\.index) + failures.map(\.index) + unknown.map(\.index) + notSent.map(\.index)).sorted()
    }
}

/// An operation that yields ten times its inputs, and counts its calls.
struct Tenfold: BulkOperation {
    let calls = Locked<[[Int]]>([])

    func validate(_ input: Int) throws {
        if input < 0 { throw TestError(input) }
    }

    func perform(_ chunk: BulkChunk<Int>) async throws -> [BulkOutcome<Int>] {
        calls.withLock { $0.append(chunk.inputs) }
        return chunk.inputs.map { .success($0 * 10) }
    }
}
