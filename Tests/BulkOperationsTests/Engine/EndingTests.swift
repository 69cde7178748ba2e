// SPDX-License-Identifier: Apache-2.0
//
// Runs that end early, for every reason there is, and what they say of each input.

import BulkOperations
import Testing

@Suite("The end of a bulk run", .timeLimit(.minutes(2)))
struct EndingTests {
    @Test func `stops at the first failure, and tells what was not sent`() async throws {
        var options = BulkOptions.test(chunk: 5, concurrency: 1)
        options.failureMode = .stopAtFirst
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.inputs.map { $0 == 12 ? .failure(TestError()) : .success($0) }
        }
        let result = try await BulkRunner(operation, options: options).run(0..<100)
        #expect(result.failures.map(\.index) == [12])
        #expect(result.successes.count == 14)
        #expect(result.notSent.map(\.index) == Array(15..<100))
        guard case .stoppedByFailure = result.summary.ending else { throw TestError() }
        let error = #expect(throws: TestError.self) { try result.get() }
        #expect(error == TestError())
    }

    @Test func `what waits for another attempt is failed when the run stops`() async throws {
        var options = BulkOptions.test(chunk: 1, concurrency: 2, attempts: 5)
        options.retry.base = .seconds(1_000)
        options.retry.maximum = .seconds(1_000)
        options.failureMode = .stopAtFirst
        let refused = AsyncStream.makeStream(of: Void.self)
        let operation = BulkClosure<Int, Int> { chunk in
            if chunk.items[0].index == 0 {
                refused.continuation.yield()
                return [.transient(TestError(1))]
            }
            for await _ in refused.stream { break }
            return [.failure(TestError(2))]
        }
        let result = try await BulkRunner(operation, options: options).run(0..<2)
        #expect(result.failures.map { $0.error as? TestError } == [TestError(1), TestError(2)])
    }

    @Test func `a source that throws ends the run, and what was read ends as usual`() async throws {
        let inputs = AsyncThrowingStream<Int, any Error> { continuation in
            for number in 0..<25 { continuation.yield(number) }
            continuation.finish(throwing: TestError(7))
        }
        let result = try await BulkRunner(Tenfold(), options: .test(chunk: 10, concurrency: 1)).run(inputs)
        #expect(result.successes.count == 20)
        #expect(result.notSent.map(\.index) == [20, 21, 22, 23, 24])
        #expect(result.summary.firstUnread == 25)
        guard case .sourceFailed(let error) = result.summary.ending else { throw TestError() }
        #expect(error as? TestError == TestError(7))
    }

    @Test func `inputs that are not valid are told also if the source throws behind them`() async throws {
        let inputs = AsyncThrowingStream<Int, any Error> { continuation in
            for number in [1, -2, 3, -4] { continuation.yield(number) }
            continuation.finish(throwing: TestError(7))
        }
        let result = try await BulkRunner(Tenfold(), options: .test()).run(inputs)
        #expect(result.failures.map(\.index) == [1, 3])
        #expect(result.notSent.map(\.index) == [0, 2])
    }

    @Test func `a sequence that hangs does not keep a cancelled run from ending`() async throws {
        let numbers = HangingNumbers(at: 13)
        let task = Task { try await BulkRunner(Tenfold(), options: .test()).run(numbers) }
        await numbers.waitUntilItHangs()
        task.cancel()
        let result = try await task.value
        numbers.release()
        #expect(result.indices == Array(0..<13))
        #expect(result.summary.firstUnread == 13)
    }

    @Test func `a time-out of the whole run ends it as a cancellation does`() async throws {
        let bell = Bell()
        var options = BulkOptions.test(chunk: 10, concurrency: 1)
        options.timeout = .seconds(1)
        options.clock = bell
        let operation = BulkClosure<Int, Int> { chunk in
            if chunk.items[0].index >= 20 {
                bell.ring()
                try await Task.sleep(for: .seconds(1_000))
            }
            return chunk.inputs.map { .success($0) }
        }
        let result = try await BulkRunner(operation, options: options).run(0..<50)
        #expect(result.successes.count == 20)
        #expect(result.unknown.map(\.index) == Array(20..<30))
        #expect(result.notSent.map(\.index) == Array(30..<50))
        guard case .timedOut = result.summary.ending else { throw TestError() }
    }

    @Test func `a chunk that takes too long is unknown, and the rest goes on`() async throws {
        var options = BulkOptions.test(chunk: 10, concurrency: 1)
        options.chunkTimeout = .milliseconds(20)
        options.gracePeriod = .milliseconds(20)
        let operation = BulkClosure<Int, Int> { chunk in
            if chunk.items[0].index == 10 {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    Task.detached {
                        try? await Task.sleep(for: .milliseconds(500))
                        continuation.resume()
                    }
                }
            }
            return chunk.inputs.map { .success($0) }
        }
        let result = try await BulkRunner(operation, options: options).run(0..<30)
        #expect(result.unknown.map(\.index) == Array(10..<20))
        #expect((result.unknown.first?.error as? BulkError)?.code == .timedOut)
        #expect(result.successes.count == 20)
    }

    @Test func `what a chunk says when its time is over is believed`() async throws {
        var options = BulkOptions.test(chunk: 10)
        options.chunkTimeout = .milliseconds(10)
        let operation = BulkClosure<Int, Int> { chunk in
            try? await Task.sleep(for: .seconds(1_000))
            return chunk.inputs.map { .failure(TestError($0)) }
        }
        let result = try await BulkRunner(operation, options: options).run(0..<10)
        #expect(result.failures.count == 10)
    }

    @Test func `a run that stopped early returns when all its records have been handed over`() async throws {
        var options = BulkOptions.test(chunk: 10, concurrency: 1)
        options.failureMode = .stopAtFirst
        let operation = BulkClosure<Int, Int> { chunk in chunk.inputs.map { .failure(TestError($0)) } }
        let taken = Locked(0)
        let summary = try await BulkRunner(operation, options: options).forEach(of: 0..<1_000) { records in
            for _ in 0..<1_000 { await Task.yield() }
            taken.withLock { $0 += records.count }
        }
        #expect(taken.value == 1_000)
        #expect(summary.notSent == 990)
    }

    @Test func `a handler that throws ends the run, and nothing more is sent`() async throws {
        let operation = Tenfold()
        let runner = try BulkRunner(operation, options: .test(chunk: 10, concurrency: 1))
        let summary = try await runner.forEach(of: 0..<100) { records in
            if records.contains(where: { $0.index == 25 }) { throw TestError() }
        }
        #expect(operation.calls.value.count == 3)
        #expect(summary.succeeded == 30)
        #expect(summary.notSent == 70)
        guard case .handlerFailed = summary.ending else { throw TestError() }
    }

    @Test func `a source that hangs does not keep a cancelled run from ending`() async throws {
        let begun = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            let inputs = Hanging(after: 3) { begun.continuation.yield() }
            return try await BulkRunner(Tenfold(), options: .test()).run(inputs)
        }
        for await _ in begun.stream { break }
        task.cancel()
        let result = try await task.value
        #expect(result.notSent.map(\.index) == [0, 1, 2])
        #expect(result.summary.firstUnread == 3)
    }

    @Test(arguments: 0..<40)
    func `cancelled at any moment, the four sets have every input once`(moment: Int) async throws {
        let operation = BulkClosure<Int, Int> { chunk in
            for _ in 0..<3 { await Task.yield() }
            try Task.checkCancellation()
            return chunk.items.map { item in
                switch item.input % 4 {
                case 0: .success(item.input)
                case 1: .failure(TestError())
                case 2 where item.attempt < 3: .transient(TestError())
                default: .unknown(TestError())
                }
            }
        }
        var options = BulkOptions.test(chunk: 7, concurrency: 3)
        options.gracePeriod = .milliseconds(100)
        let runner = try BulkRunner(operation, options: options)
        let task = Task { try await runner.run(0..<500) }
        for _ in 0..<(moment * 25) { await Task.yield() }
        task.cancel()
        let result = try await task.value
        #expect(result.indices == Array(0..<500))
        #expect(result.summary.total == 500)
    }

    @Test func `nothing is read ahead of what is in flight`() async throws {
        let read = Locked(0)
        let done = Locked(0)
        let most = Locked(0)
        let inputs = (0..<1_000).lazy.map { number in
            read.withLock { $0 += 1 }
            most.withLock { [ahead = read.value - done.value] in $0 = max($0, ahead) }
            return number
        }
        let operation = BulkClosure<Int, Int> { chunk in
            await Task.yield()
            done.withLock { $0 += chunk.items.count }
            return chunk.inputs.map { .success($0) }
        }
        let runner = try BulkRunner(operation, options: .test(chunk: 10, concurrency: 3))
        let summary = try await runner.forEach(of: AnySequence(inputs)) { _ in }
        #expect(summary.succeeded == 1_000)
        #expect(most.value <= 30)
    }

    @Test func `an operation that returns too few outcomes is told so, and its items are unknown`() async throws {
        let operation = BulkClosure<Int, Int> { chunk in chunk.inputs.dropLast().map { .success($0) } }
        let result = try await BulkRunner(operation, options: .test()).run(0..<10)
        #expect(result.unknown.count == 10)
        #expect("\(result.unknown[0].error)".contains("9 outcomes for 10 items"))
    }
}

/// Some numbers, and then nothing, ever, whoever cancels.
private struct Hanging: AsyncSequence, AsyncIteratorProtocol {
    let after: Int
    let onHang: @Sendable () -> Void
    var count = 0

    init(after: Int, onHang: @escaping @Sendable () -> Void) {
        self.after = after
        self.onHang = onHang
    }

    func makeAsyncIterator() -> Self { self }

    mutating func next() async -> Int? {
        guard count < after else {
            onHang()
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return nil
        }
        defer { count += 1 }
        return count
    }
}
