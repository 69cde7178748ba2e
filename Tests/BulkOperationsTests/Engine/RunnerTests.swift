// SPDX-License-Identifier: Apache-2.0
//
// What the engine promises of each input.

import BulkOperations
import Testing

@Suite("A bulk run", .timeLimit(.minutes(2)))
struct RunnerTests {
    @Test func `outputs come in the order of the inputs, whatever the order of the chunks`() async throws {
        let runner = try BulkRunner(Tenfold(), options: .test(chunk: 3, concurrency: 4))
        let result = try await runner.run(0..<100)
        #expect(result.outputs == (0..<100).map { $0 * 10 })
        #expect(try result.get() == (0..<100).map { $0 * 10 })
        #expect(result.summary.isSuccess)
        #expect(result.summary.chunks == 34)
    }

    @Test func `one failure never stops the rest, and each failure has its index, input and error`() async throws {
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.inputs.map { $0 % 7 == 0 ? .failure(TestError($0)) : .success($0) }
        }
        let result = try await BulkRunner(operation, options: .test()).run(100..<150)
        #expect(result.failures.map(\.input) == [105, 112, 119, 126, 133, 140, 147])
        #expect(result.failures.map(\.index) == [5, 12, 19, 26, 33, 40, 47])
        #expect(result.failures.map { $0.error as? TestError } == result.failures.map { TestError($0.input) })
        #expect(result.successes.count == 43)
        #expect(result.indices == Array(0..<50))
    }

    @Test func `an input that is not valid fails with its reason and is not sent`() async throws {
        let operation = Tenfold()
        let result = try await BulkRunner(operation, options: .test()).run([1, -2, 3, -4])
        #expect(result.failures.map { $0.error as? TestError } == [TestError(-2), TestError(-4)])
        #expect(result.failures.map(\.attempts) == [0, 0])
        #expect(result.outputs == [10, nil, 30, nil])
        #expect(operation.calls.value == [[1, 3]])
    }

    @Test func `what is transient is tried again, and only that`() async throws {
        let attempts = Locked<[Int: Int]>([:])
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.items.map { item in
                attempts.withLock { $0[item.input, default: 0] += 1 }
                return item.input.isMultiple(of: 5) && item.attempt < 3 ? .transient(TestError()) : .success(item.input)
            }
        }
        let result = try await BulkRunner(operation, options: .test()).run(0..<20)
        #expect(result.successes.count == 20)
        #expect(result.summary.retried == 4)
        #expect(attempts.value.filter { $0.value == 3 }.keys.sorted() == [0, 5, 10, 15])
        #expect(attempts.value.values.reduce(0, +) == 28)
    }

    @Test func `an item of unknown outcome is not sent again without a key`() async throws {
        let operation = BulkClosure<Int, Int> { chunk in chunk.items.map { _ in .unknown(TestError()) } }
        let result = try await BulkRunner(operation, options: .test()).run(0..<5)
        #expect(result.unknown.map(\.attempts) == [1, 1, 1, 1, 1])
        #expect(result.failures.isEmpty)
    }

    @Test func `an item that was unknown once is failed never`() async throws {
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.items.map { $0.attempt == 1 ? .unknown(TestError(), mayRepeat: true) : .failure(TestError(2)) }
        }
        let result = try await BulkRunner(operation, options: .test()).run(0..<5)
        #expect(result.failures.isEmpty)
        #expect(result.unknown.map(\.attempts) == [2, 2, 2, 2, 2])
    }

    @Test func `asynchronous sequences are read to their end`() async throws {
        let inputs = AsyncStream { continuation in
            for number in 0..<95 { continuation.yield(number) }
            continuation.finish()
        }
        let result = try await BulkRunner(Tenfold(), options: .test()).run(inputs)
        #expect(result.outputs == (0..<95).map { $0 * 10 })
    }

    @Test func `failures are retried from the result, with their indices`() async throws {
        let isUp = Locked(false)
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.inputs.map { $0 > 15 || isUp.value ? .success($0) : .failure(TestError()) }
        }
        let result = try await BulkRunner(operation, options: .test()).run(10..<20)
        #expect(result.failures.map(\.index) == [0, 1, 2, 3, 4, 5])
        isUp.withLock { $0 = true }
        let whole = try await result.retryFailed()
        #expect(whole.outputs == Array(10..<20))
        #expect(whole.successes.map(\.attempts) == [2, 2, 2, 2, 2, 2, 1, 1, 1, 1])
        #expect(whole.summary.isSuccess)
    }

    @Test func `a cancelled run tells what is done, unknown and not sent`() async throws {
        let begun = AsyncStream.makeStream(of: Void.self)
        let operation = BulkClosure<Int, Int> { chunk in
            guard chunk.items[0].index >= 10 else { return chunk.inputs.map { .success($0) } }
            begun.continuation.yield()
            try await Task.sleep(for: .seconds(1_000))
            return []
        }
        let task = Task { try await BulkRunner(operation, options: .test(chunk: 5)).run(0..<1_000) }
        for await _ in begun.stream { break }
        let start = ContinuousClock().now
        task.cancel()
        let result = try await task.value
        #expect(ContinuousClock().now - start < .seconds(1))
        #expect(result.indices == Array(0..<1_000))
        #expect(result.successes.count == 10)
        #expect(!result.unknown.isEmpty && result.unknown.count <= 10)
        guard case .cancelled = result.summary.ending else { throw TestError() }
    }

    @Test func `a run that is cancelled ends within a second also if the operation does not listen`() async throws {
        let begun = AsyncStream.makeStream(of: CheckedContinuation<Void, Never>.self)
        let operation = BulkClosure<Int, Int> { chunk in
            await withCheckedContinuation { begun.continuation.yield($0) }
            return chunk.inputs.map { .success($0) }
        }
        let task = Task { try await BulkRunner(operation, options: .test(concurrency: 1)).run(0..<100) }
        for await held in begun.stream {
            task.cancel()
            let result = try await task.value
            #expect(result.unknown.map(\.index) == Array(0..<10))
            #expect(result.notSent.map(\.index) == Array(10..<100))
            held.resume()
            break
        }
    }
}
