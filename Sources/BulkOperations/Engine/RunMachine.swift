// SPDX-License-Identifier: Apache-2.0
//
// The account of a run: what is in flight, what has ended, and when all of it is over.

/// The state of a run. It has no effects: what is to be done is returned.
///
/// Every item that was read is at each moment in exactly one place: being gathered, in a chunk in flight, or ended. A run
/// is over when nothing is read any more and no chunk is in flight.
struct RunMachine<Input: Sendable, Output: Sendable>: Sendable {
    typealias Ends = BulkOperations.Ends<Input, Output>

    /// A chunk that has items without an end.
    struct Chunk: Sendable {
        /// Those items.
        var cargo: Cargo<Input>
        /// The size that was in force when it was cut.
        let asked: Int
        /// Whether an attempt is under way.
        var isSent = false
        var task: Task<Void, Never>?
    }

    /// How a run comes to its end.
    enum Haste: Comparable, Sendable {
        /// Nothing more is sent; attempts under way are waited for.
        case settling
        /// Attempts under way are cancelled.
        case cancelling
    }

    /// What a change leaves to be done.
    struct Actions: Sendable {
        /// Whoever waits to read on, and whether there is room.
        var reader: (CheckedContinuation<Bool, Never>, mayRead: Bool)?
        var cancellations: [Task<Void, Never>] = []
        /// Whoever waits for the end.
        var end: CheckedContinuation<Void, Never>?
    }

    private let maxConcurrentChunks: Int
    private let maxFailures: Int
    private let collects: Bool
    private(set) var sizer: ChunkSizer
    private(set) var summary = BulkSummary()
    /// What the result is made of: records as they came.
    private var records: [[BulkRecord<Input, Output>]] = []
    private var chunks: [Int: Chunk] = [:]
    private var nextChunk = 0
    private var gathered = Cargo<Input>()
    private var readCount = 0
    private(set) var isReading = true
    /// Whether records of what was never sent are still being handed over.
    private var hasRest = false
    private var haste: Haste?
    private var feeder: Task<Void, Never>?
    private var reader: CheckedContinuation<Bool, Never>?
    private var end: CheckedContinuation<Void, Never>?

    init(_ options: BulkOptions, sizer: ChunkSizer, collects: Bool) {
        maxConcurrentChunks = options.failureMode == .atomic ? 1 : options.maxConcurrentChunks
        maxFailures = if case .stop(let failures) = options.failureMode { failures } else { .max }
        self.sizer = sizer
        self.collects = collects
    }

    /// Items that were read and have no end.
    var inFlight: Int { readCount - summary.total }

    /// Whether the run has not begun to end.
    var goesOn: Bool { haste == nil }

    private var isOver: Bool { !isReading && !hasRest && chunks.isEmpty }
}

// MARK: - Reading

extension RunMachine {
    /// Whether there is room for another chunk: `nil` if the answer will come later.
    mutating func room(_ continuation: CheckedContinuation<Bool, Never>) -> Bool? {
        guard haste == nil, isReading else { return false }
        guard chunks.count >= maxConcurrentChunks else { return true }
        reader = continuation
        return nil
    }

    /// Takes items that were read, some of which have an end already. Returns how many are gathered.
    mutating func read(_ cargo: Cargo<Input>, _ ends: Ends) -> (Int, Actions) {
        guard isReading else { return (0, Actions()) }
        readCount += cargo.count + ends.records.count
        gathered += cargo
        return (gathered.count, add(ends))
    }

    /// Makes a chunk of what was gathered; `nil` if that is nothing, or nothing is to be sent any more.
    mutating func cut(at asked: Int) -> (id: Int, cargo: Cargo<Input>)? {
        guard haste == nil, isReading, !gathered.isEmpty else { return nil }
        defer { (gathered, nextChunk) = (Cargo(), nextChunk + 1) }
        chunks[nextChunk] = Chunk(cargo: gathered, asked: asked)
        return (nextChunk, gathered)
    }

    /// Ends the reading. What was gathered and not cut was never sent.
    ///
    /// - Parameter firstUnread: Where the source was left; `nil` if it was read to its end.
    mutating func endReading(firstUnread: Int?) -> (Ends, Actions) {
        guard isReading else { return (Ends(), Actions()) }
        isReading = false
        summary.firstUnread = firstUnread
        let ends: Ends = gathered.ends()
        gathered = Cargo()
        hasRest = !ends.isEmpty
        var actions = add(ends)
        actions.end = takeEnd()
        return (ends, actions)
    }

    /// Notes that the records of what was never sent have been handed over.
    mutating func restIsPublished() -> Actions {
        hasRest = false
        var actions = Actions()
        actions.end = takeEnd()
        return actions
    }
}

