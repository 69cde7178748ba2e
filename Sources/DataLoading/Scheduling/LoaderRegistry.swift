// SPDX-License-Identifier: Apache-2.0
//
// The loaders of one scope, found by type and name.

/// Keeps the loaders of a scope, each from its first use on.
///
/// A scope owns its registry and the registry its loaders, so they end with the scope and with the tasks made in it. No
/// loader owns its scope, except while it has keys of the scope that are not answered.
final class LoaderRegistry: Sendable {
    private struct ID: Hashable, Sendable {
        let type: ObjectIdentifier
        let name: String
    }

    private let loaders = Lock<[ID: any AnyObject & Sendable]>([:])

    /// The registry that a loader lends to a batch which no scope runs.
    @TaskLocal private static var lent: LoaderRegistry?

    /// The loaders that the current task finds.
    static var current: LoaderRegistry? { BatchingScope.inherited?.registry ?? lent }

    /// Runs a body that finds these loaders if it finds none otherwise.
    func lend<Success>(to body: () async throws -> Success) async throws -> Success {
        if Self.current != nil { return try await body() }
        return try await Self.$lent.withValue(self) { try await body() }
    }

    /// The loader of a type and a name; made if there is none yet.
    ///
    /// - Parameter make: Makes the loader. It is called under the lock, so it must not run any code of a user.
    /// - Complexity: O(1).
    func loader<Loader: AnyObject & Sendable>(named name: String, orMake make: () -> Loader) -> Loader {
        let id = ID(type: ObjectIdentifier(Loader.self), name: name)
        return loaders.withLock { loaders in
            if let loader = loaders[id] { return unsafeDowncast(loader, to: Loader.self) }  // The type is in the ID.
            let loader = make()
            loaders[id] = loader
            return loader
        }
    }
}
