// SPDX-License-Identifier: Apache-2.0
//
// From the source to chunks: never more than there is room for.

extension RunCore {
    /// How many items are read between two looks at whether the run goes on.
    private static var step: Int { 128 }

    /// Reads the source, a chunk whenever there is room for one, until it ends or the run does.
    func feed(from source: RunSource<Input>) async {
        var isAtEnd = false
        do {
            while !isAtEnd, await hasRoom() {
                isAtEnd = try await !feedChunk(from: source)
                if !isAtEnd { try await clock.sleep(for: options.delayBetweenChunks) }
            }
        } catch {
            stop(.sourceFailed(error), .settling)
            _ = await admit(isChecked: true)
        }
        if !isAtEnd, source.isFinite {
            await drain(source)
            isAtEnd = true
        }
        let firstUnread = isAtEnd ? nil : intake.readCount
        await publish(update { $0.endReading(firstUnread: firstUnread) })
        update { ((), $0.restIsPublished()) }
    }

    private func hasRoom() async -> Bool {
        await withCheckedContinuation { continuation in
            if let answer = look({ $0.room(continuation) }) { continuation.resume(returning: answer) }
        }
    }

    /// Reads as many valid inputs as a chunk has, and sends them. Returns whether there may be more.
    ///
    /// Where a server tells by a key of the whole chunk that it has seen it, what an earlier process had in flight together
    /// goes together again, whatever the size of a chunk is now: only the same items have the same key.
    private func feedChunk(from source: RunSource<Input>) async throws -> Bool {
        let isAtomic = options.failureMode == .atomic
        let size = isAtomic ? .max : look { $0.sizer.size }
        let span = keysWholeChunks && !isAtomic ? journal?.span(from: intake.readCount) : nil
        var count = 0
        var isMore = true
        while isMore, !Task.isCancelled {
            let left = span.map { $0.end - intake.readCount } ?? .max
            let wanted = span?.isChunk == true ? left : min(left, size - count)
            guard wanted > 0 else { break }
            isMore = try await source.read(min(wanted, Self.step), intake)
            count = await admit(isChecked: true)
        }
        if isAtomic, let reason = reasonNotToBegin(count) { stop(reason, .settling) }
        start(at: size)
        return isMore || Task.isCancelled
    }

    /// Takes what was read into the account. Returns how many items are gathered.
    private func admit(isChecked: Bool) async -> Int {
        var ends = Ends()
        var cargo = recalled(intake.cargo, &ends)
        let recalledCount = ends.records.count
        if isChecked { cargo = loops.check(cargo, &ends) }
        if recalledCount > 0, ends.records.count > recalledCount { ends.records.sort { $0.index < $1.index } }
        let (isTaken, count) = update { [cargo, ends] machine in
            intake.clear()
            let isTaken = machine.isReading
            let (count, actions) = machine.read(cargo, ends)
            return ((isTaken, count), actions)
        }
        if isTaken { await publish(ends) }
        return count
    }

    /// Why an atomic run cannot begin now that all inputs are read.
    private func reasonNotToBegin(_ count: Int) -> BulkEnding? {
        guard look({ $0.summary.failed }) == 0 else { return .stoppedByFailure }
        guard let maximum = operation.maxChunkSize, count > maximum else { return nil }
        return .sourceFailed(
            BulkError(.tooManyInputs, "There are \(count) inputs; the operation takes at most \(maximum) as a whole.")
        )
    }

    /// What is to be sent, whatever earlier processes did. What they had in flight is sent again if that does no harm.
    func recalled(_ cargo: Cargo<Input>, _ ended: inout Ends) -> Cargo<Input> {
        guard let journal, cargo.pasts.contains(where: { journal.knows($0.index) }) else { return cargo }
        var rest = Cargo<Input>()
        for (item, past) in zip(cargo.items, cargo.pasts) {
            switch memory(of: item, in: journal) {
            case .none:
                rest.append(item, past)
            case .inFlight(let error) where mayRepeat(item, in: journal):
                rest.append(item, ItemPast(of: item.index, attempts: 1, error: error, isSuspect: true))
            case .inFlight(let error):
                ended.add(BulkRecord(item, .unknown(error), attempts: 1, isFromJournal: true))
            case .ended(.unknown(let error), let attempts) where mayRepeat(item, in: journal):
                rest.append(item, ItemPast(of: item.index, attempts: attempts, error: error, isSuspect: true))
            case .ended(let end, let attempts):
                ended.add(BulkRecord(item, end, attempts: attempts, isFromJournal: true))
            }
        }
        return rest
    }

    /// Whether it does no harm to send an item again of which nobody knows whether it was done.
    private func mayRepeat(_ item: BulkItem<Input>, in journal: RunJournal<Output>) -> Bool {
        guard keysWholeChunks, options.failureMode != .atomic else { return item.keyPrefix != nil }
        return journal.isWhole(item.index, atMost: operation.maxChunkSize ?? .max / 2)
    }

    private var keysWholeChunks: Bool { operation.keysWholeChunks && options.usesIdempotencyKeys }

    /// What became of an item in an earlier process. If the journal cannot be read any more, nothing more is sent.
    private func memory(of item: BulkItem<Input>, in journal: RunJournal<Output>) -> RunJournal<Output>.Memory {
        do {
            return try journal.memory(of: item.index)
        } catch {
            stop(.journalFailed(error), .settling)
            return .inFlight(error)
        }
    }

    private func start(at size: Int) {
        guard let (id, cargo) = look({ $0.cut(at: size) }) else { return }
        let task = Task(name: options.name.map { "\($0) chunk \(id)" }) { await self.send(cargo, as: id) }
        if !look({ $0.started(task, for: id) }) { task.cancel() }
    }

    /// Reads the rest of a finite source, to tell what was not sent.
    private func drain(_ source: RunSource<Input>) async {
        var isMore = true
        while isMore {
            isMore = (try? await source.read(Self.step, intake)) ?? false
            _ = await admit(isChecked: false)
        }
    }
}
