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
///         return Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
///     }
/// }
/// ```
///
/// Inside ``withBatching(_:)`` the keys of a tick, which ends when no task of the scope can run, are sent together.
/// Outside, ``DataLoaderOptions/schedule`` decides. Either way they go in the order in which they were first asked for,
/// in batches of at most ``DataLoaderOptions/maxBatchSize``, all at the same time.
///
/// Loads are taken in synchronously, on the caller's thread and under a lock: what is known already costs no suspension.
/// No code of yours runs under it but the keys' `==` and `hash(into:)`, which must not call the loader. Only waiting for
/// a quiet moment outside a scope is the actor's work.
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
        var origin = LoadOrigin()
        guard let entered = intake.withLock({ $0.enter(key, from: &origin) }) else { return circular(key) }
        if case .waiting(let ticket, let event?) = entered { handle(event, of: ticket.queue) }
        return entered
    }

    @inlinable
    nonisolated func circular(_ key: Key) -> Intake<Key, Value>.Entered {
        .finished(.failure(DataLoaderError.circularLoad(of: key, loader: options.name)))
    }

    /// Sends what was loaded outside of all scopes and has not been sent yet, whatever the schedule is.
    ///
    /// Returns at once: the callers get their values as the batches come back.
    @inlinable
    public nonisolated func dispatch() {
        if let queue = intake.withLock({ $0.gathering[nil] }) { endTick(of: queue) }
    }

    @inlinable
    nonisolated func handle(_ event: QueueEvent, of queue: LoadQueue<Key, Value>) {
        switch event {
        case .opened: schedule(queue)
        case .filled: endTick(of: queue)
        }
    }

    /// Sees to it that a queue is sent when its tick ends, or when the schedule says so outside of all scopes.
    @inlinable
    nonisolated func schedule(_ queue: LoadQueue<Key, Value>) {
        if let scope = queue.scope, scope.atTickEnd({ self.endTick(of: queue) }) { return }
        if case .immediate = options.schedule.kind { return endTick(of: queue) }
        let priority = intake.withLock { _ in queue.priority }
        Task.detached(name: taskName("schedule"), priority: priority) { await self.endTickInTime(of: queue) }
    }

    @inlinable
    func endTickInTime(of queue: LoadQueue<Key, Value>) async {
        switch options.schedule.kind {
        case .quiescence(let maximumDelay):
            await quiescence(maximumDelay: maximumDelay) { intake.withLock { _ in queue.slots.count } }
        case .window(let time, let clock), .manual(let time, let clock):
            // Nothing cancels this task; a clock that fails to sleep must not keep callers waiting.
            try? await clock.sleep(for: time)
        case .immediate:
            break
        }
        endTick(of: queue)
    }

    @inlinable
    nonisolated func endTick(of queue: LoadQueue<Key, Value>) {
        startBatches(of: queue.scope, endingTickOf: queue)
    }

    /// Starts what is due and may run of one scope, or of what was loaded outside of all.
    ///
    /// A scope's keys are cut when one of its ticks ends and at no other moment, in one step: if another scope could
    /// cut them, or cut some of them, the batches would be a matter of timing.
    @inlinable
    nonisolated func startBatches(of scope: BatchingScope?, endingTickOf queue: LoadQueue<Key, Value>? = nil) {
        let (dispatches, next) = intake.withLock { intake in
            if let queue { intake.endTick(of: queue) }
            return (intake.dispatches(of: scope), intake.nextScope)
        }
        for dispatch in dispatches { start(dispatch) }
        if let next { startBatchesAtTickEnd(of: next) }
    }

    @inlinable
    nonisolated func startBatchesAtTickEnd(of scope: BatchingScope) {
        let isOpen = scope.atTickEnd { self.startBatches(of: scope) }
        if !isOpen { startBatches(of: scope) }
    }

    /// Starts a batch: as a task of its scope, unless the scope has ended.
    @inlinable
    nonisolated func start(_ dispatch: Dispatch<Key, Value>) {
        let name = taskName("batch")
        let priority = dispatch.priority
        let task =
            if let scope = dispatch.queue.scope, scope === BatchingScope.current {
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
        let outcome: BatchOutcome<Key, Value>
        do {
            let results = try await dispatch.identity.run { try await self.batchFunction.fetch(dispatch.keys) }
            outcome = results.outcome(for: dispatch.keys, loader: options.name)
        } catch {
            outcome = .failure(error)
        }
        for resume in intake.withLock({ $0.finish(dispatch, with: outcome) }) { resume() }
        if options.maxConcurrentBatches != nil {
            startBatches(of: nil)
            if let scope = BatchingScope.current { startBatchesAtTickEnd(of: scope) }
        }
    }

    @inlinable
    nonisolated func taskName(_ purpose: String) -> String? {
        options.name.map { "\($0) \(purpose)" }
    }
}
