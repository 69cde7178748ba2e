// SPDX-License-Identifier: Apache-2.0
//
// A quiet moment, found without a timer.

/// Returns when a count has not grown while the other tasks of the process had some turns, or when time is up.
///
/// Two turns will do for a single key. The more there are, the more turns are waited for, at a small part of what the
/// keys themselves cost: whoever asks for thousands and is held up for a moment finds its batch still open.
///
/// - Parameters:
///   - maximumDelay: The longest wait while the count keeps growing.
///   - count: How much there is; read once a turn.
@usableFromInline
func quiescence(maximumDelay: Duration, count: () -> Int) async {
    let clock = ContinuousClock()
    let deadline = clock.now + maximumDelay
    var seen = count()
    var quietTurns = 0
    while quietTurns < 2 + seen / 32 {
        await Task.yield()
        let now = count()
        if now == seen {
            quietTurns += 1
        } else {
            seen = now
            quietTurns = 0
            if clock.now >= deadline { return }
        }
    }
}
