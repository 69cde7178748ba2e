// SPDX-License-Identifier: Apache-2.0
//
// When keys are sent that were loaded where no tick is known.

/// When a loader sends the keys that were loaded outside ``withBatching(_:)``.
public struct DataLoaderSchedule: Sendable {
    @usableFromInline
    enum Kind: Sendable {
        case quiescence(maximumDelay: Duration)
    }

    @usableFromInline let kind: Kind

    /// Sends when no new key has arrived while the other tasks of the process had a turn, twice in a row.
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
}
