// SPDX-License-Identifier: Apache-2.0
//
// The pace of requests: what was declared, and what servers say.

@testable import BulkOperations
import HTTPTransport
import Testing

@Suite("A rate limiter")
struct RateLimiterTests {
    @Test func `spreads turns evenly`() {
        var state = RateLimiterState(spacing: .milliseconds(100))
        let turns = (0..<4).map { _ in state.reserve(at: .seconds(1)) }
        #expect(turns == [1_000, 1_100, 1_200, 1_300].map { .milliseconds($0) })
        #expect(state.reserve(at: .seconds(5)) == .seconds(5))
    }

    @Test func `lets a burst pass, and never more than the rate after it`() {
        var state = RateLimiterState(spacing: .milliseconds(100), burst: 3)
        let turns = (0..<5).map { _ in state.reserve(at: .seconds(1)) }
        #expect(turns == [1_000, 1_000, 1_000, 1_100, 1_200].map { .milliseconds($0) })
    }

    @Test func `lets nobody pass while a server wants to be left alone`() {
        var state = RateLimiterState()
        state.pause(until: .seconds(5))
        state.pause(until: .seconds(3))
        #expect(state.admit(at: .seconds(4)) == .seconds(5))
        #expect(state.admit(at: .seconds(5)) == nil)
    }

    @Test func `lets as many pass as a server's window has left, and the rest after it`() {
        var state = RateLimiterState()
        state.learn(.init(remaining: 2, end: .seconds(10)))
        #expect(state.admit(at: .seconds(1)) == nil)
        #expect(state.admit(at: .seconds(1)) == nil)
        #expect(state.admit(at: .seconds(1)) == .seconds(10))
        #expect(state.admit(at: .seconds(10)) == nil)
    }

    @Test func `believes of one window the response that leaves less`() {
        var state = RateLimiterState()
        state.learn(.init(remaining: 3, end: .seconds(10)))
        state.learn(.init(remaining: 5, end: .seconds(10.4)))
        #expect(state.window?.remaining == 3)
        state.learn(.init(remaining: 50, end: .seconds(20)))
        #expect(state.window?.remaining == 50)
    }

    @Test(
        arguments: [
            ([("RateLimit-Remaining", "7"), ("RateLimit-Reset", "30")], 7, 30),
            ([("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1700000060")], 0, 60),
            ([("RateLimit", "limit=100, remaining=50, reset=5")], 50, 5),
            ([("RateLimit", "\"default\";r=50;t=30")], 50, 30),
        ] as [([(String, String)], Int, Int)]
    )
    func `reads the dialects of headers`(fields: [(String, String)], remaining: Int, reset: Int) throws {
        var headers = HTTPHeaders()
        for (name, value) in fields { try headers.append(name: name, value: value) }
        let heard = RateLimitHeaders(headers, epoch: 1_700_000_000)
        #expect(heard.remaining == remaining)
        #expect(heard.reset == .seconds(reset))
    }
}
