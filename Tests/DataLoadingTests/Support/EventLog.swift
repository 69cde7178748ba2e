// SPDX-License-Identifier: Apache-2.0
//
// An observer that writes down what it is told.

import DataLoading

/// What stands for a span in the tests: a name that child tasks inherit.
enum Span {
    @TaskLocal static var name = "nobody"
}

final class EventLog: DataLoaderObserver {
    enum Event: Equatable, Sendable {
        case willLoad(Int)
        case didLoad(Int, LoadKind)
        case willRun([Int], callers: [String])
        case fetch([Int])
        case didFail(Int)
        case didRun([Int], failedKeys: Int, hasFailed: Bool)
        case value(Int)
    }

    private struct State: Sendable {
        var events: [Event] = []
        var loads: [ObservedLoad<Int>] = []
        var started: [(batch: ObservedBatch<Int>, wait: Duration)] = []
        var ended: [(batch: ObservedBatch<Int>, time: Duration)] = []
    }

    private let state = Locked(State())

    var events: [Event] { state.withLock { $0.events } }
    var loads: [ObservedLoad<Int>] { state.withLock { $0.loads } }
    var started: [(batch: ObservedBatch<Int>, wait: Duration)] { state.withLock { $0.started } }
    var ended: [(batch: ObservedBatch<Int>, time: Duration)] { state.withLock { $0.ended } }

    func note(_ event: Event) { state.withLock { $0.events.append(event) } }

    func count(_ kind: LoadKind) -> Int { loads.count { $0.kind == kind } }

    func willLoad(_ key: Int) -> String? {
        note(.willLoad(key))
        return Span.name
    }

    func didLoad(_ load: ObservedLoad<Int>) {
        state.withLock { state in
            state.events.append(.didLoad(load.key, load.kind))
            state.loads.append(load)
        }
    }

    func willRun(_ batch: ObservedBatch<Int>, after wait: Duration, for callers: [String]) {
        state.withLock { state in
            state.events.append(.willRun(batch.keys, callers: callers))
            state.started.append((batch, wait))
        }
    }

    func didFail(_ key: Int, with error: any Error, in batch: ObservedBatch<Int>) { note(.didFail(key)) }

    func didRun(_ batch: ObservedBatch<Int>, in time: Duration, failedKeys: Int, error: (any Error)?) {
        state.withLock { state in
            state.events.append(.didRun(batch.keys, failedKeys: failedKeys, hasFailed: error != nil))
            state.ended.append((batch, time))
        }
    }
}
