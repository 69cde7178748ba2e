// SPDX-License-Identifier: Apache-2.0
//
// Callers who give up at any moment, and a server that counts who came.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Synchronization
import Testing

/// Requests of which many are cancelled or run out of time: before they start, in the queue, on the way, while the
/// server thinks, in the middle of the response.
final class CancellationStorm: Sendable {
    /// How often each end was met.
    struct Tally: Sendable {
        var responses = 0
        var cancellations = 0
        var timeouts = 0

        var total: Int { responses + cancellations + timeouts }

        static func + (one: Tally, other: Tally) -> Tally {
            Tally(
                responses: one.responses + other.responses,
                cancellations: one.cancellations + other.cancellations,
                timeouts: one.timeouts + other.timeouts
            )
        }
    }

    private static let callers = 64

    private let server: LoopbackHTTPServer
    private let seen: SeenRequests

    /// - Parameter capacity: How many requests there may be, all in all.
    init(capacity: Int) throws {
        let seen = SeenRequests(capacity: capacity)
        self.seen = seen
        server = try LoopbackHTTPServer { request in
            seen.add(Int(String(decoding: request.body, as: UTF8.self)) ?? 0)
            return Self.reply(to: request)
        }
    }

    deinit { server.stop() }

    /// How many requests the server has seen more than once.
    var repetitions: Int { seen.repetitions }
    /// How many requests the server has seen.
    var seenCount: Int { seen.count }

    /// Sends requests over a transport with fewer connections than callers, and shuts it down. Half of the callers are on
    /// the transport's own thread.
    func run(requests: Int, seed: UInt64) async throws -> Tally {
        let transport = try CurlHTTPTransport(configuration: CurlConfiguration(maximumConnectionsPerHost: 40))
        let executor = transport.executor(for: try HTTPURL(server.url))
        let tally = try await withThrowingTaskGroup(of: Tally.self) { group in
            for caller in 0..<Self.callers {
                let executor = caller.isMultiple(of: 2) ? executor : nil
                group.addTask(executorPreference: executor) {
                    var generator = SplitMix64(seed: seed &+ UInt64(caller))
                    var tally = Tally()
                    for number in 0..<requests / Self.callers {
                        let id = "\(((Int(seed) * Self.callers) + caller) * requests + number)"
                        tally = tally + (try await self.ask(id, over: transport, on: executor, using: &generator))
                    }
                    return tally
                }
            }
            return try await group.reduce(Tally(), +)
        }
        await transport.shutdown()
        return tally
    }

    private func ask(
        _ id: String,
        over transport: CurlHTTPTransport,
        on executor: (any TaskExecutor)?,
        using generator: inout SplitMix64
    ) async throws -> Tally {
        let isBrief = Int.random(in: 0..<20, using: &generator) == 0
        let request = try server.request(
            .post,
            "/\(Int.random(in: 0..<4, using: &generator))",
            body: id,
            timeout: isBrief ? .milliseconds(Int.random(in: 1...3, using: &generator)) : nil
        )
        let task = Task(executorPreference: executor) { try await transport.send(request) }
        let isCancelled = try await Self.mayCancel(task, using: &generator)
        do {
            let text = try await task.value.text
            #expect(text == id)
            return Tally(responses: 1)
        } catch is CancellationError {
            #expect(isCancelled)
            return Tally(cancellations: 1)
        } catch let error as HTTPTransportError where error.code == .timedOut {
            #expect(isBrief)
            return Tally(timeouts: 1)
        }
    }

    /// Cancels most tasks, at once or after a while: some turns of the process's tasks, or up to 2 ms.
    private static func mayCancel(
        _ task: Task<HTTPResponse, any Error>,
        using generator: inout SplitMix64
    ) async throws -> Bool {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: break
        case 1...4: for _ in 0..<Int.random(in: 1..<50, using: &generator) { await Task.yield() }
        case 5...8: try await Task.sleep(for: .microseconds(Int.random(in: 1..<2_000, using: &generator)))
        default: return false
        }
        task.cancel()
        return true
    }

    /// At once, after a while, in halves, or in many chunks.
    private static func reply(to request: LoopbackRequest) -> LoopbackReply {
        let text = String(decoding: request.body, as: UTF8.self)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        return switch request.path {
        case "/1": .script([.wait(.milliseconds(1)), .text(head + text)])
        case "/2": .script([.text(head), .wait(.milliseconds(1)), .text(text)])
        case "/3":
            .script(
                [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
                    + text.map { .text("1\r\n\($0)\r\n") } + [.wait(.microseconds(200)), .text("0\r\n\r\n")]
            )
        default: LoopbackReply(body: request.body)
        }
    }
}

/// The requests that a server has seen, by their numbers.
private final class SeenRequests: Sendable {
    private let state: Mutex<(numbers: Set<Int>, repetitions: Int)>

    var count: Int { state.withLock { $0.numbers.count } }
    var repetitions: Int { state.withLock { $0.repetitions } }

    /// - Parameter capacity: Room to make at once, so that it is not taken for something left over later.
    init(capacity: Int) {
        state = Mutex((Set(minimumCapacity: capacity), 0))
    }

    func add(_ number: Int) {
        state.withLock { state in
            if !state.numbers.insert(number).inserted { state.repetitions += 1 }
        }
    }
}

/// Numbers that are the same in every run ([Steele, Lea and Flood](https://doi.org/10.1145/2714064.2660195)).
private struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
