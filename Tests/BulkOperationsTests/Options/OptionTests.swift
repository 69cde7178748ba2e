// SPDX-License-Identifier: Apache-2.0
//
// Options that make no sense are refused by name.

import BulkOperations
import Testing

@Suite("Bulk options")
struct OptionTests {
    private typealias Change = @Sendable (inout BulkOptions) -> Void

    private static let changes: [(String, Change)] = [
        ("maxConcurrentChunks", { @Sendable in $0.maxConcurrentChunks = 0 }),
        ("chunkTimeout", { @Sendable in $0.chunkTimeout = .zero }),
        ("timeout", { @Sendable in $0.timeout = .zero }),
        ("delayBetweenChunks", { @Sendable in $0.delayBetweenChunks = .seconds(-1) }),
        ("gracePeriod", { @Sendable in $0.gracePeriod = .seconds(-1) }),
        ("failureMode", { @Sendable in $0.failureMode = .stop(afterFailures: 0) }),
        ("chunking", { @Sendable in $0.chunking = .fixed(0) }),
        ("chunking", { @Sendable in $0.chunking = .adaptive(target: .zero) }),
        ("chunking", { @Sendable in $0.chunking = .adaptive(target: .seconds(1), from: 5, between: 10...20) }),
        ("retry.maxAttempts", { @Sendable in $0.retry.maxAttempts = 0 }),
        ("retry.maximum", { @Sendable in $0.retry.maximum = .zero }),
    ]

    @Test(arguments: changes.indices)
    func `a value that cannot be is refused by name`(index: Int) {
        let (name, change) = Self.changes[index]
        var options = BulkOptions()
        change(&options)
        let error = #expect(throws: BulkError.self) { try BulkRunner(Tenfold(), options: options) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == name)
    }

    @Test func `an atomic run needs an operation that can do it`() {
        var options = BulkOptions()
        options.failureMode = .atomic
        let error = #expect(throws: BulkError.self) { try BulkRunner(Tenfold(), options: options) }
        #expect(error?.code == .notAtomic)
    }
}
