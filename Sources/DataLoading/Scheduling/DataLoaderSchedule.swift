// SPDX-License-Identifier: Apache-2.0
//
// When keys are sent that were loaded where no tick is known.

/// When a loader sends the keys that were loaded outside ``withBatching(_:_:)``.
///
/// Inside, the tick decides, whatever the schedule is.
public struct DataLoaderSchedule: Sendable {
    @usableFromInline
    enum Kind: Sendable {
        case quiescence(maximumDelay: Duration)
        case window(Duration, any Clock<Duration>)
        case immediate
        case manual(deadline: Duration, any Clock<Duration>)
    }

    @usableFromInline let kind: Kind

    /// Sends when no new key has arrived while the other tasks of the process had a turn, twice in a row, and once
    /// more for every 32 keys that there are.
    ///
    /// No timer is involved: a lone load waits for two turns, which take microseconds where nothing else runs. How many
    /// loads share a batch depends on how the tasks are run, so unlike in a scope it can vary from run to run. See
    /// <doc:OutsideScopes>.
    ///
    /// - Parameter maximumDelay: Sends after this time even if keys keep arriving. Zero or more; 1 ms by default.
    ///   ``DataLoaderOptions`` refuses a negative one.
    public static func quiescence(maximumDelay: Duration = .milliseconds(1)) -> Self {
        Self(kind: .quiescence(maximumDelay: maximumDelay))
    }

    /// Sends a fixed time after the first key, or as soon as there are ``DataLoaderOptions/maxBatchSize`` of them.
    ///
    /// For keys that arrive from many places over a while, such as the requests of a server to a loader they share.
    ///
    /// - Parameters:
    ///   - duration: How long keys are gathered. Zero or more.
    ///   - clock: The clock that measures it.
    public static func window(_ duration: Duration, clock: any Clock<Duration> = ContinuousClock()) -> Self {
        Self(kind: .window(duration, clock))
    }

    /// Sends every load at once, by itself; the keys of one `loadMany` go together.
    public static var immediate: Self { Self(kind: .immediate) }

    /// Sends when ``DataLoader/dispatch()`` is called.
    ///
    /// - Parameters:
    ///   - deadline: Sends after this time all the same, so that a call that was forgotten, or a load that came after
    ///     it, hangs nobody. Zero or more; 1 s by default.
    ///   - clock: The clock that measures it.
    public static func manual(
        deadline: Duration = .seconds(1),
        clock: any Clock<Duration> = ContinuousClock()
    ) -> Self {
        Self(kind: .manual(deadline: deadline, clock))
    }

    /// The name and the value of a time that cannot be.
    var invalidTime: (name: String, value: Duration)? {
        let (name, value): (String, Duration) =
            switch kind {
            case .quiescence(let maximumDelay): ("maximumDelay", maximumDelay)
            case .window(let duration, _): ("window", duration)
            case .immediate: ("", .zero)
            case .manual(let deadline, _): ("deadline", deadline)
            }
        return value < .zero ? (name, value) : nil
    }

    /// Whether a batch that is full goes at once.
    @usableFromInline var sendsFullBatches: Bool {
        if case .window = kind { true } else { false }
    }
}
