// SPDX-License-Identifier: Apache-2.0
//
// From those who add to the one who reads, without a store between them.

internal import Synchronization

/// A sequence of what is handed over. Whoever hands over waits until it is read.
final class HandOff<Element: Sendable>: AsyncSequence, Sendable {
    private struct State {
        var nextID = 0
        var givers: [(id: Int, element: Element, continuation: CheckedContinuation<Bool, Never>)] = []
        var reader: CheckedContinuation<Element?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Hands over an element. Returns whether it was read: `false` if the sequence has ended, or the caller was cancelled
    /// before.
    func give(_ element: Element) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (reader, wasRead) = state.withLock { state -> (CheckedContinuation<Element?, Never>?, Bool?) in
                    if state.isFinished || Task.isCancelled { return (nil, false) }
                    if let reader = state.reader.take() { return (reader, true) }
                    state.givers.append((id, element, continuation))
                    return (nil, nil)
                }
                reader?.resume(returning: element)
                if let wasRead { continuation.resume(returning: wasRead) }
            }
        } onCancel: {
            let giver = state.withLock { state in
                state.givers.firstIndex { $0.id == id }.map { state.givers.remove(at: $0).continuation }
            }
            giver?.resume(returning: false)
        }
    }

    /// Ends the sequence behind what was handed over.
    func finish() {
        let (reader, givers) = state.withLock { state in
            state.isFinished = true
            defer { state.givers = [] }
            return (state.reader.take(), state.givers.map(\.continuation))
        }
        reader?.resume(returning: nil)
        for giver in givers { giver.resume(returning: false) }
    }

    func makeAsyncIterator() -> Iterator { Iterator(handOff: self) }

    struct Iterator: AsyncIteratorProtocol {
        let handOff: HandOff

        func next() async -> Element? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { handOff.read($0) }
            } onCancel: {
                handOff.finish()
            }
        }
    }

    private func read(_ continuation: CheckedContinuation<Element?, Never>) {
        let giver = state.withLock { state -> (element: Element?, giver: CheckedContinuation<Bool, Never>?)? in
            if !state.givers.isEmpty {
                let giver = state.givers.removeFirst()
                return (giver.element, giver.continuation)
            }
            if state.isFinished { return (nil, nil) }
            state.reader = continuation
            return nil
        }
        guard let giver else { return }
        continuation.resume(returning: giver.element)
        giver.giver?.resume(returning: true)
    }
}
