// SPDX-License-Identifier: Apache-2.0
//
// The loader: single loads in, batches out.

/// Gathers single loads into batches, fetches each key once, and remembers what it fetched.
///
/// ```swift
/// import DataLoading
///
/// struct User: Sendable { var id: Int; var name: String }
///
/// func loader(for database: @escaping @Sendable ([Int]) async throws -> [User]) -> DataLoader<Int, User> {
///     DataLoader { ids in
///         let users = try await database(ids)
///         return Dictionary(uniqueKeysWithValues: users.map { ($0.id, $0) })
///     }
/// }
/// ```
///
/// Inside ``withBatching(_:)`` the keys of a tick, which ends when no task of the scope can run, are sent together.
/// Outside, ``DataLoaderOptions/schedule`` decides. Either way they go in the order in which they were first asked for,
/// in batches of at most ``DataLoaderOptions/maxBatchSize``, all at the same time.
///
/// Loads are taken in synchronously, on the caller's thread and under a lock that is never held while a batch function
/// runs or a caller resumes: what is known already costs no suspension. Only waiting for a quiet moment outside a scope
/// is the actor's work.
/// Publishing the results of a batch is not, on purpose: a hop to an actor that another scope keeps busy would make
/// the ticks of this one a matter of timing.
///
/// A loader is made per request, so that nobody sees what another may see and nothing grows for ever; it may also be
/// shared, between tasks and between scopes.
public final actor DataLoader<Key: Hashable & Sendable, Value: Sendable> {
    /// The options the loader was made with.
    public nonisolated let options: DataLoaderOptions

    @usableFromInline let batchFunction: BatchFunction<Key, Value>
    @usableFromInline nonisolated let intake: Lock<Intake<Key, Value>>

    /// Makes a loader with a keyed batch function, see ``BatchFunction/keyed(_:)``.
    ///
    /// - Parameters:
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    ///   - fetch: Fetches the values of a batch of keys. It does not run on the loader's actor.
    @inlinable
    public init(
        options: DataLoaderOptions = DataLoaderOptions(),
        fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Key: Value]
    ) {
        self.init(.keyed(fetch), options: options)
    }

    /// Makes a loader with a batch function of any form.
    ///
    /// - Parameters:
    ///   - batchFunction: Fetches the values of a batch of keys.
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    @inlinable
    public init(_ batchFunction: BatchFunction<Key, Value>, options: DataLoaderOptions = DataLoaderOptions()) {
        self.options = options
        self.batchFunction = batchFunction
        intake = Lock(Intake(options: options))
    }

    /// Takes a load in and, if it is the first of its tick, sees to it that the tick's end will be noticed.
    @inlinable
    nonisolated func enter(_ key: Key) -> Intake<Key, Value>.Entered {
        let entered = intake.withLock { $0.enter(key) }
        if case .waiting(let ticket, opened: true) = entered { schedule(ticket.queue) }
        return entered
    }

    /// Sees to it that a queue is sent when its tick ends, or when it is quiet outside of all scopes.
    @inlinable
    nonisolated func schedule(_ queue: LoadQueue<Key, Value>) {
        if let scope = queue.scope, scope.atTickEnd({ self.endTick(of: queue) }) { return }
        Task.detached(name: taskName("schedule"), priority: queue.priority) { await self.endTickWhenQuiet(of: queue) }
    }

    @inlinable
    func endTickWhenQuiet(of queue: LoadQueue<Key, Value>) async {
        switch options.schedule.kind {
        case .quiescence(let maximumDelay):
            await quiescence(maximumDelay: maximumDelay) { intake.withLock { _ in queue.slots.count } }
        }
        endTick(of: queue)
    }

    @inlinable
    nonisolated func endTick(of queue: LoadQueue<Key, Value>) {
        intake.withLock { $0.endTick(of: queue) }
        startBatches()
    }

    /// Starts the batches that are due and may run, each from within its own scope.
    @inlinable
    nonisolated func startBatches() {
        while let dispatch = intake.withLock({ $0.nextDispatch() }) {
            guard let scope = dispatch.queue.scope else {
                start(dispatch, in: nil)
                continue
            }
            if scope === BatchingScope.current {
                start(dispatch, in: scope)
            } else if !scope.atTickEnd({ self.start(dispatch, in: scope) }) {
                start(dispatch, in: nil)
            }
        }
    }

    @inlinable
    nonisolated func start(_ dispatch: Dispatch<Key, Value>, in scope: BatchingScope?) {
        let name = taskName("batch")
        let priority = dispatch.queue.priority
        let task =
            if let scope {
                Task(name: name, executorPreference: scope.executor, priority: priority) { await self.run(dispatch) }
            } else {
                Task.detached(name: name, priority: priority) { await self.run(dispatch) }
            }
        let isWanted = intake.withLock { $0.started(dispatch, by: task) }
        if !isWanted { task.cancel() }
    }

    @concurrent
    @inlinable
    nonisolated func run(_ dispatch: Dispatch<Key, Value>) async {
        let outcome: Result<BatchResults<Key, Value>, any Error>
        do {
            outcome = .success(try await batchFunction.fetch(dispatch.keys))
        } catch {
            outcome = .failure(error)
        }
        for resume in intake.withLock({ $0.finish(dispatch, with: outcome) }) { resume() }
        startBatches()
    }

    @inlinable
    nonisolated func taskName(_ purpose: String) -> String? {
        options.name.map { "\($0) \(purpose)" }
    }
}
