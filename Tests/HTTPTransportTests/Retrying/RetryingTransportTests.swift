// SPDX-License-Identifier: Apache-2.0
//
// What is sent again, when, and how often.

import HTTPTransport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct RetryingTransportTests {
    private let clock = InstantClock()

    private func request(_ isIdempotent: Bool = true, timeout: Duration? = nil) throws -> HTTPRequest {
        HTTPRequest(url: try HTTPURL("http://a/"), timeout: timeout, isIdempotent: isIdempotent)
    }

    private func retrying(_ base: Script, _ policy: RetryPolicy = RetryPolicy()) -> RetryingTransport<Script> {
        RetryingTransport(base, policy: policy, clock: clock)
    }

    private func failed(_ code: HTTPTransportError.Code, sent: Bool) -> HTTPTransportError {
        HTTPTransportError(code, "No.", mayHaveReachedServer: sent)
    }

    @Test func `A response is the outcome, and nothing is waited for`() async throws {
        let base = Script([.success(HTTPResponse(status: 404))])
        let status = try await retrying(base).send(request()).status
        #expect(status == 404)
        #expect(base.requests.count == 1 && clock.waits.isEmpty)
    }

    @Test(arguments: [429, 502, 503, 504])
    func `A server that is busy is asked again, if the request is idempotent`(status: Int) async throws {
        let base = Script([.success(HTTPResponse(status: status)), .success(HTTPResponse(status: 200))])
        let first = try await retrying(base).send(request()).status
        #expect(first == 200 && base.requests.count == 2)
        let other = Script([.success(HTTPResponse(status: status))])
        let second = try await retrying(other).send(request(false)).status
        #expect(second == status && other.requests.count == 1)
    }

    @Test(arguments: [500, 501, 400, 200])
    func `Any other answer is the outcome`(status: Int) async throws {
        let base = Script([.success(HTTPResponse(status: status))])
        let outcome = try await retrying(base).send(request()).status
        #expect(outcome == status && base.requests.count == 1)
    }

    @Test(
        arguments: [
            (.connectionLost, true, true, 3), (.connectionLost, true, false, 1), (.connectionFailed, false, false, 3),
            (.secureConnectionFailed, false, false, 3), (.timedOut, false, false, 3), (.timedOut, true, false, 1),
            (.invalidResponse, true, true, 1), (.responseTooLarge, true, true, 1), (.invalidRequest, false, true, 1),
            (.queueFull, false, true, 1), (.shutDown, false, true, 1), (.connectionFailed, false, true, 3),
        ] as [(HTTPTransportError.Code, Bool, Bool, Int)]
    )
    func `A failure is tried again if that does no harm and may help`(
        code: HTTPTransportError.Code,
        sent: Bool,
        isIdempotent: Bool,
        attempts: Int
    ) async throws {
        let base = Script(Array(repeating: .failure(failed(code, sent: sent)), count: 5))
        let error = await #expect(throws: HTTPTransportError.self) {
            try await retrying(base).send(request(isIdempotent))
        }
        #expect(error?.code == code)
        #expect(error?.isOutcomeUnknown == (sent && !isIdempotent))
        #expect(base.requests.count == attempts)
        #expect(clock.waits.count == attempts - 1)
    }

    @Test func `A request that is not idempotent is tried until it has left, and then no more`() async throws {
        let base = Script([
            .failure(failed(.connectionFailed, sent: false)), .failure(failed(.connectionLost, sent: true)),
        ])
        let error = await #expect(throws: HTTPTransportError.self) { try await retrying(base).send(request(false)) }
        #expect(error?.isOutcomeUnknown == true)
        #expect(base.requests.count == 2)
    }

    @Test func `All attempts share one deadline`() async throws {
        let policy = try RetryPolicy(maximumAttempts: 100, timeout: .seconds(3), budget: 1)
        let base = Script(Array(repeating: .failure(failed(.connectionLost, sent: true)), count: 100), clock: clock)
        let error = await #expect(throws: HTTPTransportError.self) { try await retrying(base, policy).send(request()) }
        let timeouts = base.requests.compactMap(\.timeout)
        #expect(timeouts.first == .seconds(3))
        #expect(zip(timeouts, timeouts.dropFirst()).allSatisfy { $0 - $1 >= .seconds(1) })
        #expect((1...3).contains(timeouts.count))
        #expect(error?.elapsed ?? .zero <= .seconds(4))
    }

    @Test func `One attempt may have a limit of its own`() async throws {
        let policy = try RetryPolicy(attemptTimeout: .seconds(1))
        let base = Script([.success(HTTPResponse(status: 200))])
        _ = try await retrying(base, policy).send(request(timeout: .seconds(5)))
        #expect(base.requests.map(\.timeout) == [.seconds(1)])
    }

    @Test(arguments: zip(["7", "3600", nil], [7, 30, 0]))
    func `The server's wish to be left alone is granted up to a limit`(value: String?, seconds: Int) async throws {
        var headers = HTTPHeaders()
        if let value { try headers.append(name: "Retry-After", value: value) }
        let busy = HTTPResponse(status: 503, headers: headers)
        _ = try await retrying(Script([.success(busy), .success(HTTPResponse(status: 200))])).send(request())
        let wait = try #require(clock.waits.first)
        #expect(wait >= .seconds(seconds) && wait <= .seconds(seconds) + .milliseconds(100))
    }

    @Test func `A wait beyond the deadline is not begun; the answer is the outcome`() async throws {
        var headers = HTTPHeaders()
        try headers.append(name: "Retry-After", value: "10")
        let base = Script([.success(HTTPResponse(status: 503, headers: headers))])
        let status = try await retrying(base).send(request(timeout: .seconds(9))).status
        #expect(status == 503 && clock.waits.isEmpty)
    }

    @Test func `When everything fails, further attempts are a share of the requests`() async throws {
        let base = Script(Array(repeating: .failure(failed(.connectionLost, sent: true)), count: 5_000))
        let transport = retrying(base, try RetryPolicy(budget: 0.1))
        for _ in 0..<1_000 { _ = try? await transport.send(request()) }
        #expect((1_090...1_115).contains(base.requests.count))
    }

    @Test func `Without a budget nothing is sent again`() async throws {
        let base = Script([.failure(failed(.connectionFailed, sent: false))])
        let transport = retrying(base, try RetryPolicy(budget: 0))
        await #expect(throws: HTTPTransportError.self) { try await transport.send(request()) }
        #expect(base.requests.count == 1)
    }

    @Test func `A cancelled caller is not tried again`() async throws {
        let base = Script([.failure(CancellationError())])
        await #expect(throws: CancellationError.self) { try await retrying(base).send(request()) }
        #expect(base.requests.count == 1)
    }

    @Test func `Options that make no sense are refused by their name`() {
        let makers: [(String, () throws -> RetryPolicy)] = [
            ("maximumAttempts", { try RetryPolicy(maximumAttempts: 0) }),
            ("maximumRetryAfter", { try RetryPolicy(maximumRetryAfter: .seconds(-1)) }),
            ("timeout", { try RetryPolicy(timeout: .zero) }),
            ("attemptTimeout", { try RetryPolicy(attemptTimeout: .zero) }),
            ("budget", { try RetryPolicy(budget: 1.5) }),
        ]
        for (option, make) in makers {
            let error = #expect(throws: HTTPTransportError.self) { try make() }
            #expect(error?.code == .invalidConfiguration && error?.message.contains("'\(option)'") == true)
        }
    }
}

/// Answers by a script, one line a request; each takes a second if there is a clock.
private final class Script: HTTPClientTransport {
    private struct State {
        var outcomes: [Result<HTTPResponse, any Error>]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>
    private let clock: InstantClock?

    init(_ outcomes: [Result<HTTPResponse, any Error>], clock: InstantClock? = nil) {
        state = Mutex(State(outcomes: outcomes.reversed()))
        self.clock = clock
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        clock?.advance(by: .seconds(1))
        let outcome = state.withLock { state in
            state.requests.append(request)
            return state.outcomes.popLast()
        }
        return try #require(outcome, "The script has ended.").get()
    }
}

/// A clock on which all sleeps are over at once, and counted.
private final class InstantClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let state = Mutex<(now: Instant, waits: [Duration])>((Instant(offset: .zero), []))

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }
    var waits: [Duration] { state.withLock { $0.waits } }

    func advance(by duration: Duration) { state.withLock { $0.now.offset += duration } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.waits.append(state.now.duration(to: deadline))
            state.now = deadline
        }
    }
}
