// SPDX-License-Identifier: Apache-2.0
//
// What is said to a caller that looks for a loader of a scope where there is none.

/// A loader of a scope was asked for by a task that was not made in one.
///
/// Thrown by ``DataLoader/scoped(_:options:fetch:)`` and ``DataLoader/scoped(_:_:options:)``. A loader that nobody else
/// can find would batch with nobody, so none is made.
public struct OutsideScopeError: Error, Hashable, Sendable {
    /// The name of the loader.
    public var loader: String
}

extension OutsideScopeError: CustomStringConvertible {
    /// What is wrong and what to do, for a person.
    public var description: String {
        """
        There is no loader '\(loader)' here, because loaders that are found by name belong to a scope and the current \
        task was not made in one. Call withBatching around the work of the request; a detached task does not inherit \
        its scope.
        """
    }
}
