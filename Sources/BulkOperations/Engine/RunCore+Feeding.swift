// SPDX-License-Identifier: Apache-2.0
//
// From the source to chunks: never more than there is room for.

extension RunCore {
    /// Reads the source, a chunk whenever there is room for one, until it ends or the run does.
    func feed<Source: RunSource<Input>>(from source: Source) async {
        var source = source
        var firstUnread: Int? = 0
        var readCount = 0
        do {
            while await hasRoom() {
                guard try await feedChunk(from: &source, &readCount) else {
                    firstUnread = nil
                    break
                }
                try await clock.sleep(for: options.delayBetweenChunks)
            }
        } catch {
            stop(.sourceFailed(error), .settling)
        }
        if firstUnread != nil {
            firstUnread = source.isFinite ? await drain(&source) : readCount
        }
        let unread = firstUnread
        await publish(update { $0.endReading(firstUnread: unread) })
    }

    private func hasRoom() async -> Bool {
        await withCheckedContinuation { continuation in
            if let answer = look({ $0.room(continuation) }) { continuation.resume(returning: answer) }
        }
    }

    /// Reads as many valid inputs as a chunk has, and sends them. Returns whether there may be more.
    private func feedChunk<Source: RunSource<Input>>(from source: inout Source, _ readCount: inout Int) async throws
        -> Bool
    {
        let isAtomic = options.failureMode == .atomic
        let size = isAtomic ? .max : look { $0.sizer.size }
        var ended: [Record] = []
        var count = 0
        var isMore = true
        while count < size {
            guard !Task.isCancelled, var state = try await source.next() else {
                isMore = Task.isCancelled
                break
            }
            readCount += 1
            state.item.keyPrefix = keyPrefix
            if let record = try knownRecord(of: &state) ?? invalidRecord(of: state) {
                ended.append(record)
                if ended.count >= min(size, 100) {
                    let batch = ended
                    ended = []
                    await take(batch)
                }
            } else {
                count = look { [state] in $0.gather(state) }
            }
        }
        await take(ended)
        if isAtomic, let reason = reasonNotToBegin(count) { stop(reason, .settling) }
        start(at: size)
        return isMore
    }

    /// Why an atomic run cannot begin now that all inputs are read.
    private func reasonNotToBegin(_ count: Int) -> BulkEnding? {
        guard look({ $0.summary.failed }) == 0 else { return .stoppedByFailure }
        guard let maximum = operation.maxChunkSize, count > maximum else { return nil }
        return .sourceFailed(
            BulkError(.tooManyInputs, "There are \(count) inputs; the operation takes at most \(maximum) as a whole.")
        )
    }

    /// The end that an earlier process saw. What it had in flight is sent again if that does no harm.
    private func knownRecord(of state: inout ItemState<Input>) throws -> Record? {
        switch try journal?.memory(of: state.item.index) ?? .none {
        case .none:
            return nil
        case .ended(.unknown(let error), let attempts) where keyPrefix != nil:
            state.suspect(because: error, attempts: attempts)
            return nil
        case .ended(let end, let attempts):
            return Record(state.item, end, attempts: attempts, isFromJournal: true)
        case .inFlight:
            let error = BulkError(.cancelled, "The process ended while the item was under way.")
            guard keyPrefix == nil else {
                state.suspect(because: error, attempts: 1)
                return nil
            }
            return Record(state.item, .unknown(error), attempts: 1, isFromJournal: true)
        }
    }

    private func invalidRecord(of state: ItemState<Input>) -> Record? {
        do {
            try operation.validate(state.item.input)
            return nil
        } catch {
            return state.record(.failed(error), attempts: 0)
        }
    }

    private func take(_ records: [Record]) async {
        guard !records.isEmpty else { return }
        update { ((), $0.read(records)) }
        await publish(records)
    }

    private func start(at size: Int) {
        guard let (id, items) = look({ $0.cut(at: size) }) else { return }
        let task = Task(name: options.name.map { "\($0) chunk \(id)" }) { await self.send(items, as: id) }
        if !look({ $0.started(task, for: id) }) { task.cancel() }
    }

    /// Reads the rest of a finite source, to tell what was not sent.
    private func drain<Source: RunSource<Input>>(_ source: inout Source) async -> Int? {
        while let state = try? await source.next() {
            var state = state
            if let record = try? knownRecord(of: &state) { await take([record]) } else { _ = look { $0.gather(state) } }
        }
        return nil
    }
}
