// SPDX-License-Identifier: Apache-2.0
//
// Something to wait for that a test opens when it wants: time without a clock.

final class Gate: Sendable {
    private struct State: Sendable {
        var isOpen = false
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Locked(State())

    /// Returns once the gate is open. Does not listen to cancellation.
    func wait() async {
        await withCheckedContinuation { continuation in
            whenOpen { continuation.resume() }
        }
    }

    /// Returns once the gate is open or the current task is cancelled.
    func waitUnlessCancelled() async {
        let own = Gate()
        whenOpen { own.open() }
        await withTaskCancellationHandler {
            await own.wait()
        } onCancel: {
            own.open()
        }
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func open() {
        let actions = state.withLock { state in
            state.isOpen = true
            defer { state.actions = [] }
            return state.actions
        }
        for action in actions { action() }
    }

    private func whenOpen(_ action: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.actions.append(action) }
            return state.isOpen
        }
        if isOpen { action() }
    }
}
