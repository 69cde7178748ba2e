// SPDX-License-Identifier: Apache-2.0
//
// How long is waited, by ourselves and at a server's request.

import HTTPTransport
import Testing

@Suite struct BackoffTests {
    @Test(arguments: zip([-1, 0, 1, 2, 3, 4, 1_000_000], [100, 100, 100, 200, 350, 350, 350]))
    func `The wait is anywhere up to a bound that doubles until it is the maximum`(attempt: Int, bound: Int) throws {
        let backoff = try Backoff(base: .milliseconds(100), maximum: .milliseconds(350))
        var generator = SystemRandomNumberGenerator()
        let waits = (0..<2_000).map { _ in backoff.delay(attempt: attempt, using: &generator) / .milliseconds(bound) }
        #expect(waits.allSatisfy { (0...1).contains($0) })
        #expect(waits.contains { $0 < 0.1 } && waits.contains { $0 > 0.9 })
    }

    @Test func `No duration overflows`() throws {
        let backoff = try Backoff(base: .seconds(1), maximum: .seconds(Int64.max))
        var generator = SystemRandomNumberGenerator()
        #expect(backoff.delay(attempt: .max, using: &generator) >= .zero)
    }

    @Test func `Waits that make no sense are refused by their name`() {
        let base = #expect(throws: HTTPTransportError.self) { try Backoff(base: .zero, maximum: .seconds(1)) }
        #expect(base?.message.contains("'base'") == true)
        let maximum = #expect(throws: HTTPTransportError.self) { try Backoff(base: .seconds(2), maximum: .seconds(1)) }
        #expect(maximum?.message.contains("'maximum'") == true)
        #expect(maximum?.code == .invalidConfiguration)
    }
}

@Suite struct RetryAfterTests {
    private func wait(_ value: String?, date: String? = nil, now: Duration = .seconds(784_111_777)) throws -> Duration?
    {
        var headers = HTTPHeaders()
        if let value { try headers.append(name: "retry-after", value: value) }
        if let date { try headers.append(name: "Date", value: date) }
        return HTTPResponse(status: 503, headers: headers).retryAfter(now: now)
    }

    @Test(
        arguments: zip(
            ["0", "120", "99999999999999999999", "-1", "1.5", "soon", "", nil],
            [.zero, .seconds(120), .seconds(Int32.max), nil, nil, nil, nil, nil] as [Duration?]
        )
    )
    func `Seconds are a wait, anything else is none`(value: String?, expected: Duration?) throws {
        let wait = try wait(value)
        #expect(wait == expected)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994",
    ])
    func `A date is a wait in each of its forms`(date: String) throws {
        let wait = try wait(date)
        #expect(wait == .seconds(60))
    }

    @Test(
        arguments: zip(
            ["Thu, 01 Jan 1970 00:00:00 GMT", "Tue, 29 Feb 2000 12:00:00 GMT", "Sat, 31 Dec 2050 23:59:60 GMT"],
            [0, 951_825_600, 2_556_144_000]
        )
    )
    func `Dates are counted by the calendar`(date: String, seconds: Int) throws {
        let wait = try wait(date, now: .zero)
        #expect(wait == .seconds(seconds))
    }

    @Test func `The server's own clock counts if it tells its time, and the past is now`() throws {
        let later = try wait("Sun, 06 Nov 1994 08:50:37 GMT", date: "Sun, 06 Nov 1994 08:50:27 GMT", now: .zero)
        #expect(later == .seconds(10))
        let past = try wait("Sun, 06 Nov 1994 08:40:37 GMT")
        #expect(past == .zero)
    }

    @Test(arguments: [
        "Sun, 32 Nov 1994 08:50:37 GMT", "Sun, 06 Foo 1994 08:50:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:50:37 CET", "Sun, 06 Nov 1994 08:50 GMT", "06 Nov 1994",
    ])
    func `A date that is none is no wait`(date: String) throws {
        let wait = try wait(date)
        #expect(wait == nil)
    }
}
