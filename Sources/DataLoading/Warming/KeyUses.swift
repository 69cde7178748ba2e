// SPDX-License-Identifier: Apache-2.0
//
// How popular a key is, and how sure that is.

/// How often a key was used, as far as ``PopularKeys`` can tell.
public struct KeyUses<Key: Hashable & Sendable>: Hashable, Sendable {
    /// The key.
    public let key: Key
    /// How often it was used: no less than the lower bound, no more than the upper one. Both are the number itself as
    /// long as there were no more keys than ``PopularKeys/capacity``.
    public let uses: ClosedRange<Int>

    @inlinable
    init(key: Key, uses: ClosedRange<Int>) {
        self.key = key
        self.uses = uses
    }
}
