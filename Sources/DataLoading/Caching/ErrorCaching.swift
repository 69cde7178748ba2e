// SPDX-License-Identifier: Apache-2.0
//
// How long the error of a key is remembered.

/// How long a ``DataLoader`` keeps the error of a key. A ``CachePolicy`` decides it error by error.
///
/// While an error is kept, loads of its key throw it without a fetch.
public struct ErrorCaching: Hashable, Sendable {
    enum Kind: Hashable {
        case asValues
        case forever
        case limited(Duration)
        case never
    }

    let kind: Kind

    /// As long as a value, without the time in which a value may be stale.
    public static let asValues = Self(kind: .asValues)

    /// Until it is cleared, or has to go because others were used later.
    public static let forever = Self(kind: .forever)

    /// Not at all: the next load fetches anew.
    public static let never = Self(kind: .never)

    /// For a time, on the clock of the ``CachePolicy``.
    ///
    /// - Parameter duration: How long. Zero or less is the same as ``never``.
    public static func `for`(_ duration: Duration) -> Self { Self(kind: .limited(duration)) }
}
