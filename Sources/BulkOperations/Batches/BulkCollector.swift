// SPDX-License-Identifier: Apache-2.0
//
// A run whose inputs come one by one from whoever has some.

/// Collects inputs of one kind and sends a chunk whenever one is full; the rest goes at the end.
///
/// ```swift
/// import BulkOperations
///
/// func copy(_ runner: BulkRunner<BulkClosure<String, Int>>) async throws {
///     let collector = BulkCollector(runner)
///     for await name in names() { try await collector.add(name) }
///     print(try await collector.finish().summary)
/// }
///
/// func names() -> AsyncStream<String> { AsyncStream { $0.finish() } }
/// ```
///
/// Adding waits while all chunks are in flight. Several tasks may add at the same time. A collector that is let go of
/// without ``finish()`` sends what it has.
public final class BulkCollector<Operation: BulkOperation>: Sendable {
    private let inputs = HandOff<Operation.Input>()
    private let run: Task<BulkResult<Operation.Input, Operation.Output>, any Error>

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - runner: What does it.
    ///   - journal: Where the run remembers what it did.
    ///   - progress: Told how far the run has come.
    public init(
        _ runner: BulkRunner<Operation>,
        journal: BulkJournal<Operation.Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) {
        run = Task { [inputs] in
            defer { inputs.finish() }
            return try await runner.run(inputs, journal: journal, progress: progress)
        }
    }

    deinit { inputs.finish() }

    /// Adds an input.
    ///
    /// - Throws: `CancellationError` if the caller is cancelled while it waits; ``BulkError`` with
    ///   ``BulkError/Code/unfinished`` if the run has ended. The input is not part of the run then.
    public func add(_ input: Operation.Input) async throws {
        guard await inputs.give(input) else {
            try Task.checkCancellation()
            throw BulkError(.unfinished, "The run has ended and takes no input any more; finish() tells why.")
        }
    }

    /// Sends the rest and returns the result. When the caller is cancelled, so is the run.
    ///
    /// - Throws: What ``BulkRunner/run(_:journal:progress:)`` throws.
    public func finish() async throws -> BulkResult<Operation.Input, Operation.Output> {
        inputs.finish()
        return try await withTaskCancellationHandler {
            try await run.value
        } onCancel: {
            run.cancel()
        }
    }
}