// MARK: - Sending

extension RunMachine {
    /// Keeps the task of a chunk, or asks to cancel it if the run is ending.
    mutating func started(_ task: Task<Void, Never>, for id: Int) -> Bool {
        chunks[id]?.task = task
        return haste == nil
    }

    /// Whether an attempt may begin.
    mutating func beginAttempt(_ id: Int) -> Bool {
        guard haste == nil, chunks[id] != nil else { return false }
        chunks[id]?.isSent = true
        summary.chunks += 1
        return true
    }

    /// Takes what came of an attempt, unless the chunk was given up meanwhile.
    ///
    /// - Returns: Whether it was taken.
    mutating func settle(_ id: Int, _ ends: Ends, rest: Cargo<Input>, took time: Duration) -> (Bool, Actions) {
        guard let chunk = chunks[id] else { return (false, Actions()) }
        sizer.record(time, count: chunk.cargo.count, cutAt: chunk.asked)
        chunks[id]?.cargo = rest
        chunks[id]?.isSent = false
        return (true, add(ends))
    }

    /// Ends what a chunk has left, as it will not be sent again.
    mutating func giveUp(_ id: Int) -> (Ends, Actions) {
        guard let chunk = chunks[id] else { return (Ends(), Actions()) }
        let ends: Ends = chunk.cargo.ends()
        chunks[id]?.cargo = Cargo()
        return (ends, add(ends))
    }

    /// Makes room for another chunk.
    mutating func release(_ id: Int) -> Actions {
        guard chunks.removeValue(forKey: id) != nil else { return Actions() }
        var actions = Actions()
        if let reader = reader.take() { actions.reader = (reader, mayRead: haste == nil) }
        actions.end = takeEnd()
        return actions
    }

    private mutating func add(_ ends: Ends) -> Actions {
        guard !ends.isEmpty else { return Actions() }
        summary.tally += ends.tally
        if collects { records.append(ends.records) }
        // A run that an earlier process's failures have stopped may be resumed.
        return summary.tally.newFailures >= maxFailures ? stop(.stoppedByFailure, .settling) : Actions()
    }
}

// MARK: - Ending

extension RunMachine {
    /// Keeps the task that reads, or asks to cancel it if the run is ending.
    mutating func started(_ feeder: Task<Void, Never>) -> Bool {
        self.feeder = feeder
        return haste == nil
    }

    /// Sends nothing more. The first reason is the one that is told.
    mutating func stop(_ ending: BulkEnding, _ newHaste: Haste) -> Actions {
        var actions = Actions()
        guard !isOver else { return actions }
        if let haste, haste >= newHaste { return actions }
        if haste == nil { summary.ending = ending }
        haste = newHaste
        if let feeder { actions.cancellations.append(feeder) }
        for chunk in chunks.values where !chunk.isSent || newHaste == .cancelling {
            if let task = chunk.task { actions.cancellations.append(task) }
        }
        if let reader = reader.take() { actions.reader = (reader, mayRead: false) }
        return actions
    }

    /// Gives up what has not ended by itself: attempts of which nothing was heard are unknown.
    mutating func abandon(because error: BulkError) -> (Ends, Actions) {
        var (ends, actions) = endReading(firstUnread: readCount)
        hasRest = false
        for id in chunks.keys.sorted() {
            guard let chunk = chunks.removeValue(forKey: id) else { continue }
            let abandoned: Ends = chunk.cargo.ends(abandoned: chunk.isSent ? error : nil)
            _ = add(abandoned)
            ends += abandoned
        }
        actions.end = actions.end ?? takeEnd()
        return (ends, actions)
    }

    /// Whether the run is over already; otherwise the continuation is kept for when it is.
    mutating func waitForEnd(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard !isOver else { return true }
        end = continuation
        return false
    }

    private mutating func takeEnd() -> CheckedContinuation<Void, Never>? {
        isOver ? end.take() : nil
    }

    /// Hands over the records, of which nothing is kept.
    mutating func takeRecords() -> [[BulkRecord<Input, Output>]] {
        defer { records = [] }
        return records
    }

    /// The run at this moment.
    func progress(total: Int?, elapsed: Duration, isLast: Bool) -> BulkProgress {
        var progress = BulkProgress()
        progress.total = total
        progress.succeeded = summary.succeeded
        progress.failed = summary.failed
        progress.unknown = summary.unknown
        progress.notSent = summary.notSent
        progress.retried = summary.retried
        progress.fromJournal = summary.fromJournal
        progress.inFlight = inFlight
        progress.chunks = summary.chunks
        progress.chunkSize = sizer.size
        progress.elapsed = elapsed
        progress.isLast = isLast
        return progress
    }
}
