// SPDX-License-Identifier: Apache-2.0
//
// Where a caller goes on: on its own actor, however its load ends.

import DataLoading
import Dispatch
import Testing

@Suite("Isolation", .timeLimit(.minutes(5)))
struct IsolationTests {
    enum Way: CaseIterable { case load, loadMany, enqueue }
    enum End: CaseIterable { case value, error, cancellation }

    /// An actor's executor that knows whether the current thread works for it.
    private final class Executor: SerialExecutor {
        private static let key = DispatchSpecificKey<ObjectIdentifier>()
        private let queue = DispatchQueue(label: "caller")

        init() { queue.setSpecific(key: Self.key, value: ObjectIdentifier(self)) }

        var isHere: Bool { DispatchQueue.getSpecific(key: Self.key) == ObjectIdentifier(self) }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private actor Caller {
        private let executor = Executor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        /// Whether the lines behind each kind of load run where they must.
        func isHere(after way: Way, of key: Int, from loader: DataLoader<Int, Int>) async -> (Bool, End) {
            do {
                switch way {
                case .load: _ = try await loader.load(key)
                case .loadMany: _ = try await loader.loadMany([key])
                case .enqueue: _ = try await loader.enqueue(key).value
                }
                return (executor.isHere, .value)
            } catch is CancellationError {
                return (executor.isHere, .cancellation)
            } catch {
                return (executor.isHere, .error)
            }
        }
    }

    private struct Failure: Error {}

    @Test(arguments: Way.allCases, End.allCases)
    func `an actor's task goes on there`(after way: Way, with end: End) async throws {
        let gate = Gate()
        let loader = DataLoader<Int, Int> { keys in
            await gate.wait()
            guard end != .error else { throw Failure() }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let caller = Caller()
        let task = Task { await caller.isHere(after: way, of: 1, from: loader) }
        if end == .cancellation {
            // Its callers are counted before they are suspended: this one may be cancelled on either side of that.
            while await !loader.hasCallers(1, of: 1) { await Task.yield() }
            task.cancel()
            #expect(await task.value == (true, end))
        }
        gate.open()
        #expect(await task.value == (true, end))
    }

    @Test(arguments: Way.allCases)
    func `an actor's task that was cancelled before its load goes on there`(after way: Way) async throws {
        let loader = DataLoader<Int, Int> { keys in Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }) }
        let caller = Caller()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await caller.isHere(after: way, of: 1, from: loader)
        }
        #expect(await task.value == (true, .cancellation))
    }
}
