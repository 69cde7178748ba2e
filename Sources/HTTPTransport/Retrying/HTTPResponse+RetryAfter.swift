// SPDX-License-Identifier: Apache-2.0
//
// How long a server asks its clients to wait.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension HTTPResponse {
    /// How long the server asks to wait before the next request, by the field `Retry-After`
    /// ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)): seconds, or a date, of
    /// which the response's own `Date` is subtracted if there is one, for clocks differ.
    ///
    /// The server may ask for anything: bound it before you wait.
    ///
    /// - Parameter now: The time since the start of 1970, UTC, for a date in a response that has no `Date` itself.
    /// - Returns: The wait, never negative; `nil` if the server asks for none or in a form that is not valid.
    public func retryAfter(now: Duration) -> Duration? { headers.retryAfter(now: now) }

    /// How long the server asks to wait before the next request, from now: see ``retryAfter(now:)``.
    public func retryAfter() -> Duration? { headers.retryAfter(now: .sinceEpoch) }
}

extension HTTPHeaders {
    func retryAfter(now: Duration) -> Duration? {
        guard let text = self["Retry-After"] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(Int32(text) ?? .max)
        }
        guard let then = HTTPDate(text).map({ Duration.seconds($0.secondsSinceEpoch) }) else { return nil }
        let reference = self["Date"].flatMap(HTTPDate.init).map { Duration.seconds($0.secondsSinceEpoch) }
        return max(.zero, then - (reference ?? now))
    }
}

extension Duration {
    /// The time since the start of 1970, UTC, by the system's clock.
    static var sinceEpoch: Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
