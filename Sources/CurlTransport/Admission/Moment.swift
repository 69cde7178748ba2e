// SPDX-License-Identifier: Apache-2.0
//
// A moment, as a number.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A moment on the system's clock that goes on while the machine sleeps, as that of `ContinuousClock`.
///
/// (What that has for it is of a size that only the runtime knows, so that whatever holds one is copied by calls of it:
/// some thirty a request.)
struct Moment: Comparable, Hashable, Sendable {
    private let nanoseconds: Int64

    static var now: Moment {
        #if canImport(Darwin)
            Moment(nanoseconds: Int64(clamping: clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)))
        #else
            var time = timespec()
            unsafe clock_gettime(CLOCK_BOOTTIME, &time)
            return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        #endif
    }

    /// This moment plus a duration, which may be any: beyond a century it counts as a century, below nothing as nothing,
    /// and a part of a nanosecond as a whole one, so that what is more than nothing leads to a later moment.
    func advanced(byAtMost duration: Duration) -> Moment {
        let century = Duration.seconds(100 * 365 * 86_400)
        let attoseconds = min(max(duration, .zero), century).attoseconds
        return Moment(nanoseconds: nanoseconds + Int64((attoseconds + 999_999_999) / 1_000_000_000))
    }

    func duration(to other: Moment) -> Duration { .nanoseconds(other.nanoseconds - nanoseconds) }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
}
