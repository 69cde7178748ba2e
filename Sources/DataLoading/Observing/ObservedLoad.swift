// SPDX-License-Identifier: Apache-2.0
//
// What observers are told of loads and batches.

/// What a load found. Compare with the static members; more may come.
public struct LoadKind: Hashable, Sendable, CustomStringConvertible {
    @usableFromInline
    enum Name: String, Sendable {
        case hit, joined, queued
    }

    @usableFromInline let name: Name

    @inlinable
    init(name: Name) {
        self.name = name
    }

    /// The result was known.
    @inlinable public static var hit: LoadKind { LoadKind(name: .hit) }
    /// The key was pending: the load shares its fetch.
    @inlinable public static var joined: LoadKind { LoadKind(name: .joined) }
    /// The key was neither known nor pending, or not to be shared: it was added to the keys of the tick.
    @inlinable public static var queued: LoadKind { LoadKind(name: .queued) }

    /// The kind's name.
    public var description: String { name.rawValue }
}

/// A load, as observers are told of it. One of a `loadMany` is told for each of its keys.
public struct ObservedLoad<Key: Hashable & Sendable>: Sendable {
    /// The key that was asked for.
    public let key: Key
    /// What the load found.
    public let kind: LoadKind
    /// The name of the loader, see ``DataLoaderOptions/name``.
    public let loader: String?
    /// The scope whose tick sends the key; `nil` for a hit, and outside of all scopes.
    public let scope: ScopeIdentity?
    /// The batch that the load has joined after it was sent; `nil` in all other cases. It was sent without this caller,
    /// who is therefore not among those that ``DataLoaderObserver/willRun(_:after:for:)`` was given.
    public let batch: BatchIdentity?

    @inlinable
    init(_ key: Key, _ finding: LoadFinding, loader: String?) {
        self.key = key
        self.loader = loader
        kind = finding.kind
        scope = finding.scope?.identity
        batch = finding.batch?.identity
    }
}

/// A batch, as observers are told of it.
public struct ObservedBatch<Key: Hashable & Sendable>: Sendable {
    /// Which batch it is: no other of the process has the same identity.
    public let id: BatchIdentity
    /// The keys, in the order in which they were first asked for.
    public let keys: [Key]
    /// The name of the loader, see ``DataLoaderOptions/name``.
    public let loader: String?
    /// The scope in whose tick the keys were gathered; `nil` outside of all.
    public let scope: ScopeIdentity?

    @usableFromInline
    init(_ batch: RunningBatch, keys: [Key], loader: String?) {
        id = batch.identity
        self.keys = keys
        self.loader = loader
        scope = batch.scope?.identity
    }
}

/// What there is to tell of the end of a batch.
@usableFromInline
struct BatchEnd<Key: Hashable & Sendable>: Sendable {
    @usableFromInline let time: Duration
    /// How many keys have errors of their own.
    @usableFromInline var failedKeys: Int
    /// Those of which it has not been told.
    @usableFromInline var failures: [(key: Key, error: any Error)] = []
    /// The error of the batch.
    @usableFromInline var error: (any Error)?

    @inlinable
    init(time: Duration, failedKeys: Int) {
        self.time = time
        self.failedKeys = failedKeys
    }
}

/// What a load found, as the lock knows it.
@usableFromInline
enum LoadFinding: Sendable {
    case hit
    case queued(in: BatchingScope?)
    /// With the batch that was sent already, if it was.
    case joined(in: BatchingScope?, RunningBatch?)

    @inlinable var kind: LoadKind {
        switch self {
        case .hit: .hit
        case .queued: .queued
        case .joined: .joined
        }
    }

    @inlinable var scope: BatchingScope? {
        switch self {
        case .hit: nil
        case .queued(let scope), .joined(let scope, _): scope
        }
    }

    @inlinable var batch: RunningBatch? {
        if case .joined(_, let batch) = self { batch } else { nil }
    }
}
