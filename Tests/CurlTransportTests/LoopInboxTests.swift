// SPDX-License-Identifier: Apache-2.0
//
// When the loop is woken, and when no more.

import HTTPTransport
import Synchronization
import Testing

@testable import CurlTransport

@Suite struct LoopInboxTests {
    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        func increment() { value.add(1, ordering: .relaxed) }
    }

    private let wakes = Counter()
    private let inbox: LoopInbox

    init() {
        inbox = LoopInbox { [wakes] in wakes.increment() }
    }

    @Test func `A loop that is awake is not woken`() throws {
        try inbox.post(.stop)
        #expect(wakes.count == 0)
        #expect(!inbox.sleepIfEmpty())
        #expect(take().count == 1)
    }

    @Test func `A loop that sleeps is woken once for any number of commands`() throws {
        #expect(inbox.sleepIfEmpty())
        for _ in 0..<3 { try inbox.post(.stop) }
        #expect(wakes.count == 1)
        #expect(take().count == 3)
        try inbox.post(.stop)
        #expect(wakes.count == 1)
    }

    @Test func `A closed inbox refuses with the reason, wakes nobody and hands out what was left`() throws {
        let reason = HTTPTransportError(.shutDown, "Closed.", mayHaveReachedServer: false)
        try inbox.post(.stop)
        #expect(inbox.close(reason).count == 1)
        #expect(throws: reason) { try inbox.post(.stop) }
        #expect(wakes.count == 0)
    }

    private func take() -> [LoopCommand] {
        var commands: [LoopCommand] = []
        inbox.take(into: &commands)
        return commands
    }
}

extension LoopCommand {
    fileprivate static var stop: LoopCommand { .shutDown(deadline: nil, waiter: nil) }
}
